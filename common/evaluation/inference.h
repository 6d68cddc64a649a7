/*
 * inference.h - a trained network of a run, and what it says of stored cells
 */
#ifndef EVALUATION_INFERENCE_H
#define EVALUATION_INFERENCE_H

#include "nn/model.h"
#include "run/plan.h"
#include "store/store.h"

struct inference {
    struct graph *graph; /* owned */
    struct model_info info;
    int batch; /* most rows of one inference_rows() */
};

struct inference_args {
    const char *path;         /* of the model's file */
    const char *network;      /* it must be of this one; NULL: any */
    const struct store *data; /* it must fit; NULL: not checked */
    int batch;                /* 1 .. GRAPH_MAX_BATCH */
    enum graph_memory memory;
    bool bf16;   /* products and values (graph.h) */
    bool learns; /* what learnt in training may again; else nothing does */
};

/*
 * Where the training of the experiment of 'step' left its files.
 * Errors: ERR_USAGE the plan trains no such experiment; ERR_INPUT the path is
 * too long.
 */
MUST_USE int inference_dir(char path[FILE_PATH_MAX], const char *run_dir,
                           const struct plan *plan,
                           const struct plan_step *step, struct err *err);

/* Name there of the model that config.evaluate.model asks for. */
const char *inference_file(const struct config *config);

/*
 * Load the model.
 * Errors: ERR_INPUT missing or damaged; a tensor is missing, of another shape,
 * or not the network's; of another network; for pictures of another size or
 * other classes than the store's.  ERR_SYSTEM.  *p is empty then.
 */
MUST_USE int inference_open(struct inference *p, const struct inference_args *a,
                            struct err *err);
void inference_close(struct inference *p);

/* Does it tell its classes apart?  An encoder puts out embeddings. */
bool inference_classifies(const struct inference *p);

/* Bytes of row 'i' as the network wants them: (h, w, 3) floats. */
void inference_input(const struct inference *p, const struct store *s, size_t i,
                     float *x);

/* Make some rows of a store the graph's batch: their inputs and sizes.
 *   row [in] (n) n at most p->batch */
void inference_fill(struct inference *p, const struct store *s,
                    const size_t *row, size_t n);

/*
 * Probabilities (softmax of the logits) of some rows of a store.
 *   row [in]  (n) n at most p->batch
 *   out [out] (n, info.n_class)
 * Deterministic; the same row in another batch may differ by rounding.
 * Errors: ERR_INPUT a logit is not a number (training diverged).
 */
MUST_USE int inference_rows(struct inference *p, const struct store *s,
                            const size_t *row, size_t n, float *out,
                            struct err *err);

/* Pictures that are in no store. */
struct inference_images {
    const uint8_t *const *image;  /* (n) pointers to (h, w, 3) bytes */
    const struct cell_size *size; /* (n) of the cells before they were resized;
                                     NULL unless p->info.size.on */
    size_t n;                     /* at most p->batch */
};

/* The same of those. */
MUST_USE int inference_images(struct inference *p,
                              const struct inference_images *a, float *out,
                              struct err *err);

/*
 * From now on every row is of a cell of that size, until another is given
 * or inference_rows() is called: for who writes to the graph's input.  Nothing
 * happens if the network takes no size.
 */
void inference_hold_size(struct inference *p, const struct cell_size *size);

/*
 * The usable rows of a split, in order; the caller free()s *row.
 * Errors: ERR_SYSTEM no memory.
 */
MUST_USE int inference_split(const struct store *s, enum split split,
                             size_t **row, size_t *n, struct err *err);

/* Index of the largest of p[0 .. k-1]; the first of equals. */
int inference_class(const float *p, int k);

#endif
