#include "stages/report/report_pooled_errors.h"

#include "stats/bootstrap.h"
#include "stats/proportion.h"
#include "stats/strata.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 9 };

/* The cells of all folds. */
struct pooled_cells {
    const struct report_data *d;
    const struct report_told_of *t;
    size_t n;
    double *size, *brightness; /* owned: (n) as mistakes.h */
    int *right;                /* owned: (n) */
    const char **group;        /* owned: (n) borrowed names */
};

static void release_cells(struct pooled_cells *p)
{
    free(p->size);
    free(p->brightness);
    free(p->right);
    free(p->group);
}

static void take_cell(struct pooled_cells *p, const struct report_cells *c,
                      size_t i)
{
    const struct report_csv *index = &p->d->index;
    const size_t row = c->row[i];

    p->size[p->n] = sqrt(report_number(index, row, "width") *
                         report_number(index, row, "height"));
    p->brightness[p->n] = (report_number(index, row, "mean_r") +
                           report_number(index, row, "mean_g") +
                           report_number(index, row, "mean_b")) /
                          3;
    p->right[p->n] = c->told.o.label[i] == c->told.o.predicted[i];
    p->group[p->n++] = c->told.group[i];
}

/* false: there is no memory. */
static bool take_cells(struct pooled_cells *p)
{
    size_t n = 1;

    for (int k = 0; k < p->t->n; k++)
        n += p->d->experiment[p->t->list[k]].cells.told.o.n;
    p->size = malloc(n * sizeof(*p->size));
    p->brightness = malloc(n * sizeof(*p->brightness));
    p->right = malloc(n * sizeof(*p->right));
    p->group = malloc(n * sizeof(*p->group));
    if (!p->size || !p->brightness || !p->right || !p->group)
        return false;
    for (int k = 0; k < p->t->n; k++) {
        const struct report_cells *c = &p->d->experiment[p->t->list[k]].cells;

        for (size_t i = 0; i < c->told.o.n; i++)
            take_cell(p, c, i);
    }
    return true;
}

/* --- rows ----------------------------------------------------------------- */

static void put_part(struct buf *b, const char *by, const char *part,
                     const struct stratum *s)
{
    double low = (double)NAN, high = (double)NAN;

    if (s->n > 0)
        proportion_wilson(s->correct, s->n, &low, &high);
    report_files_field(b, by);
    report_files_field(b, part);
    report_files_number(b, s->from);
    report_files_number(b, s->to);
    report_files_number(b, (double)s->n);
    report_files_number(b, (double)s->correct);
    report_files_number(b, (double)s->correct / (double)s->n);
    report_files_number(b, low);
    report_files_number(b, high);
}

static int put_quarters(const struct pooled_cells *p, const char *by,
                        const double *figure, struct buf *b, struct err *err)
{
    struct stratum s[STRATA];

    if (strata_quarter(figure, p->right, p->n, s, err) < 0)
        return -1;
    for (int k = 0; k < STRATA; k++)
        put_part(b, by, "", &s[k]);
    return 0;
}

/* The sum of what errors.csv of each fold has. */
static void put_pictures(const struct pooled_cells *p, const char *part,
                         struct buf *b)
{
    struct stratum all = {.from = (double)NAN, .to = (double)NAN};

    for (int k = 0; k < p->t->n; k++) {
        const struct report_csv *c = &p->d->experiment[p->t->list[k]].errors;

        for (size_t i = 0; i < c->csv.n_row; i++) {
            const double n = report_number(c, i, "cells");
            const double correct = report_number(c, i, "correct");

            if (strcmp(report_field(c, i, "by"), "picture") != 0 ||
                strcmp(report_field(c, i, "part"), part) != 0 ||
                !(correct >= 0 && n >= correct && n <= (double)p->n))
                continue;
            all.n += (size_t)n;
            all.correct += (size_t)correct;
        }
    }
    put_part(b, "picture", part, &all);
}

static void put_of_groups(struct buf *b, const char *part,
                          const struct spread *s, double accuracy)
{
    report_files_field(b, "groups");
    report_files_field(b, part);
    report_files_field(b, "");
    report_files_field(b, "");
    report_files_number(b, (double)s->n_group);
    report_files_field(b, "");
    report_files_number(b, accuracy);
    report_files_field(b, "");
    report_files_field(b, "");
}

static int put_groups(const struct pooled_cells *p, struct buf *b,
                      struct err *err)
{
    uint32_t *id = malloc((p->n + 1) * sizeof(*id));
    double *share = malloc((p->n + 1) * sizeof(*share));
    struct spread s = {0};
    size_t n_group;
    int rc = -1;

    if (id && share && bootstrap_groups(p->group, p->n, id, &n_group, err) == 0)
        rc = strata_spread(id, n_group, p->right, p->n, share, &s, err);
    if (rc == 0) {
        put_of_groups(b, "mean", &s, s.mean);
        put_of_groups(b, "deviation", &s, s.deviation);
        put_of_groups(b, "least", &s, s.quartile[0]);
        put_of_groups(b, "lower quartile", &s, s.quartile[1]);
    }
    free(id);
    free(share);
    return rc;
}

void report_pooled_errors(struct report_csv *c, const struct report_data *d,
                          const struct report_told_of *t)
{
    static const char *const head[COLUMNS] = {"by",       "part",  "from",
                                              "to",       "cells", "correct",
                                              "accuracy", "low",   "high"};
    struct pooled_cells p = {.d = d, .t = t};
    struct buf b = {0};
    struct err err;

    *c = (struct report_csv){.there = false};
    for (int k = 0; k < COLUMNS; k++)
        report_files_field(&b, head[k]);
    if (take_cells(&p) && p.n > 0 &&
        put_quarters(&p, "size", p.size, &b, &err) == 0 &&
        put_quarters(&p, "brightness", p.brightness, &b, &err) == 0) {
        put_pictures(&p, "new", &b);
        put_pictures(&p, "trained", &b);
        if (put_groups(&p, &b, &err) == 0)
            report_csv_make(c, COLUMNS, &b);
    }
    release_cells(&p);
    buf_release(&b);
}
