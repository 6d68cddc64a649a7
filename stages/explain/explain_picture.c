#include "stages/explain/explain_picture.h"

#include "base/rng.h"
#include "stages/explain/explained_network.h"

#include <omp.h>
#include <stdlib.h>

static size_t area_of(const struct explain_picture *e)
{
    return (size_t)e->net.info.h * (size_t)e->net.info.w;
}

static int take_settings(struct explain_picture *e, struct err *err)
{
    struct config *c = calloc(1, sizeof(*c));

    if (!c)
        return err_set(err, ERR_SYSTEM, "no memory for settings");
    config_init(c);
    e->settings = c->explain;
    e->seed = (uint64_t)c->run.seed;
    free(c);
    return 0;
}

static int make_room(struct explain_picture *e, struct err *err)
{
    e->x = malloc(3 * area_of(e) * sizeof(*e->x));
    return e->x ? 0
                : err_set(err, ERR_SYSTEM,
                          "no memory for a picture of %zu "
                          "pixels",
                          area_of(e));
}

int explain_picture_init(struct explain_picture *e, const char *path,
                         struct inference *many, struct err *err)
{
    const struct inference_args p = {
        .path = path, .batch = GRADIENTS_BATCH, .memory = GRAPH_KEEP_ALL};

    *e = (struct explain_picture){
        .many = many,
        .scorer = {.graph = many->graph, .threads = omp_get_max_threads()}};
    if (take_settings(e, err) == 0 && inference_open(&e->net, &p, err) == 0 &&
        explained_network_layers(&e->gradients, &e->net, &e->settings.layers,
                                 err) == 0 &&
        make_room(e, err) == 0)
        return 0;
    explain_picture_release(e);
    return -1;
}

void explain_picture_release(struct explain_picture *e)
{
    gradients_release(&e->gradients);
    inference_close(&e->net);
    free(e->x);
    *e = (struct explain_picture){0};
}

void explain_picture_look(struct explain_picture *e, const uint8_t *rgb,
                          const struct cell_size *size, int target)
{
    BUG_ON(target < 0 || target >= e->net.info.n_class);
    inference_hold_size(&e->net, size);
    inference_hold_size(e->many, size);
    e->rgb = rgb;
    e->target = target;
    preprocess(e->net.info.input, rgb, area_of(e), e->x);
    gradients_take(&e->gradients, e->x, &e->target, 1);
}

const struct explainer *explain_picture_method(const char *name,
                                               struct err *err)
{
    const struct explainer *method = explainer_find(name, err);

    if (!method || !method->needs_contours)
        return method;
    err_set(err, ERR_USAGE,
            "%s needs the contours of a cell, which a picture alone does not "
            "have; take another explainer",
            name);
    return NULL;
}

int explain_picture_map(struct explain_picture *e,
                        const struct explainer *method,
                        struct explainer_map *map, struct err *err)
{
    const struct explainer_task task = {
        .settings = &e->settings,
        .seed = rng_mix(e->seed, e->rgb, 3 * area_of(e)),
        .rgb = e->rgb,
        .x = e->x,
        .h = e->net.info.h,
        .w = e->net.info.w,
        .input = e->net.info.input,
        .target = &e->target,
        .n_target = 1,
        .layer = e->gradients.layer,
        .n_layer = e->gradients.n_layer,
        .graph = e->net.graph,
        .gradients = &e->gradients,
        .scorer = &e->scorer,
    };

    return method->explain(&task, map, err);
}
