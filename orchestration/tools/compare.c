/* compare.c - one table after another, then every two of them */
#include "orchestration/tools/compare.h"

#include "evaluation/predictions_folds.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)COMPARE_PAIRS_MAX + (int)COMPARE_EACH_MAX <=
                       (int)BOOTSTRAP_VALUES_MAX &&
                   2 * (int)COMPARE_MAX - 1 <= (int)BOOTSTRAP_VALUES_MAX,
               "a bootstrap has room for all");

/* --- reading -------------------------------------------------------------- */

static enum split split_of(const struct compare_request *r)
{
    return r->ranked ? SPLIT_VALIDATION : SPLIT_TEST;
}

int compare_folds(const char *run_dir, const char *name, int folds,
                  int *missing)
{
    return folds < 2 ? 0
                     : predictions_folds_count(run_dir, name, folds, missing);
}

/* The cells of an experiment, or of all its folds. */
static int read_cells(struct compare_one *one, const struct compare_request *r,
                      struct err *err)
{
    char path[FILE_PATH_MAX];
    int missing;

    one->folds = 1;
    if (file_path(path, err, "%s/evaluate/%s/predictions.csv", r->run_dir,
                  one->name) < 0)
        return -1;
    if (compare_folds(r->run_dir, one->name, r->folds, &missing) == 0)
        return predictions_read(&one->predicted, path, split_of(r), err);
    one->folds = r->folds;
    return predictions_folds_read(&one->predicted, r->run_dir, one->name,
                                  r->folds, split_of(r), err);
}

static int no_cells(const struct compare_request *r, const char *name,
                    struct err *err)
{
    if (r->ranked)
        return err_set(err, ERR_INPUT, "'%.200s' has no validation cell", name);
    return err_set(err, ERR_INPUT,
                   "'%.100s' has no test cell; 'papline compare %.200s --on "
                   "validation' compares validation cells",
                   name, r->run_dir);
}

/* Which cells of experiment 'i' are right; they must be those of the first. */
static int mark_right(struct compare *c, int i, struct err *err)
{
    struct compare_one *one = &c->one[i];

    c->n_cell = c->one[0].predicted.o.n;
    if (predictions_match(&c->one[0].predicted, &one->predicted, one->name,
                          err) < 0)
        return -1;
    one->right = malloc(c->n_cell * sizeof(*one->right));
    if (!one->right)
        return err_set(err, ERR_SYSTEM, "no memory for %zu cells", c->n_cell);
    for (size_t k = 0; k < c->n_cell; k++) {
        one->right[k] = one->predicted.label[k] == one->predicted.predicted[k];
        one->correct += (size_t)one->right[k];
    }
    return 0;
}

static int most_of(bool ranked)
{
    return ranked ? COMPARE_MAX : COMPARE_EACH_MAX;
}

int compare_check(const char *const *name, int n, bool ranked, struct err *err)
{
    if (n < 1 || n > most_of(ranked))
        return err_set(err, ERR_USAGE, "%d experiments to compare, 1 to %d can",
                       n, most_of(ranked));
    for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++)
            if (strcmp(name[i], name[j]) == 0)
                return err_set(err, ERR_USAGE, "'%.200s' is named twice",
                               name[i]);
    return 0;
}

static int read_all(struct compare *c, const struct compare_request *r,
                    struct err *err)
{
    if (compare_check(r->name, r->n, r->ranked, err) < 0)
        return -1;
    for (int i = 0; i < r->n; i++) {
        c->one[i].name = r->name[i];
        if (read_cells(&c->one[i], r, err) < 0)
            return -1;
        c->n++;
        if (c->one[i].predicted.o.n == 0)
            return no_cells(r, r->name[i], err);
    }
    return 0;
}

/* --- comparing ------------------------------------------------------------ */

/* The better ones first; of those that are alike, by name. */
static int by_rank(const void *a, const void *b)
{
    const struct compare_one *x = a, *y = b;

    if (x->correct != y->correct)
        return x->correct < y->correct ? 1 : -1;
    return strcmp(x->name, y->name);
}

/* Which pairs there are. */
static void list_pairs(struct compare *c, bool ranked)
{
    for (int a = 0; a < c->n; a++)
        for (int b = ranked ? 0 : a + 1; b < c->n; b++)
            if (!ranked || (b == c->reference && a != b))
                c->pair[c->n_pair++] = (struct compare_pair){.a = a, .b = b};
}

/* Numbers of classes may differ between tables, being right does not. */
static void test_pairs(struct compare *c, const int *all_right)
{
    double p[COMPARE_PAIRS_MAX + 1], adjusted[COMPARE_PAIRS_MAX + 1];

    for (int i = 0; i < c->n_pair; i++) {
        struct compare_pair *pair = &c->pair[i];
        const struct outcomes first = {.n = c->n_cell,
                                       .k = 2,
                                       .label = all_right,
                                       .predicted = c->one[pair->a].right};
        struct outcomes second = first;

        second.predicted = c->one[pair->b].right;
        proportion_mcnemar(&pair->test, &first, &second);
        p[i] = pair->test.p;
    }
    proportion_holm(p, (size_t)c->n_pair, adjusted);
    for (int i = 0; i < c->n_pair; i++)
        c->pair[i].holm = adjusted[i];
}

/* Figures of a resample: each accuracy, then each pair's difference. */
static void compare_resample(void *self, const uint32_t *w, double *v)
{
    const struct compare *c = self;
    double all = 0;

    for (size_t i = 0; i < c->n_cell; i++)
        all += w[i];
    for (int e = 0; e < c->n; e++) {
        double right = 0;

        for (size_t i = 0; i < c->n_cell; i++)
            right += w[i] * (double)c->one[e].right[i];
        v[e] = right / all;
    }
    for (int i = 0; i < c->n_pair; i++)
        v[c->n + i] = v[c->pair[i].a] - v[c->pair[i].b];
}

/* The interval of an accuracy, as the page has it; of one group there is none,
 * which says nothing of others. */
static void choose_interval(const struct compare *c, struct compare_one *one,
                            const struct interval *drawn)
{
    struct grouped_share s = {
        .k = one->correct, .n = c->n_cell, .groups = c->n_group};

    one->interval = *drawn;
    one->basis = SHARE_NO_INTERVAL;
    if (c->resamples == 0 || c->n_group == 1) {
        one->interval.low = one->interval.high = (double)NAN;
        return;
    }
    grouped_share_choose(&s, drawn);
    one->interval.low = s.low;
    one->interval.high = s.high;
    one->basis = s.basis;
}

/* That of a difference, unless drawing again always gives the same. */
static struct interval difference_interval(struct interval drawn)
{
    if (!(drawn.high - drawn.low > 1e-12)) /* but for rounding */
        drawn.low = drawn.high = (double)NAN;
    return drawn;
}

static int find_intervals(struct compare *c, uint32_t *group, uint64_t seed,
                          struct err *err)
{
    struct interval v[COMPARE_PAIRS_MAX + COMPARE_MAX];
    struct bootstrap b = {.n = c->n_cell,
                          .group = group,
                          .resamples = c->resamples,
                          .seed = seed,
                          .n_value = (size_t)(c->n + c->n_pair),
                          .each = compare_resample,
                          .self = c};

    if (bootstrap_groups(predictions_drawn(&c->one[0].predicted), c->n_cell,
                         group, &b.n_group, err) < 0)
        return -1;
    c->n_group = b.n_group;
    for (size_t i = 0; i < b.n_value; i++)
        v[i] = (struct interval){(double)NAN, (double)NAN, 0};
    if (c->resamples > 0 && bootstrap_run(&b, v, err) < 0)
        return -1;
    for (int e = 0; e < c->n; e++)
        choose_interval(c, &c->one[e], &v[e]);
    for (int i = 0; i < c->n_pair; i++)
        c->pair[i].interval = difference_interval(v[c->n + i]);
    return 0;
}

int compare_tables(struct compare *c, const struct compare_request *r,
                   struct err *err)
{
    uint32_t *group = NULL;
    int *all_right = NULL, rc = -1;

    BUG_ON(c->n < 1 || c->n > most_of(r->ranked));
    for (int i = 0; i < c->n; i++)
        if (mark_right(c, i, err) < 0)
            return -1;
    group = malloc(c->n_cell * sizeof(*group));
    all_right = malloc(c->n_cell * sizeof(*all_right));
    if (!group || !all_right) {
        err_set(err, ERR_SYSTEM, "no memory for %zu cells", c->n_cell);
        goto out;
    }
    for (size_t i = 0; i < c->n_cell; i++)
        all_right[i] = 1;
    if (r->ranked)
        qsort(c->one, (size_t)c->n, sizeof(c->one[0]), by_rank);
    for (int i = 0; r->ranked && r->against && i < c->n; i++)
        if (strcmp(c->one[i].name, r->against) == 0)
            c->reference = i;
    list_pairs(c, r->ranked);
    test_pairs(c, all_right);
    rc = find_intervals(c, group, r->seed, err);
out:
    free(all_right);
    free(group);
    return rc;
}

int compare_run(struct compare *c, const struct compare_request *r,
                struct err *err)
{
    *c = (struct compare){.resamples = r->resamples};
    return read_all(c, r, err) < 0 ? -1 : compare_tables(c, r, err);
}

void compare_release(struct compare *c)
{
    for (int i = 0; i < c->n; i++) {
        predictions_release(&c->one[i].predicted);
        free(c->one[i].right);
    }
    c->n = c->n_pair = 0;
}

/* --- tables --------------------------------------------------------------- */

double compare_difference(const struct compare *c, const struct compare_pair *p)
{
    return ((double)c->one[p->a].correct - (double)c->one[p->b].correct) /
           (double)c->n_cell;
}

double compare_accuracy(const struct compare *c, int i)
{
    return (double)c->one[i].correct / (double)c->n_cell;
}

const char *compare_range(char text[64], const struct interval *v, bool sign)
{
    if (isfinite(v->low) && isfinite(v->high))
        snprintf(text, 64, sign ? "%+.1f to %+.1f" : "%.1f to %.1f",
                 100 * v->low, 100 * v->high);
    else
        snprintf(text, 64, "-");
    return text;
}

int compare_wider(int wide, const char *name)
{
    return (int)strlen(name) > wide ? (int)strlen(name) : wide;
}

void compare_put_interval(const struct interval *v, struct buf *out)
{
    if (isfinite(v->low) && isfinite(v->high))
        buf_printf(out, ",%.6f,%.6f", v->low, v->high);
    else
        buf_puts(out, ",,");
}

void compare_experiments_csv(const struct compare *c, struct buf *out)
{
    buf_puts(out, "experiment,cells,correct,accuracy,low,high\n");
    for (int i = 0; i < c->n; i++) {
        const struct compare_one *one = &c->one[i];

        buf_csv(out, one->name);
        buf_printf(out, ",%zu,%zu,%.6f", c->n_cell, one->correct,
                   compare_accuracy(c, i));
        compare_put_interval(&one->interval, out);
        buf_puts(out, "\n");
    }
}

void compare_pairs_csv(const struct compare *c, struct buf *out)
{
    buf_puts(out, "first,second,difference,low,high,both_right,first_alone,"
                  "second_alone,both_wrong,p,p_holm\n");
    for (int i = 0; i < c->n_pair; i++) {
        const struct compare_pair *p = &c->pair[i];

        buf_csv(out, c->one[p->a].name);
        buf_csv_next(out, c->one[p->b].name);
        buf_printf(out, ",%.6f", compare_difference(c, p));
        compare_put_interval(&p->interval, out);
        buf_printf(out, ",%zu,%zu,%zu,%zu,%.6g,%.6g\n", p->test.both,
                   p->test.first, p->test.second, p->test.neither, p->test.p,
                   p->holm);
    }
}
