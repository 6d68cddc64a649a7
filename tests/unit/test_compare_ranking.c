/*
 * test_compare_ranking.c - experiments in the order of their validation
 * accuracy, each against one: the golden pairs the other way round
 */
#include "compare_runs.h"
#include "orchestration/tools/compare_command.h"
#include "orchestration/tools/compare_ranking.h"
#include "stats/calibration.h"

#include <math.h>

/* The folds of run "cv" validate what they tested, and test nothing. */
static void validate_folds(void)
{
    char name[64];

    put_folds();
    for (int e = 0; e < 3; e++)
        for (int f = 0; f < FOLDS; f++) {
            struct buf b = {0};
            char *text, *from;

            snprintf(name, sizeof(name), "cv/evaluate/%s-f%d/predictions.csv",
                     names[e], f);
            text = text_of(name);
            for (from = text; strstr(from, ",test,");) {
                char *at = strstr(from, ",test,");

                buf_put(&b, from, (size_t)(at - from));
                buf_puts(&b, ",validation,");
                from = at + strlen(",test,");
            }
            buf_puts(&b, from);
            put_file(name, b.data);
            buf_release(&b);
        }
}

static int rank_with(struct compare *c, const char *against, struct err *err)
{
    static const char *const turned[] = {"three", "one", "two"};
    char path[FILE_PATH_MAX];

    BUG_ON(file_path(path, err, "%s/cv", dir) < 0);
    return compare_run(c,
                       &(struct compare_request){.run_dir = path,
                                                 .name = turned,
                                                 .n = 3,
                                                 .folds = FOLDS,
                                                 .resamples = RESAMPLES,
                                                 .seed = SEED,
                                                 .ranked = true,
                                                 .against = against},
                       err);
}

/* Golden pair 'i', of an experiment and "one", the other way round. */
static void check_turned(const struct compare *c, const struct compare_pair *p,
                         int i)
{
    near(compare_difference(c, p), -pairs[i][0], 1e-12, "a difference");
    near(p->interval.low, -pairs[i][2], 1e-12, "  lower end");
    near(p->interval.high, -pairs[i][1], 1e-12, "  upper end");
    near(p->test.p, pairs[i][3], 1e-12, "  McNemar p");
}

static void check_ranking(struct compare *c)
{
    const double small = fmin(pairs[0][3], pairs[1][3]);
    const double large = fmax(pairs[0][3], pairs[1][3]);
    struct err err = {0};

    if (!ok(rank_with(c, NULL, &err) == 0, "folds that test nothing"))
        printf("# %s\n", err.text);
    ok(c->n_cell == N && c->n_group == 9 && c->n_pair == 2,
       "  each against the best on all validation cells");
    ok(strcmp(c->one[0].name, "one") == 0 && c->reference == 0 &&
           c->one[0].correct >= c->one[1].correct &&
           c->one[1].correct >= c->one[2].correct,
       "  in the order of their accuracy");
    check_accuracy(&c->one[0].interval, 0);
    for (int k = 0; k < 2; k++) {
        const struct compare_pair *p = &c->pair[k];

        check_turned(c, p, strcmp(c->one[p->a].name, "two") == 0 ? 0 : 1);
        near(p->holm,
             fabs(p->test.p - small) < 1e-12 ? fmin(2 * small, 1)
                                             : fmax(fmin(2 * small, 1), large),
             1e-12, "  after Holm, of two");
    }
    compare_release(c);
    ok(rank_with(c, "two", &err) == 0 && c->n_pair == 2 &&
           strcmp(c->one[c->reference].name, "two") == 0,
       "each against one that is named");
    for (int k = 0; k < 2; k++)
        if (strcmp(c->one[c->pair[k].a].name, "one") == 0)
            near(compare_difference(c, &c->pair[k]), pairs[0][0], 1e-12,
                 "  with its difference");
    compare_release(c);
}

static void check_tables(struct compare *c)
{
    struct buf b = {0};
    struct temperature t;
    char nll[64];
    struct err err = {0};

    BUG_ON(rank_with(c, NULL, &err) < 0);
    temperature_fit(&t, &c->one[0].predicted.o);
    snprintf(nll, sizeof(nll), ",%.6f,,,,,,,,\n2,", t.after);
    compare_ranking_csv(c, &b);
    ok(strstr(b.data, "\n1,one,60,53,0.883333,") && strstr(b.data, nll) &&
           strstr(b.data, "\n3,") &&
           strstr(b.data, ",one,-0.233333,-0.395371,-0.118894,"),
       "the table as CSV");
    buf_release(&b);
    compare_ranking_markdown(c, &b);
    ok(strstr(b.data, "| 1 | one | 53 | 88.3 | ") &&
           strstr(b.data, "| -23.3 | -39.5 to -11.9 | "),
       "  as Markdown");
    buf_release(&b);
    compare_release(c);
}

static void check_verb(void)
{
    char path[FILE_PATH_MAX], out_path[FILE_PATH_MAX];
    struct compare_args a = {.run_dir = path, .on = "validation"};
    FILE *out = tmpfile();
    struct err err = {0};
    char *text, said[32] = "";

    BUG_ON(!out || file_path(path, &err, "%s/cv", dir) < 0 ||
           file_path(out_path, &err, "%s/r.md", dir) < 0);
    put_file("cv/run.yaml", "run:\n  seed: 5\nevaluate:\n  bootstrap: 400\n"
                            "split:\n  folds: 3\n");
    a.out = out_path;
    ok(compare_command_run(out, &a, &err) == 0, "the verb ranks all");
    rewind(out);
    ok(fgets(said, sizeof(said), out) &&
           strcmp(said, "60 validation cells of all 3 fo") == 0,
       "  says by what");
    text = text_of("cv/compare/validation.csv");
    ok(strstr(text, "\n1,one,60,53,"), "  writes the table");
    text = text_of("r.md");
    ok(strncmp(text, "| rank |", 8) == 0, "  and where it is told to");
    a.out = "r.jpg";
    fails(compare_command_run(out, &a, &err), err, ERR_USAGE,
          "ends in .csv or .md", "another ending is refused");
    a.out = NULL;
    a.against = "four";
    fails(compare_command_run(out, &a, &err), err, ERR_USAGE,
          "--against 'four' is none of the 3 experiments", "one that is not");
    a.on = NULL;
    fails(compare_command_run(out, &a, &err), err, ERR_USAGE,
          "--against: needs --on validation", "on the test cells");
    a.against = NULL;
    fails(compare_command_run(out, &a, &err), err, ERR_INPUT,
          "'one' has no test cell; 'papline compare ",
          "folds that test nothing have nothing else to compare");
    a.on = "train";
    fails(compare_command_run(out, &a, &err), err, ERR_USAGE,
          "--on 'train' is neither test nor validation", "another split");
    a.on = "validation";
    a.other = dir;
    fails(compare_command_run(out, &a, &err), err, ERR_USAGE,
          "--on validation: not with --with", "of two runs");
    fclose(out);
}

int main(void)
{
    struct compare *c = calloc(1, sizeof(*c));

    BUG_ON(!c);
    begin_dir();
    validate_folds();
    check_ranking(c);
    check_tables(c);
    check_verb();
    free(c);
    return end_dir();
}
