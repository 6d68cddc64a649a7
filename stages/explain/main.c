/*
 * papline-explain - where a trained network looks
 *
 *     reads    RUN/data, the model of RUN/train/EXPERIMENT
 *     writes   RUN/explain/EXPERIMENT (explain.h)
 */
#include "run/node.h"
#include "run/stage.h"
#include "stages/explain/explain.h"

static bool each(void *self, size_t done, size_t total)
{
    struct stage_link *l = self;

    stage_progress(l, (double)done, (double)total, "cells");
    return !stage_stopping(l);
}

static int handle(void *self, const struct unit *u, struct err *err)
{
    char data[FILE_PATH_MAX], train[FILE_PATH_MAX];
    char model[FILE_PATH_MAX], out[FILE_PATH_MAX];
    const struct explain_args a = {
        .data = data,
        .model = model,
        .out = out,
        .network = u->node->network,
        .settings = &u->config->explain,
        .seed = (uint64_t)u->config->run.seed,
        .each = each,
        .self = u->link,
    };
    bool resumed;

    (void)self;
    if (file_path(data, err, "%s/data", u->run_dir) < 0 ||
        predict_dir(train, u->run_dir, u->plan, u->node, err) < 0 ||
        file_path(model, err, "%s/%s", train, predict_file(u->config)) < 0 ||
        node_begin(u->run_dir, u->node, out, &resumed, err) < 0 ||
        explain_run(&a, err) < 0)
        return -1;
    return node_commit(u->run_dir, u->node, err);
}

int main(int argc, char **argv)
{
    static const struct stage stage = {
        .name = "explain",
        .summary = "maps of what the network looked at, for some test cells",
        .handle = handle,
    };

    return stage_main(&stage, argc, argv);
}
