/* binary.c - sensitivity and specificity */
#include "stats/binary.h"

#include "stats/curves.h"

#include <math.h>

static void count_cell(struct binary *b, bool is, bool called, uint32_t times)
{
    b->hits += is && called ? times : 0;
    b->misses += is && !called ? times : 0;
    b->clear += !is && !called ? times : 0;
    b->alarms += !is && called ? times : 0;
}

static void finish_rates(struct binary *b)
{
    const size_t abnormal = b->hits + b->misses, normal = b->clear + b->alarms;

    b->sensitivity =
        abnormal ? (double)b->hits / (double)abnormal : (double)NAN;
    b->specificity = normal ? (double)b->clear / (double)normal : (double)NAN;
}

void binary_predicted(struct binary *b, const struct outcomes *o,
                      const bool *abnormal)
{
    *b = (struct binary){0};
    for (size_t i = 0; i < o->n; i++)
        count_cell(b, abnormal[o->label[i]], abnormal[o->predicted[i]],
                   outcomes_times(o, i));
    finish_rates(b);
}

void binary_at(struct binary *b, const struct outcomes *o, const bool *abnormal,
               const double *score, double threshold)
{
    *b = (struct binary){0};
    for (size_t i = 0; i < o->n; i++)
        count_cell(b, abnormal[o->label[i]], score[i] >= threshold,
                   outcomes_times(o, i));
    finish_rates(b);
}

void binary_scores(const struct outcomes *o, const bool *abnormal,
                   double *score)
{
    for (size_t i = 0; i < o->n; i++) {
        const double *p = o->p + i * (size_t)o->k;

        score[i] = 0;
        for (int c = 0; c < o->k; c++)
            score[i] += abnormal[c] ? p[c] : 0.0;
    }
}

int binary_threshold(const struct outcomes *o, const bool *abnormal,
                     const double *score, double wanted, double *threshold,
                     struct err *err)
{
    struct ranking r;
    double all = 0, above = 0;

    *threshold = (double)NAN;
    if (ranking_init(&r, score, 1, o->n, err) < 0)
        return -1;
    for (size_t i = 0; i < o->n; i++)
        all += abnormal[o->label[i]] ? outcomes_times(o, i) : 0;
    for (size_t i = 0; i < o->n && all > 0; i++) {
        const uint32_t cell = r.order[i];

        above += abnormal[o->label[cell]] ? outcomes_times(o, cell) : 0;
        if (above > 0 && above / all >= wanted - 1e-12) {
            *threshold = score[cell];
            break;
        }
    }
    ranking_release(&r);
    return 0;
}
