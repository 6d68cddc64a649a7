#include "nn/nets.h"

#include <stdio.h>
#include <string.h>

#define NET(x) extern const struct net net_##x;
#include "nn/nets.def"
#undef NET

static const struct net *const nets[] = {
#define NET(x) &net_##x,
#include "nn/nets.def"
#undef NET
};

enum { N_NET = sizeof(nets) / sizeof(nets[0]) };

const struct net *net_at(size_t i)
{
    return i < N_NET ? nets[i] : NULL;
}

const struct net *net_find(const char *name, struct err *err)
{
    char known[256] = "";

    for (size_t i = 0; i < N_NET; i++) {
        const size_t at = strlen(known);

        if (strcmp(nets[i]->name, name) == 0)
            return nets[i];
        snprintf(known + at, sizeof(known) - at, "%s%s", at ? ", " : "",
                 nets[i]->name);
    }
    err_set(err, ERR_USAGE, "network '%.64s' is not one of: %s", name, known);
    return NULL;
}

static int check_args(const struct net_args *a, struct err *err)
{
    if (a->h < NET_MIN_SIDE || a->h > NET_MAX_SIDE || a->w < NET_MIN_SIDE ||
        a->w > NET_MAX_SIDE)
        return err_set(err, ERR_USAGE,
                       "network: input of %d x %d is not in %d .. %d", a->h,
                       a->w, NET_MIN_SIDE, NET_MAX_SIDE);
    if (a->classes < 2 || a->classes > NET_MAX_CLASSES)
        return err_set(err, ERR_USAGE, "network: %d classes is not in 2 .. %d",
                       a->classes, NET_MAX_CLASSES);
    return 0;
}

struct graph *net_new(const struct net *net, const struct net_args *a,
                      const struct graph_args *ga, struct err *err)
{
    struct graph *g;

    if (check_args(a, err) < 0)
        return NULL;
    g = graph_new(ga);
    if (g)
        net->build(g, a);
    if (graph_finish(g, err) < 0) {
        graph_free(g);
        return NULL;
    }
    return g;
}
