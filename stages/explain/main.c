/*
 * papline-explain - where a trained network looks
 *
 *     reads    RUN/data, the model of RUN/train/EXPERIMENT
 *     writes   RUN/explain/EXPERIMENT (explain.h), one cell a unit
 *
 * A worker keeps its networks and its choice of cells as long as its units are
 * of one experiment.
 */
#include "base/machine.h"
#include "run/output.h"
#include "stages/explain/explain.h"
#include "stages/explain/predict_command.h"
#include "worker/stage.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

struct explain_worker {
    char hash[HASH_HEX]; /* of the step that is open; "" none */
    struct explain_settings settings;
    char data[FILE_PATH_MAX], model[FILE_PATH_MAX], out[FILE_PATH_MAX];
    char network[CONFIG_NAME_MAX];
    struct resizing resizing;
    struct explain_args args;  /* of the above */
    struct explanation *cells; /* owned */
};

static int worker_start(void **self, struct err *err)
{
    *self = calloc(1, sizeof(struct explain_worker));
    return *self ? 0 : err_set(err, ERR_SYSTEM, "no memory");
}

static void worker_end(void *self)
{
    struct explain_worker *w = self;

    explain_close(w->cells);
    free(w);
}

/* The files of the unit's step, and what is asked. */
static int set_args(struct explain_worker *w, const struct unit *u,
                    struct err *err)
{
    char train[FILE_PATH_MAX];

    w->settings = u->config->explain;
    w->resizing = config_resizing(u->config);
    memcpy(w->network, u->step->network, sizeof(w->network));
    w->args = (struct explain_args){
        .data = w->data,
        .fold = u->step->fold,
        .folds = u->step->folds,
        .model = w->model,
        .out = w->out,
        .network = w->network,
        .resizing = &w->resizing,
        .settings = &w->settings,
        .seed = (uint64_t)u->config->run.seed,
        .each = stage_cells,
        .self = u->link,
    };
    if (file_path(w->data, err, "%s/data", u->run_dir) < 0 ||
        inference_dir(train, u->run_dir, u->plan, u->step, err) < 0 ||
        file_path(w->model, err, "%s/%s", train, inference_file(u->config)) < 0)
        return -1;
    return output_partial(w->out, u->run_dir, u->step, err);
}

/* Workers of this host that the scheduler starts share its processors. */
static void share_processors(const struct config *c)
{
    const int64_t n = c->explain.workers > 1 ? c->explain.workers : 1;
    const int cores = machine_cores();

    if (!getenv("OMP_NUM_THREADS"))
        omp_set_num_threads(cores > n ? (int)(cores / n) : 1);
}

static void close_step(struct explain_worker *w)
{
    explain_close(w->cells);
    w->cells = NULL;
    w->hash[0] = '\0';
}

static int open_step(struct explain_worker *w, const struct unit *u,
                     struct err *err)
{
    if (strcmp(w->hash, u->step->hash) == 0 && explain_is_current(w->cells))
        return 0;
    close_step(w);
    share_processors(u->config);
    if (set_args(w, u, err) < 0 || explain_open(&w->cells, &w->args, err) < 0)
        return -1;
    memcpy(w->hash, u->step->hash, HASH_HEX);
    return 0;
}

static int explain_unit(struct explain_worker *w, const struct unit *u,
                        struct err *err)
{
    if (open_step(w, u, err) < 0)
        return -1;
    for (uint64_t i = 0; i < u->count; i++) {
        if (stage_stopping(u->link))
            return err_set(err, ERR_AGAIN, "stopped");
        if (explain_at(w->cells, (size_t)(u->first + i), err) < 0)
            return -1;
        stage_progress(u->link, (double)(i + 1), (double)u->count, "cells");
    }
    return 0;
}

static int handle(void *self, const struct unit *u, struct err *err)
{
    struct explain_worker *w = self;
    char out[FILE_PATH_MAX];
    bool resumed;

    if (u->count > 0)
        return explain_unit(w, u, err);
    close_step(w);
    /* nobody has begun it if there was no cell to explain */
    if (output_begin(u->run_dir, u->step, out, &resumed, err) < 0 ||
        set_args(w, u, err) < 0 || explain_gather(&w->args, err) < 0)
        return -1;
    return output_commit(u->run_dir, u->step, err);
}

int main(int argc, char **argv)
{
    static const struct stage_tool tools[] = {
        {"--predict", "MODEL IMAGE... and the options of papline predict",
         "what a trained model says of pictures", predict_command_main},
        {.option = NULL},
    };
    static const struct stage stage = {
        .id = STAGE_EXPLAIN,
        .summary = "maps of what the network looked at, for some test cells",
        .handle = handle,
        .open = worker_start,
        .close = worker_end,
        .tools = tools,
    };

    return stage_main(&stage, argc, argv);
}
