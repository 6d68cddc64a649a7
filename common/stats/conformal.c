/* conformal.c - prediction sets, class by class */
#include "stats/conformal.h"

#include "base/sort.h"

#include <math.h>
#include <stdlib.h>

int conformal_fit(struct conformal *c, const struct outcomes *o,
                  double coverage, struct err *err)
{
    double *s = malloc((o->n + 1) * sizeof(*s));

    if (!s)
        return err_set(err, ERR_SYSTEM, "no memory for %zu scores", o->n);
    BUG_ON(o->k < 1 || o->k > STATS_CLASSES_MAX);
    *c = (struct conformal){.k = o->k, .coverage = coverage};
    for (int y = 0; y < o->k; y++) {
        size_t n = 0, rank;

        for (size_t i = 0; i < o->n; i++)
            if (o->label[i] == y)
                s[n++] = 1 - o->p[i * (size_t)o->k + (size_t)y];
        sort_numbers(s, n);
        rank = (size_t)ceil((double)(n + 1) * coverage - 1e-9);
        c->n[y] = n;
        c->q[y] = rank > n ? (double)INFINITY : s[rank ? rank - 1 : 0];
    }
    free(s);
    return 0;
}

int conformal_set(const struct conformal *c, const double *p, bool *set)
{
    int n = 0;

    for (int y = 0; y < c->k; y++) {
        set[y] = 1 - p[y] <= c->q[y];
        n += set[y];
    }
    return n;
}

void conformal_try(const struct conformal *c, const struct outcomes *o,
                   struct conformal_result *r)
{
    bool set[STATS_CLASSES_MAX];

    *r = (struct conformal_result){.n = o->n};
    for (size_t i = 0; i < o->n; i++) {
        const int y = o->label[i];
        const int size = conformal_set(c, o->p + i * (size_t)o->k, set);

        r->covered += set[y];
        r->of[y]++;
        r->covered_of[y] += set[y];
        r->classes += (size_t)size;
        r->empty += size == 0;
        r->one += size == 1;
        r->more += size > 1;
        r->one_right += size == 1 && set[y];
    }
}
