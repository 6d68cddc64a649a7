/* metrics_intervals.c - bootstrap intervals of the test split's figures */
#include "stages/evaluate/metrics_private.h"

#include "stats/binary.h"
#include "stats/bootstrap.h"

#include <math.h>
#include <stdlib.h>

enum figure {
    F_ACCURACY,
    F_BALANCED,
    F_PRECISION,
    F_F1,
    F_MACRO_F1,
    F_KAPPA,
    F_MCC,
    F_SENSITIVITY,
    F_SPECIFICITY,
    F_DECISIONS, /* so many need no probabilities */
    F_ROC = F_DECISIONS,
    F_PR,
    F_NLL,
    F_BRIER,
    F_ECE,
    F_COUNT
};

static const char *const figure_name[F_COUNT] = {
    "accuracy",
    "balanced_accuracy",
    "weighted_precision",
    "weighted_f1",
    "macro_f1",
    "kappa",
    "mcc",
    "sensitivity",
    "specificity",
    "roc_auc",
    "pr_auc",
    "nll",
    "brier",
    "ece",
};

struct resample {
    const struct assess *a;
    struct curves curves; /* owned; empty without probabilities */
    int n_figure;
    struct metrics m; /* scratch */
};

static void resample_decisions(struct resample *r, const struct outcomes *o,
                               double *v)
{
    const struct metrics *m = &r->m;
    const bool two = r->a->sides.two;
    struct binary b = {.sensitivity = (double)NAN, .specificity = (double)NAN};

    metrics_of(&r->m, o);
    if (two)
        binary_said(&b, o, r->a->sides.abnormal);
    v[F_ACCURACY] = m->accuracy;
    v[F_BALANCED] = m->balanced_accuracy;
    v[F_PRECISION] = m->weighted.precision;
    v[F_F1] = m->weighted.f1;
    v[F_MACRO_F1] = m->macro.f1;
    v[F_KAPPA] = m->undefined & UNDEFINED_KAPPA ? (double)NAN : m->kappa;
    v[F_MCC] = m->undefined & UNDEFINED_MCC ? (double)NAN : m->mcc;
    v[F_SENSITIVITY] = b.sensitivity;
    v[F_SPECIFICITY] = b.specificity;
}

static void resample_each(void *self, const uint32_t *w, double *v)
{
    struct resample *r = self;
    struct outcomes o = r->a->test.o;
    struct areas areas;
    struct reliability bins;

    o.w = w;
    resample_decisions(r, &o, v);
    for (int c = 0; c < o.k; c++) {
        double *of = v + r->n_figure + 2 * c;

        of[0] = r->m.of[c].undefined & UNDEFINED_RECALL ? (double)NAN
                                                        : r->m.of[c].recall;
        of[1] = r->m.of[c].undefined & UNDEFINED_PRECISION
                    ? (double)NAN
                    : r->m.of[c].precision;
    }
    if (!o.p)
        return;
    curves_areas(&r->curves, w, &areas);
    reliability_of(&bins, &o);
    v[F_ROC] = areas.macro_roc;
    v[F_PR] = areas.macro_pr;
    v[F_NLL] = log_loss(&o);
    v[F_BRIER] = brier(&o);
    v[F_ECE] = bins.ece;
}

static json_t *intervals_json(const struct resample *r,
                              const struct interval *v)
{
    json_t *j = json_object(), *classes = json_array();

    for (int i = 0; i < r->n_figure; i++)
        json_object_set_new(j, figure_name[i], json_range(v[i].low, v[i].high));
    for (int c = 0; c < r->a->test.o.k; c++) {
        const struct interval *of = v + r->n_figure + 2 * c;

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
    for (int i = 0; i < r->n_figure; i++)
        if (v[i].defined < all &&
            (r->a->sides.two || (i != F_SENSITIVITY && i != F_SPECIFICITY)))
            json_note(notes, "bootstrap: %s has a value in %d of %d resamples",
                      figure_name[i], v[i].defined, all);
}

static json_t *draw_intervals(struct resample *r, uint32_t *group,
                              json_t *notes, struct err *err)
{
    const struct assess *a = r->a;
    struct interval v[F_COUNT + 2 * STATS_CLASSES_MAX];
    struct bootstrap b = {.n = a->test.o.n,
                          .group = group,
                          .resamples = (int)a->settings->bootstrap,
                          .seed = a->seed,
                          .each = resample_each,
                          .self = r};
    json_t *j;

    r->n_figure = a->test.o.p ? F_COUNT : F_DECISIONS;
    b.n_value = (size_t)(r->n_figure + 2 * a->test.o.k);
    if (bootstrap_groups(a->test.group, b.n, group, &b.n_group, err) < 0 ||
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

json_t *assess_intervals(const struct assess *a, json_t *notes, struct err *err)
{
    const size_t n = a->test.o.n + 1;
    uint32_t *group = malloc(n * sizeof(*group));
    struct resample *r = calloc(1, sizeof(*r));
    json_t *j = NULL;

    if (!group || !r) {
        err_set(err, ERR_SYSTEM, "no memory to group %zu cells", n);
    } else {
        r->a = a;
        if (!a->test.o.p || curves_init(&r->curves, &a->test.o, err) == 0)
            j = draw_intervals(r, group, notes, err);
        curves_release(&r->curves);
    }
    free(group);
    free(r);
    return j;
}
