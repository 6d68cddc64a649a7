/* test_time_left.c - how long a run takes, about */
#include "orchestration/scheduler/ready_steps.h"
#include "orchestration/scheduler/time_left.h"
#include "tap.h"

enum { DATA, FIRST, SECOND, AFTER, STEPS };

static struct plan_step step[STEPS];
static const struct plan plan = {.step = step, .n_step = STEPS};
static int of_first[] = {DATA}, of_after[] = {FIRST, SECOND};
static struct config config;
static enum step_state state[STEPS];
static double path[STEPS], expected[STEPS], seconds[STEPS];
static struct scheduler s;
static struct running_step running;
static struct lease_queue_unit unit[100];
static bool guessed;

static void set_step(int i, enum stage_id stage, int *input, int n_input)
{
    step[i] = (struct plan_step){
        .stage = &stage_table[stage], .input = input, .n_input = n_input};
    snprintf(step[i].network, sizeof(step[i].network), "mobilenetv2");
    state[i] = STEP_WAITING;
}

/* Two trainings between data and report, on so many cores; what each took. */
static void begin(int cores, const double *took)
{
    struct err err;

    memset(&s, 0, sizeof(s));
    s.config = &config;
    s.plan = &plan;
    s.state = state;
    s.path = path;
    s.expected = expected;
    s.seconds = seconds;
    BUG_ON(host_list_add(&s.allocation.hosts, "one", cores, 0, &err) < 0);
    config_init(&config);
    config.train.threads = 1;
    set_step(DATA, STAGE_DRAW, NULL, 0);
    set_step(FIRST, STAGE_TRAIN, of_first, 1);
    set_step(SECOND, STAGE_TRAIN, of_first, 1);
    set_step(AFTER, STAGE_REPORT, of_after, 2);
    ready_steps_paths(&plan, took, expected, path);
}

/* A training of a hundred units runs since 'now' 100. */
static void start_first(size_t done)
{
    running = (struct running_step){
        .scheduler = &s, .index = FIRST, .step = &step[FIRST], .started = 100};
    running.queue =
        (struct lease_queue){.unit = unit, .n_unit = 100, .n_done = done};
    s.running[0] = &running;
    s.n_running = 1;
    state[DATA] = STEP_DONE;
    state[FIRST] = STEP_RUNNING;
    s.launcher.child[0] = (struct child){
        .pid = 1,
        .step = FIRST,
        .place = {.n_part = 1, .part = {{.ranks = 1, .cores = 1}}}};
}

static void check_known(void)
{
    const double took[] = {4, 100, 60, 2};

    begin(2, took);
    near(time_left_run(&s, 0, &guessed), 4 + 100 + 2, 1e-6,
         "on two cores the longest way");
    ok(!guessed, "  by earlier runs");
    begin(1, took);
    near(time_left_run(&s, 0, &guessed), 4 + 100 + 60 + 2, 1e-6,
         "on one core the sum");
    state[DATA] = STEP_DONE;
    state[SECOND] = STEP_CURRENT;
    near(time_left_run(&s, 0, &guessed), 102, 1e-6, "what is done takes none");
    state[FIRST] = STEP_FAILED;
    near(time_left_run(&s, 0, &guessed), 2, 1e-6, "nor what has failed");
    state[AFTER] = STEP_DONE;
    near(time_left_run(&s, 0, &guessed), 0, 0, "all is done");
}

static void check_running(void)
{
    const double took[] = {4, 100, 60, 2};

    begin(2, took);
    start_first(0);
    near(time_left_step(&s, &running, 130), 70, 1e-6,
         "a running step by its earlier time");
    near(time_left_step(&s, &running, 230), 0, 0, "  it may take longer");
    running.queue.n_done = 50; /* it was stopped there */
    time_left_watch(&running, 110);
    near(time_left_step(&s, &running, 110), 90, 1e-6,
         "what a stopped process had done says nothing");
    running.queue.n_done = 60;
    time_left_watch(&running, 130);
    near(time_left_step(&s, &running, 130), 80, 1e-6,
         "  what was done since does: 10 of 100 in 20 s");
    near(time_left_run(&s, 130, &guessed), 82, 1e-6, "  and the run");
    running.leaving = 131;
    near(time_left_step(&s, &running, 131), 0, 0, "one that is leaving");
}

static void check_guess(void)
{
    const double none[] = {0, 0, 0, 0};
    const double stage = stage_table[STAGE_TRAIN].seconds;
    const double report = stage_table[STAGE_REPORT].seconds;

    begin(2, none);
    start_first(0);
    near(time_left_run(&s, 100, &guessed), stage + report, 1e-6,
         "without earlier times by the stage");
    ok(guessed, "  which is said to be a guess");
    running.queue.n_done = 10;
    time_left_watch(&running, 100);
    running.queue.n_done = 20;
    near(time_left_run(&s, 105, &guessed), 45 + report, 1e-6,
         "a training that waits as the one that runs: 10 of 100 in 5 s");
    state[FIRST] = STEP_DONE;
    seconds[FIRST] = 33;
    s.n_running = 0;
    near(time_left_run(&s, 200, &guessed), 33 + report, 1e-6,
         "  as one that is done");
}

int main(void)
{
    check_known();
    check_running();
    check_guess();
    return tap_done();
}
