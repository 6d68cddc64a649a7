#include "stages/report/report_cells.h"

#include "stages/report/report_data.h"
#include "stages/report/report_folds.h"
#include "stats/calibration.h"
#include "stats/conformal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- where a cell is in other files --------------------------------------- */

struct file_row {
    const char *file; /* borrowed */
    size_t row;
};

static int order_files(const void *a, const void *b)
{
    const struct file_row *p = a, *q = b;
    const int order = strcmp(p->file, q->file);

    return order ? order : (p->row > q->row) - (p->row < q->row);
}

/* The rows of a table by their file; the caller free()s them. */
static struct file_row *sort_files(const struct report_csv *c)
{
    const size_t n = c->csv.n_row;
    struct file_row *list = calloc(n + 1, sizeof(*list));

    for (size_t i = 0; list && i < n; i++)
        list[i] = (struct file_row){report_field(c, i, "file"), i};
    if (list)
        qsort(list, n, sizeof(*list), order_files);
    return list;
}

/* The first row of a file, or REPORT_NO_ROW. */
static size_t find_file(const struct file_row *list, size_t n, const char *file)
{
    size_t low = 0, high = n;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;

        if (strcmp(list[middle].file, file) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < n && strcmp(list[low].file, file) == 0 ? list[low].row
                                                        : REPORT_NO_ROW;
}

/* Fill in 'at', the row of each cell in a table. */
static int find_rows(const struct report_cells *c, const struct report_csv *in,
                     size_t *at, struct err *err)
{
    struct file_row *list = sort_files(in);

    if (!list)
        return err_set(err, ERR_SYSTEM, "no memory for %zu rows",
                       in->csv.n_row);
    for (size_t i = 0; i < c->told.o.n; i++)
        at[i] = find_file(list, in->csv.n_row, c->told.file[i]);
    free(list);
    return 0;
}

/* --- what follows from the predictions ------------------------------------ */

static int calibrate(struct report_cells *c, double t, struct err *err)
{
    const struct outcomes *o = &c->told.o;

    c->calibrated = malloc((o->n + 1) * (size_t)o->k * sizeof(*c->calibrated));
    if (!c->calibrated)
        return err_set(err, ERR_SYSTEM, "no memory for %zu cells", o->n);
    temperature_apply(t, o->p, o->n, o->k, c->calibrated);
    return 0;
}

/* Prediction sets, fitted on the validation rows of the same file. */
static int make_sets(struct report_cells *c, const char *path, double coverage,
                     struct err *err)
{
    const struct outcomes *o = &c->told.o;
    struct predictions check;
    struct conformal fit;
    int rc = -1;

    if (predictions_read(&check, path, SPLIT_VALIDATION, err) < 0)
        return -1;
    c->set = calloc(o->n + 1, sizeof(*c->set));
    if (!c->set)
        err_set(err, ERR_SYSTEM, "no memory for %zu sets", o->n);
    else
        rc = conformal_fit(&fit, &check.o, coverage, err);
    for (size_t i = 0; rc == 0 && i < o->n; i++)
        conformal_set(&fit, o->p + i * (size_t)o->k, c->set[i]);
    predictions_release(&check);
    return rc;
}

static int path_of(char path[FILE_PATH_MAX], const struct report_data *d,
                   const struct plan_step *evaluate, struct err *err)
{
    return file_path(path, err, "%s/%s/predictions.csv", d->run_dir,
                     evaluate->dir);
}

int report_cells_predictions(struct predictions *p, enum split *split,
                             const struct report_data *d,
                             const struct plan_step *evaluate, struct err *err)
{
    const struct report_counts *n = &d->counts;
    char path[FILE_PATH_MAX];

    if (path_of(path, d, evaluate, err) < 0)
        return -1;
    if (n->folds < 2 || (n->tests == 0 && !n->untested))
        return predictions_read_told(p, path, split, err);
    *split = n->untested ? SPLIT_VALIDATION : SPLIT_TEST;
    return predictions_read(p, path, *split, err);
}

static int read_told(struct report_cells *c, const struct report_data *d,
                     const struct report_experiment *e, struct err *err)
{
    const double t = report_json_number(e->metrics.root, "temperature.value");
    char path[FILE_PATH_MAX];
    enum split told;
    size_t n;

    if (path_of(path, d, e->evaluate, err) < 0 ||
        report_cells_predictions(&c->told, &told, d, e->evaluate, err) < 0)
        return -1;
    n = c->told.o.n + 1;
    c->row = calloc(n, sizeof(*c->row));
    c->score = calloc(n, sizeof(*c->score));
    c->near = calloc(n, sizeof(*c->near));
    c->concept = calloc(n, sizeof(*c->concept));
    if (!c->row || !c->score || !c->near || !c->concept)
        return err_set(err, ERR_SYSTEM, "no memory for %zu cells", n);
    if (find_rows(c, &d->index, c->row, err) < 0 ||
        find_rows(c, &e->scores, c->score, err) < 0 ||
        find_rows(c, &e->neighbours, c->near, err) < 0 ||
        find_rows(c, &e->concepts, c->concept, err) < 0)
        return -1;
    if (!c->told.o.p || told != SPLIT_TEST)
        return 0;
    if (t > 0 && calibrate(c, t, err) < 0)
        return -1;
    return make_sets(c, path, d->config->evaluate.coverage, err);
}

int report_cells_read(struct report_data *d, struct err *err)
{
    for (int i = 0; i < d->n_experiment; i++) {
        struct report_experiment *e = &d->experiment[i];
        struct err why = {0};

        snprintf(e->cells.why, sizeof(e->cells.why), "%.200s", e->metrics.why);
        if (!e->metrics.root || !e->evaluate)
            continue;
        e->cells.there = read_told(&e->cells, d, e, &why) == 0;
        if (e->cells.there)
            continue;
        report_cells_release(&e->cells);
        snprintf(e->cells.why, sizeof(e->cells.why), "%.200s", why.text);
        if (why.code == ERR_SYSTEM) {
            *err = why;
            return -1;
        }
    }
    return 0;
}

void report_cells_release(struct report_cells *c)
{
    predictions_release(&c->told);
    free(c->row);
    free(c->score);
    free(c->near);
    free(c->concept);
    free(c->calibrated);
    free(c->set);
    *c = (struct report_cells){0};
}

/* --- which belong together ------------------------------------------------ */

void report_cells_told_of(struct report_told_of *t, const struct report_data *d,
                          int i)
{
    t->n = 0;
    for (int k = 0; k < d->n_experiment && t->n < CONFIG_FOLDS_MAX; k++)
        if (d->experiment[k].cells.there &&
            (k == i || (report_folds_first(d, i) &&
                        plan_same_experiment(d->experiment[k].train,
                                             d->experiment[i].train))))
            t->list[t->n++] = k;
}

void report_cells_headline(struct report_told_of *t,
                           const struct report_data *d)
{
    const int head = d->best < 0 ? -1 : report_folds_head(d, d->best);

    t->n = 0;
    if (d->best >= 0)
        report_cells_told_of(t, d, head < 0 ? d->best : head);
}

enum cell_verdict report_cells_verdict(const struct report_experiment *e,
                                       size_t i)
{
    const struct outcomes *o = &e->cells.told.o;
    const int is = o->label[i], called = o->predicted[i];
    const struct screening *s = e->screening;

    if (is == called)
        return CELL_RIGHT;
    if (!s || !s->two || s->abnormal[is] == s->abnormal[called])
        return CELL_OTHER_WRONG;
    return s->abnormal[is] ? CELL_MISSED : CELL_RAISED;
}

const char *report_cells_word(enum cell_verdict v)
{
    static const char *const word[] = {"missed", "raised", "wrong", "right"};

    return word[v];
}

double report_cells_p(const struct report_cells *c, size_t i, int k)
{
    const struct outcomes *o = &c->told.o;

    return o->p ? o->p[i * (size_t)o->k + (size_t)k] : (double)NAN;
}

int report_cells_order(const void *a, const void *b)
{
    const struct report_cell_at *p = a, *q = b;

    if (p->verdict != q->verdict)
        return p->verdict < q->verdict ? -1 : 1;
    if (p->p > q->p || p->p < q->p)
        return p->p > q->p ? -1 : 1;
    if (p->experiment != q->experiment)
        return p->experiment < q->experiment ? -1 : 1;
    return (p->i > q->i) - (p->i < q->i);
}

int report_cells_list(struct report_cell_at **list, size_t *n,
                      const struct report_data *d,
                      const struct report_told_of *t, struct err *err)
{
    size_t all = 0;

    for (int k = 0; k < t->n; k++)
        all += d->experiment[t->list[k]].cells.told.o.n;
    *n = 0;
    *list = calloc(all + 1, sizeof(**list));
    if (!*list)
        return err_set(err, ERR_SYSTEM, "no memory for %zu cells", all);
    for (int k = 0; k < t->n; k++) {
        const struct report_experiment *e = &d->experiment[t->list[k]];
        const struct outcomes *o = &e->cells.told.o;

        for (size_t i = 0; i < o->n; i++)
            (*list)[(*n)++] = (struct report_cell_at){
                t->list[k], i, report_cells_verdict(e, i),
                report_cells_p(&e->cells, i, o->predicted[i])};
    }
    qsort(*list, *n, sizeof(**list), report_cells_order);
    return 0;
}
