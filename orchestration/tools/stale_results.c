#include "orchestration/tools/stale_results.h"

#include "base/log.h"
#include "config/config.h"
#include "run/experiment_name.h"
#include "run/output.h"
#include "run/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Is a step of one of the experiments, or of a fold of it? */
static bool is_of(const struct plan_step *step, const char *const *experiment,
                  int n)
{
    char all[EXPERIMENT_NAME_MAX];

    experiment_name_pooled(all, step->experiment);
    for (int i = 0; i < n; i++)
        if (strcmp(all, experiment[i]) == 0 ||
            strcmp(step->experiment, experiment[i]) == 0)
            return true;
    return false;
}

static int warn_planned(const struct run_state *run,
                        const char *const *experiment, int n_experiment)
{
    int n = 0;

    for (int i = 0; i < run->plan.n_step; i++) {
        const struct plan_step *step = &run->plan.step[i];

        if (step->stage->id != STAGE_EVALUATE ||
            !is_of(step, experiment, n_experiment) ||
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

/* One that lies there and that no step is of? */
static int warn_left(const struct run_state *run, const char *experiment)
{
    struct plan_step step = {.fold = EXPERIMENT_NO_FOLD};

    snprintf(step.name, sizeof(step.name), "evaluate/%.200s", experiment);
    plan_output_dir(step.name, step.dir);
    if (!output_is_sealed(run->dir, &step) || plan_find(&run->plan, step.name))
        return 0;
    log_warn("%s is left from another configuration, run.yaml plans it no "
             "more; 'papline clean %s' removes it",
             step.name, run->dir);
    return 1;
}

static int warn_left_folds(const struct run_state *run, const char *experiment)
{
    char name[EXPERIMENT_NAME_MAX];
    int n = warn_left(run, experiment);

    for (int f = 0; f < CONFIG_FOLDS_MAX; f++) {
        experiment_name_in_fold(name, experiment, f);
        n += warn_left(run, name);
    }
    return n;
}

int stale_results_warn(const char *run_dir, const char *const *experiment,
                       int n_experiment)
{
    struct run_state *run = calloc(1, sizeof(*run));
    struct err why;
    int n = 0;

    if (!run)
        return 0;
    if (run_load(run, run_dir, &why) == 0) {
        n = warn_planned(run, experiment, n_experiment);
        for (int i = 0; i < n_experiment; i++)
            n += warn_left_folds(run, experiment[i]);
    }
    run_release(run);
    free(run);
    return n;
}
