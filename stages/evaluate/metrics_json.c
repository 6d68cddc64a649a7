/* metrics_json.c - one split's figures, and the file as a whole */
#include "stages/evaluate/metrics_json.h"

#include "stages/evaluate/metrics_private.h"
#include "stats/proportion.h"

#include <math.h>
#include <stdlib.h>

_Static_assert((int)STATS_CLASSES_MAX == (int)CONFIG_CLASSES_MAX,
               "the same classes");

/* --- one split ------------------------------------------------------------ */

static json_t *scores_json(const struct scores *s)
{
    return json_pack("{s:f, s:f, s:f, s:I}", "precision", s->precision,
                     "recall", s->recall, "f1", s->f1, "support",
                     (json_int_t)s->support);
}

static json_t *class_json(const struct metrics_json *a,
                          const struct metric_input *in, int c)
{
    const struct metrics *m = &in->m;
    json_t *j = scores_json(&m->of[c]);
    double low, high;

    json_object_set_new(j, "class", json_text(a->class_name[c]));
    proportion_wilson(m->confusion[c][c], m->of[c].support, &low, &high);
    json_object_set_new(j, "recall_interval", json_range(low, high));
    if (in->probabilities) {
        json_object_set_new(j, "roc_auc", json_number(in->areas.roc[c]));
        json_object_set_new(j, "pr_auc", json_number(in->areas.pr[c]));
    }
    return j;
}

static json_t *classes_json(const struct metrics_json *a,
                            const struct metric_input *in)
{
    json_t *classes = json_array();

    for (int c = 0; c < in->m.k; c++)
        json_array_append_new(classes, class_json(a, in, c));
    return classes;
}

json_t *metrics_json_counts(const size_t *n, int k, int stride)
{
    json_t *rows = json_array();

    for (int i = 0; i < k; i++) {
        json_t *row = json_array();

        for (int j = 0; j < k; j++)
            json_array_append_new(row, json_count(n[i * stride + j]));
        json_array_append_new(rows, row);
    }
    return rows;
}

/* One sentence for each figure that is 0/0. */
static void note_undefined(const struct metrics *m,
                           const char (*name)[CONFIG_NAME_MAX], json_t *notes)
{
    for (int c = 0; c < m->k; c++) {
        if (m->of[c].undefined & UNDEFINED_PRECISION)
            json_note(notes,
                      "precision of %s is 0/0, counted as 0: no cell was "
                      "called so",
                      name[c]);
        if (m->of[c].undefined & UNDEFINED_RECALL)
            json_note(notes,
                      "recall of %s is 0/0, counted as 0: there is no such "
                      "cell",
                      name[c]);
    }
    for (const struct metric *row = metrics_table; row->name; row++)
        if (m->n > 0 && m->undefined & row->undefined)
            json_note(notes, "%s is 0/0, counted as 0: %s", row->label,
                      row->why);
}

static void note_areas(const struct metrics_json *a, const struct areas *areas,
                       json_t *notes)
{
    const int k = a->test.o.k;

    if (areas->n_roc < k)
        json_note(notes,
                  "ROC-AUC is the mean of %d of %d classes: the others have "
                  "no cells, or all",
                  areas->n_roc, k);
    if (areas->n_pr < k)
        json_note(notes,
                  "PR-AUC is the mean of %d of %d classes: the others have no "
                  "cells",
                  areas->n_pr, k);
}

/* Probabilities that are the same for every cell rank nothing. */
static void note_alike(const struct outcomes *o, json_t *notes)
{
    const size_t k = (size_t)o->k;

    for (size_t i = 1; i < o->n; i++)
        for (size_t c = 0; c < k; c++)
            if (o->p[i * k + c] < o->p[c] || o->p[i * k + c] > o->p[c])
                return;
    if (o->n > 1)
        json_note(notes, "every cell has the same probabilities: ROC-AUC is "
                         "0.5 and PR-AUC the share of a class, whatever they "
                         "are");
}

static json_t *bins_json(const struct reliability *r)
{
    json_t *bins = json_array();

    for (int b = 0; b < RELIABILITY_BINS; b++)
        json_array_append_new(
            bins,
            json_pack("{s:o, s:I, s:o, s:o}", "bin",
                      json_range((double)b / RELIABILITY_BINS,
                                 (double)(b + 1) / RELIABILITY_BINS),
                      "count", (json_int_t)r->count[b], "confidence",
                      json_number(r->count[b] ? r->confidence[b] : (double)NAN),
                      "accuracy",
                      json_number(r->count[b] ? r->accuracy[b] : (double)NAN)));
    return bins;
}

/* The metrics of the table that need probabilities, or those that do not. */
static void put_metrics(json_t *j, const struct metric_input *in,
                        bool probabilities)
{
    for (const struct metric *row = metrics_table; row->name; row++) {
        if (row->path || !metrics_table_fits(row, in) ||
            (row->needs == NEEDS_PROBABILITIES) != probabilities)
            continue;
        json_object_set_new(j, row->name, json_number(row->value(in)));
        if (row->interval != INTERVAL_WILSON)
            continue;
        json_object_set_new(j, "interval_method", json_text("Wilson 95 %"));
        json_object_set_new(j, "interval", json_range(in->m.low, in->m.high));
    }
}

/* What there is of decisions alone. */
static void put_decisions(const struct metrics_json *a,
                          const struct metric_input *in, json_t *j)
{
    const struct metrics *m = &in->m;
    json_t *notes = json_array();

    json_object_set_new(j, "n", json_count(m->n));
    json_object_set_new(j, "correct", json_count(m->correct));
    put_metrics(j, in, false);
    json_object_set_new(j, "per_class", classes_json(a, in));
    json_object_set_new(j, "weighted", scores_json(&m->weighted));
    json_object_set_new(j, "macro", scores_json(&m->macro));
    json_object_set_new(
        j, "confusion",
        metrics_json_counts(m->confusion[0], m->k, STATS_CLASSES_MAX));
    json_object_set_new(j, "notes", notes);
    note_undefined(m, a->class_name, notes);
}

static void put_probabilities(const struct metrics_json *a,
                              const struct metric_input *in, json_t *j)
{
    json_t *notes = json_object_get(j, "notes");

    put_metrics(j, in, true);
    json_object_set_new(j, "reliability", bins_json(&in->bins));
    if (in->o->n > 0)
        note_areas(a, &in->areas, notes);
    note_alike(in->o, notes);
}

/* The figures of one split; 0 test, 1 validation.  NULL without memory. */
static json_t *split_json(struct metrics_json *a, int split, struct err *err)
{
    const struct outcomes *o = split ? &a->validation.o : &a->test.o;
    struct metric_input *in = &a->input[split];
    struct curves c = {.k = 0};
    json_t *j;

    if (o->p && curves_init(&c, o, err) < 0)
        return NULL;
    metrics_table_input(in, o, a->groups.two ? a->groups.abnormal : NULL,
                        &a->groups.costs, o->p ? &c : NULL);
    curves_release(&c);
    j = json_object();
    put_decisions(a, in, j);
    if (o->p)
        put_probabilities(a, in, j);
    return j;
}

/* --- all ------------------------------------------------------------------ */

static json_t *head_json(const struct metrics_json *a)
{
    json_t *classes = json_array();

    for (int c = 0; c < a->test.o.k; c++)
        json_array_append_new(classes, json_text(a->class_name[c]));
    return json_pack("{s:o, s:o, s:o, s:o, s:s, s:b}", "experiment",
                     json_text(a->experiment), "network", json_text(a->network),
                     "model", json_text(a->model), "classes", classes,
                     "confusion_rows", "true class", "probabilities",
                     a->test.o.p != NULL);
}

static int fit_temperature(struct metrics_json *a, struct err *err)
{
    const struct outcomes *o = &a->test.o;

    temperature_fit(&a->temperature, &a->validation.o);
    a->calibrated = malloc((o->n + 1) * (size_t)o->k * sizeof(*a->calibrated));
    if (!a->calibrated)
        return err_set(err, ERR_SYSTEM, "no memory for %zu cells", o->n);
    temperature_apply(a->temperature.t, o->p, o->n, o->k, a->calibrated);
    return 0;
}

/* Set a part, or fail without one. */
static int put_part(json_t *root, const char *name, json_t *part)
{
    return part ? json_object_set_new(root, name, part) : -1;
}

/* What is fitted on validation and tried on the test split. */
static int put_fitted(struct metrics_json *a, struct err *err)
{
    json_t *r = a->root;

    if (a->test.o.p &&
        (fit_temperature(a, err) < 0 ||
         put_part(r, "temperature", metrics_json_temperature(a)) < 0))
        return -1;
    if (put_part(r, "binary", metrics_json_binary(a, err)) < 0 ||
        put_part(r, "costs", metrics_json_costs(a, err)) < 0)
        return -1;
    return a->test.o.p ? put_part(r, "sets", metrics_json_sets(a, err)) : 0;
}

static int put_parts(struct metrics_json *a, struct err *err)
{
    const bool tested = !metrics_json_untested(a);
    json_t *told, *r = a->root;

    if ((tested && put_part(r, "test", split_json(a, 0, err)) < 0) ||
        put_part(r, "validation", split_json(a, 1, err)) < 0 ||
        (tested && put_fitted(a, err) < 0))
        return -1;
    told = json_object_get(r, tested ? "test" : "validation");
    if (a->settings->bootstrap > 0 && (!tested || a->test.o.n > 0))
        return put_part(
            told, "bootstrap",
            metrics_json_intervals(a, json_object_get(told, "notes"), err));
    return 0;
}

int metrics_json_run(struct metrics_json *a, struct err *err)
{
    const int k = a->test.o.k;

    BUG_ON(a->validation.o.k != k || !a->test.o.p != !a->validation.o.p);
    *err = (struct err){.code = ERR_NONE};
    if (class_groups_init(&a->groups, a->settings, a->class_name, k, err) < 0)
        return -1;
    a->root = head_json(a);
    if (a->root && put_parts(a, err) == 0)
        return 0;
    return err->code ? -1 : err_set(err, ERR_SYSTEM, "no memory for figures");
}

void metrics_json_release(struct metrics_json *a)
{
    json_decref(a->root);
    free(a->calibrated);
    a->root = NULL;
    a->calibrated = NULL;
}

int metrics_json_encode(struct metrics_json *a, struct buf *out,
                        struct err *err)
{
    json_t *root = a->root;

    a->root = NULL;
    return json_put(root, out, err);
}
