/* test_find_images.c - which files of a directory are pictures, of what */
#include "stages/preprocess/find_images.h"

#include "test_dir.h"

#include <stdarg.h>

/* An empty file and the folders above it. */
static void touch_file(const char *name)
{
    const char *path = in_dir(name);
    FILE *f;

    make_folder_of(path);
    f = fopen(path, "w");
    BUG_ON(!f || fclose(f) != 0);
}

static void link_to(const char *target, const char *name)
{
    if (symlink(target, in_dir(name)) < 0)
        exit(1);
}

static void clear_all(void)
{
    struct err err = {0};

    if (file_dir_remove(dir, &err) < 0 || file_dir_make(dir, &err) < 0)
        exit(1);
}

static void check_walk(const char *const *want, const char *what)
{
    struct find_images w;
    struct err err = {0};
    size_t n = 0;

    if (!works(find_images_init(&w, dir, NULL, &err) == 0, err, what))
        return;
    while (n < w.n && want[n] && strcmp(want[n], w.file[n].path) == 0)
        n++;
    if (!ok(!want[n] && n == w.n, "  the files, in order"))
        for (size_t i = 0; i < w.n; i++)
            printf("# %s\n", w.file[i].path);
    find_images_release(&w);
}

static void check_official(void)
{
    struct find_images w;
    struct err err = {0};

    clear_all();
    touch_file("im_Koilo/im_Koilo/001.bmp");
    touch_file("im_Koilo/im_Koilo/001_cyt01.dat");
    touch_file("im_Koilo/im_Koilo/CROPPED/001_01.bmp");
    touch_file("im_Koilo/im_Koilo/CROPPED/001_02.BMP");
    touch_file("im_Koilo/im_Koilo/CROPPED/x01_02.bmp");
    touch_file("im_Dysk/12_1.jpeg");
    touch_file("im_Dysk/deeper/12_1_new3.TIFF");
    touch_file("im_Dysk/.hidden.png");
    touch_file("im_Dysk/.git/1.png");
    touch_file("readme.txt");
    check_walk((const char *const[]){"im_Dysk/12_1.jpeg",
                                     "im_Dysk/deeper/12_1_new3.TIFF",
                                     "im_Koilo/im_Koilo/CROPPED/001_01.bmp",
                                     "im_Koilo/im_Koilo/CROPPED/001_02.BMP",
                                     "im_Koilo/im_Koilo/CROPPED/x01_02.bmp",
                                     NULL},
               "the official layout beside a flat one");
    if (find_images_init(&w, dir, NULL, &err) < 0)
        exit(1);
    ok(w.n_class == 2 && strcmp(w.class_name[0], "Dysk") == 0 &&
           strcmp(w.class_name[1], "Koilo") == 0 && w.file[0].label == 0 &&
           w.file[4].label == 1,
       "two classes, without im_");
    ok(strcmp(w.file[0].group, "Dysk/12") == 0 &&
           strcmp(w.file[1].group, "Dysk/12") == 0 &&
           strcmp(w.file[3].group, "Koilo/001") == 0,
       "groups by the digits before the underscore");
    ok(strcmp(w.file[4].group, w.file[4].path) == 0,
       "a file without them is its own group");
    ok(w.n_ignored == 3, "readme, outline and cluster are ignored");
    find_images_release(&w);
    find_images_release(&w);
}

/* im_ is dropped before classes are sorted. */
static void check_class_order(void)
{
    struct find_images w;
    struct err err = {0};

    clear_all();
    touch_file("im_Zeta/1.png");
    touch_file("im_Alpha/1.png");
    touch_file("Mid/1.png");
    if (!ok(find_images_init(&w, dir, NULL, &err) == 0 && w.n_class == 3,
            "three classes are found"))
        return;
    ok(strcmp(w.class_name[0], "Alpha") == 0 &&
           strcmp(w.class_name[1], "Mid") == 0 && w.file[0].label == 1 &&
           w.file[1].label == 0 && w.file[2].label == 2,
       "labels follow the names without im_");
    find_images_release(&w);
}

static void check_names(void)
{
    char longest[FILE_PATH_MAX], name[256];

    clear_all();
    memset(name, 'n', 255);
    memcpy(name + 251, ".png", 5);
    snprintf(longest, sizeof(longest), "B/%s", name);
    touch_file("A b/a 'b' \"c\", d.png");
    touch_file("A b/line\nend.png");
    touch_file("A b/\xc3\xa9\xe7\xb4\xb0\xe8\x83\x9e.png");
    touch_file("A b/\xff\xfe.png");
    touch_file(longest);
    check_walk((const char *const[]){"A b/a 'b' \"c\", d.png",
                                     "A b/line\nend.png",
                                     "A b/\xc3\xa9\xe7\xb4\xb0\xe8\x83\x9e.png",
                                     "A b/\xff\xfe.png", longest, NULL},
               "spaces, quotes, line ends, UTF-8 and not, 255 bytes");
}

static void check_loops(void)
{
    struct find_images w;
    struct err err = {0};

    clear_all();
    touch_file("A/sub/1.png");
    touch_file("A/sub.png"); /* before sub/ by path, after it by name */
    touch_file("B/2.png");
    link_to("..", "A/sub/up");
    link_to("../..", "A/sub/root");
    link_to("self", "A/self");
    link_to("loop.png", "A/loop.png");
    link_to("../A", "B/other");
    check_walk((const char *const[]){"A/loop.png", "A/sub.png", "A/sub/1.png",
                                     "B/2.png", "B/other/loop.png",
                                     "B/other/sub.png", "B/other/sub/1.png",
                                     NULL},
               "links that lead back end, others are followed");
    if (find_images_init(&w, dir, NULL, &err) < 0)
        exit(1);
    ok(strstr(w.warnings.data,
              "'A/sub/up' leads back to a folder that was read already\n") &&
           strstr(w.warnings.data, "'A/sub/root' leads back"),
       "links that lead back are warned about");
    find_images_release(&w);
}

static void check_empty(void)
{
    struct find_images w;
    struct err err = {0};

    clear_all();
    touch_file("A/1.png");
    touch_file("B/2.png");
    touch_file("C/notes.txt");
    touch_file("D/CROPPED/notes.txt");
    touch_file("D/1.png");
    touch_file("stray.png");
    if (ok(find_images_init(&w, dir, NULL, &err) == 0 && w.n_class == 2,
           "empty classes are left out"))
        ok(strstr(w.warnings.data, "class folder 'C' holds no pictures and") &&
               strstr(w.warnings.data,
                      "class folder 'D' holds no pictures in CROPPED and") &&
               strstr(w.warnings.data,
                      "'stray.png' lies in no class folder and is left out"),
           "  are left out with a warning");
    find_images_release(&w);
    if (file_dir_remove(in_dir("B"), &err) < 0)
        exit(1);
    fails(find_images_init(&w, dir, NULL, &err), err, ERR_USAGE,
          "has 1 class folder with pictures: A, at least 2 are needed",
          "a dataset of one class is refused");
    clear_all();
    fails(find_images_init(&w, dir, NULL, &err), err, ERR_USAGE,
          "has 0 class folders with pictures, at least 2",
          "an empty dataset is refused");
    fails(find_images_init(&w, "/nonexistent", NULL, &err), err, ERR_USAGE,
          "cannot read the dataset '/nonexistent': No such file",
          "a dataset that is not there is refused");
    fails(find_images_init(&w, "/dev/null", NULL, &err), err, ERR_USAGE,
          "/dev/null", "a dataset that is a file");
}

static void check_refused(const char *name, const char *part, const char *what)
{
    struct find_images w;
    struct err err = {0};

    clear_all();
    touch_file("A/1.png");
    touch_file(name);
    fails(find_images_init(&w, dir, NULL, &err), err, ERR_USAGE, part, what);
    ok(!w.file && w.n == 0, "  and nothing is left");
}

/* What the content hash of a data set leaves out is no picture of a table. */
static void check_hidden(const char *path, bool hidden)
{
    char csv[FILE_PATH_MAX], text[256];
    struct layout l = {
        .include = "", .exclude = "", .csv = csv, .column = {"file", "label"}};
    struct find_images w;
    struct err err = {0};

    clear_all();
    snprintf(csv, sizeof(csv), "%s", in_dir("t.csv"));
    snprintf(text, sizeof(text), "file,label\nx.png,B\n%s,A\n", path);
    put_file(csv, text);
    if (!hidden && works(find_images_init(&w, dir, &l, &err) == 0, err, path))
        find_images_release(&w);
    if (hidden)
        fails(find_images_init(&w, dir, &l, &err), err, ERR_USAGE,
              "t.csv:3: ", path);
}

int main(void)
{
    char deep[FILE_PATH_MAX] = "B", name[128] = "B";

    begin_dir();
    check_official();
    check_class_order();
    check_names();
    check_loops();
    check_empty();
    check_refused("im_A/1.png", "'A' and 'im_A' in", "the same class twice");
    check_refused("B\n/1.png", "control character", "a line end in a class");
    check_refused("M\xe9t/1.png", "is not UTF-8", "a name of another encoding");
    check_refused("im_/1.png", "a class name has 1 to 63 bytes", "no name");
    memset(name, 'x', 64);
    strcpy(name + 64, "/1.png");
    check_refused(name, "a class name has 1 to 63 bytes", "a long name");
    for (int i = 0; i < 70; i++)
        strcat(deep, "/d");
    strcat(deep, "/1.png");
    check_refused(deep, "folders over 64 deep", "very deep folders");
    check_hidden(".crops/a.png", true);
    check_hidden("x/./@eaDir/a.png", true);
    check_hidden("x/.a.png", true);
    check_hidden("./x/a.b.png", false);
    return end_dir();
}
