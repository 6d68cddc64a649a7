/* test_data_table.c - tables of any program, paths, words and names in them */
#include "stages/preprocess/class_names.h"
#include "stages/preprocess/data_path.h"
#include "stages/preprocess/data_table.h"
#include "stages/preprocess/split_words.h"

#include "base/utf8.h"
#include "test_dir.h"

/* The table of two rows that every form of it is. */
static bool is_table(const struct csv *c)
{
    return c->n_row == 2 && c->n_column == 2 &&
           strcmp(c->header[0], "file") == 0 &&
           strcmp(csv_get(c, 0, 0), "a.png") == 0 &&
           strcmp(csv_get(c, 0, 1), "K\xc3\xb6, x") == 0 &&
           strcmp(csv_get(c, 1, 1), "B") == 0;
}

static void check_form(const char *bytes, size_t n, const char *what)
{
    struct csv c;
    struct err err = {0};

    if (file_write(in_dir("t.csv"), bytes, n, &err) < 0 ||
        csv_read_any(&c, in_dir("t.csv"), &err) < 0) {
        ok(false, what);
        printf("# %s\n", err.text);
        return;
    }
    ok(is_table(&c), what);
    csv_release(&c);
}

#define FORM(text, what) check_form(text, sizeof(text) - 1, what)

/* 'text' of Latin-1 as UTF-16. */
static void check_utf16(const char *mark, bool big, const char *what)
{
    static const char text[] =
        "file,label\r\na.png,\"K\xf6, x\"\r\nb.png,B\r\n";
    char out[2 * sizeof(text) + 2];
    size_t n = strlen(mark);

    memcpy(out, mark, n);
    for (const char *s = text; *s; s++) {
        out[n + big] = *s;
        out[n + !big] = 0;
        n += 2;
    }
    check_form(out, n, what);
}

static void check_forms(void)
{
    FORM("file,label\na.png,\"K\xc3\xb6, x\"\nb.png,B\n", "plain UTF-8");
    FORM("\xef\xbb\xbf"
         "file,label\r\na.png,\"K\xc3\xb6, x\"\r\nb.png,B",
         "a mark, CRLF, no last line end");
    FORM("file;label\na.png;K\xc3\xb6, x\nb.png;B\n", "semicolons");
    FORM("file\tlabel\na.png\tK\xc3\xb6, x\nb.png\tB\n", "tabs");
    FORM("file|label\na.png|K\xc3\xb6, x\nb.png|B\n", "bars");
    FORM("sep=;\nfile;label\na.png;K\xc3\xb6, x\nb.png;B\n", "sep=;");
    FORM("\n\nfile;label\n;\n\n;;;\na.png;K\xc3\xb6, x\n;\nb.png;B\n;;;;\n",
         "rows of separators alone");
    FORM("file;label\ra.png;K\xc3\xb6, x\rb.png;B\r", "lines that end in CR");
    FORM("file , label\n a.png , \"K\xc3\xb6, x\" \n\"b.png\" ,\xc2\xa0"
         "B\xe2\x80\x8b\n",
         "blanks around fields and quotes");
    check_utf16("\xff\xfe", false, "UTF-16 by its mark");
    check_utf16("\xfe\xff", true, "UTF-16 of the other byte order");
    check_utf16("", false, "UTF-16 without a mark");
    check_utf16("", true, "UTF-16 without a mark, of the other byte order");
}

static void check_refused(const char *bytes, size_t n, const char *part)
{
    struct csv c;
    struct err err = {0};

    if (file_write(in_dir("t.csv"), bytes, n, &err) < 0)
        exit(1);
    fails(csv_read_any(&c, in_dir("t.csv"), &err), err, ERR_INPUT, part, part);
}

#define REFUSED(text, part) check_refused(text, sizeof(text) - 1, part)

static void check_bad(void)
{
    REFUSED("file,label\n\na,K\xf6\n", "t.csv:3: byte 0xf6 is not UTF-8");
    REFUSED("file,label\ra,\xc0\x80\r", "t.csv:2: byte 0xc0 is not UTF-8");
    REFUSED("file,label\na,b\0c\n", "t.csv:2: holds a zero byte");
    REFUSED("\xff\xfe"
            "a\0\n\0\0\xd8\n\0",
            "t.csv:2: is not UTF-16");
    REFUSED("\xff\xfe"
            "a",
            "t.csv:1: is not UTF-16");
    REFUSED("PK\3\4\0\0", "t.csv:1: is a spreadsheet (.xlsx, .ods)");
    REFUSED("", "is empty");
    REFUSED("\xef\xbb\xbf", "is empty");
    REFUSED("\n\n", "is empty");
    REFUSED("a;b\n;\n1;2;3\n", "t.csv:3: 3 fields, the header has 2");
    REFUSED("a;b\n\"1\n;2\n", "t.csv:2: quote is not closed");
    REFUSED("a;b\n\"1\"x;2\n", "t.csv:2: text after a closing quote");
}

static void check_lines(void)
{
    static const char text[] = "sep=;\nfile;label\n;\n\"a\nb\";x\n\n c ; y \n";
    struct csv c;
    struct err err = {0};

    if (file_write(in_dir("t.csv"), text, sizeof(text) - 1, &err) < 0 ||
        csv_read_any(&c, in_dir("t.csv"), &err) < 0)
        exit(1);
    ok(c.head_line == 2 && c.n_row == 2 && c.line[0] == 4 && c.line[1] == 7,
       "lines are those of the file");
    ok(c.n_blank == 2 && c.n_trimmed == 2 && c.separator == ';',
       "  what was left out and trimmed is counted");
    csv_release(&c);
}

/* --- columns -------------------------------------------------------------- */

static void check_columns(const char *header, const char *columns,
                          const char *part)
{
    static struct config c;
    struct layout l;
    struct data_table t;
    struct err err = {0};
    int rc;

    config_init(&c);
    snprintf(c.layout.columns, sizeof(c.layout.columns), "%s", columns);
    if (file_write(in_dir("t.csv"), header, strlen(header), &err) < 0)
        exit(1);
    rc = layout_init(&l, &c, &err);
    if (rc == 0) {
        rc = data_table_read(&t, in_dir("t.csv"), &l, &err);
        if (rc == 0)
            rc = data_table_need(&t, l.column[LAYOUT_FILE], LAYOUT_FILE, &err);
        if (rc == 0 && !part)
            ok(t.column[LAYOUT_FILE] == 1, header);
        if (t.csv.text)
            data_table_release(&t);
        layout_release(&l);
    }
    if (part)
        fails(rc, err, ERR_USAGE, part, part);
    else if (rc < 0)
        ok(false, err.text);
}

static void check_all_columns(void)
{
    check_columns("label,file\n", "", NULL);
    check_columns("Label,FILE\n", "", NULL);
    check_columns("FILE,file\n", "", NULL);
    check_columns("file,image id\n", "file=image id", NULL);
    check_columns("x,Image_ID\n", " file = image_id ,label=x", NULL);
    check_columns("x,y\n", "", "no column 'file'; there are 'x', 'y'");
    check_columns("File,FILE\n", "", "column 'file' is there 2 times");
    check_columns("x,file\n", "group=z",
                  "no column 'z'; there are 'x', 'file'");
    check_columns("x,file\n", "group", "'group' is not \"file=NAME\"");
    check_columns("x,file\n", "grop=x", "'grop' is not file, label, group or");
    check_columns("x,file\n", "file=", "'file': a name has 1 to 63 bytes");
    check_columns("x,file\n", "group=x, group=y", "'group' is there twice");
    check_columns("x,file\n", "split=, group=", NULL);
}

/* --- paths ---------------------------------------------------------------- */

static void check_path(const char *given, const char *want)
{
    char full[FILE_PATH_MAX], out[DATA_PATH_MAX];
    const char *below = in_dir("data");
    char title[64];
    bool inside;

    snprintf(title, sizeof(title), "path '%.40s' of a table",
             strstr(given, "/link/") ? "by a link" : given);
    snprintf(full, sizeof(full), "%s%s", *given == '@' ? below : "",
             given + (*given == '@'));
    inside = data_path_inside(out, below, full);
    if (!ok(inside == (want != NULL) && (!want || strcmp(out, want) == 0),
            title))
        printf("# %s\n", inside ? out : "(not inside)");
}

static void check_paths(void)
{
    struct err err = {0};
    char link[FILE_PATH_MAX];

    if (file_dir_make(in_dir("data/a"), &err) < 0 ||
        file_write(in_dir("data/a/x\\y.png"), "", 0, &err) < 0)
        exit(1);
    snprintf(link, sizeof(link), "%s", in_dir("link"));
    if (symlink(in_dir("data"), link) < 0)
        exit(1);
    check_path("a/1.png", "a/1.png");
    check_path("./a/1.png", "a/1.png");
    check_path(".//a/././1.png", "a/1.png");
    check_path("@/a/1.png", "a/1.png");
    check_path("@//a/./1.png", "a/1.png");
    check_path("a\\1.png", "a/1.png");
    check_path(".\\a\\1.png", "a/1.png");
    check_path("a/x\\y.png", "a/x\\y.png");
    check_path("a/..png", "a/..png");
    check_path("a/../a/1.png", NULL);
    check_path("@/../x.png", NULL);
    check_path("@x/1.png", NULL);
    check_path("../1.png", NULL);
    check_path("/etc/passwd", NULL);
    check_path("@", NULL);
    check_path("/", NULL);
    check_path(".", NULL);
    check_path("", NULL);
    strcat(link, "/a/1.png");
    check_path(link, "a/1.png");
}

/* --- words and names ------------------------------------------------------ */

static void check_word(const char *word, enum split split, int fold)
{
    char title[64];

    snprintf(title, sizeof(title), "'%s' as a part of a split", word);
    if (!ok(split_words_parse(word) == split && split_words_fold(word) == fold,
            title))
        printf("# split %d, fold %d\n", (int)split_words_parse(word),
               split_words_fold(word));
}

static void check_words(void)
{
    check_word("train", SPLIT_TRAIN, -1);
    check_word("Training_Set", SPLIT_TRAIN, -1);
    check_word("VAL", SPLIT_VALIDATION, -1);
    check_word("valid", SPLIT_VALIDATION, -1);
    check_word("Validation-Data", SPLIT_VALIDATION, -1);
    check_word("test", SPLIT_TEST, -1);
    check_word("testing images", SPLIT_TEST, -1);
    check_word("01_train", SPLIT_TRAIN, -1);
    check_word("val2017", SPLIT_VALIDATION, -1);
    check_word("test_images_2", SPLIT_TEST, -1);
    check_word("12", SPLIT_NONE, -1);
    check_word("fold1", SPLIT_NONE, 1);
    check_word("Fold_03", SPLIT_NONE, 3);
    check_word("fold-b", SPLIT_NONE, 2);
    check_word("folds", SPLIT_NONE, -1);
    check_word("folded", SPLIT_NONE, -1);
    check_word("fold99999", SPLIT_NONE, -1);
    check_word("trainer", SPLIT_NONE, -1);
    check_word("value", SPLIT_NONE, -1);
    check_word("test (1)", SPLIT_NONE, -1);
    check_word("", SPLIT_NONE, -1);
    check_word("teach", SPLIT_NONE, -1);
}

static void check_alike(const char *a, const char *b, bool want)
{
    struct buf seen = {0};

    class_names_show(a, &seen);
    buf_puts(&seen, want ? " is like " : " is not like ");
    class_names_show(b, &seen);
    ok(class_names_alike(a, b) == want, seen.data);
    buf_release(&seen);
}

static void check_names(void)
{
    struct buf seen = {0};

    check_alike("Dys", "dYS", true);
    check_alike("A b",
                "A\xc2\xa0"
                "b",
                true);
    check_alike("A b", "Ab", true);
    check_alike("A_b", "A  b", true);
    check_alike("A\xe2\x80\x8b"
                "b",
                "Ab", true);
    check_alike("Z\xc3\xa9", "Ze\xcc\x81", true);
    check_alike("Z\xc3\x89", "ze\xcc\x81", true);
    check_alike("Stra\xc3\x9f"
                "e",
                "STRASSE", true);
    check_alike("\xef\xbc\xa1", "a", true);
    check_alike("\xce\xa3", "\xcf\x82", true);
    check_alike("A", "B", false);
    check_alike("Ze", "Z\xc3\xa9", false);
    check_alike("A+", "A-", false);
    check_alike("\xe9", "\xe8", false);
    class_names_show("a b\xc2\xa0\xe2\x80\x8b"
                     "e\xcc\x81\xe9",
                     &seen);
    ok(strcmp(seen.data, "a\xe2\x90\xa3"
                         "b<U+00A0><U+200B>e<U+0301><0xe9>") == 0,
       "what cannot be seen is shown");
    buf_release(&seen);
}

static void check_trim(void)
{
    char text[] = " \xc2\xa0\xe3\x80\x80"
                  "a b\xef\xbb\xbf \t",
         all[] = " \xc2\xa0";
    char bad[] = " \xa0x\xa0 ", control[] = "x\n";

    ok(strcmp(utf8_trim(text), "a b") == 0, "blanks at both ends are trimmed");
    ok(strcmp(utf8_trim(all), "") == 0, "  nothing else is there");
    ok(strcmp(utf8_trim(bad), "\xa0x\xa0") == 0,
       "  what is no UTF-8 is no blank");
    ok(strcmp(utf8_trim(control), "x\n") == 0, "  nor is a line end");
}

int main(void)
{
    begin_dir();
    check_forms();
    check_bad();
    check_lines();
    check_all_columns();
    check_paths();
    check_words();
    check_names();
    check_trim();
    return end_dir();
}
