/* report_explainers.c - rows of all experiments, and those that belong together
 */
#include "stages/report/report_explainers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct explainer_figure explainer_figure[EXPLAINER_FIGURES] = {
    {TABLE_FAITHFULNESS, "insertion", "insertion", GOOD_HIGH},
    {TABLE_FAITHFULNESS, "deletion", "deletion", GOOD_LOW},
    {TABLE_FAITHFULNESS, "road", "ROAD", GOOD_HIGH},
    {TABLE_F_FIDELITY, "f_fidelity", "F-Fidelity", GOOD_HIGH},
    {TABLE_FAITHFULNESS, "drop", "drop", GOOD_LOW},
    {TABLE_LOCALISATION, "nucleus_pointing", "pointing at the nucleus",
     GOOD_HIGH},
    {TABLE_LOCALISATION, "nucleus_mass", "mass in the nucleus", GOOD_HIGH},
    {TABLE_SANITY, "spearman_100", "like that of random weights", GOOD_ZERO},
    {TABLE_STABILITY, "spearman", "alike over seeds", GOOD_HIGH},
    {TABLE_LOCALISATION, "nucleus_beyond",
     "pointing at the nucleus, beyond chance", GOOD_HIGH},
};

/* --- taking experiments together ------------------------------------------ */

/* Of one row and figure, while experiments are added: their parts of N times
 * the mean and of N times its distance to the limits. */
struct sum {
    double n, mean;
    double below, above;           /* of the seeds that are done */
    double seed_below, seed_above; /* squares, of the folds of this one */
    int64_t seed;                  /* of the last */
};

/* A row that is being added up. */
struct merged {
    struct explainer_row row;
    struct sum sum[EXPLAINER_FIGURES];
    int last; /* experiment that was added last */
};

struct merging {
    struct merged *of;  /* owned */
    size_t n, room, at; /* at: the row found last */
    bool independent;   /* folds */
};

static int figure_of(enum report_table t, const char *name)
{
    int f = 0;

    while (f < EXPLAINER_FIGURES &&
           (explainer_figure[f].table != t ||
            strcmp(explainer_figure[f].name, name) != 0))
        f++;
    return f;
}

static bool is_of(const struct explainer_row *r, const struct explainer_row *q)
{
    return strcmp(r->network, q->network) == 0 &&
           strcmp(r->regime, q->regime) == 0 &&
           strcmp(r->variant, q->variant) == 0 &&
           strcmp(r->class_name, q->class_name) == 0;
}

static int grow_rows(struct merging *m, struct err *err)
{
    const size_t room = m->room ? 2 * m->room : 64;
    struct merged *grown = realloc(m->of, room * sizeof(*grown));

    if (!grown)
        return err_set(err, ERR_SYSTEM, "no memory for explainers' figures");
    m->of = grown;
    m->room = room;
    return 0;
}

/* The row of 'want', at m->at; it is most often the last one or a later one. */
static int find_row(struct merging *m, const struct explainer_row *want,
                    struct err *err)
{
    for (size_t k = 0; k < m->n; k++) {
        const size_t i = (m->at + k) % m->n;

        if (is_of(&m->of[i].row, want) &&
            strcmp(m->of[i].row.method, want->method) == 0) {
            m->at = i;
            return 0;
        }
    }
    if (m->n == m->room && grow_rows(m, err) < 0)
        return -1;
    m->at = m->n++;
    m->of[m->at] = (struct merged){.row = *want, .last = -1};
    return 0;
}

/* The seed's part is complete. */
static void end_seed(struct sum *s)
{
    s->below += sqrt(s->seed_below);
    s->above += sqrt(s->seed_above);
    s->seed_below = s->seed_above = 0;
}

static void add_value(struct sum *s, const struct explainer_value *v,
                      int64_t seed, bool independent)
{
    const double below = v->cells * (v->mean - v->low);
    const double above = v->cells * (v->high - v->mean);

    if (seed != s->seed || !independent)
        end_seed(s);
    s->seed = seed;
    s->n += v->cells;
    s->mean += v->cells * v->mean;
    s->seed_below += below * below;
    s->seed_above += above * above;
}

static int add_table(struct merging *m, const struct report_data *d, int i,
                     enum report_table t, struct err *err)
{
    const struct plan_step *step = d->experiment[i].train;
    const struct report_csv *c = &d->experiment[i].figures[t];

    for (size_t k = 0; k < c->csv.n_row; k++) {
        const struct explainer_row want = {.network = step->network,
                                           .regime = step->regime,
                                           .variant = step->variant,
                                           .class_name = report_label(c, k),
                                           .method =
                                               report_field(c, k, "method")};
        const struct explainer_value v = {
            report_number(c, k, "mean"), report_number(c, k, "low"),
            report_number(c, k, "high"), report_number(c, k, "cells")};
        const int f = figure_of(t, report_field(c, k, "figure"));
        struct merged *to;

        if (f == EXPLAINER_FIGURES || !isfinite(v.mean) || !(v.cells > 0))
            continue;
        if (find_row(m, &want, err) < 0)
            return -1;
        to = &m->of[m->at];
        to->row.experiments += to->last != i;
        to->last = i;
        add_value(&to->sum[f], &v, step->seed, m->independent);
    }
    return 0;
}

static struct explainer_value value_of(struct sum *s)
{
    end_seed(s); /* without any cell all below is 0/0 */
    return (struct explainer_value){s->mean / s->n, (s->mean - s->below) / s->n,
                                    (s->mean + s->above) / s->n, s->n};
}

static int take_rows(struct explainers *e, struct merging *m, struct err *err)
{
    e->row = malloc((m->n + 1) * sizeof(*e->row));
    if (!e->row)
        return err_set(err, ERR_SYSTEM, "no memory for explainers' figures");
    e->n = m->n;
    for (size_t i = 0; i < e->n; i++) {
        e->row[i] = m->of[i].row;
        for (int f = 0; f < EXPLAINER_FIGURES; f++) {
            e->row[i].value[f] = value_of(&m->of[i].sum[f]);
            e->has[f] = e->has[f] || m->of[i].sum[f].n > 0;
        }
    }
    return 0;
}

int explainers_init(struct explainers *e, const struct report_data *d,
                    struct err *err)
{
    struct merging m = {.independent =
                            d->config->split.method == SPLIT_BY_GROUP};
    int rc = 0;

    *e = (struct explainers){0};
    for (int i = 0; i < d->n_experiment; i++)
        for (int t = 0; rc == 0 && t < REPORT_TABLES; t++)
            rc = add_table(&m, d, i, (enum report_table)t, err);
    if (rc == 0)
        rc = take_rows(e, &m, err);
    free(m.of);
    return rc;
}

void explainers_release(struct explainers *e)
{
    free(e->row);
    *e = (struct explainers){0};
}

/* --- which is best -------------------------------------------------------- */

static bool is_better(enum explainer_good good, double a, double b)
{
    return good == GOOD_HIGH  ? a > b
           : good == GOOD_LOW ? a < b
                              : fabs(a) < fabs(b);
}

size_t explainers_best(const struct explainers *e, size_t i, int figure,
                       size_t behind)
{
    const enum explainer_good good = explainer_figure[figure].good;
    size_t best = e->n;

    for (size_t k = 0; k < e->n; k++) {
        const double v = e->row[k].value[figure].mean;

        if (k != behind && isfinite(v) && is_of(&e->row[k], &e->row[i]) &&
            (best == e->n ||
             is_better(good, v, e->row[best].value[figure].mean)))
            best = k;
    }
    return best;
}

bool explainers_is_best(const struct explainers *e, size_t i, int figure)
{
    const enum explainer_good good = explainer_figure[figure].good;
    const double v = e->row[i].value[figure].mean;
    const size_t other = explainers_best(e, i, figure, i);

    return isfinite(v) && other < e->n &&
           !is_better(good, e->row[other].value[figure].mean, v);
}

bool explainers_overlap(const struct explainer_value *a,
                        const struct explainer_value *b)
{
    return a->low <= b->high && b->low <= a->high;
}

/* --- explainers.csv ------------------------------------------------------- */

bool report_explained(const struct report_data *d)
{
    for (int i = 0; i < d->n_experiment; i++)
        for (int t = 0; t < REPORT_TABLES; t++)
            if (d->experiment[i].figures[t].csv.n_row > 0)
                return true;
    return false;
}

static void put_line(const struct report_csv *c, size_t row,
                     enum report_table t, struct buf *b)
{
    static const char *const behind[] = {"figure", "mean",  "low",
                                         "high",   "cells", "groups"};

    buf_csv_next(b, report_label(c, row));
    buf_csv_next(b, report_field(c, row, "method"));
    buf_printf(b, ",%s", report_table_name(t));
    for (size_t i = 0; i < sizeof(behind) / sizeof(behind[0]); i++) {
        buf_csv_next(b, report_field(c, row, behind[i]));
    }
    buf_puts(b, "\n");
}

static void put_experiment(const struct report_experiment *e, bool variants,
                           struct buf *b)
{
    const struct plan_step *n = e->train;

    for (int t = 0; t < REPORT_TABLES; t++)
        for (size_t k = 0; k < e->figures[t].csv.n_row; k++) {
            buf_csv(b, n->network);
            buf_csv_next(b, n->regime);
            if (variants)
                buf_csv_next(b, n->variant);
            buf_printf(b, ",%lld,", (long long)n->seed);
            if (n->folds > 1)
                buf_printf(b, "%d", n->fold);
            put_line(&e->figures[t], k, (enum report_table)t, b);
        }
}

int report_explainers_write(const struct report_data *d, const char *out,
                            struct err *err)
{
    const bool variants = report_has_variants(d);
    struct buf b = {0};

    if (!report_explained(d))
        return 0;
    buf_printf(&b,
               "network,regime%s,seed,fold,label,method,table,figure,mean,low,"
               "high,cells,groups\n",
               variants ? ",variant" : "");
    for (int i = 0; i < d->n_experiment; i++)
        put_experiment(&d->experiment[i], variants, &b);
    return buf_save(&b, out, "explainers.csv", err);
}
