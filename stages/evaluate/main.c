/*
 * papline-evaluate - how often a trained network is right, and what it takes
 * for what
 *
 *     reads    RUN/data, the model of RUN/train/EXPERIMENT
 *     writes   RUN/evaluate/EXPERIMENT (evaluate.h)
 */
#include "run/node.h"
#include "run/stage.h"
#include "stages/evaluate/evaluate.h"

static bool each(void *self, size_t done, size_t total)
{
    struct stage_link *l = self;

    stage_progress(l, (double)done, (double)total, "cells");
    return !stage_stopping(l);
}

static int handle(void *self, const struct unit *u, struct err *err)
{
    char data[FILE_PATH_MAX], train[FILE_PATH_MAX], out[FILE_PATH_MAX];
    char model[FILE_PATH_MAX], history[FILE_PATH_MAX];
    struct evaluate_args a = {
        .data = data,
        .model = model,
        .history = history,
        .out = out,
        .experiment = u->node->experiment,
        .network = u->node->network,
        .choice = u->config->evaluate.model == MODEL_LAST ? "last" : "best",
        .settings = &u->config->evaluate,
        .seed = (uint64_t)u->config->run.seed,
        .each = each,
        .self = u->link,
    };
    bool resumed;

    (void)self;
    if (file_path(data, err, "%s/data", u->run_dir) < 0 ||
        predict_dir(train, u->run_dir, u->plan, u->node, err) < 0 ||
        file_path(model, err, "%s/%s", train, predict_file(u->config)) < 0 ||
        file_path(history, err, "%s/history.csv", train) < 0 ||
        node_begin(u->run_dir, u->node, out, &resumed, err) < 0 ||
        evaluate_run(&a, err) < 0)
        return -1;
    return node_commit(u->run_dir, u->node, err);
}

int main(int argc, char **argv)
{
    static const struct stage stage = {
        .name = "evaluate",
        .summary = "predict the test and validation split, count and plot",
        .handle = handle,
    };

    return stage_main(&stage, argc, argv);
}
