/* test_output_name.c - names that say a format, and such as do
 * not; places for files */
#include "base/output_name.h"
#include "test_dir.h"

static const char *const pictures[] = {".png", ".svg", NULL};

int main(void)
{
    struct err err = {0};

    begin_dir();
    ok(output_name_ends("a/b.png", ".png") && output_name_ends("X.PNG", ".png"),
       "an ending, of whatever case");
    ok(!output_name_ends(".png", ".png") && !output_name_ends("a/.png", ".png"),
       "an ending alone is no name");
    ok(!output_name_ends("a.png/b", ".png") && !output_name_ends("png", ".png"),
       "a directory's ending does not count");
    ok(output_name_check("a.svg", pictures, "x", &err) == 0, "one of several");
    fails(output_name_check("s.jpg", pictures, "sheet", &err), err, ERR_USAGE,
          "-o 's.jpg': sheet writes a file that ends in .png or .svg",
          "another format is refused");
    fails(output_name_check("s", pictures, "sheet", &err), err, ERR_USAGE,
          "ends in .png or .svg", "no format is refused");
    ok(output_name_directory("out", "x", &err) == 0 &&
           output_name_directory("a/out.d", "x", &err) == 0 &&
           output_name_directory("a/v1.5", "x", &err) == 0 &&
           output_name_directory("out.xlsx/", "x", &err) == 0,
       "names of directories");
    fails(output_name_directory("out.xlsx", "predict", &err), err, ERR_USAGE,
          "predict makes a directory there, and does not write .xlsx",
          "a file's name is none");
    ok(file_dir_make(in_dir("d.csv"), &err) == 0 &&
           output_name_directory(in_dir("d.csv"), "x", &err) == 0,
       "unless it is one");
    ok(output_name_place(in_dir("a.csv"), &err) == 0 &&
           output_name_place("a.csv", &err) == 0,
       "a place for a file");
    fails(output_name_place(in_dir("none/a.csv"), &err), err, ERR_USAGE,
          "there is no directory '", "no directory, no place");
    fails(output_name_place(in_dir("d.csv"), &err), err, ERR_USAGE,
          "is a directory", "a directory is in the way");
    return end_dir();
}
