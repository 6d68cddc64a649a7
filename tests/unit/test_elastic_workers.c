/* test_elastic_workers.c - divided steps give cores back when a step waits */
#include "orchestration/scheduler/elastic_workers.h"
#include "tap.h"

static struct config config;
static struct plan_step step[2] = {{.stage = &stage_table[STAGE_AUGMENT]},
                                   {.stage = &stage_table[STAGE_EXPLAIN]}};
static const struct plan plan = {.step = step, .n_step = 2};
static struct running_step running[2];
static double path[2] = {2, 1};
static struct scheduler s;

/* Two hosts, and both steps run. */
static void begin(int a, int b)
{
    struct err err;

    memset(&s, 0, sizeof(s));
    config_init(&config);
    s.config = &config;
    s.plan = &plan;
    s.path = path;
    BUG_ON(host_list_add(&s.allocation.hosts, "a", a, 0, &err) < 0);
    BUG_ON(host_list_add(&s.allocation.hosts, "b", b, 0, &err) < 0);
    for (int i = 0; i < 2; i++) {
        running[i] = (struct running_step){
            .scheduler = &s, .step = &step[i], .index = i};
        s.running[s.n_running++] = &running[i];
    }
}

/* A worker of a step on a host, with so many cores. */
static struct child *add_worker(int of, int host, int cores)
{
    struct child *c = s.launcher.child;

    while (c->pid)
        c++;
    *c = (struct child){.pid = 1, .role = CHILD_WORKER, .step = of};
    c->place = (struct process_place){
        .n_part = 1,
        .part = {{.host = host, .ranks = 1, .cores = cores}},
        .threads = cores};
    s.allocation.hosts.host[host].cores_free -= cores;
    return c;
}

static int count_leaving(int of)
{
    int n = 0;

    for (int i = 0; i < LAUNCH_MAX_CHILDREN; i++)
        n += s.launcher.child[i].pid && s.launcher.child[i].step == of &&
             s.launcher.child[i].leaving;
    return n;
}

static void shrink(int ranks, int threads)
{
    elastic_workers_shrink(
        &s, &(struct process_need){.ranks = ranks, .threads = threads});
}

static void check_one_host(void)
{
    begin(3, 1);
    for (int i = 0; i < 3; i++)
        add_worker(0, 0, 1);
    shrink(1, 1);
    ok(count_leaving(0) == 0, "while a core is free nobody leaves");
    add_worker(1, 1, 1);
    shrink(1, 1);
    ok(count_leaving(0) == 1, "for one thread one of three workers leaves");
    shrink(1, 1);
    ok(count_leaving(0) == 1, "  and no other, while it has not left yet");
    shrink(1, 2);
    ok(count_leaving(0) == 2, "for two threads two of them leave");
    shrink(1, 3);
    ok(count_leaving(0) == 2, "the last of a step stays");
    ok(count_leaving(1) == 0, "  so does the only one of another");
}

static void check_no_use(void)
{
    begin(3, 1);
    for (int i = 0; i < 3; i++)
        add_worker(0, 0, 1);
    add_worker(1, 1, 1);
    shrink(1, 3);
    ok(count_leaving(0) == 0, "nobody leaves where it would not be enough");
}

static void check_hosts(void)
{
    begin(2, 2);
    add_worker(0, 0, 1);
    add_worker(0, 1, 1);
    add_worker(0, 1, 1);
    add_worker(1, 0, 1);
    shrink(1, 2);
    ok(count_leaving(0) == 2, "two threads have two cores of one host");
    ok(!s.launcher.child[0].leaving, "  and the worker on the other one stays");
    begin(2, 2);
    for (int i = 0; i < 2; i++) {
        add_worker(0, i, 1);
        add_worker(1, i, 1);
    }
    shrink(2, 1);
    ok(count_leaving(0) + count_leaving(1) == 2,
       "of two ranks each has a core that somebody left");
}

static void check_ranks(void)
{
    begin(3, 1);
    for (int i = 0; i < 3; i++)
        add_worker(0, 0, 1);
    add_worker(1, 1, 1);
    shrink(3, 1);
    ok(count_leaving(0) == 0, "nobody leaves for more ranks than could be");
    shrink(2, 1);
    ok(count_leaving(0) == 2 && count_leaving(1) == 0,
       "for two ranks those leave that are not the last of their step");
}

static void check_counted(void)
{
    begin(3, 1);
    config.augment.workers = 3;
    for (int i = 0; i < 3; i++)
        add_worker(0, 0, 1);
    add_worker(1, 1, 1);
    shrink(1, 1);
    ok(count_leaving(0) == 0, "workers that were asked for stay");
}

int main(void)
{
    check_one_host();
    check_no_use();
    check_hosts();
    check_ranks();
    check_counted();
    return tap_done();
}
