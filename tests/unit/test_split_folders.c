/* test_split_folders.c - folders that are a split, and what else they may be */
#include "stages/preprocess/split_given.h"

#include "base/file.h"
#include "tap.h"
#include "test_dir.h"

#include <stdarg.h>
#include <unistd.h>

static struct config c;

/* Make anew the dataset of empty files in "a b c", words that end in / apart,
 * which are folders. */
static void make_tree(const char *paths)
{
    char list[2048], at[300];
    struct err err = {0};

    BUG_ON(file_dir_remove(in_dir("d"), &err) < 0 ||
           file_dir_make(in_dir("d"), &err) < 0);
    snprintf(list, sizeof(list), "%s", paths);
    for (char *word = strtok(list, " "); word; word = strtok(NULL, " ")) {
        snprintf(at, sizeof(at), "d/%s", word);
        for (char *blank = at; (blank = strchr(blank, '~')); blank++)
            *blank = ' ';
        *strrchr(at, '/') = '\0';
        BUG_ON(file_dir_make(in_dir(at), &err) < 0);
        at[strlen(at)] = '/';
        if (word[strlen(word) - 1] != '/')
            put_file(in_dir(at), "");
    }
    config_init(&c);
    c.split.unnamed = true;
    snprintf(c.dataset.path, sizeof(c.dataset.path), "%s", in_dir("d"));
}

static int find_all(struct find_images *w, struct err *err)
{
    struct layout l;
    int rc;

    if (layout_init(&l, &c, err) < 0)
        return -1;
    rc = find_images_init(w, in_dir("d"), &l, err);
    layout_release(&l);
    return rc;
}

static const char letters[] = "tve-";

/* Splits of all pictures in order of path, "ttve", or folds, "0012". */
static void check_parts(const char *paths, const char *classes,
                        const char *want, const char *what)
{
    struct find_images w;
    struct err err = {0};
    char got[64] = "";

    make_tree(paths);
    snprintf(c.layout.classes, sizeof(c.layout.classes), "%s", classes);
    for (const char *s = want; *s; s++)
        if (*s >= '0' && *s <= '9' && *s - '0' >= c.split.folds)
            c.split.folds = *s - '0' + 1;
    if (find_all(&w, &err) < 0) {
        ok(false, what);
        printf("# %s\n", err.text);
        return;
    }
    for (size_t i = 0; i < w.n; i++)
        got[i] = w.file[i].fold >= 0 ? (char)('0' + w.file[i].fold)
                                     : letters[w.file[i].split];
    if (!ok(strcmp(got, want) == 0, what))
        printf("# %s\n", got);
    find_images_release(&w);
}

static void check_refused(const char *paths, const char *part, const char *what)
{
    struct find_images w;
    struct err err = {0};

    make_tree(paths);
    fails(find_all(&w, &err), err, ERR_USAGE, part, what);
}

static void check_used(void)
{
    check_parts("train/A/1.png train/B/1.png val/A/1.png val/B/1.png "
                "test/A/1.png test/B/1.png",
                "", "eettvv", "train, val, test above the classes");
    check_parts("Training/A/1.png Training/B/1.png VALIDATION/A/1.png "
                "Test_Set/B/1.png",
                "", "ettv", "other spellings");
    check_parts("train/im_A/x/CROPPED/1.png train/im_A/x/2.png "
                "train/B/1.png valid/A/1.png",
                "", "ttv", "deeper folders, CROPPED");
    check_parts("A/train/1.png A/test/1.png B/train/1.png B/dev/x/1.png", "",
                "etvt", "below the classes");
    check_parts("fold1/A/1.png fold1/B/1.png fold2/A/1.png fold10/B/1.png", "",
                "0021", "folds, by their numbers");
    check_parts("A/fold_a/1.png A/fold_b/1.png B/fold_c/1.png", "", "012",
                "folds below the classes");
    check_parts("train/A/1.png train/B/1.png train/C/1.png test/A/1.png "
                "test/C/1.png masks/A/1.png test/2.png",
                "A, B=b", "ett", "listed classes alone; others are left out");
    check_parts("train/A/1.png train/B/1.png val/A/1.png test/", "", "ttv",
                "a part without anything");
}

/* What is no split is classes as ever. */
static void check_none(void)
{
    check_parts("A/1.png B/1.png", "", "--", "plain classes");
    check_parts("test/1.png B/1.png", "test, B", "--",
                "a class called test that is listed");
    check_parts("A/x/1.png A/test/2.png B/1.png", "", "---",
                "a folder test in one class");
    check_parts("trainer/1.png folded/1.png tests~old/1.png", "", "---",
                "names that only begin so");
    check_parts("A/p1/1.png B/p1/1.png", "", "--", "folders of patients");
}

static void check_bad(void)
{
    check_refused("train/1.png val/1.png", "(train, val) are no classes",
                  "pictures in parts, no classes");
    check_refused("A/1.png B/1.png test/A/1.png", "(test) are no classes",
                  "a test beside classes");
    check_refused("train/A/1.png train/B/1.png", "(train) are no classes",
                  "a train alone");
    check_refused("val/A/1.png test/B/1.png", "(test, val) are no",
                  "nothing to train on");
    check_refused("train/A/1.png train/B/1.png fold1/A/1.png", "are no classes",
                  "splits and folds");
    check_refused("train/A/1.png test/1.png", "(test, train) are no classes",
                  "a test of no class");
    check_refused("fold1/A/1.png fold2/A/1.png fold3/B/1.png",
                  "are 3 folds: they are used with split.folds 3, which is 1",
                  "folds that split.folds does not know");
    check_refused("fold1/A/1.png fold2/B/1.png", "are two folds, but three",
                  "two folds");
    check_refused("s1/train/A/1.png s1/train/B/1.png s2/test/A/1.png",
                  "d/s1/train' holds folders (A, B, ...) and no pictures",
                  "data sets of several places");
    check_refused("data/train/A/1.png data/train/B/1.png data/test/A/1.png",
                  "set dataset.path to", "a folder around all");
    check_refused("train/A/1.png train/im_A/1.png test/B/1.png",
                  "'A' and 'im_A' in", "a class twice in a part");
}

/* Two folds that validate alone. */
static void check_two_folds(void)
{
    struct find_images w;
    struct err err = {0};

    make_tree("fold1/A/1.png fold1/B/1.png fold2/A/1.png fold2/B/1.png");
    c.split.folds = 2;
    c.split.test = 0;
    if (!works(find_all(&w, &err) == 0, err, "two folds of which none tests"))
        return;
    ok(w.n == 4 && w.file[1].fold == 0 && w.file[2].fold == 1,
       "  are the folders");
    find_images_release(&w);
}

/* A part of the split that is a link to nothing, classes being listed. */
static void check_dead_part(void)
{
    struct find_images w;
    struct err err = {0};

    make_tree("train/A/1.png train/B/1.png val/A/1.png");
    snprintf(c.layout.classes, sizeof(c.layout.classes), "A, B");
    BUG_ON(symlink("nowhere", in_dir("d/test")) < 0);
    fails(find_all(&w, &err), err, ERR_USAGE, "split folder 'test' in",
          "a test that is a link to nothing");
}

static void check_warned(const char *paths, const char *text)
{
    struct find_images w;
    struct err err = {0};

    make_tree(paths);
    if (ok(find_all(&w, &err) == 0, text)) {
        if (!ok(w.warnings.data && strstr(w.warnings.data, text), "  is said"))
            printf("# %s\n", w.warnings.data ? w.warnings.data : "(nothing)");
        find_images_release(&w);
    }
}

static void check_warnings(void)
{
    check_warned("train/A/1.png train/B/1.png val/A/1.png test/",
                 "folder 'test' of the split holds no pictures of a class");
    check_warned("train/A/1.png train/B/1.png val/A/1.png masks/A/1.png",
                 "folder 'masks' is no part of the split");
    check_warned("train/A/1.png train/B/1.png val/A/1.png val/1.png val/2.png",
                 "'val/1.png' and 1 more pictures lie in no class folder");
    check_warned("A/test/1.png A/1.png B/1.png",
                 "folders in classes are called like parts of a split (test)");
    check_warned("s1/A/1.png s1/B/1.png s2/A/1.png s2/B/1.png",
                 "folders of the same names (A, B)");
    check_warned("A/1.png A~/2.png B/1.png", "differ by blanks at their ends");
}

static void check_choice(void)
{
    struct buf said = {0};
    struct err err = {0};

    make_tree("train/A/1.png train/B/1.png val/A/1.png");
    ok(split_given_choose(&c, &said, &err) == 0 &&
           c.split.method == SPLIT_BY_FOLDERS && !c.split.unnamed,
       "a split of folders is chosen");
    ok(strstr(said.data, "split.method: folders, as train, val are a split\n"),
       "  which is said");
    c.split.method = SPLIT_BY_GROUP;
    fails(split_given_choose(&c, &said, &err), err, ERR_USAGE,
          "set split.method to folders", "another method is refused");
    c.split.method = SPLIT_BY_FOLDERS;
    c.split.folds = 3;
    fails(split_given_choose(&c, &said, &err), err, ERR_USAGE,
          "are one split, not folds", "folds of a split are refused");
    make_tree("A/1.png B/1.png");
    ok(split_given_choose(&c, &said, &err) == 0 &&
           c.split.method == SPLIT_BY_GROUP,
       "without such folders the method is what it was");
    c.split.method = SPLIT_BY_FOLDERS;
    fails(split_given_choose(&c, &said, &err), err, ERR_USAGE,
          "has no folders train", "folders that are not there are refused");
    c.split.method = SPLIT_BY_RANDOM;
    snprintf(c.split.csv, sizeof(c.split.csv), "x.csv");
    fails(split_given_choose(&c, &said, &err), err, ERR_USAGE,
          "split.csv: names a split, which split.method random would not use",
          "a split.csv that another method does not use is refused");
    make_tree("train/A/1.png train/B/1.png val/A/1.png s.csv");
    put_file(in_dir("s.csv"), "file,split\ntrain/A/1.png,train\n");
    snprintf(c.split.csv, sizeof(c.split.csv), "%s", in_dir("s.csv"));
    c.split.method = SPLIT_BY_CSV; /* as config.c has it, and 'unnamed' */
    fails(split_given_choose(&c, &said, &err), err, ERR_USAGE,
          "the folders train, val in",
          "a split.csv beside folders that are a split is refused");
    buf_release(&said);
}

/* Three groups of two train; one of them comes to validate. */
static void check_drawn(void)
{
    struct find_images_file f[7];
    struct find_images w = {.file = f, .n = 7, .n_class = 1, .given = "it"};
    char group[3][8] = {"g0", "g1", "g2"}, path[8] = "x";
    enum split split[7];
    struct buf warnings = {0};
    struct err err = {0};
    size_t n = 0;

    for (int i = 0; i < 7; i++)
        f[i] = (struct find_images_file){.path = path,
                                         .group = group[i / 2 % 3],
                                         .split =
                                             i < 6 ? SPLIT_TRAIN : SPLIT_TEST};
    ok(split_given(&(struct split_args){.images = &w, .validation = .3}, split,
                   &warnings, &err) == 0,
       "a split that has no validation");
    for (int i = 0; i < 6; i += 2) {
        n += split[i] == SPLIT_VALIDATION;
        ok(split[i] == split[i + 1], "  groups stay whole");
    }
    ok(n == 1 && split[6] == SPLIT_TEST, "  one of three is drawn, test stays");
    ok(strstr(warnings.data, "of 6 that train, 2 are drawn for it"),
       "  which is said");
    buf_release(&warnings);
}

int main(void)
{
    struct err err = {0};

    if (!mkdtemp(dir))
        return 1;
    check_used();
    check_none();
    check_bad();
    check_dead_part();
    check_two_folds();
    check_warnings();
    check_choice();
    check_drawn();
    ok(file_dir_remove(dir, &err) == 0, "the test's directory is removed");
    return tap_done();
}
