/* bootstrap.c - resamples of groups, as counts */
#include "stats/bootstrap.h"

#include "base/rng.h"
#include "base/sort.h"
#include "stats/named_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CELLS = 1 << 30 };

void bootstrap_draw(const struct bootstrap *b, uint32_t r, uint32_t *count,
                    uint32_t *w)
{
    struct rng rng;

    rng_init(&rng, b->seed, RNG_BOOTSTRAP, r, 0);
    memset(count, 0, b->n_group * sizeof(*count));
    for (size_t i = 0; i < b->n_group; i++)
        count[rng_below(&rng, (uint32_t)b->n_group)]++;
    for (size_t i = 0; i < b->n; i++)
        w[i] = count[b->group[i]];
}

double bootstrap_percentile(const double *v, size_t n, double share)
{
    const double at = share * (double)(n - 1);
    const size_t i = (size_t)at;

    return i + 1 < n ? v[i] + (at - (double)i) * (v[i + 1] - v[i]) : v[n - 1];
}

/* The interval of one figure; 'v' (n) is sorted here. */
static struct interval interval_of(double *v, size_t n)
{
    struct interval out = {(double)NAN, (double)NAN, 0};
    size_t m = 0;

    for (size_t i = 0; i < n; i++)
        if (!isnan(v[i]))
            v[m++] = v[i];
    out.defined = (int)m;
    if (m < 2)
        return out;
    sort_numbers(v, m);
    out.low = bootstrap_percentile(v, m, 0.025);
    out.high = bootstrap_percentile(v, m, 0.975);
    return out;
}

int bootstrap_run(const struct bootstrap *b, struct interval *out,
                  struct err *err)
{
    const size_t r = (size_t)b->resamples, nv = b->n_value;
    double value[BOOTSTRAP_VALUES_MAX];
    uint32_t *w = NULL, *count = NULL;
    double *all = NULL;
    int rc = -1;

    BUG_ON(b->resamples < 1 || b->resamples > BOOTSTRAP_MAX || nv < 1 ||
           nv > BOOTSTRAP_VALUES_MAX || b->n_group > MAX_CELLS);
    w = malloc((b->n + 1) * sizeof(*w));
    count = malloc((b->n_group + 1) * sizeof(*count));
    all = malloc(r * nv * sizeof(*all));
    if (!w || !count || !all) {
        err_set(err, ERR_SYSTEM, "no memory for %zu resamples", r);
        goto out;
    }
    for (size_t i = 0; i < r; i++) {
        bootstrap_draw(b, (uint32_t)i, count, w);
        b->each(b->self, w, value);
        for (size_t v = 0; v < nv; v++)
            all[v * r + i] = value[v];
    }
    for (size_t v = 0; v < nv; v++)
        out[v] = interval_of(all + v * r, r);
    rc = 0;
out:
    free(all);
    free(count);
    free(w);
    return rc;
}

int bootstrap_groups(const char *const *name, size_t n, uint32_t *id,
                     size_t *n_group, struct err *err)
{
    struct named_row *list;
    uint32_t next = 0;

    if (n > MAX_CELLS)
        return err_set(err, ERR_INPUT, "%zu cells to group, at most %d", n,
                       MAX_CELLS);
    list = malloc((n + 1) * sizeof(*list));
    if (!list)
        return err_set(err, ERR_SYSTEM, "no memory to group %zu cells", n);
    for (size_t i = 0; i < n; i++)
        list[i] = (struct named_row){name[i], 0, (uint32_t)i};
    /* First each cell points to the first of its name, ... */
    named_rows_first(list, n, id);
    /* ... which comes before it, so one pass can number them. */
    for (uint32_t i = 0; i < n; i++)
        id[i] = id[i] == i ? next++ : id[id[i]];
    *n_group = next;
    free(list);
    return 0;
}
