#include "orchestration/scheduler/ready_steps.h"

#include "base/log.h"
#include "orchestration/scheduler/step_memory.h"

#include <stdio.h>
#include <string.h>

/* --- the order ------------------------------------------------------------ */

void ready_steps_paths(const struct plan *plan, const double *seconds,
                       double *path)
{
    for (int i = 0; i < plan->n_step; i++)
        path[i] = 0;
    for (int i = plan->n_step - 1; i >= 0; i--) { /* inputs come first */
        const struct plan_step *step = &plan->step[i];

        path[i] += seconds[i] > 0 ? seconds[i] : step->stage->seconds;
        for (int k = 0; k < step->n_input; k++)
            if (path[i] > path[step->input[k]])
                path[step->input[k]] = path[i];
    }
}

/* --- inputs --------------------------------------------------------------- */

static bool has_failed(enum step_state s)
{
    return s == STEP_FAILED || s == STEP_SKIPPED;
}

/* The input of step i that has no output, or -1. */
static int find_failed_input(const struct scheduler *s, int i)
{
    const struct plan_step *step = &s->plan->step[i];

    for (int k = 0; k < step->n_input; k++)
        if (has_failed(s->state[step->input[k]]))
            return step->input[k];
    return -1;
}

void ready_steps_skip(struct scheduler *s)
{
    for (int i = 0; i < s->plan->n_step; i++) {
        const struct plan_step *step = &s->plan->step[i];
        const int input = find_failed_input(s, i);
        char why[PLAN_NAME_MAX + 32];

        if (s->state[i] != STEP_WAITING || step->stage->any_inputs || input < 0)
            continue;
        snprintf(why, sizeof(why), "its input %s failed",
                 s->plan->step[input].name);
        s->state[i] = STEP_SKIPPED;
        s->why[i] = strdup(why);
        log_warn("%s: skipped, %s", step->name, why);
    }
}

static bool is_ready(const struct scheduler *s, int i)
{
    const struct plan_step *step = &s->plan->step[i];

    if (s->state[i] != STEP_WAITING)
        return false;
    for (int k = 0; k < step->n_input; k++) {
        const enum step_state in = s->state[step->input[k]];

        if (in == STEP_WAITING || in == STEP_RUNNING)
            return false;
    }
    return true;
}

/* --- cores ---------------------------------------------------------------- */

/* Does it take as many cores as there are? */
static bool is_flexible(const struct scheduler *s, int i)
{
    const struct stage_row *row = s->plan->step[i].stage;

    return row->parallel && stage_table_threads(row, s->config) == 0;
}

/* Cores that its processes need, at most all there are. */
static int count_needed(const struct scheduler *s, int i)
{
    const struct stage_row *row = s->plan->step[i].stage;
    const int threads = stage_table_threads(row, s->config);
    const int64_t n = (int64_t)stage_table_workers(row, s->config) *
                      stage_table_ranks(row, s->config) *
                      (threads > 0 ? threads : 1);

    return n < s->cores_all ? (int)n : s->cores_all;
}

/* Its share of the free cores, where 'n_flexible' ready steps take some. */
static int share_cores(const struct scheduler *s, int i, int n_flexible)
{
    const int needed = count_needed(s, i);
    int share = s->cores_free;

    if (needed == 0 || !is_flexible(s, i)) /* 0: its workers are elsewhere */
        return needed;
    if (n_flexible > 1)
        share /= n_flexible;
    return share > needed ? share : needed;
}

/* --- memory --------------------------------------------------------------- */

/* Bytes that its processes take at most on so many cores.  Its inputs are
 * there, so that asking once is enough. */
static double expect_memory(const struct scheduler *s, int i, int cores)
{
    struct planned_memory *planned = &s->planned[i];
    struct step_memory_data data;
    struct step_memory m;

    if (planned->cores != cores) {
        step_memory_count(&data, s->config, s->plan, s->run_dir);
        m = step_memory_plan(
            &(struct step_memory_args){.config = s->config,
                                       .step = &s->plan->step[i],
                                       .data = &data,
                                       .cores = cores});
        *planned = (struct planned_memory){cores, step_memory_total(&m),
                                           step_memory_peak(&m)};
    }
    return planned->bytes;
}

/* May a step take so much? */
static bool has_room(const struct scheduler *s, const struct step_share *share)
{
    return share->cores <= s->cores_free &&
           (share->memory <= s->memory_free || s->memory_all <= 0 ||
            s->n_running == 0);
}

int ready_steps_next(const struct scheduler *s, struct step_share *share)
{
    int next = -1, n_flexible = 0;

    for (int i = 0; i < s->plan->n_step; i++) {
        if (!is_ready(s, i))
            continue;
        n_flexible += is_flexible(s, i);
        if (next < 0 || s->path[i] > s->path[next])
            next = i;
    }
    if (next < 0 || s->n_running == SCHEDULER_MAX_RUNNING)
        return -1;
    share->cores = share_cores(s, next, n_flexible);
    share->memory = expect_memory(s, next, share->cores);
    return has_room(s, share) ? next : -1;
}
