/* plan_hashes.c - of a step's stage, parameters and inputs */
#include "run/plan_hashes.h"

#include "run/longer_training.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How 'in', an input of 'step', is called in its hash: an experiment of the same
 * variant as without variants. */
static void input_name(char out[PLAN_NAME_MAX], const struct plan_step *step,
                       const struct plan_step *in)
{
    struct experiment_name e;
    char name[PLAN_NAME_MAX];

    snprintf(out, PLAN_NAME_MAX, "%s", in->name);
    if (!*step->variant || strcmp(step->variant, in->variant) != 0 ||
        !experiment_name_parse(&e, in->experiment))
        return;
    *e.variant = '\0';
    experiment_name_make(name, &e);
    snprintf(out, PLAN_NAME_MAX, "%.20s/%.200s", in->stage->word, name);
}

/* Which hashes of inputs, and by which names. */
enum inputs_kind { INPUTS_SHOWN, INPUTS_HASHED, INPUTS_BEFORE };

/* The inputs' hashes by name: as they lie there, for the manifest; for the
 * hash; or for that by the rules before. */
static json_t *make_inputs(const struct plan *p, const struct plan_step *step,
                           enum inputs_kind kind)
{
    json_t *inputs = json_object();

    for (int i = 0; i < step->n_input; i++) {
        const struct plan_step *in = &p->step[step->input[i]];
        char name[PLAN_NAME_MAX];

        input_name(name, step, in);
        plan_add_param(inputs, kind == INPUTS_SHOWN ? in->name : name,
                       kind == INPUTS_BEFORE ? in->before : in->hash);
    }
    return inputs;
}

/* Compact text with sorted members, so that equal objects are equal text. */
static char *dump_json(json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);

    json_decref(object);
    return text;
}

static void hash_step(const struct stage_row *stage, const char *params,
                      const char *inputs, char hash[HASH_HEX])
{
    struct hash h;
    char version[16];

    snprintf(version, sizeof(version), "%d", stage->version);
    hash_init(&h);
    hash_add_string(&h, stage->word);
    hash_add_string(&h, version);
    hash_add_string(&h, params);
    hash_add_string(&h, inputs);
    hash_final(&h, hash);
}

/* What explaining had for an input by the rules before; NULL: nothing. */
static const struct plan_step *evaluation_of(const struct plan *p,
                                             const struct plan_step *step)
{
    char name[PLAN_NAME_MAX];

    if (step->stage->id != STAGE_EXPLAIN)
        return NULL;
    snprintf(name, sizeof(name), "%.20s/%.200s",
             stage_table[STAGE_EVALUATE].word, step->experiment);
    return plan_find(p, name);
}

/* The hash by the rules before: keys that are not read counted, and explaining
 * had the evaluation for an input.  -1 without memory. */
static int hash_before(const struct plan *p, struct plan_step *step,
                       const struct config *c,
                       const struct plan_experiment *own)
{
    char *params = dump_json(plan_params(p, c, step->stage, own, true));
    json_t *list = make_inputs(p, step, INPUTS_BEFORE);
    const struct plan_step *in = evaluation_of(p, step);
    char *inputs, name[PLAN_NAME_MAX];

    if (in) {
        input_name(name, step, in);
        plan_add_param(list, name, in->before);
    }
    inputs = dump_json(list);
    if (params && inputs)
        hash_step(step->stage, params, inputs, step->before);
    free(params);
    free(inputs);
    return step->before[0] ? 0 : -1;
}

/* Trainings of one plan do not go on from each other, whichever is first. */
static void drop_shared_length(const struct plan *p, struct plan_step *step)
{
    for (const struct plan_step *s = p->step; s < step; s++)
        if (*step->any_length && strcmp(s->any_length, step->any_length) == 0)
            step->any_length[0] = '\0';
}

/* The hash of a training whatever its length.  -1 without memory. */
static int hash_any_length(struct plan_step *step, const char *inputs)
{
    json_t *params = json_loads(step->params, 0, NULL);
    char *others;

    if (!params)
        return -1;
    if (step->stage->id != STAGE_TRAIN || longer_training_obstacle(params)) {
        json_decref(params);
        return 0;
    }
    others = dump_json(longer_training_params(params));
    json_decref(params);
    if (!others)
        return -1;
    hash_step(step->stage, others, inputs, step->any_length);
    free(others);
    return 0;
}

int plan_hashes_set(const struct plan *p, struct plan_step *step,
                    const struct config *c, const struct plan_experiment *own)
{
    char *inputs = dump_json(make_inputs(p, step, INPUTS_HASHED));
    int rc = -1;

    step->params = dump_json(plan_params(p, c, step->stage, own, false));
    step->inputs = dump_json(make_inputs(p, step, INPUTS_SHOWN));
    if (step->params && step->inputs && inputs) {
        hash_step(step->stage, step->params, inputs, step->hash);
        rc = hash_before(p, step, c, own);
    }
    if (rc == 0)
        rc = hash_any_length(step, inputs);
    if (rc == 0)
        drop_shared_length(p, step);
    free(inputs);
    return rc;
}
