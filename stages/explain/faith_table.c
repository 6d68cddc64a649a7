#include "stages/explain/faith_table.h"

#include "stats/bootstrap.h"

#include <math.h>
#include <stdlib.h>

enum { ALL_CLASSES = -1 };

/* The rows of one method and class. */
struct part {
    const struct faith_row **row; /* owned */
    const char **name;            /* owned: of their groups */
    uint32_t *group;              /* owned */
    size_t n, n_group;
};

static void means(const struct part *p, const uint32_t *w, double *value)
{
    double n = 0.0;

    for (int f = 0; f < FAITH_FIGURES; f++)
        value[f] = 0.0;
    for (size_t i = 0; i < p->n; i++) {
        const double times = w ? (double)w[i] : 1.0;

        n += times;
        for (int f = 0; f < FAITH_FIGURES; f++)
            value[f] += times * p->row[i]->faith.figure[f];
    }
    for (int f = 0; f < FAITH_FIGURES; f++)
        value[f] = n > 0.0 ? value[f] / n : (double)NAN;
}

static void each(void *self, const uint32_t *w, double *value)
{
    means(self, w, value);
}

static void choose(struct part *p, const struct faith_table *t, size_t method,
                   int truth)
{
    p->n = 0;
    for (size_t i = 0; i < t->n; i++) {
        const struct faith_row *r = &t->row[i];

        if (r->method != method || (truth >= 0 && r->truth != truth))
            continue;
        p->row[p->n] = r;
        p->name[p->n++] = r->group;
    }
}

static void put_row(struct buf *out, const struct part *p, int f, double mean,
                    const struct interval *v)
{
    buf_printf(out, ",%s,%zu,%zu,%.6f,", faith_name((enum faith_figure)f), p->n,
               p->n_group, mean);
    if (v && isfinite(v[f].low))
        buf_printf(out, "%.6f,%.6f\n", v[f].low, v[f].high);
    else
        buf_puts(out, ",\n");
}

static int put_part(struct part *p, const struct faith_table *t, size_t method,
                    int truth, struct buf *out, struct err *err)
{
    struct interval v[FAITH_FIGURES];
    double mean[FAITH_FIGURES];
    struct bootstrap b = {.group = p->group,
                          .resamples = t->resamples,
                          .seed = t->seed,
                          .n_value = FAITH_FIGURES,
                          .each = each,
                          .self = p};

    choose(p, t, method, truth);
    if (p->n == 0)
        return 0;
    if (bootstrap_groups(p->name, p->n, p->group, &p->n_group, err) < 0)
        return -1;
    b.n = p->n;
    b.n_group = p->n_group;
    if (t->resamples > 0 && bootstrap_run(&b, v, err) < 0)
        return -1;
    means(p, NULL, mean);
    for (int f = 0; f < FAITH_FIGURES; f++) {
        buf_printf(out, "%s,", t->methods->word[method]);
        buf_csv(out, truth < 0 ? "all" : t->class_name[truth]);
        put_row(out, p, f, mean[f], t->resamples > 0 ? v : NULL);
    }
    return 0;
}

int faith_table_write(const struct faith_table *t, struct buf *out,
                      struct err *err)
{
    struct part p = {0};
    int rc = -1;

    p.row = calloc(t->n + 1, sizeof(*p.row));
    p.name = calloc(t->n + 1, sizeof(*p.name));
    p.group = calloc(t->n + 1, sizeof(*p.group));
    if (!p.row || !p.name || !p.group) {
        err_set(err, ERR_SYSTEM, "no memory for %zu maps' figures", t->n);
        goto out;
    }
    buf_puts(out, "method,class,figure,cells,groups,mean,low,high\n");
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
