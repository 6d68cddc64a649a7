#include "stages/report/report_pooled_means.h"

#include "base/buf.h"
#include "run/experiment_name.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIGURES = 5 };

static const char *const figure[FIGURES] = {"cells", "groups", "mean", "low",
                                            "high"};

/* What of a row is summed. */
struct sum {
    size_t row; /* of the table that has what it is of */
    int table;
    double cells, groups, mean, below, above;
};

struct pooling {
    struct report_csv table[CONFIG_FOLDS_MAX]; /* owned */
    int n_table;
    bool independent;
    struct sum *sum; /* owned */
    size_t n, room, at;
};

static bool is_figure(const char *column)
{
    for (int f = 0; f < FIGURES; f++)
        if (strcmp(column, figure[f]) == 0)
            return true;
    return false;
}

/* Have both tables the same columns in the same order? */
static bool is_alike(const struct csv *a, const struct csv *b)
{
    bool same = a->n_column == b->n_column;

    for (size_t k = 0; same && k < a->n_column; k++)
        same = strcmp(a->header[k], b->header[k]) == 0;
    return same;
}

/* Is row 'row' of 'c' of the same as a sum is? */
static bool is_same(const struct pooling *p, const struct sum *s,
                    const struct csv *c, size_t row)
{
    const struct csv *of = &p->table[s->table].csv;

    for (size_t k = 0; k < c->n_column; k++)
        if (!is_figure(c->header[k]) &&
            strcmp(csv_get(of, s->row, k), csv_get(c, row, k)) != 0)
            return false;
    return true;
}

/* The sum that a row belongs to, which most often is the next one; NULL: no
 * memory. */
static struct sum *find_sum(struct pooling *p, int table, size_t row)
{
    struct sum *grown;

    for (size_t k = 0; table > 0 && k < p->n; k++) {
        struct sum *s = &p->sum[(p->at + 1 + k) % p->n];

        if (is_same(p, s, &p->table[table].csv, row)) {
            p->at = (size_t)(s - p->sum);
            return s;
        }
    }
    if (p->n == p->room) {
        p->room = p->room ? 2 * p->room : 256;
        grown = realloc(p->sum, p->room * sizeof(*grown));
        if (!grown)
            return NULL;
        p->sum = grown;
    }
    p->at = p->n;
    p->sum[p->n] = (struct sum){.row = row, .table = table};
    return &p->sum[p->n++];
}

static bool add_row(struct pooling *p, int table, size_t row)
{
    const struct report_csv *c = &p->table[table];
    const double n = report_number(c, row, "cells");
    const double mean = report_number(c, row, "mean");
    const double below = n * (mean - report_number(c, row, "low"));
    const double above = n * (report_number(c, row, "high") - mean);
    struct sum *s = find_sum(p, table, row);

    if (!s)
        return false;
    if (!(n > 0) || !isfinite(mean))
        return true;
    s->cells += n;
    s->groups += report_number(c, row, "groups");
    s->mean += n * mean;
    s->below += p->independent ? below * below : below;
    s->above += p->independent ? above * above : above;
    return true;
}

/* --- the table ------------------------------------------------------------ */

static void put_figure(const struct pooling *p, const struct sum *s,
                       const char *column, struct buf *b)
{
    const double mean = s->mean / s->cells; /* 0/0 without cells */
    const double below = p->independent ? sqrt(s->below) : s->below;
    const double above = p->independent ? sqrt(s->above) : s->above;

    report_files_number(b,
                        strcmp(column, "cells") == 0    ? s->cells
                        : strcmp(column, "groups") == 0 ? s->groups
                        : strcmp(column, "low") == 0  ? mean - below / s->cells
                        : strcmp(column, "high") == 0 ? mean + above / s->cells
                                                      : mean);
}

/* The fields, each with a NUL behind it, the header's first. */
static void put_fields(const struct pooling *p, struct buf *b)
{
    const struct csv *first = &p->table[0].csv;

    for (size_t k = 0; k < first->n_column; k++)
        report_files_field(b, first->header[k]);
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0; k < first->n_column; k++)
            if (is_figure(first->header[k]))
                put_figure(p, &p->sum[i], first->header[k], b);
            else
                report_files_field(b, csv_get(&p->table[p->sum[i].table].csv,
                                              p->sum[i].row, k));
}

int report_pooled_means(struct report_csv *c, const struct report_data *d,
                        const struct report_told_of *of, const char *name)
{
    struct pooling p = {.independent = d->counts.shared_groups == 0};
    struct buf b = {0};
    bool fine = true;

    *c = (struct report_csv){.there = false};
    for (int k = 0; k < of->n; k++) {
        const struct report_experiment *e = &d->experiment[of->list[k]];
        struct report_csv *t = &p.table[p.n_table];

        if (!e->explain || report_is_ensemble(e))
            continue;
        report_csv_read(t, d->run_dir, e->explain->dir, name);
        if (t->there && t->csv.n_row > 0 &&
            is_alike(&t->csv, &p.table[0].csv)) {
            for (size_t row = 0; fine && row < t->csv.n_row; row++)
                fine = add_row(&p, p.n_table, row);
            p.n_table++;
        } else {
            csv_release(&t->csv);
            *t = (struct report_csv){.there = false};
        }
    }
    if (p.n_table == 1)
        *c = p.table[0]; /* with its own intervals */
    else if (p.n_table > 1 && fine) {
        put_fields(&p, &b);
        report_csv_make(c, p.table[0].csv.n_column, &b);
    }
    for (int k = p.n_table == 1; k < p.n_table; k++)
        csv_release(&p.table[k].csv);
    free(p.sum);
    return c->there ? p.n_table : 0;
}

void report_pooled_name(const struct report_data *d, int i, int folds,
                        char name[REPORT_POOLED_NAME])
{
    const struct report_experiment *e = &d->experiment[i];
    char all[PLAN_NAME_MAX];

    snprintf(name, REPORT_POOLED_NAME, "%s", e->name);
    if (e->train->folds < 2)
        return;
    experiment_name_pooled(all, e->name);
    if (folds < e->train->folds)
        snprintf(name, REPORT_POOLED_NAME, "%s, %d of %d folds", all, folds,
                 e->train->folds);
    else
        snprintf(name, REPORT_POOLED_NAME, "%s, all folds", all);
}
