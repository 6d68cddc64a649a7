#include "orchestration/scheduler/scheduler.h"

#include "base/clock.h"
#include "base/core_mask.h"
#include "base/log.h"
#include "base/machine.h"
#include "orchestration/scheduler/journal.h"
#include "orchestration/scheduler/ready_steps.h"
#include "orchestration/scheduler/scheduler_private.h"
#include "orchestration/scheduler/status.h"
#include "worker/scheduler_link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

enum {
    TICK_MS = 50,
    STATUS_MS = 500,
    SILENT_LEASES = 6, /* a worker silent for so many leases is gone */
};

/* --- its beginning and end ------------------------------------------------ */

static int alloc_steps(struct scheduler *s, struct err *err)
{
    const size_t n = (size_t)s->plan->n_step + 1;

    s->state = calloc(n, sizeof(*s->state));
    s->seconds = calloc(n, sizeof(*s->seconds));
    s->path = calloc(n, sizeof(*s->path));
    s->why = calloc(n, sizeof(*s->why));
    s->planned = calloc(n, sizeof(*s->planned));
    if (!s->state || !s->seconds || !s->path || !s->why || !s->planned)
        return err_set(err, ERR_SYSTEM, "no memory for the scheduler");
    for (int i = 0; i < s->plan->n_step; i++)
        s->state[i] = s->plan->step[i].run     ? STEP_WAITING
                      : s->plan->step[i].later ? STEP_LATER
                                               : STEP_CURRENT;
    return 0;
}

/* The order of the steps, by the times of earlier runs. */
static int set_paths(struct scheduler *s, struct err *err)
{
    double *seconds = calloc((size_t)s->plan->n_step + 1, sizeof(*seconds));

    if (!seconds)
        return err_set(err, ERR_SYSTEM, "no memory for the scheduler");
    journal_read_seconds(s->run_dir, s->plan, seconds);
    ready_steps_paths(s->plan, seconds, s->path);
    free(seconds);
    return 0;
}

int scheduler_init(struct scheduler *s, const struct config *c,
                   const struct plan *plan, const char *run_dir,
                   struct err *err)
{
    struct core_mask own;

    memset(s, 0, sizeof(*s));
    s->config = c;
    s->plan = plan;
    s->run_started = clock_now();
    core_mask_own(&own);
    s->cores_all = s->cores_free = core_mask_count(&own);
    s->memory_all = s->memory_free =
        c->scheduler.memory > 0 ? c->scheduler.memory * 1e9 : machine_memory();
    if (file_path(s->run_dir, err, "%s", run_dir) < 0 ||
        alloc_steps(s, err) < 0 || set_paths(s, err) < 0 ||
        worker_list_init(&s->workers, err) < 0)
        return -1;
    s->launcher.run_dir = s->run_dir;
    return scheduler_bind(s, err);
}

void scheduler_release(struct scheduler *s)
{
    scheduler_unbind(s);
    worker_list_release(&s->workers);
    buf_release(&s->out);
    free(s->state);
    free(s->seconds);
    free(s->path);
    free(s->planned);
    for (int i = 0; s->why && i < s->plan->n_step; i++)
        free(s->why[i]);
    free(s->why);
    memset(s, 0, sizeof(*s));
}

/* --- processes ------------------------------------------------------------ */

static void poll_once(struct scheduler *s)
{
    zmq_pollitem_t item = {.socket = s->router.socket, .events = ZMQ_POLLIN};

    zmq_poll(&item, 1, TICK_MS);
    scheduler_listen(s);
}

void scheduler_lose_worker(struct scheduler *s, int worker, bool failed,
                           const char *why)
{
    if (failed)
        journal_add(
            s->run_dir, "worker-lost",
            (struct journal_member[]){
                {"worker", s->workers.worker[worker].name}, {"why", why}},
            2);
    for (int i = 0; i < s->n_running; i++) {
        struct running_step *r = s->running[i];

        if (worker == r->sink)
            r->sink = -1;
        lease_queue_lost(&r->queue, worker, failed, why, clock_now());
    }
    worker_list_remove(&s->workers, worker);
}

static void reap_processes(struct scheduler *s)
{
    struct child ended;
    int status;

    while (launch_reap(&s->launcher, &ended, &status))
        for (int i = 0; i < s->n_running; i++)
            if (s->running[i]->index == ended.step)
                running_step_take_exit(s->running[i], ended.token, status);
}

/* Workers that have been silent for long are forgotten. */
static void drop_silent(struct scheduler *s)
{
    const double limit =
        clock_now() - SILENT_LEASES * s->config->scheduler.lease;

    for (int i = 0; i < s->workers.n; i++) {
        const struct listed_worker *w = &s->workers.worker[i];

        if (w->identity_size > 0 && w->seen < limit)
            scheduler_lose_worker(s, i, !w->drained,
                                  w->drained ? "it was asked to leave"
                                             : "silent");
    }
}

/* --- steps ---------------------------------------------------------------- */

static void start_steps(struct scheduler *s, struct err *err)
{
    struct step_share share;
    int step;

    ready_steps_skip(s);
    while ((step = ready_steps_next(s, &share)) >= 0)
        if (running_step_begin(s, step, &share, err) < 0)
            return;
}

static void advance_steps(struct scheduler *s)
{
    for (int i = 0; i < s->n_running; i++)
        running_step_advance(s->running[i]);
    for (int i = 0; i < s->n_running; i++)
        if (running_step_has_left(s->running[i])) {
            running_step_free(s->running[i]);
            s->running[i--] = s->running[--s->n_running];
        }
}

static void show_progress(const struct scheduler *s)
{
    const struct running_step *first = NULL;
    const char *note;
    char more[300];
    double done;

    for (int i = 0; i < s->n_running; i++)
        if (!s->running[i]->leaving &&
            (!first || s->running[i]->index < first->index))
            first = s->running[i];
    if (!first)
        return;
    done = running_step_done(first, &note);
    snprintf(more, sizeof(more), "%s", note);
    if (s->n_running > 1)
        snprintf(more, sizeof(more), "%.200s and %d other step%s", note,
                 s->n_running - 1, s->n_running > 2 ? "s" : "");
    if (done > 0 && done < 1)
        log_progress(first->step->name, done, 1, clock_now() - first->started,
                     more);
}

static void write_status(struct scheduler *s, const char *state, bool now)
{
    struct err err;

    if (!now && clock_now() - s->last_status < STATUS_MS / 1000.0)
        return;
    s->last_status = clock_now();
    if (status_write(s, state, &err) < 0)
        log_warn("status: %s", err.text);
}

int scheduler_run(struct scheduler *s, struct err *err)
{
    err->code = ERR_NONE;
    if (!scheduler_link_signalled())
        start_steps(s, err);
    while (s->n_running > 0) {
        write_status(s, "running", false);
        poll_once(s);
        reap_processes(s);
        drop_silent(s);
        advance_steps(s);
        show_progress(s);
        if (!scheduler_link_signalled())
            start_steps(s, err);
    }
    for (int i = 0; i < s->workers.n; i++)
        if (s->workers.worker[i].identity_size)
            scheduler_drain_worker(s, i);
    write_status(s, scheduler_link_signalled() ? "stopped" : "ended", true);
    if (err->code)
        return -1;
    if (scheduler_link_signalled())
        return err_set(err, ERR_AGAIN,
                       "stopped; run the same command again to go on");
    return 0;
}
