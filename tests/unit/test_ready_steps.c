/* test_ready_steps.c - which step starts next, and with what */
#include "orchestration/scheduler/ready_steps.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DATA, SHORT, LONG, AFTER_SHORT, AFTER_LONG, REPORT, STEPS };

static struct plan_step step[STEPS];
static const struct plan plan = {.step = step, .n_step = STEPS};
static int of_short[] = {DATA}, of_long[] = {DATA}, of_after_short[] = {SHORT},
           of_after_long[] = {LONG}, of_report[] = {0, 1, 2, 3, 4};
static struct config config;
static enum step_state state[STEPS];
static double path[STEPS];
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

/* Two trainings, each evaluated, on 'cores' cores. */
static struct scheduler make_scheduler(int cores, int threads)
{
    struct scheduler s = {.config = &config,
                          .plan = &plan,
                          .state = state,
                          .path = path,
                          .why = why,
                          .planned = planned,
                          .cores_all = cores,
                          .cores_free = cores};

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
    ready_steps_paths(&plan, (double[]){1, 10, 100, 2, 2, 1}, path);
    return s;
}

static void check_paths(void)
{
    (void)make_scheduler(2, 1);
    near(path[REPORT], 1, 0, "the way from the last step is its own time");
    near(path[AFTER_LONG], 3, 0,
         "the way from a step leads through the report");
    near(path[LONG], 103, 0, "the way from the long training");
    near(path[SHORT], 13, 0, "the way from the short training");
    near(path[DATA], 104, 0, "the way from the data is the longest of both");
    ready_steps_paths(&plan, (double[]){0, 0, 0, 0, 0, 0}, path);
    ok(path[SHORT] == path[LONG] && path[SHORT] > path[AFTER_SHORT],
       "without times of earlier runs a stage's guess counts");
}

static void check_order(void)
{
    struct scheduler s = make_scheduler(2, 1);
    struct step_share share;

    ok(ready_steps_next(&s, &share) == DATA && share.cores == 2,
       "the data come first, on all cores");
    state[DATA] = STEP_RUNNING;
    ok(ready_steps_next(&s, &share) == -1, "while they run nothing is ready");
    state[DATA] = STEP_DONE;
    ok(ready_steps_next(&s, &share) == LONG && share.cores == 1,
       "the training with the longest way goes first, on its one core");
    state[LONG] = STEP_RUNNING;
    s.cores_free = 1;
    ok(ready_steps_next(&s, &share) == SHORT && share.cores == 1,
       "the other one starts beside it");
    state[SHORT] = STEP_RUNNING;
    s.cores_free = 0;
    ok(ready_steps_next(&s, &share) == -1, "then no core is free");
    state[SHORT] = STEP_DONE;
    s.cores_free = 1;
    ok(ready_steps_next(&s, &share) == AFTER_SHORT,
       "an evaluation starts while another training runs");
    state[AFTER_SHORT] = STEP_CURRENT;
    ok(ready_steps_next(&s, &share) == -1, "the report waits for all");
    state[LONG] = STEP_DONE;
    state[AFTER_LONG] = STEP_LATER;
    ok(ready_steps_next(&s, &share) == REPORT,
       "the report does not wait for what is put off");
}

static void check_shares(void)
{
    struct scheduler s = make_scheduler(6, 0);
    struct step_share share;

    state[DATA] = STEP_DONE;
    ok(ready_steps_next(&s, &share) == LONG && share.cores == 3,
       "two trainings without a number of threads share six cores");
    state[LONG] = STEP_RUNNING;
    s.cores_free = 3;
    ok(ready_steps_next(&s, &share) == SHORT && share.cores == 3,
       "the last of them takes what is free");
    s = make_scheduler(4, 3);
    state[DATA] = STEP_DONE;
    ok(ready_steps_next(&s, &share) == LONG && share.cores == 3,
       "a training of three threads takes three cores");
    state[LONG] = STEP_RUNNING;
    s.cores_free = 1;
    ok(ready_steps_next(&s, &share) == -1,
       "another one does not start on the one that is left");
    s = make_scheduler(2, 8);
    state[DATA] = STEP_DONE;
    ok(ready_steps_next(&s, &share) == LONG && share.cores == 2,
       "a training of more threads than cores takes all");
    s = make_scheduler(8, 1);
    config.train.ranks = 4;
    state[DATA] = STEP_DONE;
    ok(ready_steps_next(&s, &share) == LONG && share.cores == 4,
       "four ranks of one thread take four cores");
}

static void check_memory(void)
{
    struct scheduler s = make_scheduler(4, 1);
    struct step_share share;
    double one;

    state[DATA] = STEP_DONE;
    s.memory_all = s.memory_free = 1;
    ok(ready_steps_next(&s, &share) == LONG,
       "a step that takes more memory than there is runs alone");
    one = share.memory;
    state[LONG] = STEP_RUNNING;
    s.n_running = 1;
    ok(ready_steps_next(&s, &share) == -1, "nothing runs beside it");
    s.memory_all = 3 * one;
    s.memory_free = 2 * one;
    ok(ready_steps_next(&s, &share) == SHORT,
       "a second training starts where there is memory for it");
    config.preprocess.size = 220;
    memset(planned, 0, sizeof(planned));
    ok(ready_steps_next(&s, &share) == -1 && share.memory > 2.5 * one,
       "a second training of pictures of twice the side does not");
    config.preprocess.size = 110;
    config.train.batch = 128;
    memset(planned, 0, sizeof(planned));
    ok(ready_steps_next(&s, &share) == -1 && share.memory > 2.5 * one,
       "a second training of four times the batch does not");
    s.memory_all = s.memory_free = 0;
    ok(ready_steps_next(&s, &share) == SHORT,
       "memory that cannot be told is no limit");
}

/* --- more trainings than fit ---------------------------------------------- */

enum { MANY = 12 };

/* Trainings of several sizes that wait, and what the scheduler has of them. */
struct many {
    struct plan_step step[MANY];
    enum step_state state[MANY];
    double path[MANY];
    struct planned_memory planned[MANY];
    struct plan plan;
    struct scheduler s;
};

static void set_many(struct many *m)
{
    static const char *const network[] = {"vgg16", "mobilenetv2", "resnet50"};

    *m = (struct many){.plan = {.step = m->step, .n_step = MANY}};
    m->s = (struct scheduler){.config = &config,
                              .plan = &m->plan,
                              .state = m->state,
                              .path = m->path,
                              .planned = m->planned,
                              .cores_all = MANY,
                              .cores_free = MANY};
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
    struct step_share share;
    int next;

    while ((next = ready_steps_next(&m->s, &share)) >= 0) {
        m->state[next] = STEP_RUNNING;
        m->s.n_running++;
        m->s.cores_free -= share.cores;
        m->s.memory_free -= share.memory;
        *used += share.memory;
        most = *used > most ? *used : most;
    }
    return most;
}

/* The first one that runs ends. */
static void end_one(struct many *m, double *used)
{
    int i = 0;

    while (m->state[i] != STEP_RUNNING)
        i++;
    m->state[i] = STEP_DONE;
    m->s.n_running--;
    m->s.cores_free++;
    m->s.memory_free += m->planned[i].bytes;
    *used -= m->planned[i].bytes;
}

static void check_many(double memory)
{
    struct many m;
    double used = 0, most = 0;
    int ended = 0, beside = 0;

    set_many(&m);
    m.s.memory_all = m.s.memory_free = memory;
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
    struct scheduler s = make_scheduler(2, 1);
    struct step_share share;

    state[DATA] = STEP_DONE;
    state[LONG] = STEP_FAILED;
    ready_steps_skip(&s);
    ok(state[AFTER_LONG] == STEP_SKIPPED &&
           strcmp(why[AFTER_LONG], "its input step2 failed") == 0,
       "what depends on a failed step is skipped, with the reason");
    ok(state[SHORT] == STEP_WAITING && state[REPORT] == STEP_WAITING,
       "what does not depend on it waits on, and so does the report");
    ok(ready_steps_next(&s, &share) == SHORT, "the other training goes on");
    state[SHORT] = STEP_DONE;
    state[AFTER_SHORT] = STEP_DONE;
    ok(ready_steps_next(&s, &share) == REPORT,
       "the report is made of whatever there is");
    free(why[AFTER_LONG]);
}

int main(void)
{
    check_paths();
    check_order();
    check_shares();
    check_memory();
    config_init(&config);
    config.train.threads = 1;
    check_many(4e9);
    check_many(6.5e9);
    check_failures();
    return tap_done();
}
