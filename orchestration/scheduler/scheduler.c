#include "orchestration/scheduler/scheduler.h"

#include "base/clock.h"
#include "base/log.h"
#include "orchestration/scheduler/elastic_workers.h"
#include "orchestration/scheduler/journal.h"
#include "orchestration/scheduler/placement.h"
#include "orchestration/scheduler/ready_steps.h"
#include "orchestration/scheduler/scheduler_private.h"
#include "orchestration/scheduler/status.h"
#include "orchestration/scheduler/waiting_work.h"
#include "worker/scheduler_link.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <zmq.h>

enum {
    FILES = 65536, /* that it may have open, where the system lets it */
    TICK_MS = 50,
    STATUS_MS = 500,
    SILENT_LEASES = 6, /* a worker silent for so many leases is gone */
    TURNS = 4,         /* of a lease: more of it does not pass in one */
};

/* --- its beginning and end ------------------------------------------------ */

static int alloc_steps(struct scheduler *s, struct err *err)
{
    const size_t n = (size_t)s->plan->n_step + 1;

    s->state = calloc(n, sizeof(*s->state));
    s->seconds = calloc(n, sizeof(*s->seconds));
    s->expected = calloc(n, sizeof(*s->expected));
    s->path = calloc(n, sizeof(*s->path));
    s->why = calloc(n, sizeof(*s->why));
    s->planned = calloc(n, sizeof(*s->planned));
    if (!s->state || !s->seconds || !s->expected || !s->path || !s->why ||
        !s->planned)
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
    ready_steps_paths(s->plan, seconds, s->expected, s->path);
    free(seconds);
    return 0;
}

static void note_hosts(const struct scheduler *s)
{
    const struct allocation *a = &s->allocation;
    struct buf hosts = {0};
    char cores[16];

    for (int i = 0; i < a->hosts.n; i++)
        buf_printf(&hosts, "%s%s:%d", i ? "," : "", a->hosts.host[i].name,
                   a->hosts.host[i].cores);
    snprintf(cores, sizeof(cores), "%d", host_list_cores(&a->hosts));
    if (a->hosts.n > 1 || a->ends > 0)
        log_info("%s: %d host%s, %s cores, by %s%s", a->source, a->hosts.n,
                 a->hosts.n == 1 ? "" : "s", cores, placement_word(a->launcher),
                 a->ends > 0 ? ", with a time limit" : "");
    journal_add(s->run_dir, "hosts", "source", a->source, "launcher",
                placement_word(a->launcher), "cores", cores, "hosts",
                hosts.data ? hosts.data : "");
    buf_release(&hosts);
}

int scheduler_prepare(struct scheduler *s, const struct config *c,
                      const struct plan *plan, const char *run_dir,
                      struct err *err)
{
    memset(s, 0, sizeof(*s));
    s->config = c;
    s->plan = plan;
    if (file_path(s->run_dir, err, "%s", run_dir) < 0 ||
        alloc_steps(s, err) < 0 || set_paths(s, err) < 0)
        return -1;
    return allocation_find(&s->allocation, c, err);
}

/* Each process that it starts takes three descriptors here, each that joins
 * one, and a usual soft limit is 1,024. */
static void raise_files(struct scheduler *s)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_cur >= FILES)
        return;
    s->launcher.files = files.rlim_cur;
    files.rlim_cur = files.rlim_max < FILES ? files.rlim_max : FILES;
    (void)setrlimit(RLIMIT_NOFILE, &files);
}

int scheduler_init(struct scheduler *s, const struct config *c,
                   const struct plan *plan, const char *run_dir,
                   struct err *err)
{
    double left;

    if (scheduler_prepare(s, c, plan, run_dir, err) < 0 ||
        worker_list_init(&s->workers, err) < 0)
        return -1;
    raise_files(s);
    s->run_started = clock_now();
    turn_clock_start(&s->clock);
    left = s->allocation.ends - clock_date();
    if (s->allocation.ends > 0) /* a quarter at most is for saving */
        s->ends = s->run_started + left -
                  fmin(c->scheduler.end_margin, fmax(left, 0) / 4);
    s->launcher.run_dir = s->run_dir;
    s->launcher.allocation = &s->allocation;
    note_hosts(s);
    return scheduler_bind(s, err);
}

void scheduler_release(struct scheduler *s)
{
    scheduler_unbind(s);
    worker_list_release(&s->workers);
    buf_release(&s->out);
    free(s->state);
    free(s->seconds);
    free(s->expected);
    free(s->path);
    free(s->planned);
    for (int i = 0; s->why && i < s->plan->n_step; i++)
        free(s->why[i]);
    free(s->why);
    memset(s, 0, sizeof(*s));
}

struct running_step *scheduler_step_at(const struct scheduler *s, int index)
{
    for (int i = 0; i < s->n_running; i++)
        if (s->running[i]->index == index)
            return s->running[i];
    return NULL;
}

/* --- processes ------------------------------------------------------------ */

/* Its units wait again; a sink's step has none. */
static void take_back_units(struct scheduler *s, int worker, bool failed,
                            const char *why)
{
    if (failed && !s->workers.worker[worker].silent)
        journal_add(s->run_dir, "worker-lost", "worker",
                    s->workers.worker[worker].name, "why", why);
    for (int i = 0; i < s->n_running; i++) {
        struct running_step *r = s->running[i];

        if (worker == r->sink)
            r->sink = -1;
        lease_queue_lost(&r->queue, worker, failed, why, s->clock.now);
    }
}

void scheduler_lose_worker(struct scheduler *s, int worker, bool failed,
                           const char *why)
{
    take_back_units(s, worker, failed, why);
    worker_list_remove(&s->workers, worker);
}

static void reap_processes(struct scheduler *s)
{
    struct running_step *r;
    struct child ended;
    int status;

    launch_read_logs(&s->launcher, s->n_running > 1 ? s->plan : NULL);
    while (launch_reap(&s->launcher, &ended, &status)) {
        host_list_give(&s->allocation.hosts, &ended.place);
        scheduler_listen(s); /* its last words before its end */
        r = scheduler_step_at(s, ended.step);
        if (r)
            running_step_take_exit(r, &ended, status);
    }
}

/* Workers that have been silent for long have gone, until they are heard. */
static void drop_silent(struct scheduler *s)
{
    const double limit =
        s->clock.now - SILENT_LEASES * s->config->scheduler.lease;

    for (int i = 0; i < s->workers.n; i++) {
        struct listed_worker *w = &s->workers.worker[i];

        if (w->identity_size == 0 || w->silent || w->seen >= limit)
            continue;
        take_back_units(s, i, !w->drained,
                        w->drained ? "it was asked to leave" : "silent");
        w->silent = true;
    }
}

/* --- steps ---------------------------------------------------------------- */

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

static void start_steps(struct scheduler *s, struct err *err)
{
    struct ready_choice c;

    for (;;) {
        ready_steps_skip(s); /* one may have failed at once */
        ready_steps_choose(s, clock_now(), &c);
        if (c.step < 0)
            break;
        if (running_step_begin(s, c.step, &c.need, err) < 0)
            return;
        advance_steps(s); /* its processes take their places */
    }
    if (c.waits >= 0)
        elastic_workers_shrink(s, &c.waits_need);
    else
        elastic_workers_grow(s);
    elastic_workers_drain(s);
    waiting_work_note(s, c.waits);
}

/* The allocation is taken away soon: save what there is. */
static void watch_time(struct scheduler *s)
{
    if (s->ends <= 0 || scheduler_link_signalled() || clock_now() < s->ends)
        return;
    log_warn("the time limit is %.0f s away: what is done is saved",
             s->allocation.ends - clock_date());
    raise(SIGTERM);
}

/* On a terminal of the first step, elsewhere of each. */
static void show_progress(struct scheduler *s)
{
    struct running_step *first = NULL;
    char others[64] = "";
    int n = 0;

    for (int i = 0; i < s->n_running; i++) {
        struct running_step *r = s->running[i];

        if (r->leaving > 0)
            continue;
        running_step_watch(r);
        n++;
        if (!first || r->index < first->index)
            first = r;
    }
    if (n > 1)
        snprintf(others, sizeof(others), ", and %d other step%s", n - 1,
                 n > 2 ? "s" : "");
    if (first)
        progress_show(&first->progress, others);
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
    zmq_pollitem_t item = {.socket = s->router.socket, .events = ZMQ_POLLIN};

    err->code = ERR_NONE;
    if (!scheduler_link_signalled())
        start_steps(s, err);
    while (s->n_running > 0) {
        write_status(s, "running", false);
        zmq_poll(&item, 1, TICK_MS);
        turn_clock_turn(&s->clock, s->config->scheduler.lease / TURNS);
        scheduler_listen(s);
        reap_processes(s);
        drop_silent(s);
        advance_steps(s);
        show_progress(s);
        watch_time(s);
        if (!scheduler_link_signalled())
            start_steps(s, err);
    }
    for (int i = 0; i < s->workers.n; i++)
        if (s->workers.worker[i].identity_size)
            scheduler_drain_worker(s, i);
    log_rewrite(NULL);
    write_status(s, scheduler_link_signalled() ? "stopped" : "ended", true);
    if (err->code)
        return -1;
    if (scheduler_link_signalled())
        return err_set(err, ERR_AGAIN,
                       "stopped; run the same command again to go on");
    for (int i = 0; i < s->plan->n_step; i++)
        if (s->state[i] == STEP_WAITING)
            return err_set(err, ERR_AGAIN,
                           "%s would not end before the time limit; run the "
                           "same command again to go on",
                           s->plan->step[i].name);
    return 0;
}
