/*
 * test_queue_leases.c - whose lease is whose: workers beside each other, each
 * with units of its own, so that what is done to one must leave the others
 */
#include "queue_deal.h"

static void check_find(void)
{
    struct queue q;
    bool each = true;

    begin(&q, 4);
    for (size_t i = 0; i < 4; i++)
        each = each && queue_find(&q, FIRST + i) == &q.unit[i];
    ok(each, "each of four units is found by its own id");
    ok(!queue_find(&q, FIRST - 1), "the id before the first finds no unit");
    queue_clear(&q);
    ok(!queue_find(&q, FIRST), "a queue that was cleared finds no unit");
    add_units(&q, 3);
    ok(!queue_find(&q, FIRST + 3),
       "a unit of the node before is not found among those of the next");
    queue_release(&q);
}

static void check_holds(void)
{
    struct queue q;
    int a, b;

    begin(&q, 3);
    a = join(&q, "a");
    b = join(&q, "b");
    ok(!queue_holds(&q, a, FIRST) && !queue_holds(&q, -1, FIRST),
       "nobody holds a unit that waits");
    deal(&q, a, b, 0);
    ok(queue_holds(&q, a, FIRST) && queue_holds(&q, b, FIRST + 1) &&
           queue_holds(&q, a, FIRST + 2),
       "a worker holds the units that were dealt to it");
    ok(!queue_holds(&q, b, FIRST) && !queue_holds(&q, a, FIRST + 1) &&
           !queue_holds(&q, b, FIRST + 2),
       "no worker holds what was dealt to the other");
    ok(!queue_holds(&q, a, FIRST + 3), "nobody holds a unit that is not there");
    queue_done(&q, &q.unit[0]);
    ok(!queue_holds(&q, a, FIRST) && q.unit[0].worker == -1,
       "a unit that is done is held no more");
    queue_failed(&q, &q.unit[1], "broken", true, 1);
    ok(!queue_holds(&q, b, FIRST + 1) && q.unit[1].worker == -1,
       "a unit that failed and waits again is held no more");
    queue_await(&q, &q.unit[2], 1);
    ok(!queue_holds(&q, a, FIRST + 2) && !queue_holds(&q, -1, FIRST + 2),
       "a unit that only the sink still owes is held by nobody");
    queue_release(&q);
}

static void check_beat(void)
{
    struct queue q;
    int a, b;

    begin(&q, 3);
    a = join(&q, "a");
    b = join(&q, "b");
    deal(&q, a, b, 0);
    queue_beat(&q, a, 0, 8);
    ok(queue_expire(&q, 11, NULL, NULL) == 1 && q.unit[1].state == UNIT_WAITING,
       "a beat of one worker does not renew the lease of another");
    ok(queue_holds(&q, a, FIRST) && queue_holds(&q, a, FIRST + 2),
       "a beat renews every lease of its worker");
    ok(queue_expire(&q, 17.9, NULL, NULL) == 0 &&
           queue_expire(&q, 18, NULL, NULL) == 2,
       "a renewed lease ends its full length after the beat");
    queue_release(&q);
}

static void check_await(void)
{
    struct queue q;
    int a, b;

    begin(&q, 3);
    a = join(&q, "a");
    b = join(&q, "b");
    deal(&q, a, b, 0);
    queue_await(&q, &q.unit[0], 6);
    queue_beat(&q, a, 0, 9);
    queue_beat(&q, b, 0, 9);
    ok(queue_expire(&q, 15.9, NULL, NULL) == 0,
       "an awaited unit has a whole lease from its result on");
    ok(queue_expire(&q, 16, NULL, NULL) == 1 && q.unit[0].state == UNIT_WAITING,
       "a beat of its former worker does not renew an awaited unit");
    ok(q.worker[a].units_done == 1 && q.worker[b].units_done == 0,
       "the worker of an awaited unit, and only it, has done one");
    queue_await(&q, &q.unit[1], 17);
    queue_lost(&q, b, true, "killed", 18);
    ok(q.unit[1].state == UNIT_LEASED && q.unit[1].tries == 0,
       "a worker that dies after its result takes no awaited unit with it");
    ok(queue_find_worker(&q, "a", 1) == a &&
           queue_find_worker(&q, "b", 1) == -1,
       "the worker that died is forgotten, not the one before it");
    queue_done(&q, &q.unit[1]);
    queue_await(&q, &q.unit[1], 18);
    ok(q.unit[1].state == UNIT_DONE && q.n_done == 1,
       "a result that comes after the sink's word changes nothing");
    queue_release(&q);
}

static void check_lost(void)
{
    struct queue q;
    struct queue_unit *again;
    int a, b;

    begin(&q, 3);
    a = join(&q, "a");
    b = join(&q, "b");
    deal(&q, a, b, 0);
    ok(!take(&q, b, 1), "while all units are leased, none is to be had");
    queue_lost(&q, a, true, "killed", 2);
    ok(q.unit[0].state == UNIT_WAITING && q.unit[2].state == UNIT_WAITING &&
           q.unit[0].tries == 1 && q.unit[2].tries == 1,
       "a lost worker's units all wait again, a try poorer");
    ok(queue_holds(&q, b, FIRST + 1) && q.unit[1].tries == 0 &&
           !*q.unit[1].reason,
       "a lost worker costs the other's unit neither its lease nor a try");
    ok(queue_find_worker(&q, "a", 1) == -1 && queue_find_token(&q, 'a') == -1 &&
           queue_find_worker(&q, "b", 1) == b &&
           queue_find_token(&q, 'b') == b && q.worker[b].credits == 1,
       "a lost worker is forgotten, the other keeps its place and credit");
    again = take(&q, b, 3);
    ok(again == &q.unit[0],
       "a lost unit before those in hand goes to the worker that is left");
    queue_release(&q);
}

static void check_drain(void)
{
    struct queue q;
    int a, b;

    begin(&q, 4);
    a = join(&q, "a");
    b = join(&q, "b");
    deal(&q, a, b, 0);
    queue_credit(&q, a, 2, MOST);
    queue_drain(&q, a);
    ok(q.worker[a].credits == 0, "a worker asked to leave loses its credit");
    queue_credit(&q, a, 1, MOST);
    ok(!take(&q, a, 1),
       "a worker asked to leave that offers credit still gets no unit");
    ok(queue_holds(&q, a, FIRST) && queue_holds(&q, a, FIRST + 2),
       "a worker asked to leave keeps what it has in hand");
    queue_drain(&q, b);
    ok(join(&q, "b") == b && !q.worker[b].drained && take(&q, b, 3),
       "who says hello again after it was asked to leave gets units again");
    queue_release(&q);
}

static void check_credit(void)
{
    struct queue q;
    int a, w;

    begin(&q, 3);
    a = join(&q, "a");
    queue_credit(&q, a, 2, 5);
    queue_credit(&q, a, 2, 5);
    ok(q.worker[a].credits == 4, "credit adds up");
    queue_credit(&q, a, 2, 5);
    ok(q.worker[a].credits == 5, "credit stops at the most that is allowed");
    ok(join(&q, "a") == a && !queue_assign(&q, "augment", &w, 0),
       "a worker that says hello again has no credit from before");
    ok(take(&q, a, 0), "  and gets a unit once it gives credit anew");
    queue_release(&q);
}

/* The process connects anew, and ZeroMQ names it otherwise. */
static void check_reconnect(void)
{
    struct queue q;
    int a, b;

    begin(&q, 3);
    a = join(&q, "a");
    b = join(&q, "b");
    deal(&q, a, b, 0);
    ok(hello(&q, "new", "a", "augment", 'a') == a,
       "a process that comes back under another routing id is the same worker");
    ok(queue_holds(&q, a, FIRST) && queue_holds(&q, a, FIRST + 2) &&
           queue_holds(&q, b, FIRST + 1),
       "a process that comes back keeps its leases, and the other keeps its");
    ok(queue_find_worker(&q, "new", 3) == a &&
           queue_find_worker(&q, "a", 1) == -1,
       "a process that comes back is known by its new routing id alone");
    ok(q.n_worker == 2, "coming back takes no second place");
    queue_beat(&q, a, FIRST + 2, 3);
    ok(queue_holds(&q, a, FIRST + 2) && q.unit[2].deadline > 3 + LEASE - 1 &&
           queue_holds(&q, b, FIRST + 1),
       "what the first beat after that names stays leased");
    ok(q.unit[0].state == UNIT_WAITING && q.unit[0].tries == 0,
       "what it does not name waits again, at no cost");
    queue_beat(&q, a, 0, 4);
    ok(queue_holds(&q, a, FIRST + 2), "later beats renew whatever they name");
    queue_release(&q);
}

/* Success that comes late, from who had the unit last. */
static void check_late(void)
{
    struct queue q;
    int a, b;

    begin(&q, 3);
    a = join(&q, "a");
    b = join(&q, "b");
    deal(&q, a, b, 0);
    ok(!queue_held(&q, a, FIRST) && !queue_held(&q, b, FIRST),
       "a unit that is leased is not merely held before");
    queue_expire(&q, LEASE, NULL, NULL);
    ok(queue_held(&q, a, FIRST) && queue_held(&q, b, FIRST + 1),
       "a unit whose lease ran out was held by its worker last");
    ok(!queue_held(&q, b, FIRST) && !queue_held(&q, a, FIRST + 1) &&
           !queue_held(&q, -1, FIRST),
       "  and by no other");
    ok(take(&q, b, LEASE + 1) == &q.unit[0] && !queue_held(&q, a, FIRST),
       "a unit that another has now is no longer the first one's");
    queue_done(&q, &q.unit[2]);
    ok(!queue_held(&q, a, FIRST + 2), "  nor one that is done");
    queue_release(&q);
}

/* Another sink knows only what it has. */
static void check_doubt(void)
{
    struct queue q;
    int a, b;

    begin(&q, 3);
    a = join(&q, "a");
    b = join(&q, "b");
    deal(&q, a, b, 0);
    queue_done(&q, &q.unit[0]);
    queue_done(&q, &q.unit[1]);
    queue_doubt(&q, 5);
    ok(q.n_done == 0 && !queue_finished(&q) && queue_holds(&q, a, FIRST + 2),
       "what was done is not done any more, what is in hand stays so");
    queue_done(&q, &q.unit[0]);
    ok(q.n_done == 1 && q.worker[a].units_done == 1,
       "what is confirmed anew is done, and counts once");
    queue_beat(&q, a, 0, 6);
    ok(queue_expire(&q, 5 + LEASE, NULL, NULL) == 1 &&
           q.unit[1].state == UNIT_WAITING,
       "what is not confirmed within a lease is done again");
    queue_release(&q);
}

static void check_same_token(void)
{
    struct queue q;
    int a, other, sink;

    begin(&q, 3);
    a = hello(&q, "1", "host:1", "augment", 7);
    other = hello(&q, "2", "host:2", "augment", 7);
    ok(other >= 0 && other != a,
       "a process of another name is another worker, if of the same token");
    sink = hello(&q, "3", "host:1", "augment.sink", 7);
    ok(sink >= 0 && sink != a && sink != other,
       "a process of another stage is another worker, if of the same token");
    ok(queue_find_worker(&q, "1", 1) == a &&
           queue_find_worker(&q, "2", 1) == other &&
           queue_find_worker(&q, "3", 1) == sink,
       "workers of the same token keep their own routing ids");
    ok(hello(&q, "4", "host:2", "augment", 7) == other &&
           hello(&q, "5", "host:1", "augment.sink", 7) == sink &&
           hello(&q, "6", "host:1", "augment", 7) == a,
       "each of those of the same token is the same worker when it comes back");
    ok(hello(&q, "7", "host:1", "augment", 8) != a,
       "a process of another token is another worker, if of the same name");
    ok(hello(&q, "", "host:1", "augment", 9) == -1,
       "who has no routing id is not let in");
    queue_release(&q);
}

int main(void)
{
    check_find();
    check_holds();
    check_beat();
    check_await();
    check_lost();
    check_drain();
    check_credit();
    check_reconnect();
    check_late();
    check_doubt();
    check_same_token();
    return tap_done();
}
