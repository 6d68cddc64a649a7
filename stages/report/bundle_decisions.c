/* bundle_decisions.c - what validation cells fitted, for who predicts */
#include "stages/report/bundle.h"

#include "base/csv.h"
#include "base/json.h"
#include "base/sort.h"

#include <stdlib.h>
#include <string.h>

enum { BUNDLE_NEAR_COLUMNS = 4 }; /* of neighbours.csv before the neighbours */

static const char *const view_words[] = {
    [VIEWS_ONE] = "one", [VIEWS_FLIPS] = "flips", [VIEWS_ALL] = "all"};

/* Append the classes of a list of binary.map. */
static void add_classes(const json_t *binary, const char *side, json_t *list)
{
    const json_t *of = json_object_get(json_object_get(binary, "map"), side);

    for (size_t i = 0; i < json_array_size(of); i++)
        json_array_append(list, json_array_get(of, i));
}

/* Which classes count as abnormal, and from which probability on a cell does;
 * NULL: there are no such sides. */
static json_t *abnormal_json(const json_t *binary)
{
    const char *benign =
        json_string_value(json_object_get(binary, "benign_as"));
    json_t *j, *classes;

    if (!json_object_get(binary, "map") || !benign)
        return NULL;
    j = json_object();
    classes = json_array();
    add_classes(binary, "abnormal", classes);
    if (strcmp(benign, "abnormal") == 0)
        add_classes(binary, "benign", classes);
    json_object_set_new(j, "classes", classes);
    json_object_set(j, "sensitivity",
                    json_object_get(binary, "wanted_sensitivity"));
    json_object_set(j, "threshold", json_object_get(binary, "threshold"));
    return j;
}

/* Quantiles by class (conformal.h), null where a class is in every set. */
static json_t *sets_json(const json_t *sets)
{
    const json_t *rows = json_object_get(sets, "per_class");
    json_t *j = json_object(), *q = json_array();

    json_object_set(j, "coverage", json_object_get(sets, "promised"));
    for (size_t i = 0; i < json_array_size(rows); i++)
        json_array_append(q,
                          json_object_get(json_array_get(rows, i), "quantile"));
    json_object_set_new(j, "quantiles", q);
    return j;
}

/* Distances of the validation cells in neighbours.csv, rising.
 *   list [out] (c->n_row) */
static size_t take_checked(const struct csv *c, double *list)
{
    const int split = csv_column(c, "split");
    size_t n = 0;

    for (size_t i = 0; i < c->n_row; i++)
        if (strcmp(csv_field(c, i, split), "validation") == 0)
            list[n++] = csv_number(c, i, "distance");
    sort_numbers(list, n);
    return n;
}

/* How far validation cells lie from the training cells; NULL: that was not
 * asked for, or no cell validates. */
static json_t *neighbours_json(const struct csv *c)
{
    double *list = malloc((c->n_row + 1) * sizeof(*list));
    const size_t n = list ? take_checked(c, list) : 0;
    json_t *j = NULL, *all = json_array();

    for (size_t i = 0; i < n; i++)
        json_array_append_new(all, json_number(list[i]));
    if (n > 0)
        j = json_pack("{s:i, s:O}", "k",
                      (int)(c->n_column - BUNDLE_NEAR_COLUMNS) / 2,
                      "validation", all);
    json_decref(all);
    free(list);
    return j;
}

/* The same from the evaluation's file, if it is there. */
static json_t *read_neighbours(const struct report_data *d,
                               const struct report_experiment *e)
{
    char path[FILE_PATH_MAX];
    struct csv c = {0};
    struct err missing;
    json_t *j = NULL;

    if (e->evaluate &&
        file_path(path, &missing, "%s/%s/neighbours.csv", d->run_dir,
                  e->evaluate->dir) == 0 &&
        csv_read(&c, path, &missing) == 0)
        j = neighbours_json(&c);
    csv_release(&c);
    return j;
}

json_t *bundle_decisions(const struct report_data *d,
                         const struct report_experiment *e)
{
    const json_t *root = e->metrics.root;
    json_t *temperature = json_object_get(root, "temperature");
    json_t *abnormal = abnormal_json(json_object_get(root, "binary"));
    json_t *near = read_neighbours(d, e);
    json_t *j = json_object();

    json_object_set_new(j, "fitted_on", json_string("validation"));
    json_object_set_new(j, "views",
                        json_string(view_words[d->config->evaluate.views]));
    if (json_is_number(json_object_get(temperature, "nll_before")))
        json_object_set(j, "temperature",
                        json_object_get(temperature, "value"));
    if (abnormal)
        json_object_set_new(j, "abnormal", abnormal);
    if (json_object_get(root, "sets"))
        json_object_set_new(j, "sets",
                            sets_json(json_object_get(root, "sets")));
    if (near)
        json_object_set_new(j, "neighbours", near);
    return j;
}
