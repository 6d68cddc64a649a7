/*
 * test_lease_queue_leases.c - whose lease is whose: workers beside each other, each
 * with units of its own, so that what is done to one must leave the others
 */
#include "lease_queue_deal.h"

static void check_find(void)
{
    bool each = true;

    begin_queue(&q, 4);
    for (size_t i = 0; i < 4; i++)
        each = each && lease_queue_find(&q, FIRST + i) == &q.unit[i];
    ok(each, "each of four units is found by its own id");
    ok(!lease_queue_find(&q, FIRST - 1),
       "the id before the first finds no unit");
}

static void check_holds(void)
{
    int a, b;

    begin_pair(&q, 3, &a, &b);
    ok(!lease_queue_holds(&q, a, FIRST) && !lease_queue_holds(&q, -1, FIRST),
       "nobody holds a unit that waits");
    lease_three(&q, a, b, 0);
    ok(lease_queue_holds(&q, a, FIRST) && lease_queue_holds(&q, b, FIRST + 1) &&
           lease_queue_holds(&q, a, FIRST + 2),
       "a worker holds the units that were dealt to it");
    ok(!lease_queue_holds(&q, b, FIRST) &&
           !lease_queue_holds(&q, a, FIRST + 1) &&
           !lease_queue_holds(&q, b, FIRST + 2),
       "no worker holds what was dealt to the other");
    ok(!lease_queue_holds(&q, a, FIRST + 3),
       "nobody holds a unit that is not there");
    lease_queue_done(&q, &q.unit[0]);
    ok(!lease_queue_holds(&q, a, FIRST) && q.unit[0].worker == -1,
       "a unit that is done is held no more");
    lease_queue_failed(&q, &q.unit[1], "broken", true, 1);
    ok(!lease_queue_holds(&q, b, FIRST + 1) && q.unit[1].worker == -1,
       "a unit that failed and waits again is held no more");
    lease_queue_await(&q, &q.unit[2], 1);
    ok(!lease_queue_holds(&q, a, FIRST + 2) &&
           !lease_queue_holds(&q, -1, FIRST + 2),
       "a unit that only the sink still owes is held by nobody");
}

static void check_beat(void)
{
    int a, b;

    begin_leased(&q, 3, &a, &b);
    beat_worker(&q, a, 0, 8);
    ok(lease_queue_expire(&q, 11, NULL, NULL) == 1 &&
           q.unit[1].state == UNIT_WAITING,
       "a beat of one worker does not renew the lease of another");
    ok(lease_queue_holds(&q, a, FIRST) && lease_queue_holds(&q, a, FIRST + 2),
       "a beat renews every lease of its worker");
    ok(lease_queue_expire(&q, 17.9, NULL, NULL) == 0 &&
           lease_queue_expire(&q, 18, NULL, NULL) == 2,
       "a renewed lease ends its full length after the beat");
}

static void check_await(void)
{
    int a, b;

    begin_leased(&q, 3, &a, &b);
    lease_queue_await(&q, &q.unit[0], 6);
    beat_worker(&q, a, 0, 9);
    beat_worker(&q, b, 0, 9);
    ok(lease_queue_expire(&q, 15.9, NULL, NULL) == 0,
       "an awaited unit has a whole lease from its result on");
    ok(lease_queue_expire(&q, 16, NULL, NULL) == 1 &&
           q.unit[0].state == UNIT_WAITING,
       "a beat of its former worker does not renew an awaited unit");
    ok(workers.worker[a].units_done == 1 && workers.worker[b].units_done == 0,
       "the worker of an awaited unit, and only it, has done one");
    lease_queue_await(&q, &q.unit[1], 17);
    lose_worker(&q, b, true, "killed", 18);
    ok(q.unit[1].state == UNIT_LEASED && q.unit[1].tries == 0,
       "a worker that dies after its result takes no awaited unit with it");
    ok(worker_list_find(&workers, "a", 1) == a &&
           worker_list_find(&workers, "b", 1) == -1,
       "the worker that died is forgotten, not the one before it");
    lease_queue_done(&q, &q.unit[1]);
    lease_queue_await(&q, &q.unit[1], 18);
    ok(q.unit[1].state == UNIT_DONE && q.n_done == 1,
       "a result that comes after the sink's word changes nothing");
}

static void check_lost(void)
{
    struct lease_queue_unit *again;
    int a, b;

    begin_leased(&q, 3, &a, &b);
    ok(!take_unit(&q, b, 1), "while all units are leased, none is to be had");
    lose_worker(&q, a, true, "killed", 2);
    ok(q.unit[0].state == UNIT_WAITING && q.unit[2].state == UNIT_WAITING &&
           q.unit[0].tries == 1 && q.unit[2].tries == 1,
       "a lost worker's units all wait again, a try poorer");
    ok(lease_queue_holds(&q, b, FIRST + 1) && q.unit[1].tries == 0 &&
           !*q.unit[1].reason,
       "a lost worker costs the other's unit neither its lease nor a try");
    ok(worker_list_find(&workers, "a", 1) == -1 &&
           worker_list_find_token(&workers, 'a') == -1 &&
           worker_list_find(&workers, "b", 1) == b &&
           worker_list_find_token(&workers, 'b') == b &&
           workers.worker[b].credits == 1,
       "a lost worker is forgotten, the other keeps its place and credit");
    again = take_unit(&q, b, 3);
    ok(again == &q.unit[0],
       "a lost unit before those in hand goes to the worker that is left");
}

/* Taken from a worker that was not heard: it may have it back. */
static void check_heard_again(void)
{
    int a, b;

    begin_leased(&q, 3, &a, &b);
    beat_worker(&q, b, 0, 9);
    BUG_ON(lease_queue_expire(&q, 10, NULL, NULL) != 2);
    ok(!lease_queue_beat(&q, b, FIRST, 11) && !lease_queue_beat(&q, a, 0, 11) &&
           q.unit[0].state == UNIT_WAITING,
       "a unit that waits is not had by who never had it, nor for no word");
    ok(lease_queue_beat(&q, a, FIRST, 12) == &q.unit[0] &&
           lease_queue_holds(&q, a, FIRST) && q.unit[0].tries == 0,
       "a worker that is heard again has the unit that it names, and the try");
    ok(lease_queue_expire(&q, 21.9, NULL, NULL) == 1 &&
           lease_queue_expire(&q, 22, NULL, NULL) == 1,
       "  for a whole lease");
    BUG_ON(!take_unit(&q, b, 30));
    ok(!lease_queue_beat(&q, a, FIRST, 31) && lease_queue_holds(&q, b, FIRST),
       "  unless another has it by then");
    lease_queue_failed(&q, &q.unit[0], "broken", true, 32);
    ok(!lease_queue_beat(&q, b, FIRST, 33),
       "what a worker gave back it does not get by a late heartbeat");
}

static void check_heard_last(void)
{
    int a, b, who = -1;

    begin_pair(&q, 2, &a, &b);
    worker_list_credit(&workers, a, 1, MOST);
    worker_list_credit(&workers, b, 1, MOST);
    beat_worker(&q, a, 0, 1);
    beat_worker(&q, b, 0, 2);
    ok(lease_queue_assign(&q, "augment", 0, &who, 3) && who == b,
       "of two that would take a unit the one that was heard last gets it");
    ok(lease_queue_assign(&q, "augment", 0, &who, 3) && who == a,
       "  then the other the next");
}

static void check_silent(void)
{
    int a, b;

    begin_leased(&q, 4, &a, &b);
    worker_list_credit(&workers, a, 1, MOST);
    lease_queue_lost(&q, a, true, "silent", 5);
    workers.worker[a].silent = true;
    ok(take_unit(&q, b, 20) == &q.unit[0],
       "a silent worker gets no unit, whatever credit it has");
    ok(say_hello("new", "a", "augment", 'a') == a && !workers.worker[a].silent,
       "one that says hello again is not silent");
    ok(lease_queue_beat(&q, a, FIRST + 2, 21) == &q.unit[2],
       "  and goes on with what nobody else has");
}

static void check_drain(void)
{
    int a, b;

    begin_leased(&q, 4, &a, &b);
    worker_list_credit(&workers, a, 2, MOST);
    worker_list_drain(&workers, a);
    ok(workers.worker[a].credits == 0,
       "a worker asked to leave loses its credit");
    worker_list_credit(&workers, a, 1, MOST);
    ok(!take_unit(&q, a, 1),
       "a worker asked to leave that offers credit still gets no unit");
    ok(lease_queue_holds(&q, a, FIRST) && lease_queue_holds(&q, a, FIRST + 2),
       "a worker asked to leave keeps what it has in hand");
    worker_list_drain(&workers, b);
    ok(join_worker("b") == b && !workers.worker[b].drained &&
           take_unit(&q, b, 3),
       "who says hello again after it was asked to leave gets units again");
}

static void check_credit(void)
{
    int a, w;

    begin_queue(&q, 3);
    a = join_worker("a");
    worker_list_credit(&workers, a, 2, 5);
    worker_list_credit(&workers, a, 2, 5);
    ok(workers.worker[a].credits == 4, "credit adds up");
    worker_list_credit(&workers, a, 2, 5);
    ok(workers.worker[a].credits == 5,
       "credit stops at the most that is allowed");
    ok(join_worker("a") == a && !lease_queue_assign(&q, "augment", 0, &w, 0),
       "a worker that says hello again has no credit from before");
    ok(take_unit(&q, a, 0), "  and gets a unit once it gives credit anew");
}

/* The process connects anew, and ZeroMQ names it otherwise. */
static void check_reconnect(void)
{
    int a, b;

    begin_leased(&q, 3, &a, &b);
    ok(say_hello("new", "a", "augment", 'a') == a,
       "a process that comes back under another routing id is the same worker");
    ok(lease_queue_holds(&q, a, FIRST) && lease_queue_holds(&q, a, FIRST + 2) &&
           lease_queue_holds(&q, b, FIRST + 1),
       "a process that comes back keeps its leases, and the other keeps its");
    ok(worker_list_find(&workers, "new", 3) == a &&
           worker_list_find(&workers, "a", 1) == -1,
       "a process that comes back is known by its new routing id alone");
    ok(workers.n == 2, "coming back takes no second place");
    beat_worker(&q, a, FIRST + 2, 3);
    ok(lease_queue_holds(&q, a, FIRST + 2) &&
           q.unit[2].deadline > 3 + LEASE - 1 &&
           lease_queue_holds(&q, b, FIRST + 1),
       "what the first beat after that names stays leased");
    ok(q.unit[0].state == UNIT_WAITING && q.unit[0].tries == 0,
       "what it does not name waits again, at no cost");
    beat_worker(&q, a, 0, 4);
    ok(lease_queue_holds(&q, a, FIRST + 2),
       "later beats renew whatever they name");
}

/* Success that comes late, from who had the unit last. */
static void check_late(void)
{
    int a, b;

    begin_leased(&q, 3, &a, &b);
    ok(!lease_queue_held_last(&q, a, FIRST) &&
           !lease_queue_held_last(&q, b, FIRST),
       "a unit that is leased is not merely held before");
    lease_queue_expire(&q, LEASE, NULL, NULL);
    ok(lease_queue_held_last(&q, a, FIRST) &&
           lease_queue_held_last(&q, b, FIRST + 1),
       "a unit whose lease ran out was held by its worker last");
    ok(!lease_queue_held_last(&q, b, FIRST) &&
           !lease_queue_held_last(&q, a, FIRST + 1) &&
           !lease_queue_held_last(&q, -1, FIRST),
       "  and by no other");
    ok(take_unit(&q, b, LEASE + 1) == &q.unit[0] &&
           !lease_queue_held_last(&q, a, FIRST),
       "a unit that another has now is no longer the first one's");
    lease_queue_done(&q, &q.unit[2]);
    ok(!lease_queue_held_last(&q, a, FIRST + 2), "  nor one that is done");
}

/* Another sink knows only what it has. */
static void check_doubt(void)
{
    int a, b;

    begin_leased(&q, 3, &a, &b);
    lease_queue_done(&q, &q.unit[0]);
    lease_queue_done(&q, &q.unit[1]);
    lease_queue_doubt(&q, 5);
    ok(q.n_done == 0 && !lease_queue_finished(&q) &&
           lease_queue_holds(&q, a, FIRST + 2),
       "what was done is not done any more, what is in hand stays so");
    lease_queue_done(&q, &q.unit[0]);
    ok(q.n_done == 1 && workers.worker[a].units_done == 1,
       "what is confirmed anew is done, and counts once");
    beat_worker(&q, a, 0, 6);
    ok(lease_queue_expire(&q, 5 + LEASE, NULL, NULL) == 1 &&
           q.unit[1].state == UNIT_WAITING,
       "what is not confirmed within a lease is done again");
}

static void check_same_token(void)
{
    int a, other, sink;

    begin_queue(&q, 3);
    a = say_hello("1", "host:1", "augment", 7);
    other = say_hello("2", "host:2", "augment", 7);
    ok(other >= 0 && other != a,
       "a process of another name is another worker, if of the same token");
    sink = say_hello("3", "host:1", "augment.sink", 7);
    ok(sink >= 0 && sink != a && sink != other,
       "a process of another stage is another worker, if of the same token");
    ok(worker_list_find(&workers, "1", 1) == a &&
           worker_list_find(&workers, "2", 1) == other &&
           worker_list_find(&workers, "3", 1) == sink,
       "workers of the same token keep their own routing ids");
    ok(say_hello("4", "host:2", "augment", 7) == other &&
           say_hello("5", "host:1", "augment.sink", 7) == sink &&
           say_hello("6", "host:1", "augment", 7) == a,
       "each of those of the same token is the same worker when it comes back");
    ok(say_hello("7", "host:1", "augment", 8) != a,
       "a process of another token is another worker, if of the same name");
    ok(say_hello("", "host:1", "augment", 9) == -1,
       "who has no routing id is not let in");
}

int main(void)
{
    check_find();
    check_holds();
    check_beat();
    check_await();
    check_lost();
    check_heard_again();
    check_heard_last();
    check_silent();
    check_drain();
    check_credit();
    check_reconnect();
    check_late();
    check_doubt();
    check_same_token();
    return tap_done();
}
