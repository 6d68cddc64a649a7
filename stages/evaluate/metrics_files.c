/* metrics_files.c - the files beside metrics.json */
#include "stages/evaluate/metrics_json.h"

#include "charts/svg.h"
#include "run/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rows are the true classes. */
static void put_counts(const struct metrics *m,
                       const char (*class_name)[CONFIG_NAME_MAX],
                       struct buf *out)
{
    buf_puts(out, "label");
    for (int c = 0; c < m->k; c++)
        buf_csv_next(out, class_name[c]);
    for (int i = 0; i < m->k; i++) {
        buf_puts(out, "\n");
        buf_csv(out, class_name[i]);
        for (int j = 0; j < m->k; j++)
            buf_printf(out, ",%zu", m->confusion[i][j]);
    }
    buf_puts(out, "\n");
}

static int put_metrics(struct metrics_json *a, const char *dir, struct err *err)
{
    struct buf b = {0};

    if (metrics_json_encode(a, &b, err) < 0) {
        buf_release(&b);
        return -1;
    }
    if (buf_save(&b, dir, "metrics.json", err) < 0)
        return -1;
    put_counts(&a->input[metrics_json_told(a)].m, a->class_name, &b);
    return buf_save(&b, dir, "confusion.csv", err);
}

static int put_confusion(const struct metrics_json *a, const char *dir,
                         struct err *err)
{
    const struct metrics *m = &a->input[metrics_json_told(a)].m;
    const char *name[STATS_CLASSES_MAX];
    char title[PLAN_NAME_MAX + 64];
    size_t *count = calloc((size_t)(m->k * m->k), sizeof(*count));
    struct buf b = {0};

    if (!count)
        return err_set(err, ERR_SYSTEM, "no memory for the confusion matrix");
    for (int i = 0; i < m->k; i++) {
        name[i] = a->class_name[i];
        memcpy(count + i * m->k, m->confusion[i],
               (size_t)m->k * sizeof(*count));
    }
    snprintf(title, sizeof(title), "%s, %s split: %zu of %zu right",
             a->experiment, metrics_json_untested(a) ? "validation" : "test",
             m->correct, m->n);
    svg_confusion(&(struct svg_confusion){title, m->k, name, count}, &b);
    free(count);
    return buf_save(&b, dir, "confusion.svg", err);
}

static void put_bins(const char *which, const struct reliability *r,
                     struct buf *out)
{
    for (int b = 0; b < RELIABILITY_BINS; b++)
        buf_printf(out, "%s,%.6f,%.6f,%zu,%.6f,%.6f\n", which,
                   (double)b / RELIABILITY_BINS,
                   (double)(b + 1) / RELIABILITY_BINS, r->count[b],
                   r->confidence[b], r->accuracy[b]);
}

/* The bins of a test split that has cells, before and after temperature. */
static int put_reliability(const struct metrics_json *a, const char *dir,
                           struct err *err)
{
    const struct reliability *r = &a->input[0].bins;
    struct outcomes o = a->test.o;
    struct reliability after;
    char title[PLAN_NAME_MAX + 64];
    struct buf b = {0};

    o.p = a->calibrated;
    reliability_of(&after, &o);
    snprintf(title, sizeof(title), "%s: reliability", a->experiment);
    svg_reliability(&(struct svg_reliability){title, RELIABILITY_BINS, r->count,
                                              r->accuracy, r->confidence,
                                              r->ece, after.count,
                                              after.accuracy, after.confidence,
                                              after.ece, a->temperature.t},
                    true, &b);
    if (buf_save(&b, dir, "reliability.svg", err) < 0)
        return -1;
    buf_puts(&b, "temperature,above,to,cells,confidence,accuracy\n");
    put_bins("before", r, &b);
    put_bins("after", &after, &b);
    return buf_save(&b, dir, "reliability.csv", err);
}

int metrics_json_write(struct metrics_json *a, const char *dir, struct err *err)
{
    if (put_metrics(a, dir, err) < 0 || put_confusion(a, dir, err) < 0)
        return -1;
    return a->test.o.p && !metrics_json_untested(a)
               ? put_reliability(a, dir, err)
               : 0;
}
