/*
 * papline-evaluate - how often a trained network is right, and what it takes
 * for what
 *
 *     reads    RUN/data, the model of RUN/train/EXPERIMENT; of an ensemble
 *              its members' RUN/evaluate/MEMBER/predictions.csv
 *     writes   RUN/evaluate/EXPERIMENT (evaluate.h)
 */
#include "run/output.h"
#include "stages/evaluate/evaluate.h"
#include "worker/stage.h"

#include <stdio.h>
#include <string.h>

static int begin_and_run(const struct unit *u, struct evaluate_args *a,
                         struct err *err)
{
    char data[FILE_PATH_MAX], out[FILE_PATH_MAX];
    bool resumed;

    a->data = data;
    a->fold = u->step->fold;
    a->folds = u->step->folds;
    a->out = out;
    a->experiment = u->step->experiment;
    a->network = u->step->network;
    a->settings = &u->config->evaluate;
    a->seed = (uint64_t)u->config->run.seed;
    a->each = stage_cells;
    a->self = u->link;
    if (file_path(data, err, "%s/data", u->run_dir) < 0 ||
        output_begin(u->run_dir, u->step, out, &resumed, err) < 0 ||
        evaluate_run(a, err) < 0)
        return -1;
    return output_commit(u->run_dir, u->step, err);
}

static int handle_network(const struct unit *u, struct err *err)
{
    char train[FILE_PATH_MAX], model[FILE_PATH_MAX], history[FILE_PATH_MAX];
    struct evaluate_args a = {
        .model = model,
        .history = history,
        .choice = config_word(u->config, "evaluate", "model"),
    };

    if (inference_dir(train, u->run_dir, u->plan, u->step, err) < 0 ||
        file_path(model, err, "%s/%s", train, inference_file(u->config)) < 0 ||
        file_path(history, err, "%s/history.csv", train) < 0)
        return -1;
    return begin_and_run(u, &a, err);
}

/* The evaluations among the inputs are the members, in order. */
static int handle_ensemble(const struct unit *u, struct err *err)
{
    char path[CONFIG_LIST_MAX][FILE_PATH_MAX];
    char all[CONFIG_LIST_MAX * (PLAN_NAME_MAX + 3)] = "";
    struct ensemble_vote_args f = {.method = u->step->network,
                                   .weights =
                                       u->config->evaluate.ensemble_weights};
    struct evaluate_args a = {.vote = &f, .choice = all};

    for (int i = 0; i < u->step->n_input; i++) {
        const struct plan_step *in = &u->plan->step[u->step->input[i]];
        const size_t at = strlen(all);

        if (in->stage->id != STAGE_EVALUATE)
            continue;
        BUG_ON(f.n_member == CONFIG_LIST_MAX);
        if (file_path(path[f.n_member], err, "%s/%s/predictions.csv",
                      u->run_dir, in->dir) < 0)
            return -1;
        snprintf(all + at, sizeof(all) - at, "%s%s", at ? " + " : "",
                 in->experiment);
        f.path[f.n_member] = path[f.n_member];
        f.member[f.n_member++] = in->experiment;
    }
    return begin_and_run(u, &a, err);
}

static int handle(void *self, const struct unit *u, struct err *err)
{
    (void)self;
    return u->step->ensemble ? handle_ensemble(u, err) : handle_network(u, err);
}

int main(int argc, char **argv)
{
    static const struct stage stage = {
        .id = STAGE_EVALUATE,
        .summary = "predict the test and validation split, count and plot",
        .handle = handle,
    };

    return stage_main(&stage, argc, argv);
}
