/* metrics_fitted.c - temperature, normal against abnormal, costs, sets */
#include "stages/evaluate/metrics_private.h"

#include "stats/binary.h"
#include "stats/conformal.h"
#include "stats/proportion.h"

#include <math.h>
#include <stdlib.h>

/* --- temperature ---------------------------------------------------------- */

json_t *metrics_json_temperature(const struct metrics_json *a)
{
    const struct temperature *t = &a->temperature;
    struct outcomes o = a->test.o;
    struct metric_input in = a->input[0];
    const char *note = !t->fitted ? "no validation cell: 1"
                       : t->flat  ? "each is as good: 1"
                       : t->limited
                           ? "the best is at or beyond a limit of the search"
                           : "";
    json_t *test = json_object();
    json_t *j =
        json_pack("{s:f, s:s, s:o, s:o, s:s}", "value", t->t, "fitted_on",
                  "validation", "nll_before", json_number(t->before),
                  "nll_after", json_number(t->after), "note", note);

    o.p = a->calibrated;
    in.o = &o;
    reliability_of(&in.bins, &o);
    for (const struct metric *row = metrics_table; row->name; row++)
        if (row->shown & SHOWN_CALIBRATED)
            json_object_set_new(test, row->name, json_number(row->value(&in)));
    json_object_set_new(j, "test", test);
    return j;
}

/* --- normal against abnormal ---------------------------------------------- */

static json_t *side_json(const struct binary *b)
{
    const size_t abnormal = b->hits + b->misses, normal = b->clear + b->alarms;
    double low[2], high[2];

    proportion_wilson(b->hits, abnormal, &low[0], &high[0]);
    proportion_wilson(b->clear, normal, &low[1], &high[1]);
    return json_pack(
        "{s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o}", "hits", (json_int_t)b->hits,
        "misses", (json_int_t)b->misses, "clear", (json_int_t)b->clear,
        "alarms", (json_int_t)b->alarms, "sensitivity",
        json_number(b->sensitivity), "sensitivity_interval",
        json_range(low[0], high[0]), "specificity", json_number(b->specificity),
        "specificity_interval", json_range(low[1], high[1]));
}

static json_t *map_json(const struct metrics_json *a)
{
    json_t *map = json_object();

    for (int s = 0; s < CLASS_GROUP_COUNT; s++) {
        json_t *list = json_array();

        for (int c = 0; c < a->test.o.k; c++)
            if ((int)a->groups.of[c] == s)
                json_array_append_new(list, json_text(a->class_name[c]));
        json_object_set_new(map, class_groups_name((enum class_group)s), list);
    }
    return map;
}

/* The confusion matrix of the three sides, rows true. */
static json_t *three_json(const struct metrics_json *a)
{
    size_t n[CLASS_GROUP_COUNT][CLASS_GROUP_COUNT] = {{0}};

    for (int i = 0; i < a->test.o.k; i++)
        for (int j = 0; j < a->test.o.k; j++)
            n[a->groups.of[i]][a->groups.of[j]] +=
                a->input[0].m.confusion[i][j];
    return metrics_json_counts(n[0], CLASS_GROUP_COUNT, CLASS_GROUP_COUNT);
}

/* Threshold from validation, tried on test; 'score' is of either's length. */
static int put_threshold(const struct metrics_json *a, json_t *j, double *score,
                         struct err *err)
{
    const bool *abnormal = a->groups.abnormal;
    struct binary b;
    double threshold;

    binary_scores(&a->validation.o, abnormal, score);
    if (binary_threshold(&a->validation.o, abnormal, score,
                         a->settings->sensitivity, &threshold, err) < 0)
        return -1;
    json_object_set_new(j, "wanted_sensitivity",
                        json_number(a->settings->sensitivity));
    json_object_set_new(j, "threshold", json_number(threshold));
    binary_scores(&a->test.o, abnormal, score);
    if (isfinite(threshold)) {
        binary_at(&b, &a->test.o, abnormal, score, threshold);
        json_object_set_new(j, "at_threshold", side_json(&b));
    } else {
        json_note(json_object_get(j, "notes"),
                  "no threshold: validation has no abnormal cell");
    }
    return 0;
}

static int put_side_areas(const struct metrics_json *a, json_t *j,
                          const double *score, struct err *err)
{
    const struct outcomes *o = &a->test.o;
    uint8_t *positive = malloc(o->n + 1);
    struct ranking r = {0};
    double roc, pr;
    int rc = -1;

    if (!positive) {
        err_set(err, ERR_SYSTEM, "no memory for %zu cells", o->n);
        goto out;
    }
    for (size_t i = 0; i < o->n; i++)
        positive[i] = a->groups.abnormal[o->label[i]];
    if (ranking_init(&r, score, 1, o->n, err) < 0)
        goto out;
    roc = ranking_areas(&r, positive, NULL, &pr);
    json_object_set_new(j, "roc_auc", json_number(roc));
    json_object_set_new(j, "pr_auc", json_number(pr));
    rc = 0;
out:
    ranking_release(&r);
    free(positive);
    return rc;
}

static int put_scores(const struct metrics_json *a, json_t *j, struct err *err)
{
    const size_t n = a->test.o.n + a->validation.o.n + 1;
    double *score = malloc(n * sizeof(*score));
    int rc = -1;

    if (!score)
        return err_set(err, ERR_SYSTEM, "no memory for %zu scores", n);
    if (put_threshold(a, j, score, err) == 0)
        rc = put_side_areas(a, j, score, err);
    free(score);
    return rc;
}

json_t *metrics_json_binary(const struct metrics_json *a, struct err *err)
{
    json_t *j = json_object(), *notes = json_array();
    struct binary b;

    json_object_set_new(j, "notes", notes);
    if (!a->groups.known || !a->groups.two) {
        json_note(notes, a->groups.known
                             ? "all classes are on one side"
                             : "no class map: set evaluate.normal, .benign and "
                               ".abnormal");
        return j;
    }
    json_object_set_new(j, "map", map_json(a));
    json_object_set_new(j, "benign_as",
                        json_text(a->settings->benign_as == SIDE_NORMAL
                                      ? "normal"
                                      : "abnormal"));
    binary_predicted(&b, &a->test.o, a->groups.abnormal);
    json_object_set_new(j, "as_said", side_json(&b));
    json_object_set_new(j, "three_sides", three_json(a));
    if (b.hits + b.misses == 0 || b.clear + b.alarms == 0)
        json_note(notes, "the test split has cells of one side alone");
    if (a->test.o.p && put_scores(a, j, err) < 0) {
        json_decref(j);
        return NULL;
    }
    return j;
}

/* --- costs ---------------------------------------------------------------- */

/* What the rule that minimises expected cost says of 'p'. */
static json_t *rule_json(const struct metrics_json *a, const double *p,
                         int *predicted)
{
    struct outcomes o = a->test.o;
    struct metrics m;

    for (size_t i = 0; i < o.n; i++)
        predicted[i] = costs_decide(&a->groups.costs, p + i * (size_t)o.k);
    o.predicted = predicted;
    metrics_of(&m, &o);
    return json_pack("{s:o, s:f}", "cost",
                     json_number(costs_mean(&a->groups.costs, &o)), "accuracy",
                     m.accuracy);
}

/* The least cost of calling every cell the same. */
static double constant_cost(const struct metrics_json *a, int *predicted)
{
    struct outcomes o = a->test.o;
    double least = (double)NAN;

    o.predicted = predicted;
    for (int c = 0; c < o.k; c++) {
        for (size_t i = 0; i < o.n; i++)
            predicted[i] = c;
        least = fmin(least, costs_mean(&a->groups.costs, &o));
    }
    return least;
}

json_t *metrics_json_costs(const struct metrics_json *a, struct err *err)
{
    const struct costs *c = &a->groups.costs;
    const size_t n = a->test.o.n + 1;
    int *predicted = malloc(n * sizeof(*predicted));
    json_t *j = json_object(), *rows = json_array();

    if (!predicted) {
        err_set(err, ERR_SYSTEM, "no memory for %zu decisions", n);
        json_decref(rows);
        json_decref(j);
        return NULL;
    }
    for (int i = 0; i < c->k; i++) {
        json_t *row = json_array();

        for (int k = 0; k < c->k; k++)
            json_array_append_new(row, json_number(c->cost[i][k]));
        json_array_append_new(rows, row);
    }
    json_object_set_new(j, "matrix", rows);
    json_object_set_new(j, "as_said", json_number(costs_mean(c, &a->test.o)));
    json_object_set_new(j, "best_constant",
                        json_number(constant_cost(a, predicted)));
    if (a->test.o.p) {
        json_object_set_new(j, "least_cost_rule",
                            rule_json(a, a->test.o.p, predicted));
        json_object_set_new(j, "least_cost_rule_calibrated",
                            rule_json(a, a->calibrated, predicted));
    }
    free(predicted);
    return j;
}

/* --- prediction sets ------------------------------------------------------ */

static double quotient_of(size_t a, size_t n)
{
    return n ? (double)a / (double)n : (double)NAN;
}

static json_t *set_classes(const struct metrics_json *a,
                           const struct conformal *c,
                           const struct conformal_result *r)
{
    json_t *list = json_array();

    for (int y = 0; y < c->k; y++)
        json_array_append_new(
            list,
            json_pack("{s:o, s:I, s:o, s:o}", "class",
                      json_text(a->class_name[y]), "validation_cells",
                      (json_int_t)c->n[y], "quantile", json_number(c->q[y]),
                      "coverage",
                      json_number(quotient_of(r->covered_of[y], r->of[y]))));
    return list;
}

json_t *metrics_json_sets(const struct metrics_json *a, struct err *err)
{
    json_t *notes, *j;
    struct conformal c;
    struct conformal_result r;
    double low, high;

    if (conformal_fit(&c, &a->validation.o, a->settings->coverage, err) < 0)
        return NULL;
    conformal_try(&c, &a->test.o, &r);
    proportion_wilson(r.covered, r.n, &low, &high);
    notes = json_array();
    j = json_pack(
        "{s:f, s:o, s:o, s:o, s:I, s:I, s:I, s:o, s:o, s:o, s:o}", "promised",
        c.coverage, "coverage", json_number(quotient_of(r.covered, r.n)),
        "coverage_interval", json_range(low, high), "mean_size",
        json_number(quotient_of(r.classes, r.n)), "one", (json_int_t)r.one,
        "empty", (json_int_t)r.empty, "more", (json_int_t)r.more, "referred",
        json_number(quotient_of(r.empty + r.more, r.n)), "accuracy_of_one",
        json_number(quotient_of(r.one_right, r.one)), "per_class",
        set_classes(a, &c, &r), "notes", notes);
    for (int y = 0; y < c.k; y++)
        if (isinf(c.q[y]))
            json_note(notes,
                      "%s has %zu validation cells, too few to promise %g: it "
                      "is in every set",
                      a->class_name[y], c.n[y], c.coverage);
    return j;
}
