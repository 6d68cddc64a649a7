/* compare_splits.c - one experiment of one run, and differences of two */
#include "orchestration/tools/compare_splits.h"

#include "evaluation/leakage.h"
#include "orchestration/tools/compare.h"

#include <math.h>
#include <stdlib.h>

static int count_leaked(struct split_side *s, const struct compare_one *one,
                        const struct csv *index, int folds, struct err *err)
{
    const size_t n = one->predicted.o.n;
    bool *mark = malloc(index->n_row + 1);
    size_t *row = malloc((n + 1) * sizeof(*row));
    int rc = -1;

    if (!mark || !row)
        err_set(err, ERR_SYSTEM, "no memory for %zu rows", index->n_row);
    else if (leakage_tested(index, folds, mark, err) == 0)
        rc = leakage_rows(index, &one->predicted, SPLIT_TEST, folds, row, err);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        s->leaked += mark[row[i]];
        s->leaked_right += mark[row[i]] && one->right[i];
    }
    free(row);
    free(mark);
    return rc;
}

int compare_splits_read(struct split_side *s,
                        const struct compare_splits_args *a, const char *name,
                        struct err *err)
{
    const struct compare_request r = {.run_dir = a->run_dir,
                                      .name = &name,
                                      .n = 1,
                                      .folds = a->folds,
                                      .resamples = a->resamples,
                                      .seed = a->seed};
    struct compare *c = calloc(1, sizeof(*c));
    char path[FILE_PATH_MAX];
    struct csv index = {0};
    int rc = -1;

    if (!c)
        return err_set(err, ERR_SYSTEM, "no memory to compare");
    if (file_path(path, err, "%s/data/index.csv", a->run_dir) == 0 &&
        csv_read(&index, path, err) == 0 && compare_run(c, &r, err) == 0) {
        *s = (struct split_side){.folds = c->one[0].folds,
                                 .cells = c->n_cell,
                                 .correct = c->one[0].correct,
                                 .groups = c->n_group,
                                 .interval = c->one[0].interval};
        rc = count_leaked(s, &c->one[0], &index, a->folds, err);
    }
    csv_release(&index);
    compare_release(c);
    free(c);
    return rc;
}

static double quotient_of(size_t a, size_t n)
{
    return n ? (double)a / (double)n : (double)NAN;
}

double compare_splits_accuracy(const struct split_side *s)
{
    return quotient_of(s->correct, s->cells);
}

double compare_splits_difference(const struct split_side *a,
                                 const struct split_side *b,
                                 struct interval *out)
{
    const double p = compare_splits_accuracy(a), q = compare_splits_accuracy(b);

    *out = (struct interval){
        p - q - hypot(p - a->interval.low, b->interval.high - q),
        p - q + hypot(a->interval.high - p, q - b->interval.low),
        a->interval.defined < b->interval.defined ? a->interval.defined
                                                  : b->interval.defined};
    return p - q;
}

void compare_splits_csv_header(struct buf *out)
{
    buf_puts(out, "experiment,run,method,cells,groups,correct,accuracy,low,"
                  "high,sibling_cells,sibling_accuracy,other_accuracy,"
                  "folds\n");
}

void compare_splits_csv_row(const struct split_side *s, const char *name,
                            const char *run_dir, const char *method,
                            struct buf *out)
{
    buf_csv(out, name);
    buf_csv_next(out, run_dir);
    buf_csv_next(out, method);
    buf_printf(out, ",%zu,%zu,%zu", s->cells, s->groups, s->correct);
    buf_csv_number(out, compare_splits_accuracy(s));
    buf_csv_number(out, s->interval.low);
    buf_csv_number(out, s->interval.high);
    buf_printf(out, ",%zu", s->leaked);
    buf_csv_number(out, quotient_of(s->leaked_right, s->leaked));
    buf_csv_number(
        out, quotient_of(s->correct - s->leaked_right, s->cells - s->leaked));
    buf_printf(out, ",%d\n", s->folds);
}
