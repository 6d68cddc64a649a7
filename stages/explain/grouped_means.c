#include "stages/explain/grouped_means.h"

#include "stats/bootstrap.h"

#include <math.h>
#include <stdlib.h>

/* The mean of every figure, a cell counting w times; w NULL: once. */
static void weigh_means(const struct grouped_values *v, const uint32_t *w,
                        double *mean)
{
    for (size_t f = 0; f < v->n_value; f++) {
        double n = 0.0, sum = 0.0;

        for (size_t i = 0; i < v->n; i++) {
            const double x = v->value[i * v->n_value + f];
            const double times = w ? (double)w[i] : 1.0;

            n += isnan(x) ? 0.0 : times;
            sum += isnan(x) ? 0.0 : times * x;
        }
        mean[f] = n > 0.0 ? sum / n : (double)NAN;
    }
}

static void resample_means(void *self, const uint32_t *w, double *value)
{
    weigh_means(self, w, value);
}

/* How many cells have figure 'f', and how many groups these are in. */
static void count_cells(const struct grouped_values *v, size_t f,
                        const uint32_t *id, bool *met, size_t n_group,
                        struct grouped_mean *out)
{
    for (size_t g = 0; g < n_group; g++)
        met[g] = false;
    out->cells = out->groups = 0;
    for (size_t i = 0; i < v->n; i++) {
        if (isnan(v->value[i * v->n_value + f]))
            continue;
        out->cells++;
        out->groups += !met[id[i]];
        met[id[i]] = true;
    }
}

static int draw_intervals(const struct grouped_values *v, const uint32_t *id,
                          size_t n_group, struct grouped_mean *out,
                          struct err *err)
{
    struct grouped_values values = *v;
    const struct bootstrap b = {.n = v->n,
                                .n_group = n_group,
                                .group = id,
                                .resamples = v->resamples,
                                .seed = v->seed,
                                .n_value = v->n_value,
                                .each = resample_means,
                                .self = &values};
    struct interval range[BOOTSTRAP_VALUES_MAX];

    if (bootstrap_run(&b, range, err) < 0)
        return -1;
    for (size_t f = 0; f < v->n_value; f++)
        if (out[f].groups > 1) {
            out[f].low = range[f].low;
            out[f].high = range[f].high;
        }
    return 0;
}

int grouped_means(const struct grouped_values *v, struct grouped_mean *out,
                  struct err *err)
{
    uint32_t *id = malloc((v->n + 1) * sizeof(*id));
    bool *met = malloc((v->n + 1) * sizeof(*met));
    double mean[BOOTSTRAP_VALUES_MAX];
    size_t n_group;
    int rc = -1;

    BUG_ON(v->n_value < 1 || v->n_value > BOOTSTRAP_VALUES_MAX);
    if (!id || !met) {
        err_set(err, ERR_SYSTEM, "no memory for means of %zu cells", v->n);
        goto out;
    }
    if (bootstrap_groups(v->group, v->n, id, &n_group, err) < 0)
        goto out;
    weigh_means(v, NULL, mean);
    for (size_t f = 0; f < v->n_value; f++) {
        out[f] = (struct grouped_mean){
            .mean = mean[f], .low = (double)NAN, .high = (double)NAN};
        count_cells(v, f, id, met, n_group, &out[f]);
    }
    rc = v->resamples > 0 && v->n > 0 ? draw_intervals(v, id, n_group, out, err)
                                      : 0;
out:
    free(id);
    free(met);
    return rc;
}

void grouped_means_text(const struct grouped_mean *m, struct buf *out)
{
    buf_printf(out, ",%zu,%zu", m->cells, m->groups);
    buf_csv_number(out, m->mean);
    buf_csv_number(out, m->low);
    buf_csv_number(out, m->high);
    buf_puts(out, "\n");
}
