/* test_lease_queue.c - leases, credits, retries and set-aside, without sockets */
#include "lease_queue_deal.h"

#include <stdlib.h>

static int enter_worker(const char *id, const char *stage, int credits)
{
    const int w = say_hello(id, id, stage, (uint64_t)id[0]);

    if (w >= 0)
        workers.worker[w].credits = credits;
    return w;
}

static void check_credits(void)
{
    int w = -1, a, b;
    struct lease_queue_unit *u;

    begin_queue(&q, 3);
    ok(!lease_queue_assign(&q, "augment", 0, &w, 0),
       "with no worker no unit is assigned");
    a = enter_worker("a", "augment", 1);
    b = enter_worker("b", "train", 5);
    u = lease_queue_assign(&q, "augment", 0, &w, 0);
    ok(u && u->id == 100 && w == a && u->state == UNIT_LEASED,
       "the first unit goes to the worker of that stage");
    ok(!lease_queue_assign(&q, "augment", 0, &w, 0),
       "without credit there is no second unit");
    ok(workers.worker[b].credits == 5, "another stage's credit is untouched");
    workers.worker[a].credits = 9;
    lease_queue_done(&q, u);
    lease_queue_done(&q, u);
    ok(q.n_done == 1 && workers.worker[a].units_done == 1,
       "done twice counts once");
    u = lease_queue_assign(&q, "augment", 0, &w, 0);
    ok(u && u->id == 101, "a worker's next credit brings the next unit");
    ok(lease_queue_find(&q, 102) && !lease_queue_find(&q, 103) &&
           !lease_queue_find(&q, 99),
       "units are found by id");
}

static void check_leases(void)
{
    struct lease_queue_unit *u;
    int w = -1, a;

    begin_queue(&q, 1);
    a = enter_worker("a", "augment", 100);
    u = lease_queue_assign(&q, "augment", 0, &w, 0);
    ok(lease_queue_expire(&q, 9.9, NULL, NULL) == 0,
       "a lease holds for its time");
    beat_worker(&q, a, 0, 9);
    ok(lease_queue_expire(&q, 18, NULL, NULL) == 0,
       "a heartbeat renews a lease");
    ok(lease_queue_expire(&q, 20, NULL, NULL) == 1 &&
           u->state == UNIT_WAITING && u->tries == 1,
       "silence ends a lease");
    ok(!lease_queue_assign(&q, "augment", 0, &w, 20),
       "a unit whose lease ended is not given at once");
    u = lease_queue_assign(&q, "augment", 0, &w, 21);
    ok(u && u->state == UNIT_LEASED,
       "a unit whose lease ended is given after a pause");
    lease_queue_done(&q, u);
    ok(lease_queue_finished(&q), "a queue is finished when its unit is done");
}

static void count_aside(void *self, const struct lease_queue_unit *u)
{
    *(int *)self += u->state == UNIT_ASIDE;
}

/* Workers that die, one after another, set a unit aside as failures do. */
static void check_deaths(void)
{
    int w = -1, heard = 0;
    bool leased = true;

    begin_queue(&q, 1);
    q.on_aside = count_aside;
    q.self = &heard;
    for (int i = 0; i < 3; i++) {
        ok(heard == 0 && !lease_queue_finished(&q),
           "a unit is not given up before the third death");
        enter_worker("a", "train", 1);
        leased = leased && lease_queue_assign(&q, "train", 0, &w, 100.0 * i);
        lose_worker(&q, w, true, "killed", 100.0 * i);
    }
    ok(leased && heard == 1 && lease_queue_finished(&q) && q.n_aside == 1 &&
           strcmp(q.unit[0].reason, "killed") == 0,
       "the third death of its worker sets a unit aside, and that is heard");
}

static void check_set_aside(void)
{
    struct lease_queue_unit *u = NULL;
    int w = -1;
    bool aside = false;

    begin_queue(&q, 1);
    enter_worker("a", "augment", 100);
    for (int i = 0; i < 3; i++) {
        u = lease_queue_assign(&q, "augment", 0, &w, 100.0 * i);
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
}

static void check_lost(void)
{
    struct lease_queue_unit *u;
    int w = -1, a;

    begin_queue(&q, 2);
    a = enter_worker("a", "augment", 2);
    u = lease_queue_assign(&q, "augment", 0, &w, 0);
    lose_worker(&q, a, true, "killed", 1);
    ok(u->state == UNIT_WAITING && u->tries == 1 &&
           worker_list_find(&workers, "a", 1) == -1,
       "a lost worker's unit waits again");
    a = enter_worker("a", "augment", 2);
    u = lease_queue_assign(&q, "augment", 0, &w, 9);
    ok(u && u->tries == 1, "a lost worker's unit goes to the next");
    ok(enter_worker("a", "augment", 0) == a && u->state == UNIT_LEASED &&
           workers.worker[a].credits == 0,
       "a worker that says hello again keeps its leases, not its credit");
    beat_worker(&q, a, u->id, 19);
    lease_queue_await(&q, u, 19);
    ok(lease_queue_expire(&q, 28, NULL, NULL) == 0 &&
           lease_queue_expire(&q, 30, NULL, NULL) == 1,
       "a result that is never stored is done again");
}

static void check_rates(void)
{
    struct lease_queue_unit *u;
    int w = -1, a;

    begin_queue(&q, 2);
    q.unit[0].count = 32;
    a = enter_worker("a", "augment", 2);
    near(worker_list_rate(&workers.worker[a], 5), 0, 0,
         "no rate before the first unit");
    u = lease_queue_assign(&q, "augment", 0, &w, 10);
    near(worker_list_rate(&workers.worker[a], 11), 0, 0,
         "  nor while it is in hand");
    lease_queue_await(&q, u, 12);
    lease_queue_done(&q, u);
    near(worker_list_rate(&workers.worker[a], 14), 8, 1e-12,
         "rows a second since the first unit");
    ok(workers.worker[a].units_done == 1, "a unit counts once");
    lease_queue_release(&q);
    lease_queue_init(&q, &workers, LEASE, TRIES);
    add_units(&q, 1);
    ok(lease_queue_expire(&q, 1e9, NULL, NULL) == 0, "no lease, none expires");
    u = lease_queue_assign(&q, "augment", 1, &w, 100);
    near(worker_list_rate(&workers.worker[a], 101), 0, 0,
         "the rate in another step begins anew");
    ok(u && lease_queue_expire(&q, 100.5, NULL, NULL) == 0 &&
           lease_queue_expire(&q, 1e6, NULL, NULL) == 1,
       "a lease granted after that does");
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
