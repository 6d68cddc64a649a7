/* plan_difference.c - a manifest against a step, member by member */
#include "run/plan_difference.h"

#include "run/output.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* Whom to tell. */
struct told {
    plan_difference_f *each;
    void *self; /* borrowed */
};

bool plan_difference_is_content(const char *name)
{
    return strcmp(name, "dataset") == 0 || strcmp(name, "split.csv") == 0 ||
           strcmp(name, "layout.csv") == 0 || strcmp(name, "weights") == 0 ||
           strcmp(name, "train.teacher") == 0;
}

static void tell_difference(const struct told *t,
                            const struct plan_difference *d)
{
    if (!d->was || !d->is || strcmp(d->was, d->is) != 0)
        t->each(t->self, d);
}

static void compare_version(const struct told *t, const struct plan_step *step,
                            const json_t *manifest)
{
    char was[32], is[32];

    snprintf(
        was, sizeof(was), "%lld",
        (long long)json_integer_value(json_object_get(manifest, "version")));
    snprintf(is, sizeof(is), "%d", step->stage->version);
    tell_difference(t, &(struct plan_difference){.of = DIFFERS_VERSION,
                                                 .name = step->stage->word,
                                                 .was = was,
                                                 .is = is});
}

static void compare_params(const struct told *t, json_t *old, json_t *new)
{
    struct plan_difference d = {.of = DIFFERS_PARAM};
    json_t *v;

    json_object_foreach(new, d.name, v)
    {
        d.was = json_string_value(json_object_get(old, d.name));
        d.is = json_string_value(v);
        tell_difference(t, &d);
    }
    d.is = NULL;
    json_object_foreach(old, d.name, v)
    {
        d.was = json_string_value(v);
        if (!json_object_get(new, d.name))
            tell_difference(t, &d);
    }
}

static void compare_inputs(const struct told *t, const struct plan *p,
                           const struct plan_step *step, json_t *old)
{
    struct plan_difference d = {.of = DIFFERS_INPUT};
    json_t *now = json_loads(step->inputs, 0, NULL), *v;

    for (int i = 0; i < step->n_input; i++) {
        d.step = &p->step[step->input[i]];
        d.name = d.step->name;
        d.was = json_string_value(json_object_get(old, d.name));
        d.is = d.step->hash;
        tell_difference(t, &d);
    }
    d.step = NULL;
    d.is = NULL;
    json_object_foreach(old, d.name, v)
    {
        d.was = json_string_value(v);
        if (!json_object_get(now, d.name))
            tell_difference(t, &d);
    }
    json_decref(now);
}

void plan_difference_each(const struct plan *p, const struct plan_step *step,
                          const json_t *manifest, plan_difference_f *each,
                          void *self)
{
    const struct told t = {each, self};
    json_t *params = json_loads(step->params, 0, NULL);
    const char *key = json_string_value(json_object_get(manifest, "key"));

    compare_version(&t, step, manifest);
    compare_params(&t, json_object_get(manifest, "params"), params);
    if (!key || key[0] != OUTPUT_LACKING)
        compare_inputs(&t, p, step, json_object_get(manifest, "inputs"));
    json_decref(params);
}
