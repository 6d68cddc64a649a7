/* test_fold_table.c - folds from a table of files */
#include "stages/preprocess/fold_table.h"

#include "stages/preprocess/near_duplicates.h"
#include "test_dir.h"

#include <string.h>

static const char *const paths[] = {"A/1.png", "A/2.png", "B/1.png", "B/2.png",
                                    "B/3.png"};

enum { N = sizeof(paths) / sizeof(paths[0]) };

static struct config c;

static void find_all(struct find_images *w)
{
    *w = (struct find_images){.n = N, .n_class = 2};
    w->file = calloc(N, sizeof(*w->file));
    BUG_ON(!w->file);
    for (int i = 0; i < N; i++) {
        w->file[i] = (struct find_images_file){.path = strdup(paths[i]),
                                               .group = strdup("1"),
                                               .label = paths[i][0] == 'B'};
        BUG_ON(!w->file[i].path || !w->file[i].group);
    }
}

static void put_table(const char *text)
{
    put_file("folds.csv", text);
    config_init(&c);
    c.split.method = SPLIT_BY_CSV;
    c.split.folds = 3;
    snprintf(c.split.csv, sizeof(c.split.csv), "%s", in_dir("folds.csv"));
}

static void check_taken(void)
{
    struct find_images w;
    struct err err = {0};

    put_table("fold;note;FILE\n2;;A/2.png\n0;x;B/3.png\n\n 1;;A/1.png\n");
    ok(fold_table_wanted(&c) && fold_table_take(NULL, &c, &err) == 0,
       "a table of folds, as any program writes it");
    find_all(&w);
    ok(fold_table_take(&w, &c, &err) == 0 && w.n == 3 && w.n_unnamed == 2,
       "pictures that it does not name are left out");
    ok(strcmp(w.file[0].path, "A/1.png") == 0 && w.file[0].fold == 1 &&
           strcmp(w.file[1].path, "A/2.png") == 0 && w.file[1].fold == 2 &&
           strcmp(w.file[2].path, "B/3.png") == 0 && w.file[2].fold == 0,
       "  the others are in order, in their folds");
    ok(strcmp(w.given, "split.csv") == 0 && w.notes.data &&
           strcmp(w.notes.data, "2 pictures are left out, as split.csv does "
                                "not name them\n") == 0,
       "  which is said");
    find_images_release(&w);
    c.split.folds = 1;
    ok(!fold_table_wanted(&c), "without folds it is no table of folds");
}

/* Before the data are there, or with them. */
static void check_refused(const char *text, const char *part, bool early)
{
    struct find_images w;
    struct err err = {0};

    put_table(text);
    if (early)
        fails(fold_table_take(NULL, &c, &err), err, ERR_USAGE, part, part);
    else
        ok(fold_table_take(NULL, &c, &err) == 0, "a table that may be good");
    find_all(&w);
    fails(fold_table_take(&w, &c, &err), err, ERR_USAGE, part, part);
    find_images_release(&w);
}

static void check_bad(void)
{
    check_refused("file,split\nA/1.png,test\n",
                  "folds.csv:1: split.csv needs the columns file and fold with "
                  "split.folds above 1; file,split is one split, with "
                  "split.folds 1",
                  true);
    check_refused("name,fold\nA/1.png,0\n",
                  ":1: split.csv needs the columns file and fold", true);
    check_refused("file,fold\nA/1.png,0\nA/2.png,3\n",
                  ":3: '3' is no fold from 0 to 2, as split.folds is 3", true);
    check_refused("file,fold\nA/1.png,0\n\nA/2.png,-1\n", ":4: '-1' is no",
                  true);
    check_refused("file,fold\nA/1.png,+0\n", ":2: '+0' is no fold", true);
    check_refused("file,fold\nA/1.png,one\n", ":2: 'one' is no fold", true);
    check_refused("file,fold\nA/1.png,\n", ":2: '' is no fold", true);
    check_refused("file,fold\nA/1.png,0\nA/2.png,1\n",
                  "no file is in fold 2, but split.folds is 3", true);
    check_refused("file,fold\nA/1.png,0\nA/2.png,1\nB/9.png,2\n",
                  ":4: 'B/9.png' is no picture of the dataset", false);
    check_refused("file,fold\nA/1.png,0\nA/2.png,1\nB/1.png,2\nA/1.png,0\n",
                  ":5: 'A/1.png' is named twice", true);
    check_refused("file,fold\nA/1.png,0\nA/2.png,1\nB/1.png,2\n./A/1.png,0\n",
                  ":5: './A/1.png' is named twice", false);
    put_table("");
    BUG_ON(unlink(in_dir("folds.csv")) < 0);
    {
        struct err err = {0};

        fails(fold_table_take(NULL, &c, &err), err, ERR_USAGE, "folds.csv",
              "a table that is not there");
    }
}

/* The family of rows 1, 3 and 4 lies in two folds. */
static void check_parted(void)
{
    static const uint32_t family[N] = {0, 1, 2, 1, 1};
    struct find_images w;
    struct buf warnings = {0};

    find_all(&w);
    near_duplicates_parted(&w, family, (const int[N]){0, 1, 0, 1, 1},
                           &warnings);
    ok(warnings.len == 0, "families that are whole");
    near_duplicates_parted(&w, family, (const int[N]){0, 1, 0, 1, 2},
                           &warnings);
    ok(warnings.data &&
           strstr(warnings.data,
                  "1 family of cluster images in more than one fold, "
                  "such as 'A/2.png' in 1 and 'B/3.png' in 2"),
       "one that is not is told");
    buf_release(&warnings);
    find_images_release(&w);
}

int main(void)
{
    begin_dir();
    check_taken();
    check_bad();
    check_parted();
    return end_dir();
}
