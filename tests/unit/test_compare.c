/* test_compare.c - experiments against each other, as statsmodels and NumPy
 * have it; tables that do not belong together are refused */
#include "compare_runs.h"
#include "orchestration/tools/compare.h"
#include "orchestration/tools/compare_command.h"

/* Compare the first 'n' of 'name'. */
static int run_compare(struct compare *c, const char *const *name, int n,
                       int resamples, struct err *err)
{
    return compare_run(c,
                       &(struct compare_request){.run_dir = dir,
                                                 .name = name,
                                                 .n = n,
                                                 .resamples = resamples,
                                                 .seed = SEED},
                       err);
}

/* The same in the run 'at', which has folds. */
static int run_folds_of(struct compare *c, const char *at,
                        const char *const *name, int n, struct err *err)
{
    char path[FILE_PATH_MAX];

    BUG_ON(file_path(path, err, "%s/%s", dir, at) < 0);
    return compare_run(c,
                       &(struct compare_request){.run_dir = path,
                                                 .name = name,
                                                 .n = n,
                                                 .folds = FOLDS,
                                                 .resamples = RESAMPLES,
                                                 .seed = SEED},
                       err);
}

static int run_folds(struct compare *c, const char *const *name, int n,
                     struct err *err)
{
    return run_folds_of(c, "cv", name, n, err);
}

/* Three compared experiments are as they should be; they are released. */
static void check_golden(struct compare *c)
{
    struct buf b = {0};

    ok(c->n_cell == N && c->n_group == 9 && c->n_pair == 3,
       "  on the test cells, every two");
    for (int e = 0; e < 3; e++)
        check_accuracy(&c->one[e].interval, e);
    for (int i = 0; i < 3; i++) {
        const struct compare_pair *p = &c->pair[i];

        near(compare_difference(c, p), pairs[i][0], 1e-12,
             "a pair's difference in accuracy");
        check_pair(p->interval.low, p->interval.high, i, 1);
        near(p->test.p, pairs[i][3], 1e-12, "a pair's McNemar p");
        near(p->holm, pairs[i][4], 1e-12, "a pair's p after Holm");
    }
    compare_pairs_csv(c, &b);
    ok(strstr(b.data, "\none,two,0.233333,0.118894,0.395371,") != NULL,
       "pairs.csv has the first pair");
    compare_experiments_csv(c, &b);
    ok(strstr(b.data, "\none,60,53,0.883333,") != NULL,
       "experiments.csv has the first experiment");
    buf_release(&b);
    compare_release(c);
    compare_release(c);
}

static void check_all(struct compare *c)
{
    struct err err = {0};

    if (!ok(run_compare(c, names, 3, RESAMPLES, &err) == 0,
            "three experiments are compared"))
        printf("# %s\n", err.text);
    check_golden(c);
}

static void check_folds(struct compare *c)
{
    const char *const one[] = {"one-f1"}, *const mixed[] = {"one", "two-f0"};
    struct err err = {0};

    if (!ok(run_folds(c, names, 3, &err) == 0, "all folds are pooled"))
        printf("# %s\n", err.text);
    ok(c->one[0].folds == FOLDS && c->one[1].predicted.o.k == 2,
       "  classes by their names");
    check_golden(c);
    ok(run_folds(c, one, 1, &err) == 0 && c->n_cell == N / FOLDS &&
           c->one[0].folds == 1,
       "one fold by its name");
    compare_release(c);
    fails(run_folds(c, mixed, 2, &err), err, ERR_USAGE,
          "'two-f0' is of 20 cells, the first of 60", "a fold beside all");
    compare_release(c);
    put_file("cv/evaluate/one/predictions.csv",
             "file,split,class,predicted,group\n0.bmp,test,a,a,\n");
    ok(run_folds(c, names, 1, &err) == 0 && c->n_cell == N &&
           c->one[0].folds == FOLDS,
       "all folds, not what a run without folds left");
    compare_release(c);
    put_file("cv/evaluate/twice-f0/predictions.csv",
             "file,split,class,predicted,group\n0.bmp,test,a,a,\n");
    put_file("cv/evaluate/twice-f1/predictions.csv",
             "file,split,class,predicted,group\n1.bmp,test,a,a,\n");
    put_file("cv/evaluate/twice-f2/predictions.csv",
             "file,split,class,predicted,group\n0.bmp,test,a,a,\n");
    fails(run_folds(c, (const char *const[]){"twice"}, 1, &err), err, ERR_USAGE,
          "'0.bmp' is tested in two folds", "folds of two splits");
    compare_release(c);
}

/* The golden groups as families of cells that are all in groups of their own. */
static void put_families(const char *path, int begin, int end)
{
    struct buf b = {0};

    buf_puts(&b, "file,split,class,predicted,group,family\n");
    for (int i = begin; i < end; i++)
        buf_printf(&b, "%d.bmp,test,%s,%s,alone%d,g%d\n", i, i % 3 ? "z" : "a",
                   (i % 3 > 0) == right[0][i] ? "z" : "a", i, group_of[i]);
    put_file(path, b.data);
    buf_release(&b);
}

/* They give the golden intervals. */
static void check_families(struct compare *c)
{
    static const char *const kin[] = {"kin"};
    struct err err = {0};

    put_families("evaluate/kin/predictions.csv", 0, N);
    ok(run_compare(c, kin, 1, RESAMPLES, &err) == 0 && c->n_group == 9,
       "groups of one family are drawn together");
    check_accuracy(&c->one[0].interval, 0);
    compare_release(c);
    put_families("kin/evaluate/kin-f0/predictions.csv", 0, N / 3);
    put_families("kin/evaluate/kin-f1/predictions.csv", N / 3, N / 2);
    put_families("kin/evaluate/kin-f2/predictions.csv", N / 2, N);
    ok(run_folds_of(c, "kin", kin, 1, &err) == 0 && c->n_group == 9,
       "the same over folds");
    check_accuracy(&c->one[0].interval, 0);
    compare_release(c);
    put_file("kin/evaluate/kin-f1/predictions.csv",
             "file,split,class,predicted,group\nf.bmp,test,a,a,\n");
    ok(run_folds_of(c, "kin", kin, 1, &err) == 0 && c->n_group > 9,
       "a fold without families: groups are alone in all");
    compare_release(c);
}

/* Eight cells in 'groups' groups, of which the first 'good' are right. */
static void put_eight(const char *path, int groups, int good)
{
    struct buf b = {0};

    buf_puts(&b, "file,split,class,predicted,group\n");
    for (int i = 0; i < 8; i++)
        buf_printf(&b, "%d.bmp,test,a,%s,g%d\n", i, i < good ? "a" : "z",
                   i % groups);
    put_file(path, b.data);
    buf_release(&b);
}

/* Two experiments on eight cells, the second all right; 'rows' of
 * experiments.csv. */
static void check_eight(struct compare *c, int groups, const char *rows,
                        bool differ, const char *what)
{
    static const char *const two[] = {"some", "all"};
    struct err err = {0};
    struct buf b = {0};

    put_eight("evaluate/some/predictions.csv", groups, 6);
    put_eight("evaluate/all/predictions.csv", groups, 8);
    ok(run_compare(c, two, 2, RESAMPLES, &err) == 0 &&
           isfinite(c->pair[0].interval.low) == differ &&
           isfinite(c->pair[0].interval.high) == differ,
       what);
    compare_experiments_csv(c, &b);
    if (!ok(strstr(b.data, rows) != NULL, "  intervals of accuracies"))
        printf("# %s", b.data);
    buf_release(&b);
    compare_release(c);
}

/* The numbers are of the formula of Wilson, worked out in Python. */
static void check_intervals(struct compare *c)
{
    static const char *const same[] = {"all", "alike"};
    struct err err = {0};

    check_eight(c, 8,
                "some,8,6,0.750000,0.409275,0.928521\n"
                "all,8,8,1.000000,0.675592,1.000000\n",
                true, "each cell a group");
    check_eight(c, 4, "\nall,8,8,1.000000,0.510109,1.000000\n", true,
                "an accuracy that drawing does not change");
    check_eight(c, 1, "some,8,6,0.750000,,\nall,8,8,1.000000,,\n", false,
                "one group");
    put_eight("evaluate/all/predictions.csv", 4, 6);
    put_eight("evaluate/alike/predictions.csv", 4, 6);
    ok(run_compare(c, same, 2, RESAMPLES, &err) == 0 &&
           isfinite(c->one[0].interval.low) && isnan(c->pair[0].interval.low),
       "two that are alike: no interval of their difference");
    compare_release(c);
}

static void check_without_intervals(struct compare *c)
{
    struct err err = {0};
    struct buf b = {0};

    ok(run_compare(c, names, 2, 0, &err) == 0, "compared without resamples");
    ok(isnan(c->pair[0].interval.low) && isnan(c->one[0].interval.high),
       "  no intervals");
    compare_pairs_csv(c, &b);
    ok(strstr(b.data, "\none,two,0.233333,,,") != NULL, "  empty in the table");
    buf_release(&b);
    compare_release(c);
}

static void check_refusals(struct compare *c)
{
    static const char head[] = "file,split,class,predicted,group\n";
    const char *const twice[] = {"one", "one"}, *const none[] = {"absent"};
    const char *const bad[] = {"one", "bad"}, *const empty[] = {"empty"};
    const char *many[COMPARE_EACH_MAX + 1] = {0};
    char text[256];
    struct err err = {0};

    fails(run_compare(c, twice, 2, 0, &err), err, ERR_USAGE,
          "'one' is named twice", "an experiment named twice is refused");
    compare_release(c);
    fails(run_compare(c, none, 1, 0, &err), err, ERR_INPUT,
          "absent/predictions.csv",
          "an experiment without predictions.csv is refused");
    compare_release(c);
    fails(run_compare(c, many, COMPARE_EACH_MAX + 1, 0, &err), err, ERR_USAGE,
          "32 experiments to compare, 1 to 31 can",
          "too many experiments are refused");
    compare_release(c);
    snprintf(text, sizeof(text), "%s0.bmp,test,a,a,\n", head);
    put_file("evaluate/bad/predictions.csv", text);
    fails(run_compare(c, bad, 2, 0, &err), err, ERR_USAGE,
          "'bad' is of 1 cells, the first of 60",
          "experiments of other test cells are refused");
    compare_release(c);
    snprintf(text, sizeof(text), "%s0.bmp,validation,a,a,\n", head);
    put_file("evaluate/empty/predictions.csv", text);
    fails(run_compare(c, empty, 1, 0, &err), err, ERR_INPUT, "has no test cell",
          "an experiment without a test cell is refused");
    compare_release(c);
}

static void check_verb(void)
{
    const char *const some[] = {"one", "twoo"};
    struct compare_args a = {.run_dir = dir, .name = some, .n_name = 2};
    FILE *out = tmpfile();
    struct err err = {0};
    char *text;

    BUG_ON(!out);
    fails(compare_command_run(out, &a, &err), err, ERR_USAGE,
          "is not a run's directory",
          "a directory without run.yaml is refused");
    put_file("run.yaml", "run:\n  seed: 5\nevaluate:\n  bootstrap: 400\n");
    fails(compare_command_run(out, &a, &err), err, ERR_USAGE,
          "did you mean two?",
          "a name that is nearly an experiment's is refused with that");
    a.n_name = 1;
    fails(compare_command_run(out, &a, &err), err, ERR_USAGE, "two are needed",
          "a single experiment is refused");
    a.name = names;
    a.n_name = 3;
    ok(compare_command_run(out, &a, &err) == 0,
       "the verb compares three experiments");
    text = text_of("compare/pairs.csv");
    ok(strstr(text, "\none,two,0.233333,0.118894,0.395371,"),
       "  writes pairs.csv with the run's seed and resamples");
    fclose(out);
}

static void check_verb_folds(void)
{
    char path[FILE_PATH_MAX];
    const char *const lost[] = {"two", "lost"}, *const none[] = {"two-f7"};
    struct compare_args a = {.run_dir = path};
    FILE *out = tmpfile();
    struct err err = {0};
    char *text, predicted[32] = "";

    BUG_ON(!out || file_path(path, &err, "%s/cv/evaluate/twice-f1", dir) < 0 ||
           file_dir_remove(path, &err) < 0);
    BUG_ON(file_path(path, &err, "%s/cv", dir) < 0);
    put_file("cv/run.yaml", "run:\n  seed: 5\nevaluate:\n  bootstrap: 400\n"
                            "split:\n  folds: 3\n");
    ok(compare_command_run(out, &a, &err) == 0, "a run with folds");
    rewind(out);
    ok(fgets(predicted, sizeof(predicted), out) &&
           strcmp(predicted, "60 test cells of all 3 folds in") == 0,
       "  says that they are pooled");
    text = text_of("cv/compare/pairs.csv");
    ok(strstr(text, "\none,two,0.233333,0.118894,0.395371,") &&
           !strstr(text, "twice"),
       "  compares those that have all folds");
    a.name = lost;
    a.n_name = 2;
    put_file("cv/evaluate/lost-f0/predictions.csv", "");
    put_file("cv/evaluate/lost/predictions.csv", "");
    fails(compare_command_run(out, &a, &err), err, ERR_USAGE,
          "'lost': fold 1 of 3 is not evaluated", "one that lacks a fold");
    a.name = none;
    a.n_name = 1;
    fails(compare_command_run(out, &a, &err), err, ERR_USAGE,
          "did you mean two-f", "a fold that is not there");
    fclose(out);
}

int main(void)
{
    struct compare *c = calloc(1, sizeof(*c));

    BUG_ON(!c);
    begin_dir();
    put_tables();
    put_folds();
    check_all(c);
    check_folds(c);
    check_families(c);
    check_without_intervals(c);
    check_intervals(c);
    check_refusals(c);
    check_verb();
    check_verb_folds();
    free(c);
    return end_dir();
}
