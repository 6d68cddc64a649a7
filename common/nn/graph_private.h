/*
 * graph_private.h - what graph.c (building and running), graph_plan.c
 * (memory and order), graph_bf16.c, graph_chains.c, graph_strips.c and
 * graph_finite.c share
 */
#ifndef NN_GRAPH_PRIVATE_H
#define NN_GRAPH_PRIVATE_H

#include "nn/graph.h"
#include "nn/memplan.h"

enum { NO_NODE = -1 };

struct graph {
    struct graph_args args;
    struct node *node[GRAPH_MAX_NODES]; /* owned */
    int n_node;
    int batch;
    struct pass pass; /* what ops are told; phase of last forward */
    struct memplan_block param, dparam; /* owned */
    struct memplan_block state, arena, scratch, ready;
    bool live[GRAPH_MAX_NODES];     /* backward runs this node */
    int remake_at[GRAPH_MAX_NODES]; /* whose backward wants it made again */
    float *kept[GRAPH_MAX_NODES];   /* where forward writes its value */
    float *remade[GRAPH_MAX_NODES]; /* where it is made again */
    bool border[GRAPH_MAX_NODES];   /* see graph.h */
    bool run[GRAPH_MAX_NODES];      /* the node is of this part */
    int rows[GRAPH_MAX_NODES];      /* forward does so many at once; neighbours
                                       with as many are a strip */
    bool wide[GRAPH_MAX_NODES];     /* the value has rows for the whole batch */
    size_t n_param, n_all, n_state;
    struct named_tensor *list; /* owned */
    size_t n_list;
    bool finished;
    bool changed;           /* the weights, since nodes prepared themselves */
    struct node_time *time; /* borrowed; NULL: nobody asks */
    bool seeks;             /* graph_forward_finite() is at work, */
    int sought;             /* and has found this node, or NO_NODE */
    struct err err;         /* first error while building */
};

/*
 * Decide who runs and who learns, lay out memory, allocate it, and tell every
 * node where its own is.  Once, when all nodes are there.
 * Errors: ERR_SYSTEM without memory; graph_free() releases what there is.
 */
MUST_USE int graph_plan(struct graph *g, struct err *err);

/* Of graph_forward_finite(): look at the value that node i has just made. */
void graph_seek_finite(struct graph *g, int i);

/* Set rows[] and wide[]; folds are known. */
void graph_plan_strips(struct graph *g);

/* Set the values that are bf16; folds are known. */
void graph_plan_bf16(struct graph *g);

/* Find the nodes that grow, and the pitch of values; strips are known. */
void graph_plan_chains(struct graph *g);

/* The first node behind the strip that node i is in. */
int graph_strip_end(const struct graph *g, int i);

/* Values are now those of 'n' images of the batch from 'first' on; of values
 * that are not wide, whatever lies there. */
void graph_take_rows(struct graph *g, int first, int n);

#endif
