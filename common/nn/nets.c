#include "nn/nets.h"

#include "base/spell.h"
#include "nn/cell_size.h"
#include "nn/layers.h"

#include <stdio.h>
#include <stdlib.h>
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

static const char *const head_names[] = {[HEAD_PAPER] = "paper",
                                         [HEAD_LINEAR] = "linear",
                                         [HEAD_POOL] = "pool",
                                         [HEAD_NONE] = "none",
                                         [HEAD_PROJECT] = "project",
                                         [HEAD_PROJECT_TWO] = "project_two",
                                         [HEAD_CLASSIFIER] = "classifier",
                                         [HEAD_DROPOUT] = "dropout"};

const char *net_head_name(enum net_head head)
{
    return head_names[head];
}

int net_head_find(const char *name, enum net_head *head, struct err *err)
{
    for (size_t i = 0; i < sizeof(head_names) / sizeof(head_names[0]); i++)
        if (strcmp(head_names[i], name) == 0) {
            *head = (enum net_head)i;
            return 0;
        }
    return err_set(err, ERR_USAGE, "there is no head '%.64s'", name);
}

struct node *net_cam_node(const struct net *net, struct graph *g)
{
    struct node *nd = graph_node(g, net->cam_layer), *last = NULL;

    if (nd)
        return nd;
    /* heads begin with a pool of the trunk's last layer */
    for (int i = 0; !last && i < graph_n_node(g); i++)
        if (strncmp(graph_node_at(g, i)->name, "global_", 7) == 0)
            last = graph_node_at(g, i)->in[0];
    for (nd = last; nd && !nd->rectified;)
        nd = nd->in[0];
    return nd ? nd : last;
}

float *net_size(struct graph *g)
{
    struct node *nd = graph_node(g, "size");

    return nd ? nd->out.data : NULL;
}

static bool is_paper_head(enum net_head head)
{
    return head == HEAD_PAPER || head == HEAD_DROPOUT;
}

static int check_args(const struct net_args *a, struct err *err)
{
    const bool classes = is_paper_head(a->head) || a->head == HEAD_LINEAR ||
                         a->head == HEAD_CLASSIFIER;

    if (a->h < NET_MIN_SIDE || a->h > NET_MAX_SIDE || a->w < NET_MIN_SIDE ||
        a->w > NET_MAX_SIDE)
        return err_set(err, ERR_USAGE,
                       "network: input of %d x %d is not in %d .. %d", a->h,
                       a->w, NET_MIN_SIDE, NET_MAX_SIDE);
    if (classes && (a->classes < 2 || a->classes > NET_MAX_CLASSES))
        return err_set(err, ERR_USAGE, "network: %d classes is not in 2 .. %d",
                       a->classes, NET_MAX_CLASSES);
    return 0;
}

/* --- Keras' order ----------------------------------------------------------*/

struct keras_order {
    struct graph *g;
    int visited[GRAPH_MAX_NODES]; /* when Keras meets node i; -1: not yet */
    int depth[GRAPH_MAX_NODES];   /* of node i: longest way to the output */
    int n_visited;
};

/* From the output: a node, then what its inputs lead to, the first one first.
 * (Keras: functional.py, _build_map_helper.) */
static void visit_node(struct keras_order *o, int i)
{
    const struct node *nd = graph_node_at(o->g, i);

    if (o->visited[i] >= 0)
        return;
    o->visited[i] = o->n_visited++;
    for (int k = 0; k < NN_MAX_IN && nd->in[k]; k++)
        visit_node(o, graph_index(o->g, nd->in[k]));
}

static void measure_depth(struct keras_order *o)
{
    for (int i = graph_n_node(o->g) - 1; i >= 0; i--) {
        const struct node *nd = graph_node_at(o->g, i);

        for (int k = 0; k < NN_MAX_IN && nd->in[k]; k++) {
            int *d = &o->depth[graph_index(o->g, nd->in[k])];

            *d = *d > o->depth[i] + 1 ? *d : o->depth[i] + 1;
        }
    }
}

/* How many nodes come before node i. */
static int depth_rank(const struct keras_order *o, int i)
{
    int n = 0;

    for (int j = 0; j < graph_n_node(o->g); j++)
        n += o->depth[j] > o->depth[i] ||
             (o->depth[j] == o->depth[i] && o->visited[j] < o->visited[i]);
    return n;
}

int net_keras_order(struct graph *g, int *order, struct err *err)
{
    struct keras_order *o = calloc(1, sizeof(*o));
    const int n = graph_n_node(g);

    if (!o)
        return err_set(err, ERR_SYSTEM, "network: no memory for its order");
    o->g = g;
    for (int i = 0; i < n; i++)
        o->visited[i] = -1;
    visit_node(o, n - 1);
    measure_depth(o);
    for (int i = 0; i < n; i++)
        order[depth_rank(o, i)] = i;
    free(o);
    return 0;
}

static struct net_layers *sorted_layers(struct graph *g)
{
    struct net_layers *l = calloc(1, sizeof(*l));
    int order[GRAPH_MAX_NODES];
    struct err no;

    if (!l || net_keras_order(g, order, &no) < 0) {
        free(l);
        return NULL;
    }
    l->n = graph_n_node(g);
    for (int i = 0; i < l->n; i++) {
        const struct node *nd = graph_node_at(g, order[i]);

        strcpy(l->name[i], nd->name);
        l->n_slot[i] = nd->n_slot;
        memcpy(l->slot[i], nd->slot, sizeof(nd->slot));
    }
    return l;
}

struct net_layers *net_layers(const struct net *net, struct err *err)
{
    const struct net_args a = {.h = NET_MIN_SIDE, .w = NET_MIN_SIDE};
    struct graph *g = graph_new(&(struct graph_args){
        .max_batch = 1, .memory = GRAPH_INFER, .unfused = true});
    struct net_layers *l = NULL;

    if (g && net->trunk(g, &a))
        l = sorted_layers(g);
    graph_free(g);
    if (!l)
        err_set(err, ERR_SYSTEM, "network: no memory for names of layers");
    return l;
}

int net_count_layers(const struct net *net, struct err *err)
{
    struct net_layers *l = net_layers(net, err);
    const int n = l ? l->n : -1;

    free(l);
    return n;
}

static int find_layer(const struct net_layers *l, const char *name)
{
    for (int i = 0; i < l->n; i++)
        if (strcmp(l->name[i], name) == 0)
            return i;
    return -1;
}

/* Say that 'layer' is none of 'l', and which one was probably meant. */
static void no_such_layer(const struct net *net, const struct net_layers *l,
                          const char *layer, struct err *err)
{
    const char *names[GRAPH_MAX_NODES], *near;

    for (int i = 0; i < l->n; i++)
        names[i] = l->name[i];
    near = spell_nearest(layer, names, (size_t)l->n);
    err_set(err, ERR_USAGE, "network %s has no layer '%.64s'%s%s%s", net->name,
            layer, near ? "; nearest is '" : "", near ? near : "",
            near ? "'" : "");
}

int net_layer_index(const struct net *net, const char *layer, struct err *err)
{
    struct net_layers *l = net_layers(net, err);
    int i;

    if (!l)
        return -1;
    i = find_layer(l, layer);
    if (i < 0)
        no_such_layer(net, l, layer, err);
    free(l);
    return i;
}

/* --- stages ----------------------------------------------------------------*/

/* The stage, counted from 1, of layer i; 0 of -1. */
static int stage_of(const struct net *net, const struct net_layers *l, int i)
{
    int stage = i >= 0;

    for (const char *const *s = net->stages; i >= 0 && *s; s++)
        stage += find_layer(l, *s) <= i;
    return stage;
}

int net_depths(const struct net *net, struct graph *g, int *depth,
               struct err *err)
{
    struct net_layers *l = net_layers(net, err);
    int last = 0;

    if (!l)
        return -1;
    for (int i = 0; i < graph_n_node(g); i++) {
        const struct node *nd = graph_node_at(g, i);

        depth[i] = stage_of(net, l, find_layer(l, nd->prefix));
        last = depth[i] > last ? depth[i] : last;
    }
    for (int i = 0; i < graph_n_node(g); i++)
        depth[i] = depth[i] ? last + 1 - depth[i] : 0;
    free(l);
    return 0;
}

/* --- a network -------------------------------------------------------------*/

/* What a head begins with, and the size of cells beside it. */
static struct node *pool_trunk(struct graph *g, struct node *x,
                               const struct net *net, const struct net_args *a)
{
    if (a->head == HEAD_NONE)
        return x;
    x = is_paper_head(a->head) && net->dropout_head
            ? nn_global_max_pool(g, x, "global_max_pooling2d")
            : nn_global_avg_pool(g, x, "global_average_pooling2d");
    if (!a->size || a->head == HEAD_POOL)
        return x;
    return nn_concat(g, x, nn_input(g, "size", 1, 1, CELL_SIZE), "with_size");
}

/* What a head of two dense layers has besides. */
struct dense_head {
    int units; /* of the first */
    bool dropout, batch_norm;
};

/* Keras' names: each kind is counted from the second on. */
static void head_dense(struct graph *g, struct node *x,
                       const struct net_args *a, struct dense_head h)
{
    const struct dropout_args half = {.rate = a->no_dropout ? 0.0f : .5f};
    const struct bn_args bn = {.momentum = a->bn_momentum};

    if (h.batch_norm)
        x = nn_batch_norm(g, x, "batch_normalization", bn);
    if (h.dropout)
        x = nn_dropout(g, x, "dropout", half);
    x = nn_dense(g, x, "dense", (struct dense_args){.units = h.units});
    x = nn_relu(g, x, "dense_relu");
    if (h.batch_norm)
        x = nn_batch_norm(g, x, "batch_normalization_1", bn);
    if (h.dropout)
        x = nn_dropout(g, x, "dropout_1", half);
    nn_dense(g, x, "dense_1", (struct dense_args){.units = a->classes});
}

/* Of one layer, the head with which the authors' notebooks train an encoder. */
static void head_project(struct graph *g, struct node *x, bool two)
{
    const struct dense_args last = {.units = 128};
    const struct dense_args first = {.units = two ? x->out.c : 128};

    x = nn_dense(g, x, "projection", first);
    x = nn_relu(g, x, "projection_relu");
    if (two)
        x = nn_dense(g, x, "projection_1", last);
    nn_l2_normalize(g, x, "embedding");
}

static void add_head(struct graph *g, struct node *x, const struct net *net,
                     const struct net_args *a)
{
    x = pool_trunk(g, x, net, a);
    if (is_paper_head(a->head))
        head_dense(g, x, a,
                   (struct dense_head){.units = 1024,
                                       .dropout = net->dropout_head ||
                                                  a->head == HEAD_DROPOUT,
                                       .batch_norm = net->dropout_head});
    if (a->head == HEAD_PROJECT || a->head == HEAD_PROJECT_TWO)
        head_project(g, x, a->head == HEAD_PROJECT_TWO);
    if (a->head == HEAD_CLASSIFIER)
        head_dense(g, x, a, (struct dense_head){.units = 512, .dropout = true});
    if (a->head == HEAD_LINEAR)
        nn_dense(g, x, "dense", (struct dense_args){.units = a->classes});
}

/* Cut the trunk at a->cut; its last node, or NULL with 'err' set. */
static struct node *cut_trunk(struct graph *g, const struct net *net,
                              const struct net_args *a, struct err *err)
{
    struct node *x = graph_node(g, a->cut);

    if (x)
        graph_cut(g, x);
    else if (net_layer_index(net, a->cut, err) >= 0)
        err_set(err, ERR_USAGE,
                "network %s: '%.64s' is one with the layer behind it here; cut "
                "there",
                net->name, a->cut);
    return x;
}

static int freeze_layers(struct graph *g, const struct net *net, int n,
                         struct err *err)
{
    struct net_layers *l = n ? net_layers(net, err) : NULL;
    int rc = 0;

    if (n && !l)
        return -1;
    if (n && (n < 0 || n > l->n))
        rc = err_set(err, ERR_USAGE,
                     "network %s: cannot freeze %d layers, it has %d",
                     net->name, n, l->n);
    for (int i = 0; rc == 0 && i < n; i++)
        graph_freeze(g, l->name[i]);
    free(l);
    return rc;
}

static int build_network(struct graph *g, const struct net *net,
                         const struct net_args *a, struct err *err)
{
    struct node *x = net->trunk(g, a);

    if (x && a->cut)
        x = cut_trunk(g, net, a, err);
    if (!x && err->code)
        return -1;
    add_head(g, x, net, a);
    if (freeze_layers(g, net, a->freeze, err) < 0)
        return -1;
    return graph_finish(g, err);
}

struct graph *net_new(const struct net *net, const struct net_args *a,
                      const struct graph_args *ga, struct err *err)
{
    struct graph_args args = *ga;
    struct err why = {0};
    struct graph *g;

    args.remakes = args.remakes || net->remakes;
    if (check_args(a, err) < 0)
        return NULL;
    g = graph_new(&args);
    if (!g) {
        err_set(err, ERR_SYSTEM, "network: no memory");
        return NULL;
    }
    if (build_network(g, net, a, &why) < 0) {
        *err = why;
        graph_free(g);
        return NULL;
    }
    return g;
}
