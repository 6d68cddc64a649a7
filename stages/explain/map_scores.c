#include "stages/explain/map_scores.h"

#include "base/csv.h"
#include "stats/bootstrap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ALL_CLASSES = -1 };

/* The rows of one method and class. */
struct score_rows {
    const struct figure_row **row; /* owned */
    const char **name;             /* owned: of their groups */
    uint32_t *group;               /* owned */
    size_t n, n_group;
    int n_figure;
};

static void group_means(const struct score_rows *p, const uint32_t *w,
                        double *value)
{
    double n = 0.0;

    for (int f = 0; f < p->n_figure; f++)
        value[f] = 0.0;
    for (size_t i = 0; i < p->n; i++) {
        const double times = w ? (double)w[i] : 1.0;

        n += times;
        for (int f = 0; f < p->n_figure; f++)
            value[f] += times * p->row[i]->value[f];
    }
    for (int f = 0; f < p->n_figure; f++)
        value[f] = n > 0.0 ? value[f] / n : (double)NAN;
}

static void resample_means(void *self, const uint32_t *w, double *value)
{
    group_means(self, w, value);
}

static void choose_rows(struct score_rows *p, const struct figure_table *t,
                        size_t method, int truth)
{
    p->n = 0;
    for (size_t i = 0; i < t->n; i++) {
        const struct figure_row *r = &t->row[i];

        if (r->method != method || (truth >= 0 && r->truth != truth))
            continue;
        p->row[p->n] = r;
        p->name[p->n++] = r->group;
    }
}

static void put_row(struct buf *out, const struct score_rows *p,
                    const char *title, double mean, const struct interval *v,
                    int f)
{
    buf_printf(out, ",%s,%zu,%zu,%.6f,", title, p->n, p->n_group, mean);
    if (v && isfinite(v[f].low))
        buf_printf(out, "%.6f,%.6f\n", v[f].low, v[f].high);
    else
        buf_puts(out, ",\n");
}

static int put_part(struct score_rows *p, const struct figure_table *t,
                    size_t method, int truth, struct buf *out, struct err *err)
{
    struct interval v[FIGURES_MAX];
    double mean[FIGURES_MAX];
    struct bootstrap b = {.group = p->group,
                          .resamples = t->resamples,
                          .seed = t->seed,
                          .n_value = (size_t)t->kind->n,
                          .each = resample_means,
                          .self = p};

    choose_rows(p, t, method, truth);
    if (p->n == 0)
        return 0;
    if (bootstrap_groups(p->name, p->n, p->group, &p->n_group, err) < 0)
        return -1;
    b.n = p->n;
    b.n_group = p->n_group;
    if (t->resamples > 0 && bootstrap_run(&b, v, err) < 0)
        return -1;
    group_means(p, NULL, mean);
    for (int f = 0; f < t->kind->n; f++) {
        buf_printf(out, "%s,", t->methods->word[method]);
        buf_csv(out, truth < 0 ? "all" : t->class_name[truth]);
        put_row(out, p, t->kind->title(f), mean[f], t->resamples > 0 ? v : NULL,
                f);
    }
    return 0;
}

int map_scores_write(const struct figure_table *t, struct buf *out,
                     struct err *err)
{
    struct score_rows p = {.n_figure = t->kind->n};
    int rc = -1;

    p.row = calloc(t->n + 1, sizeof(*p.row));
    p.name = calloc(t->n + 1, sizeof(*p.name));
    p.group = calloc(t->n + 1, sizeof(*p.group));
    if (!p.row || !p.name || !p.group) {
        err_set(err, ERR_SYSTEM, "no memory for %zu maps' figures", t->n);
        goto out;
    }
    buf_puts(out, "method,label,figure,cells,groups,mean,low,high\n");
    for (size_t m = 0; m < (size_t)t->methods->n; m++)
        for (int c = ALL_CLASSES; c < t->n_class; c++)
            if (put_part(&p, t, m, c, out, err) < 0)
                goto out;
    rc = buf_check(out, err);
out:
    free(p.row);
    free(p.name);
    free(p.group);
    return rc;
}

/* --- cell by cell --------------------------------------------------------- */

enum { LEADING = 3 }; /* columns before the figures */

void map_scores_header(const struct figure_kind *kind, struct buf *out)
{
    buf_puts(out, "method,label,group");
    for (int f = 0; f < kind->n; f++)
        buf_printf(out, ",%s", kind->title(f));
    buf_puts(out, "\n");
}

void map_scores_put(const struct figure_kind *kind, const char *method,
                    int truth, const char *group, const double *value,
                    struct buf *out)
{
    buf_printf(out, "%s,%d,", method, truth);
    buf_csv(out, group);
    for (int f = 0; f < kind->n; f++)
        buf_printf(out, ",%.17g", value[f]);
    buf_puts(out, "\n");
}

/* Room for one more row. */
static struct figure_row *next_row(struct figure_table *t)
{
    if (t->n == t->room) {
        const size_t room = t->room ? 2 * t->room : 64;
        struct figure_row *grown = realloc(t->row, room * sizeof(*grown));

        if (!grown)
            return NULL;
        t->row = grown;
        t->room = room;
    }
    return &t->row[t->n];
}

static size_t method_of(const struct figure_table *t, const char *name)
{
    size_t m = 0;

    while (m < (size_t)t->methods->n && strcmp(t->methods->word[m], name) != 0)
        m++;
    return m;
}

static int take_row(struct figure_table *t, const struct csv *c, size_t i,
                    const char *path, struct err *err)
{
    struct figure_row *r = next_row(t);

    if (!r)
        return err_set(err, ERR_SYSTEM, "no memory for figures");
    r->method = method_of(t, csv_get(c, i, 0));
    r->truth = atoi(csv_get(c, i, 1));
    if (r->method == (size_t)t->methods->n || r->truth < 0 ||
        r->truth >= t->n_class)
        return err_set(err, ERR_INPUT, "'%s': row %zu is not of this run", path,
                       i + 1);
    for (int f = 0; f < t->kind->n; f++)
        r->value[f] = strtod(csv_get(c, i, LEADING + (size_t)f), NULL);
    r->group = strdup(csv_get(c, i, 2));
    if (!r->group)
        return err_set(err, ERR_SYSTEM, "no memory for figures");
    t->n++;
    return 0;
}

int map_scores_read(struct figure_table *t, const char *path, struct err *err)
{
    struct csv c;
    int rc = 0;

    if (csv_read(&c, path, err) < 0)
        return -1;
    if (c.n_column != LEADING + (size_t)t->kind->n)
        rc = err_set(err, ERR_INPUT, "'%s' holds no figures of %s", path,
                     t->kind->name);
    for (size_t i = 0; rc == 0 && i < c.n_row; i++)
        rc = take_row(t, &c, i, path, err);
    csv_release(&c);
    return rc;
}

size_t map_scores_means(const struct figure_table *t, size_t method,
                        double *mean)
{
    size_t n = 0;

    for (size_t i = 0; i < t->n; i++) {
        if (t->row[i].method != method)
            continue;
        n++;
        for (int f = 0; f < t->kind->n; f++)
            mean[f] =
                (n > 1 ? mean[f] : 0.0) +
                (t->row[i].value[f] - (n > 1 ? mean[f] : 0.0)) / (double)n;
    }
    return n;
}

void map_scores_release(struct figure_table *t)
{
    for (size_t i = 0; i < t->n; i++)
        free(t->row[i].group);
    free(t->row);
    t->row = NULL;
    t->n = t->room = 0;
}
