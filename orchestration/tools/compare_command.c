/* compare_command.c - names, tables on the terminal, files */
#include "orchestration/tools/compare_command.h"

#include "base/file.h"
#include "base/log.h"
#include "base/spell.h"
#include "config/config.h"
#include "orchestration/tools/compare_ranking.h"
#include "orchestration/tools/compare_splits.h"
#include "orchestration/tools/stale_results.h"
#include "run/experiment_name.h"

#include <stdlib.h>
#include <string.h>

enum { LEAST_WIDE = 10 }; /* of a column of names: "experiment" */

static bool is_ranked(const struct compare_args *a)
{
    return a->on && strcmp(a->on, "validation") == 0;
}

/* --- which experiments ---------------------------------------------------- */

/* Experiments of a run that are evaluated, in order of name. */
struct evaluated {
    const char *run_dir; /* borrowed */
    int folds;           /* of the run */
    int most;            /* experiments */
    char **entry;        /* owned: what is in RUN/evaluate */
    size_t n_entry;
    const char *name[COMPARE_MAX]; /* borrowed from 'entry' or the arguments */
    int n;
};

static bool is_evaluated(const char *run_dir, const char *name)
{
    char path[FILE_PATH_MAX];
    struct err err;

    return !strchr(name, '.') && !strchr(name, '/') &&
           file_path(path, &err, "%s/evaluate/%s/predictions.csv", run_dir,
                     name) == 0 &&
           file_exists(path);
}

static int list_evaluated(struct evaluated *e, struct err *err)
{
    char path[FILE_PATH_MAX];

    if (file_path(path, err, "%s/evaluate", e->run_dir) < 0)
        return -1;
    if (!file_exists(path))
        return err_set(err, ERR_USAGE, "'%.200s' has no evaluated experiment",
                       e->run_dir);
    return file_dir_list(path, &e->entry, &e->n_entry, err);
}

static int no_such(const struct evaluated *e, const char *name, struct err *err)
{
    const char *meant =
        spell_nearest(name, (const char *const *)e->entry, e->n_entry);

    return err_set(err, ERR_USAGE,
                   "'%.200s' has no evaluated experiment '%.100s'%s%.100s%s",
                   e->run_dir, name, meant ? "; did you mean " : "",
                   meant ? meant : "", meant ? "?" : "");
}

static int add_name(struct evaluated *e, const char *name, struct err *err)
{
    if (e->n == e->most)
        return err_set(err, ERR_USAGE,
                       "more than %d experiments to compare: name some",
                       e->most);
    e->name[e->n++] = name;
    return 0;
}

/* One that is named: all of its folds, or itself. */
static int add_named(struct evaluated *e, const char *name, struct err *err)
{
    int missing = 0;
    const int n = compare_folds(e->run_dir, name, e->folds, &missing);

    if (n == 0 && !is_evaluated(e->run_dir, name))
        return no_such(e, name, err);
    if (n > 0 && n < e->folds)
        return err_set(err, ERR_USAGE,
                       "'%.150s': fold %d of %d is not evaluated", name,
                       missing, e->folds);
    return add_name(e, name, err);
}

/* Has a run an experiment, with all its folds where there are any?  If it has
 * only some, that is logged. */
static bool has_experiment(const char *run_dir, const char *name, int folds)
{
    int missing;
    const int n = compare_folds(run_dir, name, folds, &missing);

    if (n == 0)
        return is_evaluated(run_dir, name);
    if (n < folds)
        log_warn("'%s' is left out: fold %d of %d is not evaluated in '%s'",
                 name, missing, folds, run_dir);
    return n == folds;
}

/* One that was found; of folds the first stands for all, under the name that it
 * has without "-f0". */
static int add_found(struct evaluated *e, char *name, struct err *err)
{
    char all[EXPERIMENT_NAME_MAX];

    if (!is_evaluated(e->run_dir, name))
        return 0;
    if (e->folds < 2)
        return add_name(e, name, err);
    if (experiment_name_fold(name) != 0)
        return 0;
    experiment_name_pooled(all, name);
    name[strlen(all)] = '\0';
    return has_experiment(e->run_dir, name, e->folds) ? add_name(e, name, err)
                                                      : 0;
}

/* Those that are named; else all. */
static int choose_experiments(struct evaluated *e, const struct compare_args *a,
                              struct err *err)
{
    if (list_evaluated(e, err) < 0)
        return -1;
    for (int i = 0; i < a->n_name; i++)
        if (add_named(e, a->name[i], err) < 0)
            return -1;
    for (size_t i = 0; a->n_name == 0 && i < e->n_entry; i++)
        if (add_found(e, e->entry[i], err) < 0)
            return -1;
    return 0;
}

/* --- what a run says ------------------------------------------------------ */

static int read_config(struct config *c, const char *run_dir, struct err *err)
{
    char path[FILE_PATH_MAX];

    if (file_path(path, err, "%s/run.yaml", run_dir) < 0)
        return -1;
    if (!file_exists(path))
        return err_set(err, ERR_USAGE, "'%.200s' is not a run's directory",
                       run_dir);
    return config_read(c, path, NULL, 0, err);
}

static int write_table(const char *run_dir, const char *name, struct buf *b,
                       struct err *err)
{
    char path[FILE_PATH_MAX];
    int rc = -1;

    if (file_path(path, err, "%s/compare", run_dir) == 0 &&
        file_dir_make(path, err) == 0)
        rc = buf_save(b, path, name, err);
    buf_release(b);
    return rc;
}

/* --- experiments of one run ----------------------------------------------- */

static void print_range(FILE *out, const struct interval *v, bool sign)
{
    char text[64];

    fprintf(out, "  %-16s", compare_range(text, v, sign));
}

static bool any_basis(const struct compare *c, enum share_basis basis)
{
    for (int i = 0; i < c->n; i++)
        if (c->one[i].basis == basis)
            return true;
    return false;
}

void compare_print_head(FILE *out, const struct compare *c, const char *split)
{
    fprintf(out, "%zu %s cells", c->n_cell, split);
    if (c->one[0].folds > 1)
        fprintf(out, " of all %d folds", c->one[0].folds);
    fprintf(out,
            " in %zu group%s; intervals: 95 %%, groups drawn again %d times\n",
            c->n_group, c->n_group == 1 ? "" : "s", c->resamples);
    if (any_basis(c, SHARE_WILSON))
        fprintf(out, "those of accuracies: Wilson's, each cell is a group\n");
    if (any_basis(c, SHARE_WILSON_GROUPS))
        fprintf(out, "that of an accuracy that drawing does not change: "
                     "Wilson's, each group as one cell\n");
    fprintf(out, "\n");
}

static void print_experiments(FILE *out, const struct compare *c, int wide)
{
    compare_print_head(out, c, "test");
    fprintf(out, "%-*s  %6s  %8s  %-16s\n", wide, "experiment", "right",
            "accuracy", "interval");
    for (int i = 0; i < c->n; i++) {
        const struct compare_one *one = &c->one[i];

        fprintf(out, "%-*s  %6zu  %6.1f %%", wide, one->name, one->correct,
                100.0 * compare_accuracy(c, i));
        print_range(out, &one->interval, false);
        fprintf(out, "\n");
    }
}

void compare_print_pairs(FILE *out, const struct compare *c, int wide)
{
    fprintf(out, "\n%-*s  %-*s  %10s  %-16s  %11s  %9s  %9s\n", wide, "first",
            wide, "second", "difference", "interval", "alone right",
            "McNemar p", "Holm p");
    for (int i = 0; i < c->n_pair; i++) {
        const struct compare_pair *p = &c->pair[i];

        fprintf(out, "%-*s  %-*s  %+8.1f %%", wide, c->one[p->a].name, wide,
                c->one[p->b].name, 100 * compare_difference(c, p));
        print_range(out, &p->interval, true);
        fprintf(out, "  %5zu : %-3zu  %9.3g  %9.3g%s\n", p->test.first,
                p->test.second, p->test.p, p->holm,
                p->holm < 0.05 ? "  *" : "");
    }
    fprintf(out, "\n* different at 5 %%, all pairs taken together (%d)\n",
            c->n_pair);
}

static int show_pairs(FILE *out, const struct compare_args *a,
                      const struct compare *c, struct err *err)
{
    struct buf b = {0};
    int wide = LEAST_WIDE;

    compare_experiments_csv(c, &b);
    if (write_table(a->run_dir, "experiments.csv", &b, err) < 0)
        return -1;
    compare_pairs_csv(c, &b);
    if (write_table(a->run_dir, "pairs.csv", &b, err) < 0)
        return -1;
    for (int i = 0; i < c->n; i++)
        wide = compare_wider(wide, c->one[i].name);
    print_experiments(out, c, wide);
    compare_print_pairs(out, c, wide);
    return 0;
}

static int show_ranking(FILE *out, const struct compare_args *a,
                        const struct compare *c, struct err *err)
{
    struct buf b = {0};

    compare_ranking_csv(c, &b);
    if (write_table(a->run_dir, "validation.csv", &b, err) < 0 ||
        (a->out && compare_ranking_write(c, a->out, err) < 0))
        return -1;
    compare_ranking_print(c, out);
    return 0;
}

/* Are there two, and is what they are ranked against among them? */
static int check_experiments(const struct evaluated *e,
                             const struct compare_args *a, struct err *err)
{
    if (!is_ranked(a) && e->n < 2)
        return err_set(err, ERR_USAGE,
                       "'%.200s': %d experiment to compare, two are needed",
                       a->run_dir, e->n);
    for (int i = 0; a->against && i < e->n; i++)
        if (strcmp(e->name[i], a->against) == 0)
            return 0;
    return !a->against
               ? 0
               : err_set(err, ERR_USAGE,
                         "--against '%.100s' is none of the %d experiments "
                         "that are ranked",
                         a->against, e->n);
}

static int compare_experiments(FILE *out, const struct compare_args *a,
                               const struct config *config,
                               const struct evaluated *e, struct err *err)
{
    const struct compare_request r = {.run_dir = a->run_dir,
                                      .name = e->name,
                                      .n = e->n,
                                      .folds = e->folds,
                                      .resamples =
                                          (int)config->evaluate.bootstrap,
                                      .seed = (uint64_t)config->run.seed,
                                      .ranked = is_ranked(a),
                                      .against = a->against};
    struct compare *c;
    int rc;

    if (check_experiments(e, a, err) < 0)
        return -1;
    c = calloc(1, sizeof(*c));
    if (!c)
        return err_set(err, ERR_SYSTEM, "no memory to compare");
    rc = compare_run(c, &r, err);
    if (rc == 0)
        rc = (r.ranked ? show_ranking : show_pairs)(out, a, c, err);
    compare_release(c);
    free(c);
    return rc;
}

/* --- two runs ------------------------------------------------------------- */

/* A run that takes part, and how it was split. */
struct compared_run {
    struct compare_splits_args args;
    const char *method;
};

static struct compared_run side_of(const char *run_dir, const struct config *c)
{
    return (struct compared_run){{.run_dir = run_dir,
                                  .folds = (int)c->split.folds,
                                  .resamples = (int)c->evaluate.bootstrap,
                                  .seed = (uint64_t)c->run.seed},
                                 config_word(c, "split", "method")};
}

static void print_side(FILE *out, const struct compared_run *side,
                       const struct split_side *s, const char *name, int wide)
{
    fprintf(out, "%-*s  %-8s  %5d  %6zu  %6zu  %6.1f %%", wide, name,
            side->method, s->folds, s->cells, s->leaked,
            100 * compare_splits_accuracy(s));
    print_range(out, &s->interval, false);
    fprintf(out, "\n");
}

static int compare_experiment(FILE *out, const struct compared_run side[2],
                              const char *name, int wide, struct buf *csv,
                              struct err *err)
{
    struct split_side s[2];
    struct interval range;
    double difference;

    for (int i = 0; i < 2; i++) {
        if (compare_splits_read(&s[i], &side[i].args, name, err) < 0)
            return -1;
        print_side(out, &side[i], &s[i], name, wide);
        compare_splits_csv_row(&s[i], name, side[i].args.run_dir,
                               side[i].method, csv);
    }
    difference = compare_splits_difference(&s[0], &s[1], &range);
    fprintf(out, "%-*s  %-8s  %5s  %6s  %6s  %+6.1f %%", wide, "", "differ", "",
            "", "", 100 * difference);
    print_range(out, &range, true);
    fprintf(out, "\n");
    return 0;
}

static int compare_runs(FILE *out, const struct compare_args *a,
                        const struct config *config, const struct evaluated *e,
                        struct err *err)
{
    struct config other;
    struct buf b = {0};
    struct compared_run side[2];
    bool folds;
    int both = 0, wide = LEAST_WIDE, rc = -1;

    if (read_config(&other, a->other, err) < 0)
        return -1;
    side[0] = side_of(a->run_dir, config);
    side[1] = side_of(a->other, &other);
    folds = side[0].args.folds > 1 || side[1].args.folds > 1;
    for (int i = 0; i < e->n; i++)
        wide = compare_wider(wide, e->name[i]);
    fprintf(out, "%-*s  %-8s  %5s  %6s  %6s  %8s  %-16s\n", wide, "experiment",
            "split", "folds", "cells", "shared", "accuracy", "interval");
    compare_splits_csv_header(&b);
    for (int i = 0; i < e->n; i++) {
        if (!has_experiment(a->other, e->name[i], side[1].args.folds))
            continue;
        if (compare_experiment(out, side, e->name[i], wide, &b, err) < 0)
            goto out;
        both++;
    }
    if (both == 0) {
        err_set(err, ERR_USAGE,
                "'%.150s' and '%.150s' have no evaluated experiment in common",
                a->run_dir, a->other);
        goto out;
    }
    fprintf(out,
            "\nshared: test cells of pictures that were also trained on%s\n",
            folds ? ", by the fold that tests them" : "");
    rc = write_table(a->run_dir, "splits.csv", &b, err);
out:
    buf_release(&b);
    return rc;
}

static int check_options(const struct compare_args *a, struct err *err)
{
    if (a->on && !is_ranked(a) && strcmp(a->on, "test") != 0)
        return err_set(err, ERR_USAGE,
                       "--on '%.100s' is neither test nor validation", a->on);
    if (is_ranked(a) && a->other)
        return err_set(err, ERR_USAGE,
                       "--on validation: not with --with, which is of test "
                       "cells");
    if (!is_ranked(a) && (a->against || a->out))
        return err_set(err, ERR_USAGE, "%s: needs --on validation",
                       a->against ? "--against" : "-o");
    return a->out ? compare_ranking_check(a->out, err) : 0;
}

int compare_command_run(FILE *out, const struct compare_args *a,
                        struct err *err)
{
    struct config config;
    struct evaluated e = {.run_dir = a->run_dir,
                          .most =
                              is_ranked(a) ? COMPARE_MAX : COMPARE_EACH_MAX};
    int rc = -1;

    if (check_options(a, err) == 0 &&
        read_config(&config, a->run_dir, err) == 0) {
        e.folds = (int)config.split.folds;
        rc = choose_experiments(&e, a, err);
    }
    if (rc == 0) {
        stale_results_warn(a->run_dir, e.name, e.n);
        if (a->other)
            stale_results_warn(a->other, e.name, e.n);
        rc = (a->other ? compare_runs : compare_experiments)(out, a, &config,
                                                             &e, err);
    }
    file_dir_list_free(e.entry, e.n_entry);
    return rc;
}
