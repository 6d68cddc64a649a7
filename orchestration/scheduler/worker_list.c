/* worker_list.c - entries by routing id and by token */
#include "orchestration/scheduler/worker_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int worker_list_init(struct worker_list *l, struct err *err)
{
    *l = (struct worker_list){0};
    l->worker = calloc(WORKER_LIST_MAX, sizeof(*l->worker));
    if (!l->worker)
        return err_set(err, ERR_SYSTEM, "no memory for a list of workers");
    return 0;
}

void worker_list_release(struct worker_list *l)
{
    free(l->worker);
    *l = (struct worker_list){0};
}

int worker_list_find(const struct worker_list *l, const void *identity,
                     size_t n)
{
    for (int i = 0; i < l->n; i++)
        if (n > 0 && l->worker[i].identity_size == n &&
            memcmp(l->worker[i].identity, identity, n) == 0)
            return i;
    return -1;
}

int worker_list_find_token(const struct worker_list *l, uint64_t token)
{
    for (int i = 0; i < l->n; i++)
        if (l->worker[i].identity_size && l->worker[i].token == token)
            return i;
    return -1;
}

static bool same_process(const struct listed_worker *w,
                         const struct worker_peer *p)
{
    return w->identity_size > 0 && w->token == p->token &&
           strcmp(w->name, p->name) == 0 && strcmp(w->stage, p->stage) == 0;
}

/* Place of a process that has said hello before, or -1. */
static int find_peer(const struct worker_list *l, const struct worker_peer *p)
{
    const int known = worker_list_find(l, p->identity, p->identity_size);

    for (int i = 0; known < 0 && i < l->n; i++)
        if (same_process(&l->worker[i], p))
            return i;
    return known;
}

static int free_place(struct worker_list *l)
{
    for (int i = 0; i < l->n; i++)
        if (l->worker[i].identity_size == 0)
            return i;
    if (l->n < WORKER_LIST_MAX)
        return l->n++;
    for (int i = 0; i < l->n; i++)
        if (l->worker[i].silent)
            return i;
    return -1;
}

static void set_identity(struct listed_worker *w, const struct worker_peer *p)
{
    w->identity_size = p->identity_size;
    memcpy(w->identity, p->identity, p->identity_size);
}

int worker_list_hello(struct worker_list *l, const struct worker_peer *p,
                      double now)
{
    struct listed_worker *w;
    int i;

    if (p->identity_size == 0 || p->identity_size > WORKER_IDENTITY_MAX)
        return -1;
    i = find_peer(l, p);
    if (i >= 0) {
        w = &l->worker[i];
        w->credits = 0;
        w->drained = false;
        w->returned = true;
        w->silent = false;
        w->seen = now;
        set_identity(w, p);
        return i;
    }
    i = free_place(l);
    if (i < 0)
        return -1;
    w = &l->worker[i];
    *w =
        (struct listed_worker){.token = p->token, .step = p->step, .seen = now};
    set_identity(w, p);
    snprintf(w->name, sizeof(w->name), "%s", p->name);
    snprintf(w->stage, sizeof(w->stage), "%s", p->stage);
    return i;
}

void worker_list_credit(struct worker_list *l, int worker, int n, int most)
{
    struct listed_worker *w = &l->worker[worker];

    if (!w->drained)
        w->credits = n < most - w->credits ? w->credits + n : most;
}

void worker_list_drain(struct worker_list *l, int worker)
{
    l->worker[worker].credits = 0;
    l->worker[worker].drained = true;
}

double worker_list_rate(const struct listed_worker *w, double now)
{
    return w->rows_done > 0 && now > w->since
               ? (double)w->rows_done / (now - w->since)
               : 0;
}

void worker_list_remove(struct worker_list *l, int worker)
{
    l->worker[worker] = (struct listed_worker){0};
}
