/* strata.c - quarters of a figure, spread over groups */
#include "stats/strata.h"

#include "base/sort.h"
#include "stats/bootstrap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int strata_quarter(const double *v, const int *right, size_t n,
                   struct stratum s[STRATA], struct err *err)
{
    double *sorted = malloc((n + 1) * sizeof(*sorted));
    size_t m = 0;

    if (!sorted)
        return err_set(err, ERR_SYSTEM, "no memory for %zu cells", n);
    for (size_t i = 0; i < n; i++)
        if (!isnan(v[i]))
            sorted[m++] = v[i];
    sort_numbers(sorted, m);
    for (int k = 0; k < STRATA; k++)
        s[k] = (struct stratum){
            m ? bootstrap_percentile(sorted, m, (double)k / STRATA)
              : (double)NAN,
            m ? bootstrap_percentile(sorted, m, (double)(k + 1) / STRATA)
              : (double)NAN,
            0, 0};
    for (size_t i = 0; i < n; i++) {
        int k = 0;

        if (isnan(v[i]))
            continue;
        while (k < STRATA - 1 && v[i] > s[k].to)
            k++;
        s[k].n++;
        s[k].correct += (size_t)right[i];
    }
    free(sorted);
    return 0;
}

static void describe_spread(struct spread *s, double *sorted)
{
    const size_t n = s->n_group;
    double sum = 0, square = 0;

    sort_numbers(sorted, n);
    for (size_t i = 0; i < n; i++)
        sum += sorted[i];
    s->mean = sum / (double)n;
    for (size_t i = 0; i < n; i++)
        square += (sorted[i] - s->mean) * (sorted[i] - s->mean);
    s->deviation = n > 1 ? sqrt(square / (double)(n - 1)) : (double)NAN;
    for (int k = 0; k < SPREAD_QUARTILES; k++)
        s->quartile[k] =
            bootstrap_percentile(sorted, n, (double)k / (SPREAD_QUARTILES - 1));
}

int strata_spread(const uint32_t *group, size_t n_group, const int *right,
                  size_t n, double *share, struct spread *s, struct err *err)
{
    double *cells = calloc(n_group + 1, sizeof(*cells));

    if (!cells)
        return err_set(err, ERR_SYSTEM, "no memory for %zu groups", n_group);
    *s = (struct spread){
        n_group,
        (double)NAN,
        (double)NAN,
        {(double)NAN, (double)NAN, (double)NAN, (double)NAN, (double)NAN}};
    memset(share, 0, n_group * sizeof(*share));
    for (size_t i = 0; i < n; i++) {
        share[group[i]] += right[i];
        cells[group[i]]++;
    }
    for (size_t g = 0; g < n_group; g++)
        share[g] /= cells[g];
    memcpy(cells, share, n_group * sizeof(*share));
    if (n_group > 0)
        describe_spread(s, cells);
    free(cells);
    return 0;
}
