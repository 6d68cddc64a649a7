/*
 * report_explainers.h - the explainers' figures of all experiments together
 *
 * explainers.csv has the rows of every experiment.  The page takes experiments
 * of one network and regime together: of experiment i, n cells, mean m and
 * limits l and u; N = sum n_i;
 *     mean = sum n_i m_i / N
 *     low  = mean - sum over seeds sqrt(sum over folds (n_i (m_i - l_i) / N)^2)
 *     high = mean + sum over seeds sqrt(sum over folds (n_i (u_i - m_i) / N)^2)
 * Folds explain other cells, of other groups, and count as independent; seeds
 * explain the same cells, and a sum never deviates more than its parts do
 * together.  Where a group's cells may be in several folds (split.method is not
 * group), folds are added as seeds are.  One experiment keeps its own interval.
 * Source: Zou and Donner 2008, Stat. Med. 27:1693.
 */
#ifndef STAGES_REPORT_REPORT_EXPLAINERS_H
#define STAGES_REPORT_REPORT_EXPLAINERS_H

#include "stages/report/report_data.h"

enum { EXPLAINER_FIGURES = 10 }; /* that the page shows */

enum explainer_good { GOOD_HIGH, GOOD_LOW, GOOD_ZERO };

/* Which figures they are. */
struct explainer_figure {
    enum report_table table;
    const char *name;  /* in its table */
    const char *title; /* for people */
    enum explainer_good good;
};
extern const struct explainer_figure explainer_figure[EXPLAINER_FIGURES];

struct explainer_value {
    double mean, low, high; /* NaN: there is none */
    double cells;           /* a cell counts once for each experiment */
};

/* One explainer on one class, or on "all". */
struct explainer_row {
    const char *network, *regime, *variant; /* borrowed, as these: */
    const char *class_name, *method;
    int experiments;
    struct explainer_value value[EXPLAINER_FIGURES];
};

struct explainers {
    struct explainer_row
        *row; /* owned; methods in order, "all" before classes */
    size_t n;
    bool has[EXPLAINER_FIGURES]; /* some row has it */
};

/* Errors: ERR_SYSTEM no memory. */
MUST_USE int explainers_init(struct explainers *e, const struct report_data *d,
                             struct err *err);
void explainers_release(struct explainers *e);

/*
 * Place of the best or, with 'behind', the best of the others among the rows of
 * row i's network, regime and class; of equals the first.  e->n if there is
 * none.
 *   behind [in] a row to leave out; e->n: none
 */
size_t explainers_best(const struct explainers *e, size_t i, int figure,
                       size_t behind);

/* Is it as good as the best of at least two? */
bool explainers_is_best(const struct explainers *e, size_t i, int figure);

/* Do both intervals have a value in common?  False if one is not there. */
bool explainers_overlap(const struct explainer_value *a,
                        const struct explainer_value *b);

/*
 * OUT/explainers.csv, the rows of all experiments' tables:
 *     network,regime[,variant],seed,fold,label,method,table,figure,mean,low,
 *     high,cells,
 *         groups
 * with an empty fold where there are none.  Without any such row nothing is
 * written.  Errors: ERR_SYSTEM.
 */
MUST_USE int report_explainers_write(const struct report_data *d,
                                     const char *out, struct err *err);

/* Has any experiment such rows? */
bool report_explained(const struct report_data *d);

#endif
