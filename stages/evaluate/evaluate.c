#include "stages/evaluate/evaluate.h"

#include "run/svg.h"
#include "stages/evaluate/metrics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 32, N_SPLIT = 2 };

/* The splits in the order in which predictions.csv has them. */
static const enum split splits[N_SPLIT] = {SPLIT_TEST, SPLIT_VALIDATION};

struct evaluation {
    const struct evaluate_args *args;
    struct store data;
    struct predictor net;
    size_t *row[N_SPLIT], n_row[N_SPLIT]; /* owned */
    struct metrics *metrics;              /* owned: (N_SPLIT) */
    struct buf csv;                       /* predictions.csv */
};

static int open_all(struct evaluation *e, struct err *err)
{
    const struct evaluate_args *a = e->args;
    struct predict_args p = {.path = a->model,
                             .network = a->network,
                             .batch = BATCH,
                             .memory = GRAPH_INFER};

    if (store_open(&e->data, a->data, err) < 0)
        return -1;
    p.data = &e->data;
    if (predict_open(&e->net, &p, err) < 0)
        return -1;
    for (int s = 0; s < N_SPLIT; s++)
        if (predict_split(&e->data, splits[s], &e->row[s], &e->n_row[s], err) <
            0)
            return -1;
    e->metrics = calloc(N_SPLIT, sizeof(*e->metrics));
    if (!e->metrics)
        return err_set(err, ERR_SYSTEM, "no memory for the metrics");
    return 0;
}

static void csv_header(struct evaluation *e)
{
    char name[CONFIG_NAME_MAX + 8];

    buf_puts(&e->csv, "file,split,class,predicted");
    for (int c = 0; c < e->data.n_class; c++) {
        snprintf(name, sizeof(name), "p_%s", e->data.class_name[c]);
        buf_puts(&e->csv, ",");
        buf_csv(&e->csv, name);
    }
    buf_puts(&e->csv, "\n");
}

static void csv_row(struct evaluation *e, enum split split, size_t row,
                    const float *p)
{
    const struct store *s = &e->data;
    const int file = csv_column(&s->index, "file");
    const int said = predict_class(p, s->n_class);

    buf_csv(&e->csv, file < 0 ? "" : csv_get(&s->index, row, (size_t)file));
    buf_printf(&e->csv, ",%s,", split_name(split));
    buf_csv(&e->csv, s->class_name[store_label(s, row)]);
    buf_puts(&e->csv, ",");
    buf_csv(&e->csv, s->class_name[said]);
    for (int c = 0; c < s->n_class; c++)
        buf_printf(&e->csv, ",%.6f", (double)p[c]);
    buf_puts(&e->csv, "\n");
}

/* Predict one split; 'done' rows came before. */
static int predict_one(struct evaluation *e, int s, size_t done,
                       struct err *err)
{
    const struct evaluate_args *a = e->args;
    const size_t total = e->n_row[0] + e->n_row[1];
    const size_t k = (size_t)e->data.n_class;
    float p[BATCH * CONFIG_CLASSES_MAX];

    metrics_init(&e->metrics[s], e->data.n_class);
    for (size_t i = 0; i < e->n_row[s]; i += BATCH) {
        const size_t left = e->n_row[s] - i, n = left < BATCH ? left : BATCH;
        const size_t *row = e->row[s] + i;

        if (a->each && !a->each(a->self, done + i, total))
            return err_set(err, ERR_AGAIN, "evaluation was stopped");
        if (predict_rows(&e->net, &e->data, row, n, p, err) < 0)
            return -1;
        for (size_t j = 0; j < n; j++) {
            metrics_add(&e->metrics[s], store_label(&e->data, row[j]),
                        predict_class(p + j * k, (int)k));
            csv_row(e, splits[s], row[j], p + j * k);
        }
    }
    metrics_finish(&e->metrics[s]);
    return 0;
}

static int write_text(const struct evaluation *e, const char *name,
                      struct buf *b, struct err *err)
{
    char path[FILE_PATH_MAX];
    int rc = -1;

    if (buf_check(b, err) == 0 &&
        file_path(path, err, "%s/%s", e->args->out, name) == 0)
        rc = file_write(path, b->data ? b->data : "", b->len, err);
    buf_release(b);
    return rc;
}

static int write_metrics(const struct evaluation *e, struct err *err)
{
    const struct metrics_text t = {
        .experiment = e->args->experiment,
        .network = e->net.info.network,
        .model = e->args->choice,
        .class_name = e->data.class_name,
        .test = &e->metrics[0],
        .validation = &e->metrics[1],
    };
    struct buf b = {0};

    if (metrics_json(&t, &b, err) < 0) {
        buf_release(&b);
        return -1;
    }
    if (write_text(e, "metrics.json", &b, err) < 0)
        return -1;
    metrics_csv(&e->metrics[0], e->data.class_name, &b);
    return write_text(e, "confusion.csv", &b, err);
}

static int write_confusion(const struct evaluation *e, struct err *err)
{
    const struct metrics *m = &e->metrics[0];
    const char *name[CONFIG_CLASSES_MAX];
    char title[PLAN_NAME_MAX + 64];
    size_t *count = calloc((size_t)(m->k * m->k), sizeof(*count));
    struct buf b = {0};

    if (!count)
        return err_set(err, ERR_SYSTEM, "no memory for the confusion matrix");
    for (int i = 0; i < m->k; i++) {
        name[i] = e->data.class_name[i];
        memcpy(count + i * m->k, m->confusion[i],
               (size_t)m->k * sizeof(*count));
    }
    snprintf(title, sizeof(title), "%s, test split: %zu of %zu right",
             e->args->experiment, m->correct, m->n);
    svg_confusion(&(struct svg_confusion){title, m->k, name, count}, true, &b);
    free(count);
    return write_text(e, "confusion.svg", &b, err);
}

/* Column 'name' as numbers; what is none becomes NaN. */
static void read_column(const struct csv *c, const char *name, double *v)
{
    const int column = csv_column(c, name);

    for (size_t i = 0; i < c->n_row; i++) {
        const char *s = column < 0 ? "" : csv_get(c, i, (size_t)column);
        char *end;

        v[i] = strtod(s, &end);
        if (end == s || *end)
            v[i] = (double)NAN;
    }
}

static int write_curves(const struct evaluation *e, struct err *err)
{
    static const char *const name[] = {"epoch", "loss", "val_loss", "accuracy",
                                       "val_accuracy"};
    struct csv c = {0};
    struct err missing;
    struct buf b = {0};
    double *v;
    size_t n;

    if (csv_read(&c, e->args->history, &missing) < 0)
        c.n_row = 0; /* the picture says "no epoch yet" */
    n = c.n_row;
    v = calloc(5 * n + 1, sizeof(*v));
    if (!v) {
        csv_release(&c);
        return err_set(err, ERR_SYSTEM, "no memory for %zu epochs", n);
    }
    for (size_t i = 0; i < 5; i++)
        read_column(&c, name[i], v + i * n);
    svg_curves(&(struct svg_curves){e->args->experiment, n, v, v + n, v + 2 * n,
                                    v + 3 * n, v + 4 * n},
               true, &b);
    free(v);
    csv_release(&c);
    return write_text(e, "curves.svg", &b, err);
}

int evaluate_run(const struct evaluate_args *a, struct err *err)
{
    struct evaluation e = {.args = a};
    int rc = -1;

    if (open_all(&e, err) < 0)
        goto out;
    csv_header(&e);
    if (predict_one(&e, 0, 0, err) == 0 &&
        predict_one(&e, 1, e.n_row[0], err) == 0 &&
        write_text(&e, "predictions.csv", &e.csv, err) == 0 &&
        write_metrics(&e, err) == 0 && write_confusion(&e, err) == 0 &&
        write_curves(&e, err) == 0)
        rc = 0;
out:
    for (int s = 0; s < N_SPLIT; s++)
        free(e.row[s]);
    free(e.metrics);
    buf_release(&e.csv);
    predict_close(&e.net);
    store_close(&e.data);
    return rc;
}
