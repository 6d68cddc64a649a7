/*
 * host_list.h - the hosts of a run, and which of their cores and how much of
 * their memory are free
 *
 * A process takes a place: some cores of one host, or those of its MPI ranks on
 * several.  It gives them back when it has ended.
 */
#ifndef ORCHESTRATION_SCHEDULER_HOST_LIST_H
#define ORCHESTRATION_SCHEDULER_HOST_LIST_H

#include "base/err.h"

#include <stdbool.h>

enum {
    HOST_LIST_MAX = 1024,
    HOST_LIST_NAME = 256,
    HOST_PARTS_MAX = 256, /* hosts that the ranks of one process lie on */
};

struct host {
    char name[HOST_LIST_NAME]; /* as its launcher calls it */
    bool here;                 /* the scheduler runs on it */
    int slot;      /* its rank in the mpirun that started us, or 0 */
    bool training; /* that slot is a rank of a training of several */
    int cores, cores_free;
    double memory, memory_free; /* bytes; 0 in memory: not known, not counted */
};

struct host_list {
    struct host host[HOST_LIST_MAX];
    int n;
};

/* What a process needs. */
struct process_need {
    int ranks;     /* MPI ranks, >= 1 */
    int threads;   /* of each rank, >= 1; a core each */
    double memory; /* bytes of each rank */
    bool spread;   /* its ranks lie on as many hosts as there are, not few */
};

/* What it has. */
struct process_place {
    int n_part;
    struct host_part {
        int host; /* in the list */
        int ranks, cores;
        double memory;
    } part[HOST_PARTS_MAX];
    int threads;   /* of each rank */
    double memory; /* bytes that each rank was planned with */
    bool several;  /* ranks */
};

/* Enter a host; one that is there gets more cores.  Errors: ERR_USAGE too many
 * hosts, a name that is too long. */
MUST_USE int host_list_add(struct host_list *l, const char *name, int cores,
                           double memory, struct err *err);

int host_list_cores(const struct host_list *l);
int host_list_cores_free(const struct host_list *l);

/* Are all free? */
bool host_list_idle(const struct host_list *l);

/* The most cores that are free on one host. */
int host_list_widest(const struct host_list *l);

/* How many such processes would fit now, and if nothing else ran. */
int host_list_room(const struct host_list *l, const struct process_need *need);
int host_list_room_idle(const struct host_list *l,
                        const struct process_need *need);

/*
 * Take a place for one process: on the hosts with most free cores.  What fits
 * on no host, were it idle, gets one when all are idle, with all its cores.
 * False if there is none now.
 */
bool host_list_take(struct host_list *l, const struct process_need *need,
                    struct process_place *place);

/* The same wherever most is free, though it may not be enough. */
void host_list_force(struct host_list *l, const struct process_need *need,
                     struct process_place *place);

void host_list_give(struct host_list *l, const struct process_place *place);

/* Cores of a place, on all its hosts. */
int host_list_place_cores(const struct process_place *place);

#endif
