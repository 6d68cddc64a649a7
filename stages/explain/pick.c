#include "stages/explain/pick.h"

#include <stdlib.h>

static int order(const void *a, const void *b)
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

size_t pick_cells(struct prediction *list, size_t n, size_t per_class)
{
    size_t chosen = 0, in_part = 0;
    int truth = -1, wrong = -1; /* the part we are in */

    if (n > 0)
        qsort(list, n, sizeof(*list), order);
    for (size_t i = 0; i < n; i++) {
        const struct prediction p = list[i];

        if (p.truth != truth || (p.truth != p.predicted) != wrong) {
            truth = p.truth;
            wrong = p.truth != p.predicted;
            in_part = 0;
        }
        if (in_part++ < per_class)
            list[chosen++] = p;
    }
    return chosen;
}
