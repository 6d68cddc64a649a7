/*
 * op.h - what a layer is
 *
 * A layer lives in one file, op_<name>.c: a private struct that starts with a
 * 'struct node', the functions below, a 'const struct op' that lists them, and
 * a constructor declared in layers.h.  Nothing else knows its type.
 *
 * Tensors are float32, in a network in bf16 some are bf16 (graph_bf16.c);
 * row-major, NHWC as in Keras; a vector batch is (n, 1, 1, c).
 */
#ifndef NN_OP_H
#define NN_OP_H

#include "base/err.h"
#include "base/rng.h"
#include "nn/bn_rows.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    NN_NAME_MAX = 64, /* bytes of a layer's name with its NUL */
    NN_MAX_IN = 2,    /* inputs of a node */
    NN_MAX_SLOT = 4,  /* named tensors of a node */
};

/* What backward does not read of forward's values, so that their memory may
 * serve others. */
enum spares { SPARES_IN = 1, SPARES_OUT = 2 };

enum phase {
    PHASE_TRAIN, /* batch statistics, dropout on */
    PHASE_INFER, /* running statistics, dropout off */
};

struct tensor {
    int n, h, w, c; /* images >= 0, rows, columns, channels >= 1 */
    int pitch;      /* numbers from pixel to pixel: c, or more where a value
                       grows in place (graph_chains.c), which batch
                       normalisations and concatenations alone read */
    bool bf16;      /* numbers are of bf16.h, not floats */
    float *data;    /* n*h*w*pitch numbers in the graph's arena; borrowed */
};

/*
 * Sums over the ranks of a data-parallel job.  'sum' replaces x[0 .. n-1] by
 * its sum over all ranks, the same bits on each; every rank calls it equally
 * often with equal 'n'.
 */
struct collective {
    int rank, size;
    void (*sum)(void *self, double *x, size_t n);
    void *self; /* borrowed */
};

/* What a pass through the graph is told. */
struct pass {
    enum phase phase;
    int threads;        /* OpenMP threads; results do not depend
                                      on it */
    uint64_t seed;      /* of the graph */
    uint32_t step;      /* optimiser step, for dropout */
    uint32_t first_row; /* row 0 is this sample of the global batch */
    double share;       /* above 0: by it running statistics move towards the
                           batch's, instead of by the layer's momentum */
    const struct collective *coll; /* borrowed; NULL for one rank */
    void *scratch;                 /* what op.scratch() asked for */
};

/* A named part of a node's parameters or running statistics. */
struct slot {
    const char *suffix; /* "kernel:0", as Keras' */
    int n_dim, dim[4];
    bool is_state; /* running statistic, not learnt */
    size_t at;     /* offset in param or state */
};

struct node {
    const struct op *op;
    char name[NN_NAME_MAX];   /* of the value, "block_1_expand_relu"; unique */
    char prefix[NN_NAME_MAX]; /* of the slots, "block_1_expand_BN" */
    struct node *in[NN_MAX_IN]; /* inputs, in order; borrowed; NULL past last */
    struct tensor out;          /* the value; data NULL if read_through */
    struct tensor dout;  /* d loss / d out; data NULL if nobody needs it */
    bool frozen;         /* learns nothing: dparam is NULL, batch normalisation
                            uses its moving statistics and leaves them */
    unsigned spares;     /* op.spares, unless the constructor says less */
    bool flat;           /* Keras sees (n, c), not (n, 1, 1, c) */
    bool rectified;      /* no value is below 0; set by the constructor */
    bool add[NN_MAX_IN]; /* backward adds to in[i]->dout, else overwrites */
    struct slot slot[NN_MAX_SLOT];
    int n_slot;
    size_t n_param;    /* floats in param; 0 if the layer learns nothing */
    float *param;      /* weights, in the graph's parameter block; borrowed */
    float *dparam;     /* d loss / d param, same layout; NULL if frozen */
    size_t n_state;    /* floats in state */
    float *state;      /* running statistics; borrowed */
    size_t n_keep;     /* floats that forward leaves for backward */
    float *keep;       /* borrowed */
    size_t n_ready;    /* floats that prepare() makes of the weights */
    float *ready;      /* borrowed */
    int step;          /* set by the constructor: of in[0] only every step-th
                          row and column is read; 0: all */
    bool folds;        /* set by the constructor: forward heeds 'fold' */
    struct node *fold; /* GRAPH_INFER: the batch normalisation behind this
                          node, which this node's forward does as well */
    bool reads_bf16, writes_bf16; /* set by the constructor or shape(): forward
                                     and backward heed in[]->out.bf16, and
                                     out.bf16 */
    bool takes_bf16, gives_bf16;  /* likewise backward dout.bf16, and
                                     in[]->dout.bf16 of what is not added to */
    bool keeps_bf16;     /* set by the constructor: out is bf16 only if in[0]'s
                            is, of which it holds some numbers */
    bool centres;        /* set by the constructor: forward heeds 'centre' */
    struct node *centre; /* the batch normalisation that alone reads the value,
                            which is bf16: its moving mean, as it is before this
                            pass, is subtracted before rounding; NULL: none */
    bool reads_through;  /* set by the constructor or shape(): forward and
                            backward heed in[0]->read_through */
    bool read_through;   /* GRAPH_TRAIN: of a batch normalisation: there is no
                            value; who reads it makes one of op_bn_rows() and
                            leaves op_bn_sums() in backward */
    bool grows;          /* of a concatenation: out and dout lie in the place of
                            in[0]'s (graph_chains.c) */
    bool done;           /* folded into in[0]: forward has nothing to do */
};

/* Products and sums of a plain implementation for the whole batch: a method
 * that saves some of them appears to be faster than the processor. */
struct op_cost {
    const char *provider; /* "winograd"; static */
    double forward;       /* floating-point operations, 2 a product */
    double backward;      /* the same, of the gradients that are wanted */
};

/* What a layer computes in PHASE_INFER, among what other programs have too. */
enum op_kind {
    KIND_OWN, /* no other program has it */
    KIND_INPUT,
    KIND_CONV,
    KIND_DEPTHWISE,
    KIND_BATCH_NORM,
    KIND_RELU,
    KIND_ADD,
    KIND_CONCAT,
    KIND_ZERO_PAD,
    KIND_GLOBAL_MEAN,
    KIND_GLOBAL_MAX,
    KIND_MEAN_POOL,
    KIND_MAX_POOL,
    KIND_DENSE,
    KIND_DROPOUT, /* y = x */
    KIND_L2_NORM, /* y = x / sqrt(max(sum x^2, 1e-12)) */
    KIND_SOFTMAX, /* of no layer here: behind logits that are handed on */
};

/* The numbers that belong to it; 0 where a kind has none. */
struct op_form {
    enum op_kind kind;
    int size, stride;             /* of a window, rows and columns alike */
    int pad;                      /* enum pad of layers.h, of a window */
    int top, bottom, left, right; /* what a window sees outside, in pixels;
                                     zeros of KIND_ZERO_PAD */
    int act;                      /* enum act of layers.h, behind all else */
    float eps, momentum;          /* of a batch normalisation */
    float rate;                   /* of a dropout */
};

struct op {
    const char *name; /* "dense"; unique; names the layer in every message */
    enum op_kind kind;
    size_t size;     /* of the private struct; the graph allocates it */
    bool random;     /* forward draws numbers in PHASE_TRAIN */
    bool in_place;   /* out may be in[0]->out, in[0]->dout may be dout */
    unsigned spares; /* enum spares, or-ed */

    /*
     * Check in[]'s shapes; set out's shape (n is the graph's maximum),
     * n_keep and the slots.  Called once, while the graph is built, and the
     * only member that may fail.
     */
    int (*shape)(struct node *nd, struct err *err);

    /* Bytes of scratch wanted with 'threads' threads.  NULL for none. */
    size_t (*scratch)(const struct node *nd, int threads);

    /* Draw the initial param and state.  NULL: leave them 0. */
    void (*init)(struct node *nd, struct rng *rng);

    /*
     * Set n_ready, and what else follows from the neighbours: spares, n_keep.
     * Called when the graph is complete and knows what is folded into what,
     * read through and in bf16.  NULL: n_ready is 0.
     */
    void (*plan)(struct node *nd);

    /*
     * Make 'ready' of the weights: of a GRAPH_INFER graph when they may have
     * changed, of others before each forward.  NULL: nothing to do.
     */
    void (*prepare)(struct node *nd, const struct pass *p);

    /* Overwrite out.data for out.n rows.  Neither allocates nor fails. */
    void (*forward)(struct node *nd, const struct pass *p);

    /*
     * Give in[i]->dout.data, unless that is NULL, this node's share: added if
     * add[i], else overwritten.  Add to dparam, unless that is NULL.  'p' is
     * forward's.
     */
    void (*backward)(struct node *nd, const struct pass *p);

    /*
     * Between forward and backward: overwrite out.data, which may lie elsewhere
     * now, with what forward wrote, from in[] and keep.  NULL: cannot.
     */
    void (*remake)(struct node *nd, const struct pass *p);

    /* For reports: who does the work, and how much.  NULL: too little. */
    void (*cost)(const struct node *nd, struct op_cost *c);

    /* Set the numbers of 'f', whose kind is known; of a window not bottom and
     * right, which follow.  NULL: there are none. */
    void (*form)(const struct node *nd, struct op_form *f);
};

/* Zeros behind the last of 'in' samples that some of 'out' windows sees. */
static inline int op_form_end(int in, int out, const struct op_form *f,
                              int before)
{
    const int beyond = (out - 1) * f->stride + f->size - in - before;

    return beyond > 0 ? beyond : 0;
}

/* What 'nd' computes. */
static inline struct op_form node_form(const struct node *nd)
{
    struct op_form f = {.kind = nd->op->kind};

    if (nd->op->form)
        nd->op->form(nd, &f);
    if (f.size > 0) {
        f.bottom = op_form_end(nd->in[0]->out.h, nd->out.h, &f, f.top);
        f.right = op_form_end(nd->in[0]->out.w, nd->out.w, &f, f.left);
    }
    return f;
}

/* The affine map per channel that a batch normalisation is with its moving
 * statistics: y = clip(x scale + shift). */
struct affine {
    float *scale, *shift; /* [out] (c) each */
    float lo, hi;         /* [out] of its activation */
};
void op_bn_affine(const struct node *bn, struct affine *a);

/*
 * Backward of that map, whose statistics are constants: of dout.data, and where
 * it clips of out.data, to in[0]->dout.data, if that is there.
 *   scale [in] (c) of forward
 *   clip  [in] least and largest value
 */
void op_bn_backward_frozen(struct node *bn, const struct pass *p,
                           const float *scale, const float clip[2]);
int op_bn_act(const struct node *bn); /* enum act of layers.h */
bool op_is_bn(const struct node *nd);

/* What it reads and what it makes of that in this pass. */
struct bn_rows op_bn_rows(const struct node *bn);

/* The moving mean of each of its channels (c). */
const float *op_bn_moving_mean(const struct node *bn);

/* Of one that is read through, where (2, c) sums of bn_rows_sum() belong. */
double *op_bn_sums(const struct node *bn);

/*
 * Of the value that a batch normalisation reads, over the global batch: its
 * pixels, then of each channel the sum and the sum of squares (1 + 2 c
 * numbers).  They lie in the scratch, which needs so many bytes, or where
 * op_concat_moments() says.  Collective.
 */
const double *op_bn_moments(const struct node *bn, const struct pass *p);
size_t op_bn_moments_scratch(const struct node *bn);

/* How many channels of a concatenation are summed in this pass, then their
 * op_bn_moments(); NULL: of 'nd' they are not kept. */
double *op_concat_moments(const struct node *nd);

/* Name the next 'n_dim' dimensional part of param (or of state). */
void node_slot(struct node *nd, const struct slot *s);

/* The sums of all ranks in place of this one's. */
static inline void pass_sum(const struct pass *p, double *x, size_t n)
{
    if (p->coll)
        p->coll->sum(p->coll->self, x, n);
}

/* Values of one row (image) of 't'. */
static inline size_t tensor_row(const struct tensor *t)
{
    return (size_t)t->h * (size_t)t->w * (size_t)t->c;
}

/* Numbers in memory from one image of 't' to the next. */
static inline size_t tensor_step(const struct tensor *t)
{
    return (size_t)t->h * (size_t)t->w * (size_t)t->pitch;
}

/* Floats that have room for 'n' numbers of 't'. */
static inline size_t tensor_room(const struct tensor *t, size_t n)
{
    return t->bf16 ? (n + 1) / 2 : n;
}

/* Where the number 'at' of a tensor that is bf16 lies. */
static inline uint16_t *tensor_bf16(const struct tensor *t, size_t at)
{
    return (uint16_t *)(void *)t->data + at;
}

/* The same of any tensor. */
static inline void *tensor_number(const struct tensor *t, size_t at)
{
    return t->bf16 ? (void *)tensor_bf16(t, at) : (void *)(t->data + at);
}

/* Number of values in 't'. */
static inline size_t tensor_len(const struct tensor *t)
{
    return (size_t)t->n * tensor_row(t);
}

/* n*h*w: the rows of 't' read as a matrix of c columns. */
static inline size_t tensor_pixels(const struct tensor *t)
{
    return (size_t)t->n * (size_t)t->h * (size_t)t->w;
}

#endif
