#include "orchestration/scheduler/elastic_workers.h"

#include "orchestration/scheduler/scheduler_private.h"

/* The running steps, the one with the longest way first. */
static struct running_step *find_next(const struct scheduler *s,
                                      const struct running_step *before)
{
    struct running_step *next = NULL;

    for (int i = 0; i < s->n_running; i++) {
        struct running_step *r = s->running[i];
        const double path = s->path[r->index];

        if (before &&
            (path > s->path[before->index] ||
             (path == s->path[before->index] && r->index <= before->index)))
            continue;
        if (!next || path > s->path[next->index] ||
            (path == s->path[next->index] && r->index < next->index))
            next = r;
    }
    return next;
}

void elastic_workers_grow(struct scheduler *s)
{
    struct running_step *r = NULL;

    while ((r = find_next(s, r)))
        while (running_step_grow(r))
            ;
}

/* --- giving back ---------------------------------------------------------- */

/* May it leave?  The last of a step stays, or nobody would end it. */
static bool may_leave(const struct scheduler *s, const struct child *c)
{
    const struct running_step *r =
        c->pid ? scheduler_step_at(s, c->step) : NULL;

    return r && c->role == CHILD_WORKER && !c->leaving && r->leaving <= 0 &&
           running_step_is_elastic(r) &&
           launch_running(&s->launcher, c->step, CHILD_WORKER) > 1;
}

/* What would be free on the hosts when all that are leaving have left. */
static void add_leaving(const struct scheduler *s, struct host_list *then)
{
    for (int i = 0; i < LAUNCH_MAX_CHILDREN; i++) {
        const struct child *c = &s->launcher.child[i];
        const struct running_step *r =
            c->pid ? scheduler_step_at(s, c->step) : NULL;

        if (r && (c->leaving || r->leaving > 0))
            host_list_give(then, &c->place);
    }
}

/* One of those that may leave, whose cores are on 'host' (-1: any), or NULL. */
static struct child *find_leaver(struct scheduler *s, int host)
{
    for (int i = LAUNCH_MAX_CHILDREN - 1; i >= 0; i--) {
        struct child *c = &s->launcher.child[i];

        if (may_leave(s, c) && (host < 0 || c->place.part[0].host == host))
            return c;
    }
    return NULL;
}

/* Cores on a host of those workers of a step that may leave. */
static int cores_of_leavers(const struct scheduler *s,
                            const struct running_step *r, int host)
{
    int left = launch_running(&s->launcher, r->index, CHILD_WORKER) - 1, n = 0;

    for (int i = 0; i < LAUNCH_MAX_CHILDREN && left > 0; i++) {
        const struct child *c = &s->launcher.child[i];

        if (c->step == r->index && may_leave(s, c) &&
            c->place.part[0].host == host) {
            n += host_list_place_cores(&c->place);
            left--;
        }
    }
    return n;
}

/* How much could be free on a host, if all left that may. */
static int cores_to_have(const struct scheduler *s,
                         const struct host_list *then, int host)
{
    int n = then->host[host].cores_free;

    for (int i = 0; i < s->n_running; i++)
        n += cores_of_leavers(s, s->running[i], host);
    return n;
}

/* The host on which one rank would soonest find its cores, or -1. */
static int find_host(const struct scheduler *s, const struct host_list *then,
                     int threads)
{
    int best = -1;

    for (int i = 0; i < then->n; i++)
        if (cores_to_have(s, then, i) >= threads &&
            (best < 0 ||
             then->host[i].cores_free > then->host[best].cores_free))
            best = i;
    return best;
}

/* Could so many ranks find their cores, if all left that may? */
static bool would_do(const struct scheduler *s, const struct host_list *then,
                     const struct process_need *need)
{
    int ranks = 0;

    for (int i = 0; i < then->n; i++)
        ranks += cores_to_have(s, then, i) / need->threads;
    return ranks >= need->ranks;
}

void elastic_workers_shrink(struct scheduler *s,
                            const struct process_need *need)
{
    struct host_list then = s->allocation.hosts;
    struct process_need cores = *need;
    struct child *c;

    add_leaving(s, &then);
    cores.memory = 0; /* where memory alone lacks, cores do not help */
    if (host_list_room(&then, &cores) > 0 || !would_do(s, &then, need))
        return;
    while (host_list_room(&then, need) == 0) {
        const int host =
            need->ranks > 1 ? -1 : find_host(s, &then, need->threads);

        if (host < 0 && need->ranks == 1)
            return;
        c = find_leaver(s, host);
        if (!c)
            return;
        c->leaving = true;
        host_list_give(&then, &c->place);
    }
}

void elastic_workers_drain(struct scheduler *s)
{
    for (int i = 0; i < LAUNCH_MAX_CHILDREN; i++) {
        const struct child *c = &s->launcher.child[i];
        const int worker = c->pid && c->leaving
                               ? worker_list_find_token(&s->workers, c->token)
                               : -1;

        if (worker >= 0 && !s->workers.worker[worker].drained)
            scheduler_drain_worker(s, worker);
    }
}
