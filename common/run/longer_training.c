/* longer_training.c - what keeps trainings of several lengths apart */
#include "run/longer_training.h"

#include "config/regime.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const char epochs_key[] = "train.epochs";

static const char *param_text(const json_t *params, const char *key)
{
    const char *text = json_string_value(json_object_get(params, key));

    return text ? text : "";
}

static bool trains_encoder(const json_t *params)
{
    struct err unknown;
    const struct regime *r =
        regime_find(param_text(params, "regime"), &unknown);

    return r && r->does & REGIME_CONTRASTS;
}

const char *longer_training_obstacle(const json_t *params)
{
    if (trains_encoder(params))
        return "regime contrastive trains its encoder again, and the kept "
               "classifier is for the one before";
    if (strcmp(param_text(params, "train.schedule"), "cosine") == 0)
        return "the rates of train.schedule cosine depend on train.epochs";
    if (strcmp(param_text(params, "train.keep_every"), "0") != 0)
        return "train.keep_every wants the models of all epochs";
    if (*param_text(params, "train.average_epochs"))
        return "train.average_epochs averages the last of train.epochs";
    return NULL;
}

json_t *longer_training_params(const json_t *params)
{
    json_t *copy = json_deep_copy(params);

    json_object_del(copy, epochs_key);
    return copy;
}

/* Are both the same training but for its length? */
static bool same_training(const json_t *a, const json_t *b)
{
    json_t *p = longer_training_params(a), *q = longer_training_params(b);
    const bool same = p && q && json_equal(p, q);

    json_decref(p);
    json_decref(q);
    return same;
}

static bool is_kept(const char *run_dir, const struct plan_step *step)
{
    char path[FILE_PATH_MAX];
    struct err err;

    return longer_training_dir(path, run_dir, step, &err) == 0 && path[0] &&
           file_exists(path);
}

const char *longer_training_says(const char *run_dir,
                                 const struct plan_step *step,
                                 const json_t *manifest)
{
    const json_t *old = json_object_get(manifest, "params");
    json_t *params = json_loads(step->params, 0, NULL);
    json_t *inputs = json_loads(step->inputs, 0, NULL);
    const char *says = NULL;
    const bool longer =
        step->stage->id == STAGE_TRAIN && same_training(old, params) &&
        json_equal(json_object_get(manifest, "inputs"), inputs) &&
        atoll(param_text(old, epochs_key)) <
            atoll(param_text(params, epochs_key));

    if (longer && longer_training_obstacle(params))
        says = longer_training_obstacle(params);
    else if (longer)
        says = is_kept(run_dir, step)
                   ? "goes on from the shorter training"
                   : "the shorter one's last checkpoint is not there";
    json_decref(params);
    json_decref(inputs);
    return says;
}

int longer_training_dir(char path[FILE_PATH_MAX], const char *run_dir,
                        const struct plan_step *step, struct err *err)
{
    path[0] = '\0';
    if (!step->any_length[0])
        return 0;
    return file_path(path, err, "%s/" LONGER_TRAINING_DIR "/%s", run_dir,
                     step->any_length);
}
