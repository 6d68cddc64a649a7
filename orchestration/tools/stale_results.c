#include "orchestration/tools/stale_results.h"

#include "base/log.h"
#include "config/config.h"
#include "run/experiment_name.h"
#include "run/output.h"
#include "run/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_of(const struct plan_step *step, const char *experiment)
{
    char all[EXPERIMENT_NAME_MAX];

    experiment_name_pooled(all, step->experiment);
    return !experiment || strcmp(all, experiment) == 0;
}

static int warn_planned(const struct run_state *run, const char *experiment)
{
    int n = 0;

    for (int i = 0; i < run->plan.n_step; i++) {
        const struct plan_step *step = &run->plan.step[i];

        if (step->stage->id != STAGE_EVALUATE || !is_of(step, experiment) ||
            !output_is_sealed(run->dir, step) ||
            output_is_current(run->dir, step))
            continue;
        log_warn("%s is not what run.yaml plans now: of another "
                 "configuration, or damaged; see 'papline plan %s'",
                 step->name, run->dir);
        n++;
    }
    return n;
}

/* Folds that lie there and that no step is of. */
static int warn_left(const struct run_state *run, const char *experiment)
{
    char name[EXPERIMENT_NAME_MAX];
    struct plan_step step;
    int n = 0;

    for (int f = 0; f < CONFIG_FOLDS_MAX; f++) {
        experiment_name_in_fold(name, experiment, f);
        step = (struct plan_step){.fold = f};
        snprintf(step.name, sizeof(step.name), "evaluate/%.200s", name);
        plan_output_dir(step.name, step.dir);
        if (plan_find(&run->plan, step.name) ||
            !output_is_sealed(run->dir, &step))
            continue;
        log_warn("%s is left from another configuration, run.yaml plans it no "
                 "more; 'papline clean %s' removes it",
                 step.name, run->dir);
        n++;
    }
    return n;
}

int stale_results_warn(const char *run_dir, const char *experiment)
{
    struct run_state *run = calloc(1, sizeof(*run));
    struct err why;
    int n = 0;

    if (!run)
        return 0;
    if (run_load(run, run_dir, &why) == 0) {
        n = warn_planned(run, experiment);
        n += experiment ? warn_left(run, experiment) : 0;
    }
    run_release(run);
    free(run);
    return n;
}
