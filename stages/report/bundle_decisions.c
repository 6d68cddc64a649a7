/* bundle_decisions.c - what validation cells fitted, for who predicts */
#include "stages/report/bundle.h"

#include "base/json.h"

#include <math.h>
#include <string.h>

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

json_t *bundle_decisions(const struct report_data *d,
                         const struct report_experiment *e)
{
    const json_t *root = e->metrics.root;
    json_t *temperature = json_object_get(root, "temperature");
    json_t *abnormal = abnormal_json(json_object_get(root, "binary"));
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
    return j;
}
