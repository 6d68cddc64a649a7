/* test_host_list.c - places on hosts, for one process and for MPI ranks */
#include "orchestration/scheduler/host_list.h"
#include "tap.h"

static struct host_list l;
static struct process_place place, other;
static const struct process_need one = {.ranks = 1, .threads = 1};

static void begin(int a, int b, int c, double memory)
{
    struct err err;

    memset(&l, 0, sizeof(l));
    if (host_list_add(&l, "a", a, memory, &err) < 0 ||
        host_list_add(&l, "b", b, memory, &err) < 0 ||
        host_list_add(&l, "c", c, memory, &err) < 0)
        ok(0, "hosts are entered");
}

static int ranks_on(int host)
{
    for (int i = 0; i < place.n_part; i++)
        if (place.part[i].host == host)
            return place.part[i].ranks;
    return 0;
}

static void check_adding(void)
{
    static char name[HOST_LIST_NAME + 1];
    struct err err;

    begin(1, 2, 4, 0);
    ok(host_list_cores(&l) == 7 && host_list_cores_free(&l) == 7 &&
           host_list_widest(&l) == 4,
       "cores of all hosts, and of the widest");
    ok(host_list_add(&l, "a", 2, 0, &err) == 0 && l.n == 3 &&
           l.host[0].cores == 3 && l.host[0].cores_free == 3,
       "a host that is named twice has the cores of both");
    memset(name, 'x', sizeof(name) - 1);
    ok(host_list_add(&l, name, 1, 0, &err) < 0 && err.code == ERR_USAGE,
       "a name that is too long is refused");
}

static void check_one(void)
{
    begin(1, 2, 4, 0);
    ok(host_list_room(&l, &one) == 7, "seven processes of one thread fit");
    ok(host_list_take(&l, &one, &place) && ranks_on(2) == 1 &&
           host_list_place_cores(&place) == 1 && l.host[2].cores_free == 3,
       "a process goes where most cores are free");
    host_list_give(&l, &place);
    ok(host_list_cores_free(&l) == 7, "it gives them back");
    ok(host_list_take(&l, &(struct process_need){.ranks = 1, .threads = 3},
                      &place) &&
           l.host[2].cores_free == 1,
       "three threads have three cores of one host");
    ok(!host_list_take(&l, &(struct process_need){.ranks = 1, .threads = 3},
                       &other),
       "three threads more wait, though four cores are free");
    ok(!host_list_take(&l, &(struct process_need){.ranks = 1, .threads = 5},
                       &other),
       "what fits nowhere waits until all are idle");
    host_list_give(&l, &place);
    ok(host_list_take(&l, &(struct process_need){.ranks = 1, .threads = 5},
                      &place) &&
           host_list_place_cores(&place) == 4,
       "then it has the widest host");
    host_list_give(&l, &place);
    ok(host_list_cores_free(&l) == 7, "and gives back what it had");
}

static void check_ranks(void)
{
    begin(2, 2, 4, 0);
    ok(host_list_take(&l, &(struct process_need){.ranks = 5, .threads = 1},
                      &place) &&
           ranks_on(2) == 4 && place.n_part == 2,
       "ranks fill the widest host first");
    host_list_give(&l, &place);
    ok(host_list_take(
           &l, &(struct process_need){.ranks = 3, .threads = 1, .spread = true},
           &place) &&
           host_list_place_cores(&place) == 3 && ranks_on(2) >= 1,
       "ranks that spread");
    host_list_give(&l, &place);
    begin(2, 2, 2, 0);
    ok(host_list_take(
           &l, &(struct process_need){.ranks = 3, .threads = 1, .spread = true},
           &place) &&
           ranks_on(0) == 1 && ranks_on(1) == 1 && ranks_on(2) == 1,
       "  lie on three hosts");
    host_list_give(&l, &place);
    ok(host_list_take(&l, &(struct process_need){.ranks = 2, .threads = 1},
                      &place) &&
           place.n_part == 1 && place.part[0].ranks == 2,
       "two that fill lie on one");
    host_list_give(&l, &place);
    ok(host_list_room(&l, &(struct process_need){.ranks = 4, .threads = 1}) ==
           1,
       "four ranks fit once in six cores");
    ok(host_list_take(&l, &(struct process_need){.ranks = 9, .threads = 1},
                      &place) &&
           host_list_place_cores(&place) == 6 && host_list_cores_free(&l) == 0,
       "more ranks than cores have all of them");
    ok(ranks_on(0) + ranks_on(1) + ranks_on(2) == 9, "  and all are placed");
    host_list_give(&l, &place);
    ok(host_list_cores_free(&l) == 6, "  and given back");
}

static void check_memory(void)
{
    const struct process_need big = {.ranks = 1, .threads = 1, .memory = 6};
    const struct process_need small = {.ranks = 1, .threads = 1, .memory = 4};

    begin(4, 4, 4, 10);
    ok(host_list_room(&l, &big) == 3 && host_list_room(&l, &small) == 6,
       "memory limits what fits on a host");
    for (int i = 0; i < 3; i++)
        if (!host_list_take(&l, &big, &place))
            ok(0, "a process finds its memory");
    ok(!host_list_take(&l, &big, &other), "where it is taken, cores do not do");
    ok(host_list_take(&l, &small, &other) && other.part[0].memory == 4,
       "what needs less does");
    host_list_force(&l, &big, &place);
    ok(place.part[0].memory == 4 && l.host[place.part[0].host].memory_free == 0,
       "who is placed all the same has what is left");
    begin(4, 4, 4, 0);
    ok(host_list_room(&l, &big) == 12, "memory that is not known is no limit");
}

int main(void)
{
    check_adding();
    check_one();
    check_ranks();
    check_memory();
    return tap_done();
}
