#include "orchestration/scheduler/host_list.h"

#include <stdio.h>
#include <string.h>

int host_list_add(struct host_list *l, const char *name, int cores,
                  double memory, struct err *err)
{
    int i = 0;

    while (i < l->n && strcmp(l->host[i].name, name) != 0)
        i++;
    if (i == HOST_LIST_MAX || strlen(name) >= HOST_LIST_NAME)
        return err_set(err, ERR_USAGE,
                       "host '%.80s': more than %d hosts, or its name is too "
                       "long",
                       name, HOST_LIST_MAX);
    if (i == l->n) {
        l->host[l->n++] = (struct host){.memory = memory};
        snprintf(l->host[i].name, HOST_LIST_NAME, "%s", name);
    }
    l->host[i].cores += cores;
    l->host[i].cores_free = l->host[i].cores;
    l->host[i].memory_free = l->host[i].memory;
    return 0;
}

int host_list_cores(const struct host_list *l)
{
    int n = 0;

    for (int i = 0; i < l->n; i++)
        n += l->host[i].cores;
    return n;
}

int host_list_cores_free(const struct host_list *l)
{
    int n = 0;

    for (int i = 0; i < l->n; i++)
        n += l->host[i].cores_free;
    return n;
}

int host_list_widest(const struct host_list *l)
{
    int n = 0;

    for (int i = 0; i < l->n; i++)
        if (l->host[i].cores_free > n)
            n = l->host[i].cores_free;
    return n;
}

/* --- what fits ------------------------------------------------------------ */

/* Ranks that find so many cores and so much memory on a host. */
static int count_ranks(const struct host *h, const struct process_need *need,
                       int cores, double memory)
{
    const double by_memory = h->memory > 0 && need->memory > 0
                                 ? memory / need->memory
                                 : HOST_LIST_MAX;
    int by_cores = cores / need->threads;

    if (h->slot > 0 && by_cores > 1 && need->ranks > 1)
        by_cores = 1; /* a slot is itself the one rank */
    return by_memory < by_cores ? (int)by_memory : by_cores;
}

static int ranks_free(const struct host *h, const struct process_need *need)
{
    if (h->training && need->ranks > 1)
        return 0;
    return count_ranks(h, need, h->cores_free, h->memory_free);
}

int host_list_room(const struct host_list *l, const struct process_need *need)
{
    int n = 0;

    for (int i = 0; i < l->n; i++)
        n += ranks_free(&l->host[i], need);
    return n / need->ranks;
}

int host_list_room_idle(const struct host_list *l,
                        const struct process_need *need)
{
    int n = 0;

    for (int i = 0; i < l->n; i++)
        n +=
            count_ranks(&l->host[i], need, l->host[i].cores, l->host[i].memory);
    return n / need->ranks;
}

/* --- taking --------------------------------------------------------------- */

static bool has_part(const struct process_place *place, int host)
{
    for (int i = 0; i < place->n_part; i++)
        if (place->part[i].host == host)
            return true;
    return false;
}

/* The host with most free cores, among those that a rank fits on (or any), and
 * that there is a part for; -1 if there is none. */
static int find_host(const struct host_list *l, const struct process_need *need,
                     const struct process_place *place, bool any)
{
    const bool full = place->n_part == HOST_PARTS_MAX;
    int best = -1;

    for (int i = 0; i < l->n; i++)
        if ((any || ranks_free(&l->host[i], need) > 0) &&
            (!full || has_part(place, i)) &&
            (best < 0 || l->host[i].cores_free > l->host[best].cores_free))
            best = i;
    return best;
}

/* The part of a place on a host, a new one if need be. */
static struct host_part *find_part(struct process_place *place, int host)
{
    for (int i = 0; i < place->n_part; i++)
        if (place->part[i].host == host)
            return &place->part[i];
    BUG_ON(place->n_part == HOST_PARTS_MAX);
    place->part[place->n_part] = (struct host_part){.host = host};
    return &place->part[place->n_part++];
}

/* So many ranks go there, with what is free at most. */
static void add_ranks(struct host_list *l, int host, int ranks,
                      const struct process_need *need,
                      struct process_place *place)
{
    struct host_part *p = find_part(place, host);
    struct host *h = &l->host[host];
    double memory = ranks * need->memory;
    int cores = ranks * need->threads;

    if (cores > h->cores_free)
        cores = h->cores_free;
    if (memory > h->memory_free)
        memory = h->memory_free;
    p->ranks += ranks;
    p->cores += cores;
    p->memory += memory;
    h->cores_free -= cores;
    h->memory_free -= memory;
    h->training = h->training || (h->slot > 0 && place->several);
}

static void begin_place(struct process_place *place,
                        const struct process_need *need)
{
    *place = (struct process_place){.threads = need->threads,
                                    .memory = need->memory,
                                    .several = need->ranks > 1};
}

void host_list_force(struct host_list *l, const struct process_need *need,
                     struct process_place *place)
{
    begin_place(place, need);
    for (int r = 0; r < need->ranks; r++)
        add_ranks(l, find_host(l, need, place, true), 1, need, place);
}

bool host_list_idle(const struct host_list *l)
{
    return host_list_cores_free(l) == host_list_cores(l);
}

bool host_list_take(struct host_list *l, const struct process_need *need,
                    struct process_place *place)
{
    int left = need->ranks;

    if (host_list_room(l, need) == 0) {
        if (host_list_room_idle(l, need) > 0 || !host_list_idle(l))
            return false;
        host_list_force(l, need, place);
        return true;
    }
    begin_place(place, need);
    while (left > 0) {
        const int host = find_host(l, need, place, false);
        int ranks = host < 0 ? 0 : ranks_free(&l->host[host], need);

        if (host < 0) { /* more hosts than a place has parts */
            host_list_give(l, place);
            return false;
        }
        if (need->spread)
            ranks = 1;
        else if (ranks > left)
            ranks = left;
        add_ranks(l, host, ranks, need, place);
        left -= ranks;
    }
    return true;
}

void host_list_give(struct host_list *l, const struct process_place *place)
{
    for (int i = 0; i < place->n_part; i++) {
        const struct host_part *p = &place->part[i];

        l->host[p->host].cores_free += p->cores;
        l->host[p->host].memory_free += p->memory;
        if (place->several)
            l->host[p->host].training = false;
    }
}

int host_list_place_cores(const struct process_place *place)
{
    int n = 0;

    for (int i = 0; i < place->n_part; i++)
        n += place->part[i].cores;
    return n;
}
