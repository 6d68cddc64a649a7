/* test_compare_splits.c - experiments under two ways of splitting, of which
 * either may have folds */
#include "compare_runs.h"
#include "evaluation/leakage.h"
#include "orchestration/tools/compare_command.h"
#include "orchestration/tools/compare_splits.h"

/* Group 0 of class z was trained on: six of the golden cells are of it. */
static void put_index(void)
{
    struct buf b = {0};

    buf_puts(&b, "file,class,group,split,status\n"
                 "t.bmp,z,z/0,train,ok\nu.bmp,a,a/0,train,truncated\n"
                 "w.bmp,z,,train,ok\nv,z,z/9,validation,ok\n");
    for (int i = 0; i < N; i++)
        buf_printf(&b, "%d.bmp,%s,%s/%d,test,ok\n", i, i % 3 ? "z" : "a",
                   i % 3 ? "z" : "a", group_of[i]);
    put_file("data/index.csv", b.data);
    buf_release(&b);
}

static void check_siblings(void)
{
    static const char text[] = "file,class,group,split,status\n"
                               "t,z,1,train,ok\n"
                               "a,z,1,test,ok\n"
                               "b,y,1,test,ok\n"
                               "c,z,1,test,broken\n"
                               "d,y,2,train,broken\n"
                               "e,y,2,test,ok\n"
                               "f,z,,test,ok\n";
    char path[FILE_PATH_MAX];
    struct csv index;
    const char *file[] = {"a", "f", "b"};
    struct predictions p = {.o = {.n = 2}, .file = file};
    bool mark[7];
    size_t row[3];
    struct err err = {0};

    put_file("data/index.csv", text);
    BUG_ON(file_path(path, &err, "%s/data/index.csv", dir) < 0 ||
           csv_read(&index, path, &err) < 0);
    ok(leakage_mark(&index, 0, 1, mark, &err) == 0 && mark[0] && mark[1] &&
           mark[2],
       "a cell of a training cell's group, whatever its class");
    ok(!mark[3] && !mark[5] && !mark[6],
       "  not unusable, of an unusable one, alone");
    ok(leakage_rows(&index, &p, SPLIT_TEST, 1, row, &err) == 0 && row[0] == 1 &&
           row[1] == 6,
       "rows of a table");
    p.o.n = 3;
    fails(leakage_rows(&index, &p, SPLIT_TEST, 1, row, &err), err, ERR_INPUT,
          "'b' is not in index.csv, or not in this order", "a cell not there");
    csv_release(&index);
    put_file("data/index.csv", "file,class\nx,y\n");
    BUG_ON(csv_read(&index, path, &err) < 0);
    fails(leakage_mark(&index, 0, 1, mark, &err), err, ERR_INPUT,
          "lacks one of", "an index without its columns is refused");
    csv_release(&index);
}

/* Folds of a group that is in all three, one that is in two, one in one. */
static void check_siblings_folds(void)
{
    static const char text[] = "file,class,group,split,fold,status\n"
                               "a,z,1,test,0,ok\n"
                               "b,z,1,validation,1,ok\n"
                               "c,z,1,train,2,ok\n"
                               "d,z,2,test,0,ok\n"
                               "e,z,2,validation,1,ok\n"
                               "f,z,3,train,2,ok\n"
                               "g,z,3,train,2,ok\n"
                               "h,z,3,test,0,broken\n";
    static const bool tested[8] = {1, 1, 1, 0, 1, 0, 0, 0};
    const char *file[] = {"a", "d", "b", "e", "c", "g"};
    struct predictions p = {.o = {.n = 6}, .file = file};
    struct csv index;
    bool mark[8];
    size_t row[6];
    char path[FILE_PATH_MAX];
    struct err err = {0};

    put_file("cv/data/index.csv", text);
    BUG_ON(file_path(path, &err, "%s/cv/data/index.csv", dir) < 0 ||
           csv_read(&index, path, &err) < 0);
    ok(leakage_mark(&index, 1, FOLDS, mark, &err) == 0 && mark[1] && mark[4] &&
           !mark[5],
       "cells of groups that train in fold 1, of which 0 trains and 2 validates");
    ok(leakage_tested(&index, FOLDS, mark, &err) == 0 &&
           memcmp(mark, tested, sizeof(tested)) == 0,
       "each cell as in the fold that tests it");
    ok(leakage_rows(&index, &p, SPLIT_TEST, FOLDS, row, &err) == 0 &&
           row[1] == 3 && row[2] == 1 && row[4] == 2 && row[5] == 6,
       "rows of pooled cells, fold after fold");
    p.file = file + 2;
    p.o.n = 2;
    ok(leakage_rows(&index, &p, SPLIT_TEST, FOLDS, row, &err) == 0 &&
           row[0] == 1 && row[1] == 4,
       "  of one fold alone");
    p.file = file + 1;
    file[1] = "e";
    file[2] = "d";
    fails(leakage_rows(&index, &p, SPLIT_TEST, FOLDS, row, &err), err,
          ERR_INPUT, "'d' is not in index.csv, or not in this order",
          "  in no order of folds");
    csv_release(&index);
    put_file("cv/data/index.csv",
             "file,class,group,split,status\na,z,1,test,ok\n");
    BUG_ON(csv_read(&index, path, &err) < 0);
    fails(leakage_tested(&index, FOLDS, mark, &err), err, ERR_INPUT,
          "lacks the column fold, of 3 folds",
          "an index without folds is refused");
    csv_release(&index);
}

static int fold_at(int i)
{
    int f = 0;

    while (i >= (f + 1) * N / FOLDS)
        f++;
    return f;
}

/* The golden cells in their folds; how many are of the class and group of one
 * that trains when they are tested: one in the fold before theirs. */
static size_t put_index_folds(void)
{
    struct buf b = {0};
    size_t n = 0;

    buf_puts(&b, "file,class,group,split,fold,status\n");
    for (int i = 0; i < N; i++) {
        bool shared = false;

        buf_printf(&b, "%d.bmp,%s,%s/%d,,%d,ok\n", i, i % 3 ? "z" : "a",
                   i % 3 ? "z" : "a", group_of[i], fold_at(i));
        for (int k = 0; k < N; k++)
            shared =
                shared || (group_of[k] == group_of[i] && !(k % 3) == !(i % 3) &&
                           (fold_at(k) + 1) % FOLDS == fold_at(i));
        n += shared;
    }
    put_file("cv/data/index.csv", b.data);
    buf_release(&b);
    return n;
}

static void check_splits_folds(void)
{
    const size_t shared = put_index_folds();
    char path[FILE_PATH_MAX];
    const struct compare_splits_args a = {path, FOLDS, RESAMPLES, SEED};
    struct split_side side, one;
    struct err err = {0};
    struct buf b = {0};
    size_t leaked = 0, right_of = 0;

    BUG_ON(file_path(path, &err, "%s/cv", dir) < 0);
    ok(compare_splits_read(&side, &a, "one", &err) == 0 &&
           side.folds == FOLDS && side.cells == N && side.groups == 9 &&
           side.correct == 53,
       "all folds of one side");
    check_accuracy(&side.interval, 0);
    ok(side.leaked == shared && shared > 0 && shared < N,
       "  cells of a group that the others trained on");
    for (int f = 0; f < FOLDS; f++) {
        char name[32];

        snprintf(name, sizeof(name), "one-f%d", f);
        ok(compare_splits_read(&one, &a, name, &err) == 0 && one.folds == 1 &&
               one.cells == N / FOLDS,
           "one fold of one side");
        leaked += one.leaked;
        right_of += one.leaked_right;
    }
    ok(leaked == side.leaked && right_of == side.leaked_right,
       "  which add up");
    compare_splits_csv_row(&side, "one", dir, "group", &b);
    ok(strstr(b.data, ",group,60,9,53,0.883333,") != NULL &&
           strcmp(b.data + b.len - 3, ",3\n") == 0,
       "splits.csv of folds");
    buf_release(&b);
}

static void check_splits(void)
{
    const struct compare_splits_args a = {dir, 1, RESAMPLES, SEED};
    struct split_side side[3];
    struct interval range;
    struct err err = {0};
    struct buf b = {0};

    put_index();
    for (int e = 0; e < 3; e++)
        ok(compare_splits_read(&side[e], &a, names[e], &err) == 0 &&
               side[e].cells == N && side[e].groups == 9,
           "one side of two splits");
    ok(side[0].leaked == 6 && side[0].leaked_right == 5,
       "  six cells of a group that was trained on, five right");
    near(compare_splits_difference(&side[0], &side[1], &range), pairs[0][0],
         1e-12, "difference of two runs");
    check_pair(range.low, range.high, 0, 5);
    compare_splits_csv_row(&side[0], "one", dir, "random", &b);
    ok(strstr(b.data, ",random,60,9,53,0.883333,") != NULL &&
           strstr(b.data, ",6,0.833333,0.888889,1\n") != NULL,
       "splits.csv of one split");
    buf_release(&b);
}

/* What splits.csv of run "cv" says of an experiment: that line of 'out' ends
 * in its folds. */
static void check_with(const struct compare_args *a, int first, int second,
                       const char *what)
{
    FILE *out = tmpfile();
    char end[2][16], *text, *line;
    struct err err = {0};

    BUG_ON(!out);
    if (!ok(compare_command_run(out, a, &err) == 0, what))
        printf("# %s\n", err.text);
    snprintf(end[0], sizeof(end[0]), ",%d", first);
    snprintf(end[1], sizeof(end[1]), ",%d", second);
    text = text_of("cv/compare/splits.csv");
    line = strstr(text, "\none,");
    for (int i = 0; i < 2 && line; i++) {
        char *stop = strchr(line + 1, '\n');

        BUG_ON(!stop);
        *stop = '\0';
        ok(strstr(line, ",60,9,53,0.883333,") != NULL &&
               strcmp(stop - 2, end[i]) == 0,
           "  with the cells of all its folds");
        *stop = '\n';
        line = stop;
    }
    ok(line && strncmp(line, "\nthree,", 7) == 0, "  and then the next");
    fclose(out);
}

/* Either run, or both, may have folds. */
static void check_verb_with(void)
{
    char path[FILE_PATH_MAX];
    const char *const lost[] = {"lost"};
    struct compare_args a = {.run_dir = path, .other = dir};
    FILE *out = tmpfile();
    struct err err = {0};
    char *text;

    BUG_ON(!out || file_path(path, &err, "%s/cv", dir) < 0);
    put_index_folds();
    check_with(&a, FOLDS, 1, "a run with folds beside one without");
    a.other = path;
    check_with(&a, FOLDS, FOLDS, "  beside itself");
    a.run_dir = dir;
    a.other = dir;
    ok(compare_command_run(out, &a, &err) == 0, "a run with itself");
    text = text_of("compare/splits.csv");
    ok(strstr(text, "\nthree,"), "  writes splits.csv");
    a.other = path;
    put_file("cv/evaluate/lost-f0/predictions.csv", "");
    put_file("cv/evaluate/lost/predictions.csv",
             "file,split,class,predicted,group\n0.bmp,test,a,a,\n");
    put_file("evaluate/lost/predictions.csv",
             "file,split,class,predicted,group\n0.bmp,test,a,a,\n");
    a.name = lost;
    a.n_name = 1;
    fails(compare_command_run(out, &a, &err), err, ERR_USAGE,
          "no evaluated experiment in common", "one that lacks a fold there");
    a.n_name = 0;
    ok(compare_command_run(out, &a, &err) == 0, "  is left out");
    text = text_of("compare/splits.csv");
    ok(!strstr(text, "lost"), "  of the table");
    fclose(out);
}

int main(void)
{
    begin_dir();
    put_tables();
    put_folds();
    put_file("run.yaml", "run:\n  seed: 5\nevaluate:\n  bootstrap: 400\n");
    put_file("cv/run.yaml", "run:\n  seed: 5\nevaluate:\n  bootstrap: 400\n"
                            "split:\n  folds: 3\n");
    check_siblings();
    check_siblings_folds();
    check_splits();
    check_splits_folds();
    check_verb_with();
    return end_dir();
}
