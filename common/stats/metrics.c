/* metrics.c - counts and quotients of a confusion matrix */
#include "stats/metrics.h"

#include "base/err.h"
#include "stats/proportion.h"

#include <math.h>

void metrics_init(struct metrics *m, int k)
{
    BUG_ON(k < 1 || k > STATS_CLASSES_MAX);
    *m = (struct metrics){.k = k};
}

/* a / b, or 0 and the flag if b is 0. */
static double quotient_of(size_t a, size_t b, unsigned flag,
                          unsigned *undefined)
{
    if (b > 0)
        return (double)a / (double)b;
    *undefined |= flag;
    return 0.0;
}

static struct scores score_class(const struct metrics *m, int c)
{
    const size_t hit = m->confusion[c][c];
    size_t row = 0, column = 0;
    unsigned none = 0;
    struct scores s = {0};

    for (int i = 0; i < m->k; i++) {
        row += m->confusion[c][i];
        column += m->confusion[i][c];
    }
    s.support = row;
    s.precision = quotient_of(hit, column, UNDEFINED_PRECISION, &s.undefined);
    s.recall = quotient_of(hit, row, UNDEFINED_RECALL, &s.undefined);
    s.f1 = quotient_of(2 * hit, row + column, 0, &none);
    return s;
}

/* Add 'weight' of 's' to the mean 'm'. */
static void mean_add(struct scores *m, const struct scores *s, double weight)
{
    m->precision += weight * s->precision;
    m->recall += weight * s->recall;
    m->f1 += weight * s->f1;
    m->support += s->support;
    m->undefined |= s->undefined;
}

/* Balanced accuracy, kappa and MCC; 'of', n and correct are there. */
static void score_whole(struct metrics *m)
{
    double recall = 0, pq = 0, pp = 0, qq = 0, n = (double)m->n, under;
    int present = 0;

    for (int c = 0; c < m->k; c++) {
        const double p = (double)m->of[c].support;
        double q = 0;

        for (int i = 0; i < m->k; i++)
            q += (double)m->confusion[i][c];
        present += p > 0;
        recall += p > 0 ? m->of[c].recall : 0;
        pq += p * q;
        pp += p * p;
        qq += q * q;
    }
    m->balanced_accuracy = present ? recall / present : 0;
    m->kappa = m->mcc = 0;
    m->undefined = UNDEFINED_KAPPA | UNDEFINED_MCC;
    if (n * n > pq) {
        m->kappa = (n * (double)m->correct - pq) / (n * n - pq);
        m->undefined &= ~(unsigned)UNDEFINED_KAPPA;
    }
    under = (n * n - pp) * (n * n - qq);
    if (under > 0) {
        m->mcc = (n * (double)m->correct - pq) / sqrt(under);
        m->undefined &= ~(unsigned)UNDEFINED_MCC;
    }
}

void metrics_finish(struct metrics *m)
{
    m->n = m->correct = 0;
    m->weighted = m->macro = (struct scores){0};
    for (int c = 0; c < m->k; c++) {
        m->of[c] = score_class(m, c);
        m->n += m->of[c].support;
        m->correct += m->confusion[c][c];
    }
    for (int c = 0; c < m->k; c++) {
        const double cells = (double)m->of[c].support;

        mean_add(&m->macro, &m->of[c], 1.0 / m->k);
        mean_add(&m->weighted, &m->of[c], m->n ? cells / (double)m->n : 0.0);
    }
    m->accuracy = m->n ? (double)m->correct / (double)m->n : 0.0;
    proportion_wilson(m->correct, m->n, &m->low, &m->high);
    score_whole(m);
}

void metrics_of(struct metrics *m, const struct outcomes *o)
{
    metrics_init(m, o->k);
    for (size_t i = 0; i < o->n; i++) {
        BUG_ON(o->label[i] < 0 || o->label[i] >= o->k || o->predicted[i] < 0 ||
               o->predicted[i] >= o->k);
        m->confusion[o->label[i]][o->predicted[i]] += outcomes_times(o, i);
    }
    metrics_finish(m);
}
