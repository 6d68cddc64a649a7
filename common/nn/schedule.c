/* schedule.c - after keras/callbacks.py, version 2.12, and CosineDecay */
#include "nn/schedule.h"

#include <math.h>

static const double min_delta = 1e-4;

void plateau_init(struct plateau *p)
{
    *p = (struct plateau){.best = INFINITY};
}

float plateau_step(struct plateau *p, const struct plateau_args *a,
                   double value, float rate)
{
    if (a->patience == 0)
        return rate;
    if (value < p->best - min_delta) {
        p->best = value;
        p->wait = 0;
        return rate;
    }
    /* Keras leaves the count as it is once the rate cannot fall further. */
    if (++p->wait < a->patience || rate <= (float)a->min_rate)
        return rate;
    p->wait = 0;
    return (float)fmax((double)rate * a->factor, a->min_rate);
}

void stopper_init(struct stopper *s)
{
    *s = (struct stopper){.best = INFINITY};
}

bool stopper_step(struct stopper *s, int64_t patience, int64_t epoch,
                  double value)
{
    if (patience == 0)
        return false;
    s->wait++;
    if (value < s->best) {
        s->best = value;
        s->wait = 0;
        return false;
    }
    return stopper_has_stopped(s, patience, epoch + 1);
}

bool stopper_has_stopped(const struct stopper *s, int64_t patience,
                         int64_t epochs)
{
    return patience > 0 && s->wait >= patience && epochs > 1;
}

float schedule_cosine_rate(const struct cosine_args *a, int64_t step)
{
    const double pi = 3.14159265358979323846;
    const int64_t after = step - a->warmup;
    double f = 1.0;

    if (after < 0)
        return (float)(a->start +
                       (a->rate - a->start) * (double)step / (double)a->warmup);
    if (after < a->decay)
        f = (double)after / (double)a->decay;
    return (float)(a->rate *
                   (a->least + (1.0 - a->least) * 0.5 * (1.0 + cos(pi * f))));
}
