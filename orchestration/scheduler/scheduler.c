#include "orchestration/scheduler/scheduler.h"

#include "base/clock.h"
#include "base/log.h"
#include "orchestration/scheduler/journal.h"
#include "orchestration/scheduler/scheduler_private.h"
#include "orchestration/scheduler/status.h"
#include "run/output.h"
#include "run/plan_units.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

enum {
    TICK_MS = 50,
    STATUS_MS = 500,
    CHECK_MS = 500,      /* between two looks for an output */
    SHARED_SECONDS = 90, /* until another host's output is seen */
    GRACE_SECONDS = 30,  /* for children to save their work */
    SILENT_LEASES = 6,   /* a worker silent for so many leases is gone */
};

/* Nobody could do a unit: the rows of others go on without it, but a step of
 * one unit has failed. */
static void on_aside(void *self, const struct lease_queue_unit *u)
{
    struct scheduler *s = self;
    const struct plan_step *step = scheduler_step(s);
    char id[32];

    if (!scheduler_spares(s, u)) {
        err_set(&s->fault, ERR_SYSTEM, "%s", u->reason);
        return;
    }
    s->n_aside++;
    log_warn("%s: rows %ju..%ju set aside: %s", step->name, (uintmax_t)u->first,
             (uintmax_t)(u->first + u->count - 1), u->reason);
    snprintf(id, sizeof(id), "%ju", (uintmax_t)u->id);
    journal_add(s->run_dir, "unit-set-aside",
                (struct journal_member[]){
                    {"node", step->name}, {"unit", id}, {"reason", u->reason}},
                3);
}

int scheduler_init(struct scheduler *s, const struct config *c,
                   const struct plan *plan, const char *run_dir,
                   struct err *err)
{
    memset(s, 0, sizeof(*s));
    s->config = c;
    s->plan = plan;
    s->step = s->sink = -1;
    s->run_started = clock_now();
    s->state = calloc((size_t)plan->n_step + 1, sizeof(*s->state));
    s->seconds = calloc((size_t)plan->n_step + 1, sizeof(*s->seconds));
    s->why = calloc((size_t)plan->n_step + 1, sizeof(*s->why));
    if (!s->state || !s->seconds || !s->why)
        return err_set(err, ERR_SYSTEM, "no memory for the scheduler");
    for (int i = 0; i < plan->n_step; i++)
        s->state[i] = plan->step[i].run     ? STEP_WAITING
                      : plan->step[i].later ? STEP_LATER
                                            : STEP_CURRENT;
    if (file_path(s->run_dir, err, "%s", run_dir) < 0 ||
        lease_queue_init(&s->queue, c->scheduler.lease, (int)c->scheduler.tries,
                         err) < 0)
        return -1;
    s->launcher.run_dir = s->run_dir;
    s->queue.on_aside = on_aside;
    s->queue.self = s;
    return scheduler_bind(s, err);
}

void scheduler_release(struct scheduler *s)
{
    scheduler_unbind(s);
    lease_queue_release(&s->queue);
    buf_release(&s->out);
    free(s->state);
    free(s->seconds);
    for (int i = 0; s->why && i < s->plan->n_step; i++)
        free(s->why[i]);
    free(s->why);
    memset(s, 0, sizeof(*s));
}

static void poll_once(struct scheduler *s)
{
    zmq_pollitem_t item = {.socket = s->router.socket, .events = ZMQ_POLLIN};

    zmq_poll(&item, 1, TICK_MS);
    scheduler_listen(s);
}

/* --- processes of the step in hand ---------------------------------------- */

/* A process has gone, at no fault of its own. */
static void end_process(struct scheduler *s, int worker, const char *why)
{
    if (worker == s->sink)
        s->sink = -1;
    lease_queue_lost(&s->queue, worker, false, why, clock_now());
}

static void note_lost(struct scheduler *s, int worker, const char *why)
{
    journal_add(s->run_dir, "worker-lost",
                (struct journal_member[]){
                    {"worker", s->queue.worker[worker].name}, {"why", why}},
                2);
    if (worker == s->sink)
        s->sink = -1;
    lease_queue_lost(&s->queue, worker, true, why, clock_now());
}

/* Has the step all it needs from its processes? */
static bool step_over(const struct scheduler *s)
{
    return s->fault.code || s->sealed;
}

/* Was all that is needed said, so that a process may end? */
static bool may_end(const struct scheduler *s)
{
    return step_over(s) || s->said > 0 || scheduler_link_signalled();
}

static void on_exit(struct scheduler *s, const struct child *c, int status)
{
    const struct plan_step *step = scheduler_step(s);
    const bool over = may_end(s);
    const int worker = lease_queue_find_token(&s->queue, c->token);
    char why[128], text[200];

    launch_describe(status, why, sizeof(why));
    snprintf(text, sizeof(text), "%s ended early: %s", step->stage->program,
             why);
    if (worker >= 0 && (over || status == 0))
        end_process(s, worker, text);
    else if (worker >= 0)
        note_lost(s, worker, text);
    if (over)
        return;
    log_warn("%s: %s", step->name, text);
    if (++s->launcher.restarts >= s->config->scheduler.tries || s->fault.code)
        err_set(&s->fault, ERR_SYSTEM,
                "%s (%d times; its messages are above); what it has saved is "
                "kept: start the run again",
                text, s->launcher.restarts);
    else
        log_warn("%s: it is started again and goes on from what it has saved",
                 step->name);
}

static void collect_exits(struct scheduler *s)
{
    struct child ended;
    int status;

    while (launch_reap(&s->launcher, &ended, &status))
        if (s->step >= 0)
            on_exit(s, &ended, status);
}

/* Start what the step lacks. */
static void start_missing(struct scheduler *s)
{
    static const enum role roles[] = {ROLE_SINK, ROLE_WORKER};
    const struct plan_step *step = scheduler_step(s);

    for (int i = 0; i < 2 && !may_end(s); i++)
        while (launch_running(&s->launcher, roles[i]) <
               launch_wanted(s->config, step, roles[i]))
            if (launch_start(&s->launcher, s->config, step, roles[i],
                             &s->fault) < 0)
                return;
}

static void on_expired(void *self, const struct lease_queue_unit *u, bool aside)
{
    struct scheduler *s = self;
    const struct plan_step *step = scheduler_step(s);

    if (!aside)
        log_warn("%s: unit %ju: %s; given to another", step->name,
                 (uintmax_t)(u->id & 0xffffffffu), u->reason);
}

/* Workers that have been silent for long are forgotten. */
static void end_silent(struct scheduler *s)
{
    const double limit =
        clock_now() - SILENT_LEASES * s->config->scheduler.lease;

    for (int i = 0; i < s->queue.n_worker; i++) {
        const struct lease_queue_worker *w = &s->queue.worker[i];

        if (w->identity_size == 0 || w->seen >= limit)
            continue;
        if (w->drained)
            end_process(s, i, "it was asked to leave");
        else
            note_lost(s, i, "silent");
    }
}

/* --- a step --------------------------------------------------------------- */

static int add_units(struct scheduler *s, struct err *err)
{
    const uint64_t id = (uint64_t)(s->step + 1) << PLAN_UNITS_SHIFT;
    struct plan_units u;

    lease_queue_clear(&s->queue);
    if (scheduler_step(s)->stage->division == PLAN_WHOLE)
        return lease_queue_add(&s->queue, id, 0, 0, err);
    if (plan_units_of(&u, s->run_dir, s->config, scheduler_step(s), err) < 0)
        return -1;
    for (uint64_t at = 0, k = 0; at < u.rows; at += u.step, k++)
        if (lease_queue_add(&s->queue, id + k, at,
                            u.rows - at < u.step ? u.rows - at : u.step,
                            err) < 0)
            return -1;
    return 0;
}

/* A file system that other hosts share shows what they do after a while: NFS
 * keeps what it knows of a directory for a minute. */
static double shared_delay(const struct scheduler *s)
{
    return s->said_here ? s->queue.lease : fmax(s->queue.lease, SHARED_SECONDS);
}

/* Of one that makes do with what inputs there are: also without the others. */
static bool output_is_there(const struct scheduler *s, struct err *why)
{
    const struct plan_step *step = scheduler_step(s);
    const struct plan_step lacking = output_lacking_inputs(step);

    return output_check_current(s->run_dir, step, why) == 0 ||
           (step->stage->any_inputs && output_is_current(s->run_dir, &lacking));
}

/*
 * A step is done when its output is on the disk, sealed and whole, not when
 * somebody says so.
 */
static void see_output(struct scheduler *s)
{
    struct err why = {0};

    if (s->sealed || !lease_queue_finished(&s->queue) ||
        clock_now() < s->next_check)
        return;
    /* a sink that has gone may have sealed it, and not said so */
    if (!s->said && (!s->finish_sent || s->sink >= 0))
        return;
    s->sealed = output_is_there(s, &why);
    s->next_check = clock_now() + CHECK_MS / 1000.0;
    if (!s->sealed && s->said && clock_now() - s->said > shared_delay(s))
        err_set(&s->fault, ERR_SYSTEM,
                "it was said to be done, but is not on the disk: %.300s",
                why.text);
}

/* All rows are there: have them gathered. */
static void request_finish(struct scheduler *s)
{
    const size_t n = s->queue.n_unit;
    const uint64_t id = (uint64_t)(s->step + 1) << PLAN_UNITS_SHIFT;

    switch (scheduler_step(s)->stage->division) {
    case PLAN_WHOLE:
        break;
    case PLAN_ROWS:
        scheduler_finish_sink(s);
        break;
    case PLAN_FILES:
        if (!s->finish_sent &&
            lease_queue_add(&s->queue, id + n, n, 0, &s->fault) == 0)
            s->finish_sent = true;
        break;
    }
}

static void show_progress(const struct scheduler *s)
{
    const struct plan_step *step = scheduler_step(s);
    const struct lease_queue *q = &s->queue;
    double done = (double)(q->n_done + q->n_aside), total = (double)q->n_unit;
    const char *note = "";

    for (int i = 0; i < q->n_worker; i++)
        if (q->n_unit == 1 && q->worker[i].total > 0) {
            done = q->worker[i].done;
            total = q->worker[i].total;
            note = q->worker[i].note;
        }
    if (total > 0 && done < total)
        log_progress(step->name, done, total, clock_now() - s->step_started,
                     note);
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

/* Ask the step's processes to leave; those that joined a divided one by hand
 * only if there is no other step of their stage. */
static void send_away(struct scheduler *s, const struct stage_row *stage)
{
    const bool divided = scheduler_step(s)->stage->division != PLAN_WHOLE;
    bool more = false;

    for (int i = 0; divided && i < s->plan->n_step; i++)
        more = more ||
               (s->state[i] == STEP_WAITING && s->plan->step[i].stage == stage);
    if (!more || scheduler_link_signalled()) {
        scheduler_drain(s, stage->word);
        return;
    }
    for (int i = 0; i < LAUNCH_MAX_CHILDREN; i++) {
        const struct child *c = &s->launcher.child[i];
        const int worker =
            c->pid ? lease_queue_find_token(&s->queue, c->token) : -1;

        if (worker >= 0)
            scheduler_drain_worker(s, worker);
    }
}

/* Let the step's processes leave; those that do not are made to. */
static void stop_processes(struct scheduler *s, const struct stage_row *stage)
{
    const double since = clock_now();
    bool termed = false;

    s->leaving = true;
    send_away(s, stage);
    while (launch_running(&s->launcher, ROLE_WORKER) +
               launch_running(&s->launcher, ROLE_SINK) >
           0) {
        const double waited = clock_now() - since;

        if (waited > GRACE_SECONDS && !termed) {
            launch_signal(&s->launcher, SIGTERM);
            termed = true;
        }
        if (waited > GRACE_SECONDS + 5)
            launch_signal(&s->launcher, SIGKILL);
        poll_once(s);
        collect_exits(s);
        write_status(s, "running", false);
    }
    s->sink = -1;
}

/* Do the step in hand to its end; s->fault tells how it went. */
static void run_step_in_hand(struct scheduler *s)
{
    while (!step_over(s) && !scheduler_link_signalled()) {
        poll_once(s);
        collect_exits(s);
        lease_queue_expire(&s->queue, clock_now(), on_expired, s);
        end_silent(s);
        see_output(s);
        start_missing(s);
        scheduler_offer(s);
        if (lease_queue_finished(&s->queue))
            request_finish(s);
        show_progress(s);
        write_status(s, "running", false);
    }
}

static void close_step(struct scheduler *s)
{
    const struct plan_step *step = scheduler_step(s);
    char seconds[32];

    s->seconds[s->step] = clock_now() - s->step_started;
    snprintf(seconds, sizeof(seconds), "%.1f", s->seconds[s->step]);
    if (s->fault.code) {
        s->state[s->step] = STEP_FAILED;
        s->why[s->step] = strdup(s->fault.text);
        s->n_failed++;
        log_warn("%s failed: %s", step->name, s->fault.text);
        journal_add(s->run_dir, "node-failed",
                    (struct journal_member[]){{"node", step->name},
                                              {"reason", s->fault.text}},
                    2);
    } else if (!scheduler_link_signalled()) {
        s->state[s->step] = STEP_DONE;
        log_info("%s: done in %s s", step->name, seconds);
        journal_add(s->run_dir, "node-done",
                    (struct journal_member[]){{"node", step->name},
                                              {"seconds", seconds}},
                    2);
    } else {
        s->state[s->step] = STEP_WAITING;
    }
    s->step = -1;
    lease_queue_clear(&s->queue);
    write_status(s, "running", true);
}

static void run_step(struct scheduler *s, int i)
{
    const struct plan_step *step = &s->plan->step[i];

    s->step = i;
    s->step_started = clock_now();
    s->state[i] = STEP_RUNNING;
    s->fault = (struct err){0};
    s->sink = -1;
    s->finish_sent = s->sealed = s->leaving = false;
    s->said = s->next_check = 0;
    s->launcher.restarts = 0;
    log_info("%s: starts (%s)", step->name, step->reason);
    journal_add(s->run_dir, "node-start",
                (struct journal_member[]){{"node", step->name},
                                          {"key", step->hash},
                                          {"reason", step->reason}},
                3);
    write_status(s, "running", true);
    if (add_units(s, &s->fault) == 0) {
        run_step_in_hand(s);
        stop_processes(s, step->stage);
    }
    close_step(s);
}

/* The input of step i that has no output, or -1. */
static int failed_input(const struct scheduler *s, int i)
{
    const struct plan_step *step = &s->plan->step[i];

    for (int k = 0; k < step->n_input; k++) {
        const enum step_state in = s->state[step->input[k]];

        if (in == STEP_FAILED || in == STEP_SKIPPED)
            return step->input[k];
    }
    return -1;
}

static void skip_step(struct scheduler *s, int i, int input)
{
    char why[PLAN_NAME_MAX + 32];

    snprintf(why, sizeof(why), "its input %s failed",
             s->plan->step[input].name);
    s->state[i] = STEP_SKIPPED;
    s->why[i] = strdup(why);
    log_warn("%s: skipped, %s", s->plan->step[i].name, why);
}

int scheduler_run(struct scheduler *s, struct err *err)
{
    for (int i = 0; i < s->plan->n_step && !scheduler_link_signalled(); i++) {
        if (s->state[i] != STEP_WAITING)
            continue;
        if (!s->plan->step[i].stage->any_inputs && failed_input(s, i) >= 0)
            skip_step(s, i, failed_input(s, i));
        else
            run_step(s, i);
    }
    scheduler_drain(s, NULL);
    write_status(s, scheduler_link_signalled() ? "stopped" : "ended", true);
    if (scheduler_link_signalled())
        return err_set(err, ERR_AGAIN,
                       "stopped; run the same command again to go on");
    return 0;
}
