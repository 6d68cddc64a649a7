#include "stages/explain/choose_cells.h"

#include "base/rng.h"

#include <stdlib.h>

static int by_certainty(const void *a, const void *b)
{
    const struct prediction *p = a, *q = b;
    const int p_wrong = p->truth != p->predicted;
    const int q_wrong = q->truth != q->predicted;

    if (p->truth != q->truth)
        return p->truth < q->truth ? -1 : 1;
    if (p_wrong != q_wrong)
        return p_wrong - q_wrong;
    if (p->p > q->p || p->p < q->p)
        return p->p > q->p ? -1 : 1;
    return (p->row > q->row) - (p->row < q->row);
}

size_t choose_cells(struct prediction *list, size_t n, size_t per_class)
{
    size_t chosen = 0, in_part = 0;
    int truth = -1, wrong = -1; /* the part we are in */

    if (n > 0)
        qsort(list, n, sizeof(*list), by_certainty);
    for (size_t i = 0; i < n; i++) {
        const struct prediction p = list[i];

        if (p.truth != truth || (p.truth != p.predicted) != wrong) {
            truth = p.truth;
            wrong = p.truth != p.predicted;
            in_part = 0;
        }
        if (in_part++ < per_class)
            list[chosen++] = (struct prediction){p.row, p.truth, p.predicted,
                                                 p.p,   true,    true};
    }
    return chosen;
}

static struct prediction *find_row(struct prediction *list, size_t n,
                                   size_t row)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].row == row)
            return &list[i];
    return NULL;
}

size_t choose_cells_measured(struct prediction *list, size_t n_list,
                             const struct choose_cells_args *a)
{
    size_t n = n_list;
    struct rng rng;

    rng_init(&rng, a->seed, RNG_CELLS, 0, 0);
    for (size_t i = 0; i < a->n; i++)
        a->order[i] = (uint32_t)i;
    rng_shuffle(&rng, a->order, (uint32_t)a->n);
    for (size_t i = 0; i < n_list; i++)
        list[i].measured = false;
    /* order[k] < want is as good a draw as the first 'want' places, and keeps
     * the order of 'all' */
    for (size_t i = 0; i < a->n; i++) {
        struct prediction *p = find_row(list, n_list, a->all[i].row);

        if (a->order[i] >= a->want)
            continue;
        if (!p) {
            p = &list[n++];
            *p = a->all[i];
        }
        p->measured = true;
    }
    return n;
}
