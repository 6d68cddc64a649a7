/* test_queue.c - leases, credits, retries and set-aside, without sockets */
#include "orchestration/scheduler/lease_queue.h"
#include "tap.h"

#include <stdlib.h>

static void fill(struct queue *q, size_t n)
{
    struct err err = {0};
    bool good = queue_init(q, 10, 3, &err) == 0;

    for (size_t i = 0; i < n; i++)
        good = good && queue_add(q, 100 + i, 8 * i, 8, &err) == 0;
    ok(good, "a queue of units is filled");
}

static int join(struct queue *q, const char *id, const char *stage, int credits)
{
    const struct queue_peer p = {id, strlen(id), id, stage, (uint64_t)id[0]};
    const int w = queue_hello(q, &p, 0);

    if (w >= 0)
        q->worker[w].credits = credits;
    return w;
}

static void check_credits(void)
{
    struct queue q;
    int w = -1, a, b;
    struct queue_unit *u;

    fill(&q, 3);
    ok(!queue_assign(&q, "augment", &w, 0),
       "with no worker no unit is assigned");
    a = join(&q, "a", "augment", 1);
    b = join(&q, "b", "train", 5);
    u = queue_assign(&q, "augment", &w, 0);
    ok(u && u->id == 100 && w == a && u->state == UNIT_LEASED,
       "the first unit goes to the worker of that stage");
    ok(!queue_assign(&q, "augment", &w, 0),
       "without credit there is no second unit");
    ok(q.worker[b].credits == 5, "another stage's credit is untouched");
    q.worker[a].credits = 9;
    queue_done(&q, u);
    queue_done(&q, u);
    ok(q.n_done == 1 && q.worker[a].units_done == 1, "done twice counts once");
    u = queue_assign(&q, "augment", &w, 0);
    ok(u && u->id == 101, "a worker's next credit brings the next unit");
    ok(queue_find(&q, 102) && !queue_find(&q, 103) && !queue_find(&q, 99),
       "units are found by id");
    queue_release(&q);
}

static void check_leases(void)
{
    struct queue q;
    struct queue_unit *u;
    int w = -1, a;

    fill(&q, 1);
    a = join(&q, "a", "augment", 100);
    u = queue_assign(&q, "augment", &w, 0);
    ok(queue_expire(&q, 9.9, NULL, NULL) == 0, "a lease holds for its time");
    queue_beat(&q, a, 0, 9);
    ok(queue_expire(&q, 18, NULL, NULL) == 0, "a heartbeat renews a lease");
    ok(queue_expire(&q, 20, NULL, NULL) == 1 && u->state == UNIT_WAITING &&
           u->tries == 1,
       "silence ends a lease");
    ok(!queue_assign(&q, "augment", &w, 20),
       "a unit whose lease ended is not given at once");
    u = queue_assign(&q, "augment", &w, 21);
    ok(u && u->state == UNIT_LEASED,
       "a unit whose lease ended is given after a pause");
    queue_done(&q, u);
    ok(queue_finished(&q), "a queue is finished when its unit is done");
    queue_release(&q);
}

static void count_aside(void *self, const struct queue_unit *u)
{
    *(int *)self += u->state == UNIT_ASIDE;
}

/* Workers that die, one after another, set a unit aside as failures do. */
static void check_deaths(void)
{
    struct queue q;
    int w = -1, heard = 0;
    bool leased = true;

    fill(&q, 1);
    q.on_aside = count_aside;
    q.self = &heard;
    for (int i = 0; i < 3; i++) {
        ok(heard == 0 && !queue_finished(&q),
           "a unit is not given up before the third death");
        join(&q, "a", "train", 1);
        leased = leased && queue_assign(&q, "train", &w, 100.0 * i);
        queue_lost(&q, w, true, "killed", 100.0 * i);
    }
    ok(leased && heard == 1 && queue_finished(&q) && q.n_aside == 1 &&
           strcmp(q.unit[0].reason, "killed") == 0,
       "the third death of its worker sets a unit aside, and that is heard");
    queue_release(&q);
}

static void check_set_aside(void)
{
    struct queue q;
    struct queue_unit *u = NULL;
    int w = -1;
    bool aside = false;

    fill(&q, 1);
    join(&q, "a", "augment", 100);
    for (int i = 0; i < 3; i++) {
        u = queue_assign(&q, "augment", &w, 100.0 * i);
        aside = u && queue_failed(&q, u, "poison", true, 100.0 * i);
        ok(u && aside == (i == 2),
           "a third failure, and no earlier one, sets a unit aside");
    }
    ok(u && u->state == UNIT_ASIDE && strcmp(u->reason, "poison") == 0 &&
           queue_finished(&q) && q.n_aside == 1,
       "a unit set aside keeps its reason, and the queue is finished");
    queue_done(&q, u);
    ok(q.n_aside == 0 && q.n_done == 1,
       "a unit set aside that is done after all counts as done");
    queue_release(&q);
}

static void check_lost(void)
{
    struct queue q;
    struct queue_unit *u;
    int w = -1, a;

    fill(&q, 2);
    a = join(&q, "a", "augment", 2);
    u = queue_assign(&q, "augment", &w, 0);
    queue_lost(&q, a, true, "killed", 1);
    ok(u->state == UNIT_WAITING && u->tries == 1 &&
           queue_find_worker(&q, "a", 1) == -1,
       "a lost worker's unit waits again");
    a = join(&q, "a", "augment", 2);
    u = queue_assign(&q, "augment", &w, 9);
    ok(u && u->tries == 1, "a lost worker's unit goes to the next");
    ok(join(&q, "a", "augment", 0) == a && u->state == UNIT_LEASED &&
           q.worker[a].credits == 0,
       "a worker that says hello again keeps its leases, not its credit");
    queue_beat(&q, a, u->id, 19);
    queue_await(&q, u, 19);
    ok(queue_expire(&q, 28, NULL, NULL) == 0 &&
           queue_expire(&q, 30, NULL, NULL) == 1,
       "a result that is never stored is done again");
    queue_release(&q);
}

static void check_rates(void)
{
    struct queue q;
    struct queue_unit *u;
    struct err err;
    int w = -1, a;

    fill(&q, 2);
    q.unit[0].count = 32;
    a = join(&q, "a", "augment", 2);
    near(queue_rate(&q.worker[a], 5), 0, 0, "no rate before the first unit");
    u = queue_assign(&q, "augment", &w, 10);
    near(queue_rate(&q.worker[a], 11), 0, 0, "  nor while it is in hand");
    queue_await(&q, u, 12);
    queue_done(&q, u);
    near(queue_rate(&q.worker[a], 14), 8, 1e-12,
         "rows a second since the first unit");
    ok(q.worker[a].units_done == 1, "a unit counts once");
    queue_clear(&q);
    near(queue_rate(&q.worker[a], 20), 0, 0, "another node begins anew");
    if (queue_add(&q, 9, 0, 1, &err) < 0)
        abort();
    ok(queue_expire(&q, 1e9, NULL, NULL) == 0, "no lease, none expires");
    u = queue_assign(&q, "augment", &w, 100);
    ok(u && queue_expire(&q, 100.5, NULL, NULL) == 0 &&
           queue_expire(&q, 1e6, NULL, NULL) == 1,
       "a lease granted after that does");
    queue_release(&q);
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
