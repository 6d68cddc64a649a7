/*
 * predict_unlike.h - how far pictures are from the cells that a model learnt
 * from
 *
 * As stages/evaluate/neighbours.h measures it, from what a bundle has stored.
 */
#ifndef EXPLAIN_PREDICT_UNLIKE_H
#define EXPLAIN_PREDICT_UNLIKE_H

#include "base/npy.h"
#include "evaluation/nearest_cells.h"
#include "nn/model.h"
#include "stages/explain/predict_decisions.h"

/* A picture is unlike the training cells if so many validation cells, at least,
 * are nearer to them. */
#define PREDICT_UNLIKE 0.95

struct predict_unlike {
    const struct model_info *info;          /* borrowed, */
    const struct predict_decisions *stored; /* as this */
    struct graph *trunk;                    /* owned */
    struct npy cells;                       /* owned: (m, d) training cells */
    float *x, *scratch;                     /* owned: (batch, d), (batch, m) */
    struct near_cell *list;                 /* owned: (batch, k) */
    double *distance, *beyond; /* owned: (batch) of the pictures last measured;
                                  'beyond' is the share of validation cells that
                                  are nearer */
};

/*
 * Errors: ERR_USAGE the bundle 'dir' has stored no distances; ERR_INPUT they are
 * damaged, or not this model's; ERR_SYSTEM.  Is to be released anyway.
 *   model [in] the file in it
 */
MUST_USE int predict_unlike_init(struct predict_unlike *u, const char *dir,
                                 const char *model,
                                 const struct model_info *info,
                                 const struct predict_decisions *stored,
                                 int batch, struct err *err);
void predict_unlike_release(struct predict_unlike *u);

/* Measure n pictures, at most a batch: (n, h, w, 3) as the model takes them. */
void predict_unlike_measure(struct predict_unlike *u, const uint8_t *rgb,
                            size_t n);

#endif
