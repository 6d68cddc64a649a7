/* score_command.c - what is scored, and tables on the terminal */
#include "orchestration/tools/score_command.h"

#include "base/json.h"
#include "orchestration/tools/compare_command.h"
#include "orchestration/tools/score.h"

#include <stdlib.h>
#include <string.h>

/* --- one of them ---------------------------------------------------------- */

/* The cells that are not so, with the interval of that. */
static struct grouped_share opposite_of(struct grouped_share s)
{
    const double low = s.low;

    s.k = s.n - s.k;
    s.low = 1 - s.high;
    s.high = 1 - low;
    return s;
}

static void print_share(FILE *out, const char *what,
                        const struct grouped_share *s)
{
    struct buf words = {0};

    if (s->n == 0)
        return;
    grouped_share_words(s, &words);
    fprintf(out, "    %-14s %6.2f %%  %zu of %zu; %s\n", what,
            100 * grouped_share_value(s), s->k, s->n,
            words.data ? words.data : "");
    buf_release(&words);
}

static void print_sides(FILE *out, const struct grouped_share *found,
                        const struct grouped_share *raised)
{
    const struct grouped_share clear = opposite_of(*raised);

    print_share(out, "sensitivity", found);
    print_share(out, "specificity", &clear);
}

static void print_screening(FILE *out, const struct screening *s)
{
    const struct grouped_share found = opposite_of(s->missed);

    if (!s->two)
        return;
    fprintf(out, "abnormal cells, by the class that they are called\n");
    print_sides(out, &found, &s->raised);
    if (!s->threshold || !s->sets)
        return;
    fprintf(out,
            "by each fold's threshold, which finds %g %% of those of its "
            "validation\n",
            100 * s->wanted);
    print_sides(out, &s->above_found, &s->above_raised);
}

static void print_classes(FILE *out, const struct score *s)
{
    const struct metrics *m = &s->metrics.input[0].m;

    fprintf(out, "%-28s %6s %6s %9s %9s %6s\n", "class", "cells", "right",
            "recall", "precision", "F1");
    for (int c = 0; c < m->k; c++)
        fprintf(out, "%-28s %6zu %6zu %7.2f %% %7.2f %% %6.4f\n",
                s->cells.class_name[c], m->of[c].support, m->confusion[c][c],
                100 * m->of[c].recall, 100 * m->of[c].precision, m->of[c].f1);
}

/* Those that temperature would change, as they are without one. */
static void print_calibration(FILE *out, const struct score *s)
{
    const json_t *drawn =
        json_object_get(json_object_get(s->metrics.root, "test"), "bootstrap");

    for (const struct metric *m = metrics_table; m->name; m++) {
        const json_t *range = json_object_get(drawn, m->name);

        if (!(m->shown & SHOWN_CALIBRATED) || !s->cells.o.p)
            continue;
        fprintf(out, "%-28s %.*f", m->label, m->digits + 1,
                m->value(&s->metrics.input[0]));
        if (json_is_number(json_array_get(range, 1)))
            fprintf(out, "  %.*f to %.*f", m->digits + 1,
                    json_number_value(json_array_get(range, 0)), m->digits + 1,
                    json_number_value(json_array_get(range, 1)));
        fprintf(out, "\n");
    }
}

static void print_score(FILE *out, const struct score_source *from,
                        const struct score *s)
{
    fprintf(out, "\n%s: %zu %s cells of fold%s", from->name, s->cells.o.n,
            store_split_name(s->split), from->n > 1 ? "s" : "");
    for (int i = 0; i < from->n; i++)
        fprintf(out, "%s %d", i ? "," : "", from->fold[i]);
    fprintf(out, "\n");
    print_share(out, "accuracy", &s->screening.accuracy);
    if (from->n > 1)
        fprintf(out, "    single folds   %.2f to %.2f %%\n", 100 * s->least,
                100 * s->most);
    print_screening(out, &s->screening);
    print_classes(out, s);
    print_calibration(out, s);
}

/* --- all of them ---------------------------------------------------------- */

static int check_splits(const struct score_source *from, const struct score *s,
                        int n, struct err *err)
{
    for (int i = 1; i < n; i++)
        if (s[i].split != s[0].split)
            return err_set(err, ERR_USAGE,
                           "'%.150s' is of %s cells, '%.150s' of %s cells: "
                           "they are not compared",
                           from[0].name, store_split_name(s[0].split),
                           from[i].name, store_split_name(s[i].split));
    return 0;
}

/* Every two of them, on the same cells; 's' gives its cells away. */
static int print_tests(FILE *out, const struct score_source *from,
                       struct score *s, int n, const struct config *config,
                       struct err *err)
{
    const struct compare_request r = {.seed = (uint64_t)config->run.seed};
    struct compare *c = calloc(1, sizeof(*c));
    int wide = 10, rc;

    if (check_splits(from, s, n, err) < 0) {
        free(c);
        return -1;
    }
    if (!c)
        return err_set(err, ERR_SYSTEM, "no memory to compare");
    c->resamples = (int)config->evaluate.bootstrap;
    for (c->n = 0; c->n < n; c->n++) {
        c->one[c->n] = (struct compare_one){.name = from[c->n].name,
                                            .folds = from[c->n].n,
                                            .predicted = s[c->n].cells};
        s[c->n].cells = (struct predictions){.o = {.n = 0}};
        wide = compare_wider(wide, from[c->n].name);
    }
    rc = compare_tables(c, &r, err);
    if (rc == 0)
        compare_print_pairs(out, c, wide);
    compare_release(c);
    free(c);
    return rc;
}

/* Before anything is written or printed: are all there, each once, and what
 * their runs plan? */
static int check_sources(const struct score_args *a, struct err *err)
{
    struct score_source *from = calloc((size_t)a->n_name, sizeof(*from));
    const char *name[COMPARE_EACH_MAX];
    int rc = compare_check(a->name, a->n_name, false, err);

    if (!from)
        rc = err_set(err, ERR_SYSTEM, "no memory for %d tables", a->n_name);
    for (int i = 0; rc == 0 && i < a->n_name; i++) {
        rc = score_find(&from[i], a->name[i], err);
        name[i] = from[i].name;
    }
    if (rc == 0)
        rc = compare_check(name, a->n_name, false, err);
    for (int i = 0; rc == 0 && i < a->n_name; i++)
        score_warn_stale(&from[i]);
    free(from);
    return rc;
}

/* Score all; 'left' [in] folds to leave out. */
static int print_all(FILE *out, const struct score_args *a, const bool *left,
                     const struct config *config, struct err *err)
{
    const size_t n = (size_t)a->n_name;
    struct score_source *from = calloc(n, sizeof(*from));
    struct score *s = calloc(n, sizeof(*s));
    int rc = 0;

    if (!from || !s)
        rc = err_set(err, ERR_SYSTEM, "no memory for %zu tables", n);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        if (score_find(&from[i], a->name[i], err) < 0 ||
            score_without(&from[i], left, err) < 0 ||
            score_read(&s[i], &from[i], config, err) < 0)
            rc = -1;
        else
            print_score(out, &from[i], &s[i]);
    }
    if (rc == 0 && n > 1)
        rc = print_tests(out, from, s, (int)n, config, err);
    for (size_t i = 0; s && i < n; i++)
        score_release(&s[i]);
    free(s);
    free(from);
    return rc;
}

/* "0, 3" as marks. */
static int parse_folds(const char *list, bool *left, struct err *err)
{
    for (const char *at = list;; at++) {
        char *end;
        long f;

        at += strspn(at, " ");
        f = strtol(at, &end, 10); /* which takes a sign, too */
        if (*at < '0' || *at > '9' || f >= CONFIG_FOLDS_MAX ||
            (*end && *end != ','))
            return err_set(err, ERR_USAGE,
                           "--without: '%.60s' is no list of folds, as 0,3",
                           list);
        left[f] = true;
        at = end;
        if (!*at)
            return 0;
    }
}

/*
 * Write what 'out' is to hold; figures are then of that: of one experiment in
 * its place, of several, whose vote it is, behind them.
 *   name [out] (a->n_name + 1) what is scored; a->name becomes that
 */
static int write_tables(struct score_args *a, const char **name,
                        struct err *err)
{
    struct score_source *from = calloc((size_t)a->n_name, sizeof(*from));
    int rc = 0;

    if (!from)
        return err_set(err, ERR_SYSTEM, "no memory for %d tables", a->n_name);
    for (int i = 0; rc == 0 && i < a->n_name; i++) {
        rc = score_find(&from[i], a->name[i], err);
        name[i] = a->name[i];
    }
    if (rc == 0)
        rc = score_write(from, a->n_name, a->out, err);
    a->n_name += a->n_name > 1;
    name[a->n_name - 1] = a->out;
    a->name = name;
    free(from);
    return rc;
}

int score_command_run(FILE *out, const struct score_args *args, struct err *err)
{
    struct score_args a = *args;
    bool none[CONFIG_FOLDS_MAX] = {false}, left[CONFIG_FOLDS_MAX] = {false};
    const char *name[COMPARE_EACH_MAX + 1];
    struct config config;

    if (config_read(&config, NULL, a.set, a.n_set, err) < 0 ||
        (a.without && parse_folds(a.without, left, err) < 0) ||
        check_sources(&a, err) < 0 ||
        (a.out && write_tables(&a, name, err) < 0) ||
        print_all(out, &a, none, &config, err) < 0)
        return -1;
    return a.without ? print_all(out, &a, left, &config, err) : 0;
}
