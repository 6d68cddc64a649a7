#include "stages/explain/predict_unlike.h"

#include "nn/preprocess.h"

#include <stdlib.h>
#include <string.h>

static size_t features_of(const struct predict_unlike *u)
{
    return tensor_row(&graph_output(u->trunk)->out);
}

static int read_cells(struct predict_unlike *u, const char *dir,
                      struct err *err)
{
    char path[FILE_PATH_MAX];

    if (u->stored->k == 0)
        return err_set(err, ERR_USAGE,
                       "--unlike: '%.200s' has stored no distances: set "
                       "evaluate.neighbours to 5, and run it again",
                       dir);
    if (file_path(path, err, "%s/models/training_cells.npy", dir) < 0 ||
        npy_map(&u->cells, path, err) < 0)
        return -1;
    if (u->cells.type != NPY_F32 || u->cells.n_dim != 2 ||
        u->cells.dim[1] != features_of(u) ||
        u->cells.dim[0] < (size_t)u->stored->k)
        return err_set(err, ERR_INPUT,
                       "'%.200s' is not of this model: %zu x %zu, not at least "
                       "%d x %zu",
                       path, u->cells.dim[0], u->cells.dim[1], u->stored->k,
                       features_of(u));
    return 0;
}

static int make_room(struct predict_unlike *u, size_t batch, struct err *err)
{
    u->x = malloc(batch * u->cells.dim[1] * sizeof(*u->x));
    u->scratch = malloc(batch * u->cells.dim[0] * sizeof(*u->scratch));
    u->list = malloc(batch * (size_t)u->stored->k * sizeof(*u->list));
    u->distance = calloc(batch, sizeof(*u->distance));
    u->beyond = calloc(batch, sizeof(*u->beyond));
    return u->x && u->scratch && u->list && u->distance && u->beyond
               ? 0
               : err_set(err, ERR_SYSTEM,
                         "no memory for distances from %zu "
                         "cells",
                         u->cells.dim[0]);
}

int predict_unlike_init(struct predict_unlike *u, const char *dir,
                        const char *model, const struct model_info *info,
                        const struct predict_decisions *stored, int batch,
                        struct err *err)
{
    const struct graph_args ga = {
        .max_batch = batch, .memory = GRAPH_INFER, .frozen = true};

    *u = (struct predict_unlike){.info = info, .stored = stored};
    u->trunk = model_read_trunk(model, &ga, err);
    if (!u->trunk || read_cells(u, dir, err) < 0)
        return -1;
    return make_room(u, (size_t)batch, err);
}

void predict_unlike_release(struct predict_unlike *u)
{
    graph_free(u->trunk);
    npy_release(&u->cells);
    free(u->x);
    free(u->scratch);
    free(u->list);
    free(u->distance);
    free(u->beyond);
    *u = (struct predict_unlike){0};
}

void predict_unlike_measure(struct predict_unlike *u, const uint8_t *rgb,
                            size_t n)
{
    const size_t d = features_of(u);
    const size_t k = (size_t)u->stored->k;
    const struct nearest_cells_args a = {.x = u->x,
                                         .others = u->cells.data,
                                         .n = n,
                                         .m = u->cells.dim[0],
                                         .d = d,
                                         .k = u->stored->k,
                                         .scratch = u->scratch};

    graph_set_batch(u->trunk, (int)n);
    preprocess(u->info->input, rgb, n * (size_t)u->info->h * (size_t)u->info->w,
               graph_input(u->trunk));
    graph_forward(u->trunk, PHASE_INFER);
    memcpy(u->x, graph_output(u->trunk)->out.data, n * d * sizeof(*u->x));
    for (size_t i = 0; i < n; i++)
        nearest_cells_unit(u->x + i * d, d);
    nearest_cells_find(&a, u->list);
    for (size_t i = 0; i < n; i++) {
        u->distance[i] = nearest_cells_distance(&u->list[i * k + k - 1]);
        u->beyond[i] = nearest_cells_beyond(
            u->stored->checked, u->stored->n_checked, u->distance[i]);
    }
}
