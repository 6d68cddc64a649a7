/* test_accuracy.c - from the members of metrics.json */
#include "evaluation/test_accuracy.h"

#include <math.h>

static size_t count_of(const json_t *j)
{
    const double v = json_number_value(j);

    return v > 0 && v < 1e15 ? (size_t)lround(v) : 0;
}

const json_t *test_accuracy_part(const json_t *metrics)
{
    const json_t *test = json_object_get(metrics, "test");

    return test ? test : json_object_get(metrics, "validation");
}

void test_accuracy_read(struct grouped_share *s, const json_t *metrics,
                        const struct screening *seen)
{
    const json_t *test = test_accuracy_part(metrics);
    const json_t *drawn = json_object_get(test, "bootstrap");
    const json_t *range = json_object_get(drawn, "accuracy");
    const double share = json_number_value(json_object_get(test, "accuracy"));
    const bool any = json_is_number(json_array_get(range, 1));
    const struct interval v = {json_number_value(json_array_get(range, 0)),
                               json_number_value(json_array_get(range, 1)), 2};

    *s = (struct grouped_share){.n = count_of(json_object_get(test, "n")),
                                .groups =
                                    count_of(json_object_get(drawn, "groups"))};
    if (share >= 0 && share <= 1)
        s->k = (size_t)lround(share * (double)s->n);
    grouped_share_choose(s, any ? &v : NULL);
    if (s->n > 0 && s->groups == 0 && seen)
        *s = seen->accuracy; /* nothing was drawn */
}
