#include "orchestration/scheduler/ready_steps.h"

#include "base/log.h"
#include "orchestration/scheduler/step_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- the order ------------------------------------------------------------ */

void ready_steps_paths(const struct plan *plan, const double *seconds,
                       double *expected, double *path)
{
    for (int i = 0; i < plan->n_step; i++)
        path[i] = 0;
    for (int i = plan->n_step - 1; i >= 0; i--) { /* inputs come first */
        const struct plan_step *step = &plan->step[i];

        expected[i] = seconds[i] > 0 ? seconds[i] : step->stage->seconds;
        path[i] += expected[i];
        for (int k = 0; k < step->n_input; k++)
            if (path[i] > path[step->input[k]])
                path[step->input[k]] = path[i];
    }
}

/* --- inputs --------------------------------------------------------------- */

/* The input of step i that has no output, or -1. */
static int find_failed_input(const struct scheduler *s, int i)
{
    const struct plan_step *step = &s->plan->step[i];

    for (int k = 0; k < step->n_input; k++) {
        const enum step_state in = s->state[step->input[k]];

        if (in == STEP_FAILED || in == STEP_SKIPPED)
            return step->input[k];
    }
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

/* --- what its processes need ---------------------------------------------- */

/* Does it take as many cores as there are? */
static bool is_flexible(const struct scheduler *s, int i)
{
    const struct stage_row *row = s->plan->step[i].stage;

    return row->parallel && stage_table_threads(row, s->config) == 0;
}

/* Threads of each rank, where 'n_flexible' ready steps share what is free. */
static int share_threads(const struct scheduler *s, int i, int n_flexible)
{
    const struct stage_row *row = s->plan->step[i].stage;
    const struct host_list *hosts = &s->allocation.hosts;
    const int ranks = stage_table_ranks(row, s->config);
    const int workers = stage_table_workers(row, s->config);
    int share = host_list_cores_free(hosts) / (n_flexible > 1 ? n_flexible : 1);

    if (!is_flexible(s, i))
        share = stage_table_threads(row, s->config);
    else if (workers > 0)
        share /= workers * ranks;
    if (is_flexible(s, i) && share > host_list_widest(hosts))
        share = host_list_widest(hosts);
    return share > 0 ? share : 1;
}

double ready_steps_memory(const struct scheduler *s, int i, int threads)
{
    struct planned_memory *planned = &s->planned[i];
    struct step_memory_data data;
    struct step_memory m;

    if (planned->threads != threads) {
        step_memory_count(&data, s->config, s->plan, s->run_dir);
        m = step_memory_plan(
            &(struct step_memory_args){.config = s->config,
                                       .step = &s->plan->step[i],
                                       .data = &data,
                                       .threads = threads});
        *planned = (struct planned_memory){
            threads, step_memory_total(&m) / m.processes, step_memory_peak(&m)};
    }
    return planned->bytes;
}

static struct process_need find_need(const struct scheduler *s, int i,
                                     int n_flexible)
{
    const int threads = share_threads(s, i, n_flexible);

    return (struct process_need){
        .ranks = stage_table_ranks(s->plan->step[i].stage, s->config),
        .threads = threads,
        .memory = ready_steps_memory(s, i, threads),
        .spread = s->config->scheduler.ranks == RANKS_SPREAD,
    };
}

/* --- places --------------------------------------------------------------- */

/* Is there a place for its processes, or for as many as there ever could be?
 * Of 0 the workers are elsewhere, of 'auto' one is enough. */
static bool has_place(const struct scheduler *s, const struct host_list *l,
                      int i, const struct process_need *need)
{
    const int workers = stage_table_workers(s->plan->step[i].stage, s->config);
    const int most = host_list_room_idle(l, need);
    const int wanted = workers == CONFIG_AUTO ? 1
                       : workers < most       ? workers
                                              : most;

    return workers == 0 || (most == 0 && host_list_idle(l)) ||
           (most > 0 && host_list_room(l, need) >= wanted);
}

/* Would it get more cores in a moment?  Processes of steps that have ended are
 * leaving, and are made to before long; a training keeps the threads that it
 * begins with. */
static bool gains_by_leavers(const struct scheduler *s, int i)
{
    if (!is_flexible(s, i))
        return false;
    for (int r = 0; r < s->n_running; r++)
        if (s->running[r]->leaving > 0 &&
            launch_left(&s->launcher, s->running[r]->index) > 0)
            return true;
    return false;
}

/* Seconds until running step r has ended, about. */
static double seconds_left(const struct scheduler *s, int r, double now)
{
    const struct running_step *step = s->running[r];
    const double left = s->expected[step->index] - (now - step->started);

    return left > 0 ? left : 0;
}

static void give_places(const struct scheduler *s, int step,
                        struct host_list *l)
{
    for (int i = 0; i < LAUNCH_MAX_CHILDREN; i++) {
        const struct child *c = &s->launcher.child[i];

        if (c->pid && c->step == step)
            host_list_give(l, &c->place);
    }
}

/* The running step that ends next, of those that have not 'ended'; -1 if none
 * is left. */
static int find_ending(const struct scheduler *s, const bool *ended, double now)
{
    int first = -1;

    for (int r = 0; r < s->n_running; r++)
        if (!ended[r] && (first < 0 || seconds_left(s, r, now) <
                                           seconds_left(s, first, now)))
            first = r;
    return first;
}

/* Seconds until step i finds its place: what runs ends one after another. */
static double seconds_to_place(const struct scheduler *s, int i,
                               const struct process_need *need, double now)
{
    struct host_list then = s->allocation.hosts;
    bool ended[SCHEDULER_MAX_RUNNING] = {false};
    double at = 0;
    int r;

    while (!has_place(s, &then, i, need) &&
           (r = find_ending(s, ended, now)) >= 0) {
        ended[r] = true;
        at = seconds_left(s, r, now);
        give_places(s, s->running[r]->index, &then);
    }
    return at;
}

/* --- time ----------------------------------------------------------------- */

/* Will it have ended when the allocation does, or go on later from what it has
 * saved?  Within the first tenth of our time anything may start, as there will
 * be no better moment. */
static bool has_time(const struct scheduler *s, int i, double now)
{
    const struct stage_row *stage = s->plan->step[i].stage;
    const double left = s->ends - now;
    const bool early = now - s->run_started < (s->ends - s->run_started) / 10;

    return s->ends <= 0 || stage->id == STAGE_TRAIN ||
           stage->division != STAGE_WHOLE || early || s->expected[i] < left;
}

/* --- the choice ----------------------------------------------------------- */

/* The ready step with the longest way that is not 'passed' yet, or -1. */
static int find_longest(const struct scheduler *s, const bool *passed)
{
    int next = -1;

    for (int i = 0; i < s->plan->n_step; i++)
        if (!passed[i] && is_ready(s, i) &&
            (next < 0 || s->path[i] > s->path[next]))
            next = i;
    return next;
}

static int count_flexible(const struct scheduler *s)
{
    int n = 0;

    for (int i = 0; i < s->plan->n_step; i++)
        n += is_ready(s, i) && is_flexible(s, i);
    return n;
}

/* Go through the ready steps, until one may start. */
static void choose_step(const struct scheduler *s, double now, bool *passed,
                        struct ready_choice *c)
{
    const int n_flexible = count_flexible(s);
    double limit = 0;
    int i;

    while ((i = find_longest(s, passed)) >= 0) {
        const struct process_need need = find_need(s, i, n_flexible);

        passed[i] = true;
        if (!has_time(s, i, now) || gains_by_leavers(s, i))
            continue;
        if (has_place(s, &s->allocation.hosts, i, &need)) {
            if (c->waits >= 0 && s->expected[i] > limit)
                continue;
            c->step = i;
            c->need = need;
            return;
        }
        if (c->waits < 0) {
            c->waits = i;
            c->waits_need = need;
            limit = seconds_to_place(s, i, &need, now);
        }
    }
}

void ready_steps_choose(const struct scheduler *s, double now,
                        struct ready_choice *choice)
{
    bool *passed = calloc((size_t)s->plan->n_step + 1, sizeof(*passed));

    *choice = (struct ready_choice){.step = -1, .waits = -1};
    if (passed && s->n_running < SCHEDULER_MAX_RUNNING)
        choose_step(s, now, passed, choice);
    free(passed);
}
