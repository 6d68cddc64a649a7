/*
 * graph.h - a network: nodes in topological order, and their memory
 *
 * All parameters lie in one block, their gradients in another, running
 * statistics in a third: an optimiser is one loop, a checkpoint one walk over
 * graph_tensors(), data-parallel training one sum over graph_dparam().
 *
 *     struct graph *g = graph_new(&(struct graph_args){.max_batch = 32});
 *     struct node *x = nn_input(g, "input_1", 110, 110, 3);
 *     x = nn_dense(g, x, "dense", (struct dense_args){.units = 5});
 *     if (graph_finish(g, &err) < 0) ...
 *     graph_set_batch(g, n);
 *     memcpy(graph_input(g), images, ...);
 *     graph_forward(g, PHASE_TRAIN);
 *     ... graph_output(g)->out, loss, write graph_output(g)->dout ...
 *     graph_zero_grad(g);
 *     graph_backward(g);
 *
 * Results have the same bits for any number of threads.
 */
#ifndef NN_GRAPH_H
#define NN_GRAPH_H

#include "nn/gemm.h"
#include "nn/op.h"

#include <stdint.h>

enum { GRAPH_MAX_BATCH = 4096, GRAPH_MAX_NODES = 1024 };

enum graph_memory {
    GRAPH_KEEP_ALL, /* every out and dout stays readable (Grad-CAM, tests),
                       and is float32 */
    GRAPH_TRAIN,    /* backward reuses memory: outs are good until then, the
                       logits' longer; douts never; the input has no dout.  A
                       batch normalisation that is read through (op.h) has no
                       out, the outs of concatenations that grow in place
                       have tensor.pitch numbers a pixel (graph_chains.c), and
                       in bf16 some outs are less a mean (node.centre) */
    GRAPH_INFER,    /* only graph_output()->out is good, the input is spoilt;
                       PHASE_INFER alone, no backward; batch normalisation
                       is folded into the convolution before it, and the
                       first layers do a few images at a time
                       (graph_strips.c) */
};

/*
 * A value is fixed if it depends on the first input alone: nothing on the way
 * to it learns or draws random numbers.  The border is the fixed values that
 * others read.  They can be computed once for each image, by a graph that is
 * the front part, and given to one that is the tail, which does the rest with
 * the same bits as the whole.  All parts have the same tensors, and draw the
 * same.
 */
enum graph_part {
    GRAPH_WHOLE,
    GRAPH_FRONT, /* what the border needs; forward alone; only the border's
                    outs are good */
    GRAPH_TAIL,  /* the rest; the caller writes the border's outs before each
                    forward, which may spoil them; there may be no input */
};

struct graph_args {
    int max_batch;                 /* 1 .. GRAPH_MAX_BATCH */
    int threads;                   /* 0: as many as OpenMP would start */
    uint64_t seed;                 /* of initial weights and dropout */
    const struct collective *coll; /* borrowed; NULL: one rank */
    enum graph_memory memory;
    bool remakes; /* GRAPH_TRAIN: values that a node can make again, of batch
                     normalisation, are not kept for backward but made anew:
                     less memory, a little more time, the same bits */
    bool bf16;    /* convolutions multiply numbers rounded to bf16, where
                     conv_choose() finds that it pays, and values and
                     gradients between layers that can read and write them are
                     bf16 in memory, unless all stay readable (graph_bf16.c);
                     weights, their gradients, statistics and sums are
                     float32 */
    bool frozen;  /* no layer learns: backward gives douts alone */
    enum graph_part part; /* but GRAPH_WHOLE: with GRAPH_TRAIN alone */
    bool unfused; /* an activation is a node of its own, as in Keras, and has
                     the layer's name; convolution and activation stay one */
    bool sizes;   /* nothing is allocated: for graph_bytes(), the lengths of
                     parameters and the shapes of nodes alone */
};

/* New empty graph, or NULL if memory is short.  Free with graph_free(). */
struct graph *graph_new(const struct graph_args *a);

/* Release 'g' and every node in it.  NULL is allowed. */
void graph_free(struct graph *g);

/*
 * For constructors.  Append a node 'name' for 'op' reading 'x' (NULL only for
 * inputs) and return its private struct, zeroed but for 'base', to be filled
 * before graph_commit().  NULL if 'g' is NULL or holds an error.
 */
void *graph_add(struct graph *g, const struct op *op, const char *name,
                struct node *x);

/* Work out the node's shape.  NULL if 'node' is NULL, and if op->shape() fails
 * or there are more than INT_MAX values: 'g' holds the error then. */
struct node *graph_commit(struct graph *g, void *node);

/* The largest batch, whether to fuse, whether every dout must stay readable,
 * whether what is made of weights is kept, and whether it is for inference
 * alone, for constructors. */
int graph_max_batch(const struct graph *g);
bool graph_infers(const struct graph *g);
bool graph_fuses(const struct graph *g);
bool graph_keeps_all(const struct graph *g);
bool graph_keeps_ready(const struct graph *g);

/* Of a network without backward, or in bf16, whose blocks convolutions may be
 * made of; NULL otherwise. */
const struct block_kernel *graph_kernel(const struct graph *g);

/* gemm_describe(), which engine adds, and how products are made in bf16, if
 * they are. */
void graph_describe(const struct graph *g, char text[GEMM_DESCRIPTION]);

/*
 * Before graph_finish(): keep 'last' and what it depends on; drop the other
 * nodes, so that 'last' is the output.  NULL is allowed and does nothing.
 */
void graph_cut(struct graph *g, const struct node *last);

/*
 * Before graph_finish(): the layer whose weights are named 'prefix' learns
 * nothing.  Backward computes nothing that only frozen layers would need.
 * A name that no layer has is allowed (layers without weights have none).
 */
void graph_freeze(struct graph *g, const char *prefix);

/*
 * Plan and allocate memory once; draw the initial parameters: node i from
 * stream (seed, RNG_INIT, i, 0), so every rank has the same.  The batch is
 * max_batch.
 * Errors: the first one latched while building (ERR_USAGE); ERR_SYSTEM
 * without memory, also when 'g' is NULL.
 */
MUST_USE int graph_finish(struct graph *g, struct err *err);

/* Rows of the next batch, 0 .. max_batch.  A rank without rows still runs
 * forward and backward, because they are collective. */
void graph_set_batch(struct graph *g, int n);
int graph_batch(const struct graph *g);

/* Which optimiser step this is, and which sample of the global batch this
 * rank's row 0 is: dropout depends on both and on nothing else. */
void graph_set_step(struct graph *g, uint32_t step, uint32_t first_row);

/*
 * By which share running statistics move towards those of the batch in
 * PHASE_TRAIN from now on, in place of each layer's 1 - momentum: with n / N for
 * a batch of n when there have been N with it they are the mean of all batches,
 * weighted by their sizes, whatever they were before (in bf16 but for
 * rounding).  0 <= share <= 1; 0: as the layers have it.
 */
void graph_set_share(struct graph *g, double share);

/* The first input's value, (n, h, w, c), for the caller to write.  Other inputs
 * are found by graph_node(); what was written there stays until it is written
 * anew, whatever the graph's memory. */
float *graph_input(struct graph *g);

/* The last node: logits in the networks of nets.h. */
struct node *graph_output(struct graph *g);

/* The node of that name (an activation fused into a batch normalisation goes
 * by the activation's name), or NULL. */
struct node *graph_node(struct graph *g, const char *name);

/* The i-th node of the border, in order; NULL past the last. */
struct node *graph_border_at(struct graph *g, int i);

/* Behind the border of a GRAPH_FRONT graph only every so many-th row and column
 * of the i-th node's value is read, from the first on; 1: all. */
int graph_border_step(struct graph *g, int i);

/* Of the value of 'nd' only every so many-th row and column is read, from the
 * first on; 1: all. */
int graph_read_step(const struct graph *g, const struct node *nd);

/* Run every node, first to last.  Collective in PHASE_TRAIN. */
void graph_forward(struct graph *g, enum phase phase);

/*
 * The same, and the place (graph_node_at()) of the first node whose value has a
 * NaN or an infinite number; -1: none has.  Values of a node may lie where
 * those of an earlier one lay, so they are looked at as they are made.
 */
int graph_forward_finite(struct graph *g, enum phase phase);

/* Are a node's weights and statistics finite, and those by which its value is
 * centred (op.h)? */
bool graph_weights_finite(const struct node *nd);

/* Set graph_dparam() to 0.  (Douts need no clearing.) */
void graph_zero_grad(struct graph *g);

/*
 * Run every node, last to first, in the phase of the last forward; the caller
 * has written graph_output()->dout.  Adds to graph_dparam(); overwrites the
 * dout of every other node.  After PHASE_INFER batch normalisation is an
 * affine map with its running statistics.  The gradient is of this rank's rows:
 * sum graph_dparam() over ranks for that of the global batch.
 * Collective after PHASE_TRAIN.
 */
void graph_backward(struct graph *g);

/*
 * The same.  Whenever a layer that learns is done, 'ready' is told that
 * graph_dparam()[from ..] are complete; the whole is when this returns.
 */
typedef void (*graph_ready_f)(void *self, size_t from);
void graph_backward_each(struct graph *g, graph_ready_f ready, void *self);

/*
 * The same, but only as far as the dout of 'last' and of the nodes behind it;
 * douts before it are spoilt, and their layers' gradients are not added to.
 */
void graph_backward_to(struct graph *g, const struct node *last);

/* What is learnt, its gradient, and their common length in floats.  Frozen
 * parameters lie behind, from graph_n_param() to graph_n_all(). */
float *graph_param(struct graph *g);
float *graph_dparam(struct graph *g);
size_t graph_n_param(const struct graph *g);
size_t graph_n_all(const struct graph *g);

/*
 * Tell a GRAPH_INFER graph that weights or statistics were written through a
 * pointer from an earlier call: it keeps what it derived from them.  The
 * functions here that hand out such pointers say so by themselves.
 */
void graph_changed(struct graph *g);

/* Running statistics: the same on every rank, not touched by an optimiser. */
float *graph_state(struct graph *g);
size_t graph_n_state(const struct graph *g);

/* A view of one parameter or running statistic. */
struct named_tensor {
    char name[NN_NAME_MAX * 2]; /* "bn_Conv1/gamma:0" */
    int n_dim, dim[4];          /* Keras' layout: (h, w, in, out), (in, out) */
    float *data;                /* in graph_param() or graph_state() */
    size_t len;                 /* floats */
    bool is_state;
};

/* All of them, in order of the nodes; owned by 'g', good while it is. */
void graph_tensors(struct graph *g, const struct named_tensor **list,
                   size_t *n);

/* Seconds spent in one node, summed over passes. */
struct node_time {
    double forward, backward;
};

/*
 * From now on add what each node takes to time[0 .. graph_n_node() - 1], in
 * order of graph_node_at(); borrowed.  NULL: no longer.
 */
void graph_time(struct graph *g, struct node_time *time);

/* Bytes of all blocks together. */
size_t graph_bytes(const struct graph *g);

/* The nodes in order, for reports: 0 .. graph_n_node() - 1, else NULL. */
int graph_n_node(const struct graph *g);
const struct node *graph_node_at(const struct graph *g, int i);

/* The place of 'nd' among them; -1: it is none of them. */
int graph_index(const struct graph *g, const struct node *nd);

#endif
