/*
 * test_lease_queue_retries.c - leases that end, failures, pauses between tries, and
 * what is counted in the end
 */
#include "lease_queue_deal.h"

/* Three leases that end at 10, 14 and 16, the last of them in the middle. */
static void check_expire(void)
{
    int a, b;
    bool dealt;

    begin_pair(&q, 3, &a, &b);
    BUG_ON(lease_queue_expire(&q, 0, NULL, NULL) != 0);
    dealt = take_unit(&q, a, 0) && take_unit(&q, b, 6) && take_unit(&q, a, 4);
    ok(dealt && lease_queue_expire(&q, 9.9, NULL, NULL) == 0,
       "no lease ends before its time");
    ok(lease_queue_expire(&q, 10, NULL, NULL) == 1 &&
           q.unit[0].state == UNIT_WAITING,
       "the first of three leases ends at its time");
    ok(lease_queue_expire(&q, 13.9, NULL, NULL) == 0 &&
           lease_queue_expire(&q, 14, NULL, NULL) == 1 &&
           q.unit[2].state == UNIT_WAITING,
       "  then the one that ends next, though it stands behind the last");
    ok(lease_queue_holds(&q, b, FIRST + 1) &&
           lease_queue_expire(&q, 15.9, NULL, NULL) == 0 &&
           lease_queue_expire(&q, 16, NULL, NULL) == 1,
       "  then the last of the three");
    ok(take_unit(&q, b, 20) && lease_queue_expire(&q, 29.9, NULL, NULL) == 0 &&
           lease_queue_expire(&q, 30, NULL, NULL) == 1,
       "a lease granted after all have ended does end");
}

struct heard {
    int n, aside;
    const struct lease_queue_unit *last;
};

static void note_unit(void *self, const struct lease_queue_unit *u, bool aside)
{
    struct heard *h = self;

    h->n++;
    h->aside += aside;
    h->last = u;
}

static void check_reasons(void)
{
    struct heard h = {0};
    int a, b;

    begin_leased(&q, 3, &a, &b);
    lease_queue_await(&q, &q.unit[0], 0);
    ok(lease_queue_expire(&q, 10, note_unit, &h) == 3 && h.n == 3 &&
           h.aside == 0,
       "every lease that ends is heard of");
    ok(strstr(q.unit[0].reason, "no sink has stored it"),
       "a unit that no sink stored says so");
    ok(strstr(q.unit[1].reason, "no heartbeat") &&
           strstr(q.unit[2].reason, "no heartbeat"),
       "a unit of a silent worker says that there was no heartbeat");
    q.unit[1].tries = TRIES - 1;
    ok(take_unit(&q, b, 11) == &q.unit[0] && take_unit(&q, a, 11) == &q.unit[1],
       "units whose leases ended are given again");
    beat_worker(&q, b, 0, 20);
    ok(lease_queue_expire(&q, 21, note_unit, &h) == 1 && h.n == 4 &&
           h.aside == 1 && h.last == &q.unit[1] &&
           q.unit[1].state == UNIT_ASIDE,
       "the lease that ends a unit's last try is heard of as set aside");
}

static void check_back_off(void)
{
    static const double wait[] = {0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10, 10};
    enum { N = sizeof(wait) / sizeof(*wait) };
    int a;
    bool early = false, late = true;

    begin_queue(&q, 1);
    q.tries = N + 1;
    a = join_worker("a");
    for (int i = 0; i < N; i++) {
        const double now = 100 * i;

        late = late && take_unit(&q, a, now);
        lease_queue_failed(&q, &q.unit[0], "broken", true, now);
        early = early || take_unit(&q, a, now + 0.99 * wait[i]);
        late = late && take_unit(&q, a, now + 1.01 * wait[i]);
        lease_queue_failed(&q, &q.unit[0], "unplugged", false, now + 50);
    }
    ok(!early, "the pause after a failure doubles with each, up to 10 s");
    ok(late, "after that pause, and not later, a unit may start again");
    ok(q.unit[0].tries == N, "only failures that count cost a try");
}

static void check_failed(void)
{
    int a, b;
    bool aside = false, given = true;

    begin_pair(&q, 2, &a, &b);
    for (int i = 0; i < 2 * TRIES; i++) {
        given = given && take_unit(&q, a, i) == &q.unit[0];
        aside |= lease_queue_failed(&q, &q.unit[0], "unplugged", false, i);
    }
    ok(given && !aside && q.unit[0].tries == 0 && q.n_aside == 0,
       "a failure that is not the unit's costs it no try, however often");
    ok(strcmp(q.unit[0].reason, "unplugged") == 0 &&
           take_unit(&q, b, 2 * TRIES - 0.9) == &q.unit[1],
       "a failure that is not the unit's lets it pause as well");
    ok(!lease_queue_failed(&q, &q.unit[0], "late", true, 9) &&
           strcmp(q.unit[0].reason, "unplugged") == 0 && q.unit[0].tries == 0,
       "a failure of a unit that is not leased changes nothing");
}

/* Set unit 'u' aside, which 'worker' gets each time. */
static bool set_aside(struct lease_queue_unit *u, int worker, double now)
{
    bool aside = false;

    for (int i = 0; i < TRIES; i++) {
        const double at = now + 100 * i;

        if (aside || take_unit(&q, worker, at) != u)
            return false;
        aside = lease_queue_failed(&q, u, "poison", true, at);
    }
    return aside && u->state == UNIT_ASIDE;
}

static void check_counts(void)
{
    int a, b;

    begin_pair(&q, 3, &a, &b);
    ok(take_unit(&q, b, 0) == &q.unit[0] && set_aside(&q.unit[1], a, 0) &&
           q.n_aside == 1 && !lease_queue_finished(&q),
       "a unit that fails at its last try is counted as set aside");
    ok(!lease_queue_holds(&q, a, FIRST + 1) && q.unit[1].worker == -1,
       "a unit that was set aside is held by nobody");
    lease_queue_done(&q, &q.unit[0]);
    lease_queue_done(&q, &q.unit[0]);
    ok(q.n_done == 1 && workers.worker[b].units_done == 1 &&
           workers.worker[b].rows_done == 8 && !lease_queue_finished(&q),
       "a unit that is done twice counts once, for its worker and in all");
    ok(take_unit(&q, b, 300) == &q.unit[2],
       "the third unit is the last to be had");
    lease_queue_await(&q, &q.unit[2], 301);
    lease_queue_done(&q, &q.unit[2]);
    ok(q.n_done == 2 && q.n_aside == 1 && lease_queue_finished(&q) &&
           workers.worker[b].units_done == 2 &&
           workers.worker[a].units_done == 0,
       "two done and one set aside finish a step of three");
    lease_queue_done(&q, &q.unit[1]);
    ok(q.n_done == 3 && q.n_aside == 0 && lease_queue_finished(&q) &&
           workers.worker[a].units_done == 0,
       "a unit that is done after all is not counted as set aside any more");
}

/* Two steps of one stage at a time. */
static void check_steps(void)
{
    struct lease_queue p = {0};
    struct lease_queue_unit *u;
    int a, b, who = -1;

    begin_queue(&p, 2);
    lease_queue_release(&q);
    lease_queue_init(&q, &workers, LEASE, TRIES);
    add_units(&q, 2);
    a = join_worker("a");
    b = join_worker("b");
    workers.worker[a].step = 7;
    worker_list_credit(&workers, a, 2, MOST);
    ok(!lease_queue_assign(&p, "augment", 6, &who, 0),
       "a worker that was started for step 7 gets no unit of step 6");
    ok(lease_queue_assign(&q, "augment", 7, &who, 0) == &q.unit[0] && who == a,
       "a worker that was started for step 7 gets a unit of step 7");
    worker_list_credit(&workers, b, 2, MOST);
    u = lease_queue_assign(&p, "augment", 6, &who, 0);
    ok(u == &p.unit[0] && who == b && workers.worker[b].credits == 1,
       "a worker that joined by hand gets a unit of step 6");
    lease_queue_done(&p, u);
    near(worker_list_rate(&workers.worker[b], 4), 2, 1e-12,
         "a worker has a rate in the step that it works for");
    workers.worker[a].credits = 0;
    ok(lease_queue_assign(&q, "augment", 7, &who, 100) == &q.unit[1] &&
           who == b,
       "a worker that joined by hand gets a unit of step 7 behind that");
    near(worker_list_rate(&workers.worker[b], 104), 0, 0,
         "the rate of a worker in another step begins anew");
    lease_queue_lost(&p, b, true, "killed", 104);
    ok(q.unit[1].state == UNIT_LEASED && p.n_done == 1,
       "a worker that is lost to one queue is not yet lost to the other");
    lease_queue_lost(&q, b, true, "killed", 104);
    ok(q.unit[1].state == UNIT_WAITING && q.unit[0].state == UNIT_LEASED &&
           q.unit[1].tries == 1,
       "a lost worker's unit waits again, another's does not");
    lease_queue_release(&p);
}

int main(void)
{
    check_expire();
    check_reasons();
    check_back_off();
    check_failed();
    check_counts();
    check_steps();
    return tap_done();
}
