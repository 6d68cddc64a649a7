/* predict_decisions.c - member "decisions" of configs/inference.json */
#include "stages/explain/predict_decisions.h"

#include "base/json.h"
#include "evaluation/nearest_cells.h"
#include "stats/calibration.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BYTES = 1 << 26 };

#define REWRITE                                                                \
    "give a bundle, RUN/report/bundle/EXPERIMENT, which 'papline report "      \
    "RUN' writes"

/* The files keep ten digits: what is as large as a limit must not fall short of
 * it when that was rounded up. */
static const double rounding = 1e-9;

/* A number within low .. high, or NaN if the member is missing or null.
 * Errors: ERR_INPUT it is none. */
static int get_number(const json_t *j, const char *name, double low,
                      double high, double *to, struct err *err)
{
    const json_t *v = json_object_get(j, name);

    *to = json_is_number(v) ? json_number_value(v) : (double)NAN;
    if (!v || json_is_null(v) || (*to >= low && *to <= high))
        return 0;
    return err_set(err, ERR_INPUT, "%s is no number within %g .. %g", name, low,
                   high);
}

static int class_of(const struct model_info *m, const char *name)
{
    for (int c = 0; name && c < m->n_class; c++)
        if (strcmp(m->class_name[c], name) == 0)
            return c;
    return -1;
}

static int get_abnormal(struct predict_decisions *d, const json_t *j,
                        const struct model_info *m, struct err *err)
{
    const json_t *list = json_object_get(j, "classes");

    d->two = json_array_size(list) > 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *name = json_string_value(json_array_get(list, i));
        const int c = class_of(m, name);

        if (c < 0)
            return err_set(err, ERR_INPUT,
                           "abnormal.classes: the model has no class '%.64s'",
                           name ? name : "");
        d->abnormal[c] = true;
    }
    if (get_number(j, "threshold", 0, 2, &d->threshold, err) < 0)
        return -1;
    d->threshold *= 1 - rounding; /* however small */
    return 0;
}

static int get_sets(struct predict_decisions *d, const json_t *j,
                    const struct model_info *m, struct err *err)
{
    const json_t *q = json_object_get(j, "quantiles");

    if (!j)
        return 0;
    if (json_array_size(q) != (size_t)m->n_class)
        return err_set(err, ERR_INPUT,
                       "sets.quantiles: %zu, and the model has %d classes",
                       json_array_size(q), m->n_class);
    d->sets.k = m->n_class;
    for (int c = 0; c < m->n_class; c++) {
        const json_t *v = json_array_get(q, (size_t)c);

        if (!json_is_null(v) && !json_is_number(v))
            return err_set(err, ERR_INPUT, "sets.quantiles: no number");
        d->sets.q[c] = json_is_null(v) ? (double)INFINITY
                                       : json_number_value(v) + rounding;
    }
    return get_number(j, "coverage", 0, 1, &d->sets.coverage, err);
}

/* Distances of validation cells from the training cells. */
static int get_neighbours(struct predict_decisions *d, const json_t *j,
                          struct err *err)
{
    const json_t *list = json_object_get(j, "validation");
    const size_t n = json_array_size(list);
    double k = 0, last = 0;

    if (!j)
        return 0;
    if (get_number(j, "k", 1, NEAREST_CELLS_MAX, &k, err) < 0)
        return -1;
    d->checked = calloc(n + 1, sizeof(*d->checked));
    if (!d->checked)
        return err_set(err, ERR_SYSTEM, "no memory for %zu distances", n);
    for (; d->n_checked < n; d->n_checked++) {
        const json_t *v = json_array_get(list, d->n_checked);
        const double at = json_is_number(v) ? json_number_value(v) : -1;

        if (at < last)
            return err_set(err, ERR_INPUT,
                           "neighbours.validation: no rising distances");
        last = d->checked[d->n_checked] = at;
    }
    d->k = n > 0 ? (int)k : 0;
    return 0;
}

static int get_all(struct predict_decisions *d, const json_t *j,
                   const struct model_info *m, struct err *err)
{
    const char *views = json_string_value(json_object_get(j, "views"));

    d->one_view = views && strcmp(views, "one") == 0;
    if (get_number(j, "temperature", TEMPERATURE_MIN / 2, 2 * TEMPERATURE_MAX,
                   &d->temperature, err) < 0)
        return -1;
    d->temperature = isnan(d->temperature) ? 0 : d->temperature;
    if (get_abnormal(d, json_object_get(j, "abnormal"), m, err) < 0 ||
        get_sets(d, json_object_get(j, "sets"), m, err) < 0)
        return -1;
    return get_neighbours(d, json_object_get(j, "neighbours"), err);
}

int predict_decisions_read(struct predict_decisions *d, const char *dir,
                           const struct model_info *m, struct err *err)
{
    char path[FILE_PATH_MAX];
    struct err why = {0};
    json_t *root, *j;
    int rc = 0;

    *d = (struct predict_decisions){.threshold = (double)NAN};
    if (file_path(path, err, "%s/configs/inference.json", dir) < 0)
        return -1;
    if (!file_exists(path))
        return err_set(err, ERR_USAGE,
                       "'%.200s' says nothing of that: " REWRITE, dir);
    root = json_read(path, MAX_BYTES, JSON_REJECT_DUPLICATES, err);
    if (!root)
        return -1;
    j = json_object_get(root, "decisions");
    if (!j)
        rc = err_set(err, ERR_USAGE,
                     "'%.200s' has no decisions: an earlier version wrote it; "
                     "'papline report RUN' writes it anew",
                     path);
    else if (get_all(d, j, m, &why) < 0)
        rc = err_set(err, why.code, "'%.200s': decisions: %.200s", path,
                     why.text);
    json_decref(root);
    return rc;
}

void predict_decisions_release(struct predict_decisions *d)
{
    free(d->checked);
    *d = (struct predict_decisions){0};
}
