/* test_queue.c - leases, credits, retries and set-aside, without sockets */
#include "orchestration/scheduler/lease_queue.h"
#include "tap.h"

#include <stdlib.h>

static void fill_queue(struct lease_queue *q, size_t n)
{
    struct err err = {0};
    bool good = lease_queue_init(q, 10, 3, &err) == 0;

    for (size_t i = 0; i < n; i++)
        good = good && lease_queue_add(q, 100 + i, 8 * i, 8, &err) == 0;
    ok(good, "a queue of units is filled");
}

static int join_stage(struct lease_queue *q, const char *id, const char *stage,
                      int credits)
{
    const struct lease_queue_peer p = {id, strlen(id), id, stage,
                                       (uint64_t)id[0]};
    const int w = lease_queue_hello(q, &p, 0);

    if (w >= 0)
        q->worker[w].credits = credits;
    return w;
}

static void check_credits(void)
{
    struct lease_queue q;
    int w = -1, a, b;
    struct lease_queue_unit *u;

    fill_queue(&q, 3);
    ok(!lease_queue_assign(&q, "augment", &w, 0),
       "with no worker no unit is assigned");
    a = join_stage(&q, "a", "augment", 1);
    b = join_stage(&q, "b", "train", 5);
    u = lease_queue_assign(&q, "augment", &w, 0);
    ok(u && u->id == 100 && w == a && u->state == UNIT_LEASED,
       "the first unit goes to the worker of that stage");
    ok(!lease_queue_assign(&q, "augment", &w, 0),
       "without credit there is no second unit");
    ok(q.worker[b].credits == 5, "another stage's credit is untouched");
    q.worker[a].credits = 9;
    lease_queue_done(&q, u);
    lease_queue_done(&q, u);
    ok(q.n_done == 1 && q.worker[a].units_done == 1, "done twice counts once");
    u = lease_queue_assign(&q, "augment", &w, 0);
    ok(u && u->id == 101, "a worker's next credit brings the next unit");
    ok(lease_queue_find(&q, 102) && !lease_queue_find(&q, 103) &&
           !lease_queue_find(&q, 99),
       "units are found by id");
    lease_queue_release(&q);
}

static void check_leases(void)
{
    struct lease_queue q;
    struct lease_queue_unit *u;
    int w = -1, a;

    fill_queue(&q, 1);
    a = join_stage(&q, "a", "augment", 100);
    u = lease_queue_assign(&q, "augment", &w, 0);
    ok(lease_queue_expire(&q, 9.9, NULL, NULL) == 0,
       "a lease holds for its time");
    lease_queue_beat(&q, a, 0, 9);
    ok(lease_queue_expire(&q, 18, NULL, NULL) == 0,
       "a heartbeat renews a lease");
    ok(lease_queue_expire(&q, 20, NULL, NULL) == 1 &&
           u->state == UNIT_WAITING && u->tries == 1,
       "silence ends a lease");
    ok(!lease_queue_assign(&q, "augment", &w, 20),
       "a unit whose lease ended is not given at once");
    u = lease_queue_assign(&q, "augment", &w, 21);
    ok(u && u->state == UNIT_LEASED,
       "a unit whose lease ended is given after a pause");
    lease_queue_done(&q, u);
    ok(lease_queue_finished(&q), "a queue is finished when its unit is done");
    lease_queue_release(&q);
}

static void count_aside(void *self, const struct lease_queue_unit *u)
{
    *(int *)self += u->state == UNIT_ASIDE;
}

/* Workers that die, one after another, set a unit aside as failures do. */
static void check_deaths(void)
{
    struct lease_queue q;
    int w = -1, heard = 0;
    bool leased = true;

    fill_queue(&q, 1);
    q.on_aside = count_aside;
    q.self = &heard;
    for (int i = 0; i < 3; i++) {
        ok(heard == 0 && !lease_queue_finished(&q),
           "a unit is not given up before the third death");
        join_stage(&q, "a", "train", 1);
        leased = leased && lease_queue_assign(&q, "train", &w, 100.0 * i);
        lease_queue_lost(&q, w, true, "killed", 100.0 * i);
    }
    ok(leased && heard == 1 && lease_queue_finished(&q) && q.n_aside == 1 &&
           strcmp(q.unit[0].reason, "killed") == 0,
       "the third death of its worker sets a unit aside, and that is heard");
    lease_queue_release(&q);
}

static void check_set_aside(void)
{
    struct lease_queue q;
    struct lease_queue_unit *u = NULL;
    int w = -1;
    bool aside = false;

    fill_queue(&q, 1);
    join_stage(&q, "a", "augment", 100);
    for (int i = 0; i < 3; i++) {
        u = lease_queue_assign(&q, "augment", &w, 100.0 * i);
        aside = u && lease_queue_failed(&q, u, "poison", true, 100.0 * i);
        ok(u && aside == (i == 2),
           "a third failure, and no earlier one, sets a unit aside");
    }
    ok(u && u->state == UNIT_ASIDE && strcmp(u->reason, "poison") == 0 &&
           lease_queue_finished(&q) && q.n_aside == 1,
       "a unit set aside keeps its reason, and the queue is finished");
    lease_queue_done(&q, u);
    ok(q.n_aside == 0 && q.n_done == 1,
       "a unit set aside that is done after all counts as done");
    lease_queue_release(&q);
}

static void check_lost(void)
{
    struct lease_queue q;
    struct lease_queue_unit *u;
    int w = -1, a;

    fill_queue(&q, 2);
    a = join_stage(&q, "a", "augment", 2);
    u = lease_queue_assign(&q, "augment", &w, 0);
    lease_queue_lost(&q, a, true, "killed", 1);
    ok(u->state == UNIT_WAITING && u->tries == 1 &&
           lease_queue_find_worker(&q, "a", 1) == -1,
       "a lost worker's unit waits again");
    a = join_stage(&q, "a", "augment", 2);
    u = lease_queue_assign(&q, "augment", &w, 9);
    ok(u && u->tries == 1, "a lost worker's unit goes to the next");
    ok(join_stage(&q, "a", "augment", 0) == a && u->state == UNIT_LEASED &&
           q.worker[a].credits == 0,
       "a worker that says hello again keeps its leases, not its credit");
    lease_queue_beat(&q, a, u->id, 19);
    lease_queue_await(&q, u, 19);
    ok(lease_queue_expire(&q, 28, NULL, NULL) == 0 &&
           lease_queue_expire(&q, 30, NULL, NULL) == 1,
       "a result that is never stored is done again");
    lease_queue_release(&q);
}

static void check_rates(void)
{
    struct lease_queue q;
    struct lease_queue_unit *u;
    struct err err;
    int w = -1, a;

    fill_queue(&q, 2);
    q.unit[0].count = 32;
    a = join_stage(&q, "a", "augment", 2);
    near(lease_queue_rate(&q.worker[a], 5), 0, 0,
         "no rate before the first unit");
    u = lease_queue_assign(&q, "augment", &w, 10);
    near(lease_queue_rate(&q.worker[a], 11), 0, 0, "  nor while it is in hand");
    lease_queue_await(&q, u, 12);
    lease_queue_done(&q, u);
    near(lease_queue_rate(&q.worker[a], 14), 8, 1e-12,
         "rows a second since the first unit");
    ok(q.worker[a].units_done == 1, "a unit counts once");
    lease_queue_clear(&q);
    near(lease_queue_rate(&q.worker[a], 20), 0, 0, "another step begins anew");
    if (lease_queue_add(&q, 9, 0, 1, &err) < 0)
        abort();
    ok(lease_queue_expire(&q, 1e9, NULL, NULL) == 0, "no lease, none expires");
    u = lease_queue_assign(&q, "augment", &w, 100);
    ok(u && lease_queue_expire(&q, 100.5, NULL, NULL) == 0 &&
           lease_queue_expire(&q, 1e6, NULL, NULL) == 1,
       "a lease granted after that does");
    lease_queue_release(&q);
}

int main(void)
{
    check_rates();
    check_credits();
    check_leases();
    check_set_aside();
    check_lost();
    check_deaths();
    return tap_done();
}
