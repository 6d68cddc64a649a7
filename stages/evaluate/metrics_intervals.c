/* metrics_intervals.c - bootstrap intervals of the test split's figures, or of
 * validation's where nothing tests */
#include "stages/evaluate/metrics_private.h"

#include "stats/bootstrap.h"

#include <math.h>
#include <stdlib.h>

struct resample {
    const struct metrics_json *a;
    const struct metrics_json_split *told; /* borrowed: whose figures */
    struct curves curves; /* owned; empty without probabilities */
    const struct metric *metric[METRICS_MAX]; /* those with an interval */
    int n_metric;
    struct metric_input in; /* scratch */
};

/* The metrics, then recall and precision of each class. */
static void resample_each(void *self, const uint32_t *w, double *v)
{
    struct resample *r = self;
    const struct metrics_json *a = r->a;
    struct outcomes o = r->told->o;

    o.w = w;
    metrics_table_input(&r->in, &o, a->groups.two ? a->groups.abnormal : NULL,
                        &a->groups.costs, o.p ? &r->curves : NULL);
    for (int i = 0; i < r->n_metric; i++)
        *v++ = metrics_table_value(r->metric[i], &r->in);
    for (int c = 0; c < o.k; c++) {
        const struct scores *of = &r->in.m.of[c];

        *v++ = of->undefined & UNDEFINED_RECALL ? (double)NAN : of->recall;
        *v++ =
            of->undefined & UNDEFINED_PRECISION ? (double)NAN : of->precision;
    }
}

static json_t *intervals_json(const struct resample *r,
                              const struct interval *v)
{
    json_t *j = json_object(), *classes = json_array();

    for (int i = 0; i < r->n_metric; i++)
        json_object_set_new(j, r->metric[i]->name,
                            json_range(v[i].low, v[i].high));
    for (int c = 0; c < r->told->o.k; c++) {
        const struct interval *of = v + r->n_metric + 2 * c;

        json_array_append_new(
            classes, json_pack("{s:o, s:o, s:o}", "class",
                               json_text(r->a->class_name[c]), "recall",
                               json_range(of[0].low, of[0].high), "precision",
                               json_range(of[1].low, of[1].high)));
    }
    json_object_set_new(j, "per_class", classes);
    return j;
}

static void note_resamples(const struct resample *r, const struct interval *v,
                           size_t n_group, json_t *notes)
{
    const int all = (int)r->a->settings->bootstrap;

    if (n_group < 20)
        json_note(notes,
                  "bootstrap: %zu group%s of cells, too few for intervals that "
                  "mean much",
                  n_group, n_group == 1 ? "" : "s");
    for (int i = 0; i < r->n_metric; i++)
        if (v[i].defined < all && metrics_table_fits(r->metric[i], &r->in))
            json_note(notes, "bootstrap: %s has a value in %d of %d resamples",
                      r->metric[i]->name, v[i].defined, all);
}

static void list_metrics(struct resample *r)
{
    for (const struct metric *m = metrics_table; m->name; m++)
        if (m->interval != INTERVAL_NONE &&
            (r->told->o.p || m->needs != NEEDS_PROBABILITIES))
            r->metric[r->n_metric++] = m;
}

static json_t *draw_intervals(struct resample *r, uint32_t *group,
                              json_t *notes, struct err *err)
{
    const struct metrics_json *a = r->a;
    struct interval v[METRICS_MAX + 2 * STATS_CLASSES_MAX];
    struct bootstrap b = {.n = r->told->o.n,
                          .group = group,
                          .resamples = (int)a->settings->bootstrap,
                          .seed = a->seed,
                          .each = resample_each,
                          .self = r};
    json_t *j;

    list_metrics(r);
    b.n_value = (size_t)(r->n_metric + 2 * r->told->o.k);
    if (bootstrap_groups(r->told->group, b.n, group, &b.n_group, err) < 0 ||
        bootstrap_run(&b, v, err) < 0)
        return NULL;
    note_resamples(r, v, b.n_group, notes);
    j = intervals_json(r, v);
    json_object_set_new(j, "method",
                        json_text("percentile 95 %, groups drawn again"));
    json_object_set_new(j, "groups", json_count(b.n_group));
    json_object_set_new(j, "resamples", json_count((size_t)b.resamples));
    json_object_set_new(j, "seed", json_integer((json_int_t)a->seed));
    return j;
}

json_t *metrics_json_intervals(const struct metrics_json *a, json_t *notes,
                               struct err *err)
{
    const struct metrics_json_split *told =
        metrics_json_told(a) ? &a->validation : &a->test;
    const size_t n = told->o.n + 1;
    uint32_t *group = malloc(n * sizeof(*group));
    struct resample *r = calloc(1, sizeof(*r));
    json_t *j = NULL;

    if (!group || !r) {
        err_set(err, ERR_SYSTEM, "no memory to group %zu cells", n);
    } else {
        r->a = a;
        r->told = told;
        if (!told->o.p || curves_init(&r->curves, &told->o, err) == 0)
            j = draw_intervals(r, group, notes, err);
        curves_release(&r->curves);
    }
    free(group);
    free(r);
    return j;
}
