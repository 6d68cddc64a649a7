/* proportion.c - Wilson, McNemar, Holm */
#include "stats/proportion.h"

#include "base/err.h"

#include <math.h>

void proportion_wilson(size_t k, size_t n, double *low, double *high)
{
    const double z = 1.959963984540054, z2 = z * z;
    double p, middle, half, under;

    *low = 0.0;
    *high = 1.0;
    if (n == 0)
        return;
    p = (double)k / (double)n;
    under = 1.0 + z2 / (double)n;
    middle = (p + z2 / (2.0 * (double)n)) / under;
    half =
        z *
        sqrt(p * (1.0 - p) / (double)n + z2 / (4.0 * (double)n * (double)n)) /
        under;
    if (k > 0) /* exact at the ends, not a rounding error beyond them */
        *low = fmax(0.0, middle - half);
    if (k < n)
        *high = fmin(1.0, middle + half);
}

double proportion_mcnemar_p(size_t first, size_t second)
{
    const size_t less = first < second ? first : second;
    const double n = (double)(first + second);
    double sum = 0, log_choose = 0;

    if (first == second)
        return 1.0;
    for (size_t i = 0; i <= less; i++) {
        sum += exp(log_choose - n * log(2.0));
        log_choose += log(n - (double)i) - log((double)i + 1.0);
    }
    return fmin(1.0, 2.0 * sum);
}

void proportion_mcnemar(struct mcnemar *m, const struct outcomes *a,
                        const struct outcomes *b)
{
    BUG_ON(a->n != b->n);
    *m = (struct mcnemar){0};
    for (size_t i = 0; i < a->n; i++) {
        const int one = a->predicted[i] == a->label[i];
        const int two = b->predicted[i] == b->label[i];

        BUG_ON(a->label[i] != b->label[i]);
        m->both += one && two;
        m->neither += !one && !two;
        m->first += one && !two;
        m->second += !one && two;
    }
    m->p = proportion_mcnemar_p(m->first, m->second);
}

/* Does p[i] come before p[j] in rising order?  Of equals, the earlier one. */
static int comes_before(const double *p, size_t i, size_t j)
{
    if (p[i] < p[j] || p[i] > p[j])
        return p[i] < p[j];
    return i < j;
}

/* The first in rising order behind 'last' (n: the very first), or n. */
static size_t next_of(const double *p, size_t n, size_t last)
{
    size_t best = n;

    for (size_t i = 0; i < n; i++)
        if (!isnan(p[i]) && (last == n || comes_before(p, last, i)) &&
            (best == n || comes_before(p, i, best)))
            best = i;
    return best;
}

void proportion_holm(const double *p, size_t n, double *adjusted)
{
    size_t left = 0, i = n;
    double most = 0;

    for (size_t j = 0; j < n; j++) {
        left += isnan(p[j]) ? 0 : 1;
        adjusted[j] = p[j];
    }
    for (; left > 0; left--) {
        i = next_of(p, n, i);
        most = fmax(most, (double)left * p[i]);
        adjusted[i] = fmin(1.0, most);
    }
}
