/* test_ready_steps.c - which step starts next, and with what */
#include "orchestration/scheduler/ready_steps.h"
#include "tap.h"

#include <stdlib.h>

enum { DATA, SHORT, LONG, AFTER_SHORT, AFTER_LONG, REPORT, STEPS };

static struct plan_step step[STEPS];
static const struct plan plan = {.step = step, .n_step = STEPS};
static int of_short[] = {DATA}, of_long[] = {DATA}, of_after_short[] = {SHORT},
           of_after_long[] = {LONG}, of_report[] = {0, 1, 2, 3, 4};
static struct config config;
static enum step_state state[STEPS];
static double path[STEPS], expected[STEPS];
static char *why[STEPS];
static struct planned_memory planned[STEPS];

static void set_step(int i, enum stage_id stage, int *input, int n_input)
{
    step[i] = (struct plan_step){
        .stage = &stage_table[stage], .input = input, .n_input = n_input};
    snprintf(step[i].name, sizeof(step[i].name), "step%d", i);
    snprintf(step[i].network, sizeof(step[i].network), "mobilenetv2");
    snprintf(step[i].regime, sizeof(step[i].regime), "scratch");
}

static struct scheduler s;
static struct ready_choice c;
static struct running_step running[STEPS];

/* Two trainings, each evaluated, on a host of so many cores. */
static void begin(int cores, int threads)
{
    struct host_list *hosts = &s.allocation.hosts;
    struct err err;

    memset(&s, 0, sizeof(s));
    s.config = &config;
    s.plan = &plan;
    s.state = state;
    s.path = path;
    s.expected = expected;
    s.why = why;
    s.planned = planned;
    BUG_ON(host_list_add(hosts, "one", cores, 0, &err) < 0);
    config_init(&config);
    config.train.threads = threads;
    memset(planned, 0, sizeof(planned));
    set_step(DATA, STAGE_PREPROCESS, NULL, 0);
    set_step(SHORT, STAGE_TRAIN, of_short, 1);
    set_step(LONG, STAGE_TRAIN, of_long, 1);
    set_step(AFTER_SHORT, STAGE_EVALUATE, of_after_short, 1);
    set_step(AFTER_LONG, STAGE_EVALUATE, of_after_long, 1);
    set_step(REPORT, STAGE_REPORT, of_report, 5);
    for (int i = 0; i < STEPS; i++)
        state[i] = STEP_WAITING;
    ready_steps_paths(&plan, (double[]){1, 10, 100, 2, 2, 1}, expected, path);
}

static int next(void)
{
    ready_steps_choose(&s, 0, &c);
    return c.step;
}

/* The step that was chosen runs. */
static void start(void)
{
    struct child *child = &s.launcher.child[s.n_running];

    state[c.step] = STEP_RUNNING;
    running[s.n_running] = (struct running_step){.index = c.step};
    s.running[s.n_running] = &running[s.n_running];
    s.n_running++;
    *child = (struct child){.pid = 1, .step = c.step};
    BUG_ON(!host_list_take(&s.allocation.hosts, &c.need, &child->place));
}

static void end(int done)
{
    for (int i = 0; i < s.n_running; i++)
        if (s.running[i]->index == done) {
            host_list_give(&s.allocation.hosts, &s.launcher.child[i].place);
            s.launcher.child[i] = s.launcher.child[--s.n_running];
            s.launcher.child[s.n_running].pid = 0;
            s.running[i] = s.running[s.n_running];
        }
    state[done] = STEP_DONE;
}

static void check_paths(void)
{
    begin(2, 1);
    near(path[REPORT], 1, 0, "the way from the last step is its own time");
    near(path[AFTER_LONG], 3, 0,
         "the way from a step leads through the report");
    near(path[LONG], 103, 0, "the way from the long training");
    near(path[SHORT], 13, 0, "the way from the short training");
    near(path[DATA], 104, 0, "the way from the data is the longest of both");
    ready_steps_paths(&plan, (double[]){0, 0, 0, 0, 0, 0}, expected, path);
    ok(path[SHORT] == path[LONG] && path[SHORT] > path[AFTER_SHORT],
       "without times of earlier runs a stage's guess counts");
}

static void check_order(void)
{
    begin(2, 1);
    ok(next() == DATA && c.need.threads == 2,
       "the data come first, on all cores");
    start();
    ok(next() == -1 && c.waits == -1, "while they run nothing is ready");
    end(DATA);
    ok(next() == LONG && c.need.threads == 1,
       "the training with the longest way goes first, on its one core");
    start();
    ok(next() == SHORT && c.need.threads == 1,
       "the other one starts beside it");
    start();
    ok(next() == -1, "then no core is free");
    end(SHORT);
    ok(next() == AFTER_SHORT,
       "an evaluation starts while another training runs");
    state[AFTER_SHORT] = STEP_CURRENT;
    ok(next() == -1, "the report waits for all");
    end(LONG);
    state[AFTER_LONG] = STEP_LATER;
    ok(next() == REPORT, "the report does not wait for what is put off");
}

static void check_shares(void)
{
    begin(6, 0);
    state[DATA] = STEP_DONE;
    ok(next() == LONG && c.need.threads == 3,
       "two trainings without a number of threads share six cores");
    start();
    ok(next() == SHORT && c.need.threads == 3,
       "the last of them takes what is free");
    begin(4, 3);
    state[DATA] = STEP_DONE;
    ok(next() == LONG && c.need.threads == 3,
       "a training of three threads takes three cores");
    start();
    ok(next() == -1 && c.waits == SHORT,
       "another one does not start on the one that is left");
    begin(2, 8);
    state[DATA] = STEP_DONE;
    ok(next() == LONG, "a training of more threads than cores starts");
    start();
    ok(host_list_cores_free(&s.allocation.hosts) == 0, "  and takes all");
    begin(8, 1);
    config.train.ranks = 4;
    state[DATA] = STEP_DONE;
    ok(next() == LONG && c.need.ranks == 4 && c.need.threads == 1,
       "four ranks of one thread are placed together");
    start();
    ok(host_list_cores_free(&s.allocation.hosts) == 4, "  on four cores");
}

static void check_hosts(void)
{
    struct err err;

    begin(1, 0);
    BUG_ON(host_list_add(&s.allocation.hosts, "two", 3, 0, &err) < 0);
    state[DATA] = STEP_DONE;
    ok(next() == LONG && c.need.threads == 2,
       "on hosts of one and three cores two trainings have two each at most");
    start();
    ok(s.launcher.child[0].place.part[0].host == 1,
       "the first is placed where it finds them");
    ok(next() == SHORT && c.need.threads == 1,
       "the second has what a host has left");
}

/* A step that would have ended before the first could start may pass it. */
static void check_passing(void)
{
    begin(4, 3);
    state[DATA] = state[SHORT] = STEP_DONE;
    ok(next() == LONG, "the long training starts");
    start();
    state[SHORT] = STEP_WAITING;
    path[SHORT] = 1000;
    set_step(AFTER_LONG, STAGE_EVALUATE, of_after_short, 0);
    ok(next() == AFTER_LONG && c.waits == SHORT,
       "beside a training that waits, a short step starts");
    expected[AFTER_LONG] = 200;
    ok(next() == -1 && c.waits == SHORT, "one that would delay it does not");
}

static void check_time(void)
{
    begin(2, 1);
    s.run_started = -900;
    s.ends = 90;
    state[DATA] = state[SHORT] = state[LONG] = STEP_DONE;
    ok(next() == AFTER_SHORT, "what ends before the time limit starts");
    expected[AFTER_SHORT] = expected[AFTER_LONG] = 95;
    ok(next() == -1, "what would not end in time does not");
    state[LONG] = STEP_WAITING;
    ok(next() == LONG, "a training does, as it saves its work");
    s.run_started = -5;
    state[LONG] = STEP_DONE;
    ok(next() == AFTER_SHORT, "at the beginning anything starts");
}

static void check_memory(void)
{
    struct host *host = &s.allocation.hosts.host[0];
    double one;

    begin(4, 1);
    state[DATA] = STEP_DONE;
    host->memory = host->memory_free = 1;
    ok(next() == LONG,
       "a step that takes more memory than there is runs alone");
    one = c.need.memory;
    start();
    ok(next() == -1, "nothing runs beside it");
    host->memory = 3 * one;
    host->memory_free = 2 * one;
    ok(next() == SHORT,
       "a second training starts where there is memory for it");
    config.preprocess.size = 220;
    memset(planned, 0, sizeof(planned));
    ok(next() == -1 && c.waits_need.memory > host->memory_free,
       "a second training of pictures of twice the side does not");
    config.preprocess.size = 110;
    config.train.batch = 128;
    memset(planned, 0, sizeof(planned));
    ok(next() == -1 && c.waits_need.memory > host->memory_free,
       "a second training of four times the batch does not");
    host->memory = host->memory_free = 0;
    ok(next() == SHORT, "memory that cannot be told is no limit");
}

/* A step that has ended holds its cores until its processes have left. */
static void check_leavers(void)
{
    begin(2, 0);
    state[SHORT] = state[AFTER_SHORT] = STEP_DONE;
    c.step = DATA;
    c.need = (struct process_need){.ranks = 1, .threads = 1};
    start();
    state[DATA] = STEP_DONE;
    running[0].leaving = 1;
    ok(next() == -1, "a training waits for cores that are about to be free");
    config.train.threads = 1;
    ok(next() == LONG, "  but not one of so many threads as there are");
    config.train.threads = 0;
    end(DATA);
    ok(next() == LONG && c.need.threads == 2, "  and then has all of them");
}

/* --- more trainings than fit ---------------------------------------------- */

enum { MANY = 12 };

/* Trainings of several sizes that wait, and what the scheduler has of them. */
struct many {
    struct plan_step step[MANY];
    enum step_state state[MANY];
    double path[MANY];
    struct planned_memory planned[MANY];
    struct running_step running[MANY];
    struct process_place place[MANY];
    struct plan plan;
    struct scheduler s;
};

static void set_many(struct many *m, double memory)
{
    static const char *const network[] = {"vgg16", "mobilenetv2", "resnet50"};
    struct err err;

    memset(m, 0, sizeof(*m));
    m->plan = (struct plan){.step = m->step, .n_step = MANY};
    m->s.config = &config;
    m->s.plan = &m->plan;
    m->s.state = m->state;
    m->s.path = m->path;
    m->s.expected = m->path;
    m->s.planned = m->planned;
    BUG_ON(host_list_add(&m->s.allocation.hosts, "one", MANY, memory, &err) <
           0);
    for (int i = 0; i < MANY; i++) {
        m->step[i].stage = &stage_table[STAGE_TRAIN];
        snprintf(m->step[i].network, CONFIG_NAME_MAX, "%s", network[i % 3]);
        snprintf(m->step[i].regime, CONFIG_NAME_MAX, "scratch");
        m->path[i] = 1 + i * 7 % MANY;
    }
}

/* Start what may start; the most memory that was in use at a time. */
static double start_many(struct many *m, double *used, double most)
{
    struct ready_choice choice;

    for (;;) {
        ready_steps_choose(&m->s, 0, &choice);
        if (choice.step < 0)
            return most;
        m->state[choice.step] = STEP_RUNNING;
        m->running[choice.step].index = choice.step;
        m->s.running[m->s.n_running++] = &m->running[choice.step];
        BUG_ON(!host_list_take(&m->s.allocation.hosts, &choice.need,
                               &m->place[choice.step]));
        *used += choice.need.memory;
        most = *used > most ? *used : most;
    }
}

/* The first one that runs ends. */
static void end_one(struct many *m, double *used)
{
    const int i = m->s.running[0]->index;

    m->state[i] = STEP_DONE;
    m->s.running[0] = m->s.running[--m->s.n_running];
    host_list_give(&m->s.allocation.hosts, &m->place[i]);
    *used -= m->planned[i].bytes;
}

static void check_many(double memory)
{
    static struct many m;
    double used = 0, most = 0;
    int ended = 0, beside = 0;

    set_many(&m, memory);
    for (;;) {
        most = start_many(&m, &used, most);
        beside = m.s.n_running > beside ? m.s.n_running : beside;
        if (m.s.n_running == 0)
            break;
        end_one(&m, &used);
        ended++;
    }
    printf("# %.1f GB: %d at a time, %.2f GB in use\n", memory / 1e9, beside,
           most / 1e9);
    ok(ended == MANY, "all trainings run, though they do not fit together");
    ok(most <= memory, "  never in more memory than there is");
    ok(beside > 1 && beside < MANY, "  several at a time, not all");
}

static void check_failures(void)
{
    begin(2, 1);
    state[DATA] = STEP_DONE;
    state[LONG] = STEP_FAILED;
    ready_steps_skip(&s);
    ok(state[AFTER_LONG] == STEP_SKIPPED &&
           strcmp(why[AFTER_LONG], "its input step2 failed") == 0,
       "what depends on a failed step is skipped, with the reason");
    ok(state[SHORT] == STEP_WAITING && state[REPORT] == STEP_WAITING,
       "what does not depend on it waits on, and so does the report");
    ok(next() == SHORT, "the other training goes on");
    state[SHORT] = STEP_DONE;
    state[AFTER_SHORT] = STEP_DONE;
    ok(next() == REPORT, "the report is made of whatever there is");
    free(why[AFTER_LONG]);
}

int main(void)
{
    check_paths();
    check_order();
    check_shares();
    check_hosts();
    check_passing();
    check_time();
    check_memory();
    check_leavers();
    config_init(&config);
    config.train.threads = 1;
    check_many(4e9);
    check_many(6.5e9);
    check_failures();
    return tap_done();
}
