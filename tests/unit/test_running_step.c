/* test_running_step.c - what it costs that a process of a step dies */
#include "base/file.h"
#include "orchestration/scheduler/scheduler.h"
#include "tap.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum { TRIES = 3, FIRST = 1, LEASE = 10 };

static char dir[64];
static struct config config;
static struct plan_step step;
static const struct plan plan = {.step = &step, .n_step = 1};
static struct scheduler s;
static struct running_step r;

/* A step of n units. */
static void begin(enum stage_id stage, size_t n)
{
    struct err err;

    lease_queue_release(&r.queue);
    worker_list_release(&s.workers);
    step = (struct plan_step){.stage = &stage_table[stage],
                              .name = "step",
                              .dir = "step",
                              .hash = "0"};
    config_init(&config);
    config.scheduler.tries = TRIES;
    s = (struct scheduler){.config = &config, .plan = &plan, .n_running = 1};
    s.running[0] = &r;
    snprintf(s.run_dir, sizeof(s.run_dir), "%s", dir);
    BUG_ON(worker_list_init(&s.workers, &err) < 0);
    r = (struct running_step){.scheduler = &s, .step = &step, .sink = -1};
    lease_queue_init(&r.queue, &s.workers, LEASE, TRIES);
    for (size_t i = 0; i < n; i++)
        BUG_ON(lease_queue_add(&r.queue, FIRST + i, i,
                               step.stage->division != STAGE_WHOLE, &err) < 0);
}

/* A worker comes, with the next unit if 'busy', and ends; 'status' as wait()
 * has it. */
static void live_and_die(bool busy, int status)
{
    const struct child child = {.token = 7};
    const struct worker_peer p = {"w", 1, "w", step.stage->word, 7, 0};
    const int w = worker_list_hello(&s.workers, &p, s.clock.now);
    int who = -1;

    s.clock.now += 100; /* past every wait before another try */
    worker_list_credit(&s.workers, w, busy, 1);
    BUG_ON(busy && !lease_queue_assign(&r.queue, step.stage->word, 0, &who,
                                       s.clock.now));
    running_step_take_exit(&r, &child, status);
}

static void die_often(int times, bool busy)
{
    for (int i = 0; i < times; i++)
        live_and_die(busy, SIGKILL);
}

static void check_one_unit_of_many(void)
{
    begin(STAGE_AUGMENT, 4);
    die_often(TRIES - 1, true);
    ok(r.queue.n_aside == 0 && r.queue.unit[0].tries == TRIES - 1,
       "each death costs the unit in hand a try");
    die_often(1, true);
    ok(r.queue.n_aside == 1 && r.queue.unit[0].state == UNIT_ASIDE,
       "  the last sets it aside");
    ok(!r.fault.code && r.restarts == 0, "  and nothing of that its step");
    lease_queue_done(&r.queue, &r.queue.unit[3]);
    die_often(2 * TRIES, true);
    ok(r.queue.n_aside == 3 && !r.fault.code,
       "where a unit is done all others may be set aside");
}

static void check_all_units(void)
{
    begin(STAGE_AUGMENT, 4);
    die_often(3 * TRIES - 1, true);
    ok(r.queue.n_aside == 2 && !r.fault.code,
       "half of the units may end their workers");
    die_often(1, true);
    fails(r.fault.code ? -1 : 0, r.fault, ERR_SYSTEM,
          "3 of 4 units are set aside, none is done",
          "if more do so, and none is done, the step fails");
}

/* Deaths that no unit is charged with fail the step at the last. */
static void check_restarts(enum stage_id stage, bool busy, int status,
                           const char *what)
{
    begin(stage, stage == STAGE_AUGMENT ? 4 : 1);
    for (int i = 1; i < TRIES; i++)
        live_and_die(busy, status);
    ok(!r.fault.code, what);
    live_and_die(busy, status);
    fails(r.fault.code ? -1 : 0, r.fault, ERR_SYSTEM,
          "ended early: ", "  and fails it at the last");
    ok(r.restarts == TRIES, "  it was counted each time");
}

int main(void)
{
    struct err err = {0};

    snprintf(dir, sizeof(dir), "/tmp/t-step-%ld", (long)getpid());
    ok(file_dir_make(dir, &err) == 0, "the test's directory is made");
    check_one_unit_of_many();
    check_all_units();
    check_restarts(STAGE_AUGMENT, false, SIGKILL,
                   "a death without a unit is counted by the step");
    check_restarts(
        STAGE_AUGMENT, true, 0,
        "an end with status 0 is counted by the step, whatever it had");
    check_restarts(STAGE_TRAIN, true, SIGKILL,
                   "a death with the only unit of a step is counted by that");
    lease_queue_release(&r.queue);
    worker_list_release(&s.workers);
    ok(file_dir_remove(dir, &err) == 0, "the test's directory is removed");
    return tap_done();
}
