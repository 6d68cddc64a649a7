/* calibration.c - log-likelihood, Brier, reliability, temperature */
#include "stats/calibration.h"

#include <float.h>
#include <math.h>

double calibration_log_loss(const struct outcomes *o)
{
    double sum = 0, n = 0;

    for (size_t i = 0; i < o->n; i++) {
        const double *p = o->p + i * (size_t)o->k, w = outcomes_times(o, i);

        sum -= w * log(fmax(p[o->label[i]], DBL_EPSILON));
        n += w;
    }
    return n > 0 ? fmax(0.0, sum / n) : (double)NAN;
}

double calibration_brier(const struct outcomes *o)
{
    double sum = 0, n = 0;

    for (size_t i = 0; i < o->n; i++) {
        const double *p = o->p + i * (size_t)o->k, w = outcomes_times(o, i);
        double one = 0;

        for (int c = 0; c < o->k; c++) {
            const double d = p[c] - (c == o->label[i]);

            one += d * d;
        }
        sum += w * one;
        n += w;
    }
    return n > 0 ? sum / n : (double)NAN;
}

/* Bin of a confidence; edges belong to the bin below. */
static int bin_of(double confidence)
{
    const int b = (int)ceil(confidence * RELIABILITY_BINS) - 1;

    return b < 0 ? 0 : b >= RELIABILITY_BINS ? RELIABILITY_BINS - 1 : b;
}

void reliability_of(struct reliability *r, const struct outcomes *o)
{
    size_t n = 0;

    *r = (struct reliability){.ece = 0};
    for (size_t i = 0; i < o->n; i++) {
        const double confidence =
            o->p[i * (size_t)o->k + (size_t)o->predicted[i]];
        const uint32_t w = outcomes_times(o, i);
        const int b = bin_of(confidence);

        r->count[b] += w;
        r->confidence[b] += w * confidence;
        r->accuracy[b] += o->predicted[i] == o->label[i] ? w : 0;
        n += w;
    }
    for (int b = 0; b < RELIABILITY_BINS; b++) {
        const double count = (double)r->count[b];
        double gap;

        if (r->count[b] == 0)
            continue;
        r->accuracy[b] /= count;
        r->confidence[b] /= count;
        gap = fabs(r->accuracy[b] - r->confidence[b]);
        r->ece += count / (double)n * gap;
        r->mce = fmax(r->mce, gap);
    }
    if (n == 0)
        r->ece = r->mce = (double)NAN;
}

/* out = softmax(ln(p) beta); a probability of 0 is the least float. */
static void apply_beta(const double *p, int k, double beta, double *out)
{
    double top = -INFINITY, sum = 0;

    for (int c = 0; c < k; c++) {
        out[c] = beta * log(fmax(p[c], (double)FLT_MIN));
        top = fmax(top, out[c]);
    }
    for (int c = 0; c < k; c++) {
        out[c] = exp(out[c] - top);
        sum += out[c];
    }
    for (int c = 0; c < k; c++)
        out[c] /= sum;
}

/* Slope of the mean negative log-likelihood in beta = 1/T; it never falls. */
static double loss_slope(const struct outcomes *o, double beta)
{
    double q[STATS_CLASSES_MAX], sum = 0;

    for (size_t i = 0; i < o->n; i++) {
        const double *p = o->p + i * (size_t)o->k;
        double mean = 0;

        apply_beta(p, o->k, beta, q);
        for (int c = 0; c < o->k; c++)
            mean += q[c] * log(fmax(p[c], (double)FLT_MIN));
        sum += outcomes_times(o, i) *
               (mean - log(fmax(p[o->label[i]], (double)FLT_MIN)));
    }
    return sum;
}

/* The negative log-likelihood of 'o' at 'beta'. */
static double loss_at(const struct outcomes *o, double beta)
{
    double q[STATS_CLASSES_MAX], sum = 0, n = 0;

    for (size_t i = 0; i < o->n; i++) {
        const double w = outcomes_times(o, i);

        apply_beta(o->p + i * (size_t)o->k, o->k, beta, q);
        sum -= w * log(fmax(q[o->label[i]], DBL_EPSILON));
        n += w;
    }
    return fmax(0.0, sum / n);
}

void temperature_fit(struct temperature *t, const struct outcomes *o)
{
    double low = 1 / TEMPERATURE_MAX, high = 1 / TEMPERATURE_MIN;

    *t = (struct temperature){
        .t = 1, .before = (double)NAN, .after = (double)NAN};
    if (outcomes_count(o) == 0)
        return;
    t->fitted = true;
    t->flat = fabs(loss_slope(o, low)) + fabs(loss_slope(o, high)) <=
              1e-12 * (double)outcomes_count(o);
    if (t->flat) {
        low = high = 1;
    } else if (loss_slope(o, low) >= 0) { /* worse than guessing */
        t->limited = true;
        high = low;
    } else if (loss_slope(o, high) <= 0) { /* nothing is wrong */
        t->limited = true;
        low = high;
    }
    for (int i = 0; i < 60 && low < high; i++) {
        const double middle = (low + high) / 2;

        if (loss_slope(o, middle) < 0)
            low = middle;
        else
            high = middle;
    }
    t->t = 2 / (low + high);
    t->before = loss_at(o, 1);
    t->after = loss_at(o, 1 / t->t);
}

void temperature_apply(double t, const double *p, size_t n, int k, double *out)
{
    for (size_t i = 0; i < n; i++)
        apply_beta(p + i * (size_t)k, k, 1 / t, out + i * (size_t)k);
}
