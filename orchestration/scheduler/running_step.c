#include "orchestration/scheduler/running_step.h"

#include "base/clock.h"
#include "base/log.h"
#include "orchestration/scheduler/journal.h"
#include "orchestration/scheduler/ready_steps.h"
#include "orchestration/scheduler/scheduler_private.h"
#include "run/output.h"
#include "run/plan_units.h"
#include "worker/scheduler_link.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum {
    LOOK_MS = 500,      /* between two looks for an output */
    GRACE_SECONDS = 30, /* for processes to save their work */
    TERM_SECONDS = 5,   /* and after SIGTERM */
};

/* --- its beginning -------------------------------------------------------- */

/* Nobody could do a unit: the rows of others go on without it, but a step of
 * one unit has failed. */
static void set_aside(void *self, const struct lease_queue_unit *u)
{
    struct running_step *r = self;
    char id[32];

    if (!running_step_spares(r, u)) {
        r->failed_token = u->holder;
        err_set(&r->fault, ERR_SYSTEM, "%s", u->reason);
        return;
    }
    r->scheduler->n_aside++;
    log_warn("%s: rows %ju..%ju set aside: %s", r->step->name,
             (uintmax_t)u->first, (uintmax_t)(u->first + u->count - 1),
             u->reason);
    snprintf(id, sizeof(id), "%ju", (uintmax_t)u->id);
    journal_add(r->scheduler->run_dir, "unit-set-aside", "node", r->step->name,
                "unit", id, "reason", u->reason);
}

/* What cannot be divided ends the step by a fault. */
static void add_units(struct running_step *r)
{
    const struct scheduler *s = r->scheduler;
    const uint64_t id = (uint64_t)(r->index + 1) << PLAN_UNITS_SHIFT;
    struct plan_units u = {.rows = 1, .each = 1};
    const bool whole = r->step->stage->division == STAGE_WHOLE;

    if (!whole &&
        plan_units_of(&u, s->run_dir, s->config, r->step, &r->fault) < 0)
        return;
    for (uint64_t at = 0, k = 0; at < u.rows; at += u.each, k++) {
        const uint64_t n = u.rows - at < u.each ? u.rows - at : u.each;

        if (lease_queue_add(&r->queue, id + k, at, whole ? 0 : n, &r->fault) <
            0)
            return;
    }
}

static void note_start(const struct running_step *r)
{
    const struct planned_memory *m = &r->scheduler->planned[r->index];
    char memory[32], peak[32];

    snprintf(memory, sizeof(memory), "%.0f", r->need.memory * r->need.ranks);
    snprintf(peak, sizeof(peak), "%.0f", m->peak);
    log_info("%s: starts (%s)", r->step->name, r->step->reason);
    journal_add(r->scheduler->run_dir, "node-start", "node", r->step->name,
                "key", r->step->hash, "reason", r->step->reason, "memory",
                memory, "process_memory", peak);
}

int running_step_begin(struct scheduler *s, int index,
                       const struct process_need *need, struct err *err)
{
    struct running_step *r = calloc(1, sizeof(*r));

    if (!r || s->n_running == SCHEDULER_MAX_RUNNING) {
        free(r);
        return err_set(err, ERR_SYSTEM, "no memory for a step");
    }
    *r = (struct running_step){.scheduler = s,
                               .step = &s->plan->step[index],
                               .index = index,
                               .need = *need,
                               .started = clock_now(),
                               .sink = -1};
    progress_begin(&r->progress, r->step->name);
    lease_queue_init(&r->queue, &s->workers, s->config->scheduler.lease,
                     (int)s->config->scheduler.tries);
    r->queue.on_aside = set_aside;
    r->queue.self = r;
    s->state[index] = STEP_RUNNING;
    s->running[s->n_running++] = r;
    note_start(r);
    add_units(r);
    return 0;
}

/* --- its processes -------------------------------------------------------- */

/* Has it all that it needs from its processes? */
static bool is_over(const struct running_step *r)
{
    return r->fault.code || r->sealed || scheduler_link_signalled();
}

/* May its processes end now?  One that ends sooner is started again. */
static bool running_step_may_end(const struct running_step *r)
{
    return is_over(r) || r->said > 0;
}

bool running_step_spares(const struct running_step *r,
                         const struct lease_queue_unit *u)
{
    return r->step->stage->division != STAGE_WHOLE && u->count > 0;
}

static void count_restart(struct running_step *r, const char *text)
{
    if (++r->restarts >= r->scheduler->config->scheduler.tries || r->fault.code)
        err_set(&r->fault, ERR_SYSTEM,
                "%s (%d times); what it has saved is kept: start the run again",
                text, r->restarts);
    else
        log_warn("%s: it is started again and goes on from what it has saved",
                 r->step->name);
}

/* Does it hold a unit that the step may do without? */
static bool holds_spare(const struct running_step *r, int worker)
{
    for (size_t i = 0; worker >= 0 && i < r->queue.n_unit; i++) {
        const struct lease_queue_unit *u = &r->queue.unit[i];

        if (u->state == UNIT_LEASED && u->worker == worker &&
            running_step_spares(r, u))
            return true;
    }
    return false;
}

/* Where units end their workers, one after the other, and none is done, the
 * fault is not theirs. */
static void check_units(struct running_step *r, const char *text)
{
    const struct lease_queue *q = &r->queue;

    if (q->n_done == 0 && 2 * q->n_aside > q->n_unit)
        err_set(&r->fault, ERR_SYSTEM,
                "%s; %zu of %zu units are set aside, none is done", text,
                q->n_aside, q->n_unit);
}

/* It was asked to stop by others, as the system does before it takes a host
 * away: that is no fault, unless it comes at once again and again. */
static bool was_preempted(const struct child *c, int status)
{
    enum { AT_ONCE = 5 }; /* seconds */

    return WIFEXITED(status) &&
           WEXITSTATUS(status) == err_exit_status(ERR_AGAIN) &&
           clock_now() - c->started > AT_ONCE;
}

/* One that has sealed the output need not have said so. */
static void look_at_exit(struct running_step *r)
{
    if (!running_step_may_end(r))
        r->sealed = output_is_current(r->scheduler->run_dir, r->step);
}

void running_step_take_exit(struct running_step *r, const struct child *ended,
                            int status)
{
    struct scheduler *s = r->scheduler;
    const int worker = worker_list_find_token(&s->workers, ended->token);
    bool over, failed, spare;
    char why[128], text[200];

    look_at_exit(r);
    over = running_step_may_end(r) || ended->leaving;
    failed =
        !over && status != 0 && !(worker >= 0 && was_preempted(ended, status));
    spare = failed && holds_spare(r, worker);
    launch_describe(status, why, sizeof(why));
    snprintf(text, sizeof(text), "%s ended early: %s", r->step->stage->program,
             why);
    if (worker >= 0)
        scheduler_lose_worker(s, worker, failed, text);
    if (over)
        return;
    r->failed_token = ended->token;
    r->failed_said = ended->log.said;
    memcpy(r->failed_log, ended->log.path, sizeof(r->failed_log));
    log_warn("%s: %s", r->step->name, text);
    if (spare)
        check_units(r, text);
    else if (failed || status == 0)
        count_restart(r, text);
}

/* --- starting them -------------------------------------------------------- */

static int start_process(struct running_step *r, const struct launch_args *a,
                         struct err *err)
{
    struct scheduler *s = r->scheduler;

    if (launch_start(&s->launcher, a, err) < 0) {
        host_list_give(&s->allocation.hosts, &a->place);
        return -1;
    }
    return 0;
}

static int start_sink(struct running_step *r)
{
    const struct launch_args a = {.config = r->scheduler->config,
                                  .step = r->step,
                                  .index = r->index,
                                  .role = CHILD_SINK};

    return start_process(r, &a, &r->fault);
}

/* A place is taken even if it is not all that is needed, where 'force'. */
static int start_worker(struct running_step *r, const struct process_need *need,
                        bool force, struct err *err)
{
    struct host_list *hosts = &r->scheduler->allocation.hosts;
    struct launch_args a = {.config = r->scheduler->config,
                            .step = r->step,
                            .index = r->index,
                            .role = CHILD_WORKER};

    if (!host_list_take(hosts, need, &a.place)) {
        if (!force)
            return -1;
        host_list_force(hosts, need, &a.place);
    }
    return start_process(r, &a, err);
}

bool running_step_is_elastic(const struct running_step *r)
{
    return stage_table_workers(r->step->stage, r->scheduler->config) ==
           CONFIG_AUTO;
}

/* Start what it lacks. */
static void start_processes(struct running_step *r)
{
    struct launcher *l = &r->scheduler->launcher;
    const bool elastic = running_step_is_elastic(r);
    const int wanted =
        elastic ? 1 : stage_table_workers(r->step->stage, r->scheduler->config);

    if (running_step_may_end(r))
        return;
    if (r->step->stage->division == STAGE_ROWS &&
        launch_running(l, r->index, CHILD_SINK) == 0 && start_sink(r) < 0)
        return;
    while (launch_running(l, r->index, CHILD_WORKER) < wanted)
        if (start_worker(r, &r->need, !elastic, &r->fault) < 0)
            return;
}

bool running_step_wants_worker(const struct running_step *r)
{
    const struct launcher *l = &r->scheduler->launcher;
    const size_t n = (size_t)launch_running(l, r->index, CHILD_WORKER);

    return running_step_is_elastic(r) && r->leaving <= 0 &&
           !running_step_may_end(r) &&
           n + r->queue.n_done + r->queue.n_aside < r->queue.n_unit;
}

/* One more that cannot be started is no fault of the step. */
bool running_step_grow(struct running_step *r)
{
    const struct scheduler *s = r->scheduler;
    const int widest = host_list_widest(&s->allocation.hosts);
    struct process_need need = r->need;
    struct err err;

    if (!running_step_wants_worker(r))
        return false;
    if (r->step->stage->parallel && widest > need.threads) {
        need.threads = widest;
        need.memory = ready_steps_memory(s, r->index, widest);
        if (start_worker(r, &need, false, &err) == 0)
            return true;
        need = r->need;
    }
    return start_worker(r, &need, false, &err) == 0;
}

int running_step_cores(const struct running_step *r)
{
    const struct launcher *l = &r->scheduler->launcher;
    int n = 0;

    for (int i = 0; i < LAUNCH_MAX_CHILDREN; i++)
        if (l->child[i].pid && l->child[i].step == r->index)
            n += host_list_place_cores(&l->child[i].place);
    return n;
}

/* --- sending them away ---------------------------------------------------- */

/* Ask its processes to leave; those that joined by hand only if there is no
 * other step of their stage. */
static void send_away(struct running_step *r)
{
    struct scheduler *s = r->scheduler;

    r->leaving = s->clock.now;
    scheduler_drain(s, r->step->stage->word, r->index);
    if (scheduler_link_signalled() ||
        !scheduler_has_work(s, r->step->stage->word))
        scheduler_drain(s, r->step->stage->word, WORKER_ANY_STEP);
}

/* Those that do not leave are made to. */
static void force_leave(struct running_step *r)
{
    const double waited = r->scheduler->clock.now - r->leaving;
    struct launcher *l = &r->scheduler->launcher;

    if (waited > GRACE_SECONDS && !r->terminated) {
        launch_signal(l, r->index, SIGTERM);
        r->terminated = true;
    }
    if (waited > GRACE_SECONDS + TERM_SECONDS)
        launch_signal(l, r->index, SIGKILL);
}

bool running_step_has_left(const struct running_step *r)
{
    return r->leaving > 0 &&
           launch_left(&r->scheduler->launcher, r->index) == 0;
}

/* --- its output ----------------------------------------------------------- */

/* Of one that makes do with what inputs there are: also without the others. */
static bool step_is_sealed(const struct running_step *r, struct err *why)
{
    const char *run_dir = r->scheduler->run_dir;
    const struct plan_step lacking = output_lacking_inputs(r->step);

    return output_check_current(run_dir, r->step, why) == 0 ||
           (r->step->stage->any_inputs && output_is_current(run_dir, &lacking));
}

/*
 * A step is done when its output is on the disk, sealed and whole, not when
 * somebody says so.
 */
static void look_for_output(struct running_step *r)
{
    /* A file system that other hosts share shows what they do after a while:
     * NFS keeps what it knows of a directory for a minute. */
    const double patience = r->said_here
                                ? r->queue.lease
                                : fmax(r->queue.lease, OUTPUT_SHARED_SECONDS);
    const double now = r->scheduler->clock.now;
    struct err why = {0};

    if (r->sealed || !r->said || !lease_queue_finished(&r->queue) ||
        now < r->next_look)
        return;
    r->sealed = step_is_sealed(r, &why);
    r->next_look = now + LOOK_MS / 1000.0;
    if (!r->sealed && now - r->said > patience)
        err_set(&r->fault, ERR_SYSTEM,
                "it was said to be done, but is not on the disk: %.300s",
                why.text);
}

/* All rows are there: have them gathered. */
static void gather_rows(struct running_step *r)
{
    const size_t n = r->queue.n_unit;
    const uint64_t id = (uint64_t)(r->index + 1) << PLAN_UNITS_SHIFT;

    if (r->step->stage->division == STAGE_ROWS)
        scheduler_finish_sink(r);
    else if (r->step->stage->division == STAGE_FILES && !r->finish_sent &&
             lease_queue_add(&r->queue, id + n, n, 0, &r->fault) == 0)
        r->finish_sent = true;
}

/* --- its end -------------------------------------------------------------- */

/* Show the log of the process that failed, if one has.  Returns where it is in
 * the run's directory, else "". */
static const char *show_log(const struct running_step *r)
{
    const struct scheduler *s = r->scheduler;
    const struct child *c = launch_find(&s->launcher, r->failed_token);
    const char *path = c ? c->log.path : r->failed_log;
    const size_t n = strlen(s->run_dir);

    if (!path[0])
        return "";
    process_log_show(path, c ? c->log.said : r->failed_said);
    return strncmp(path, s->run_dir, n) == 0 ? path + n + 1 : path;
}

static void note_failure(struct running_step *r)
{
    struct scheduler *s = r->scheduler;
    struct buf why = {0};
    const char *log;

    s->state[r->index] = STEP_FAILED;
    s->n_failed++;
    log_warn("%s failed: %s", r->step->name, r->fault.text);
    log = show_log(r);
    buf_printf(&why, "%s%s%s", r->fault.text, log[0] ? "; log: " : "", log);
    s->why[r->index] = why.data;
    journal_add(s->run_dir, "node-failed", "node", r->step->name, "reason",
                r->fault.text, "log", log);
}

static void note_success(struct running_step *r)
{
    struct scheduler *s = r->scheduler;
    char seconds[32];

    progress_end(&r->progress);
    snprintf(seconds, sizeof(seconds), "%.1f", s->seconds[r->index]);
    s->state[r->index] = STEP_DONE;
    log_info("%s: done in %s s", r->step->name, seconds);
    journal_add(s->run_dir, "node-done", "node", r->step->name, "seconds",
                seconds);
}

static void end_step(struct running_step *r)
{
    struct scheduler *s = r->scheduler;

    s->seconds[r->index] = clock_now() - r->started;
    if (r->fault.code)
        note_failure(r);
    else if (r->sealed)
        note_success(r);
    else
        s->state[r->index] = STEP_WAITING;
    send_away(r);
}

static void note_expired(void *self, const struct lease_queue_unit *u,
                         bool aside)
{
    const struct running_step *r = self;

    if (!aside)
        log_warn("%s: unit %ju: %s; given to another", r->step->name,
                 (uintmax_t)(u->id & 0xffffffffu), u->reason);
}

void running_step_advance(struct running_step *r)
{
    if (r->leaving > 0) {
        force_leave(r);
        return;
    }
    lease_queue_expire(&r->queue, r->scheduler->clock.now, note_expired, r);
    look_for_output(r);
    start_processes(r);
    scheduler_offer(r);
    if (lease_queue_finished(&r->queue))
        gather_rows(r);
    if (is_over(r))
        end_step(r);
}

void running_step_free(struct running_step *r)
{
    lease_queue_release(&r->queue);
    free(r);
}
