/*
 * f_fidelity.h - does a map show what the network looks at, asked of a network
 * that has learnt to see pictures with holes?
 *
 * ROAD fills in what it removes, which favours maps without detail, and every
 * measure that removes shows the network pictures of a kind that it never saw.
 * Here the network is tuned first, on training cells of which patches drawn at
 * random are hidden: no explainer has a say in that.  Then patches that the map
 * chooses are hidden, never more of them than there were while it was tuned.
 *
 * The picture is cut into d = 14 x 14 patches, as relevant as the mean of the
 * map over them; which of equally relevant ones comes first is drawn.  Hidden
 * patches are 0 in the network's input.  p is the probability that the tuned
 * network gives the class, B = max(1, floor(f_fidelity_share d)):
 *
 *     plus   mean of p(x) - p(x+) over shares s = .1, .2 .. .9 and f_fidelity_
 *            draws draws each: in x+ min(ceil(k / 2), B) of the k = round(s d)
 *            most relevant patches, drawn, are hidden; high is good
 *     minus  the same of x-: min(ceil((d - k) / 2), B) of the d - k others; low
 *            is good
 *     lead   plus less minus; high is good, and 0 is chance: a map that knows
 *            nothing hides as much either way, as shares lie evenly about a half
 *
 * Source: Zheng et al. 2025 (ICLR; arXiv:2410.02970), FFid+ and FFid- with their
 * alpha+ = alpha- = .5 and, as f_fidelity_share, beta = .1.  Ours are the
 * patches, the lead, shares a tenth apart and the class that is explained, not
 * the true one.
 */
#ifndef EXPLAIN_F_FIDELITY_H
#define EXPLAIN_F_FIDELITY_H

#include "evaluation/inference.h"
#include "stages/explain/explainer.h"

enum f_fidelity_figure {
    F_FIDELITY_PLUS,
    F_FIDELITY_MINUS,
    F_FIDELITY_LEAD,
    F_FIDELITY_FIGURES
};

enum {
    F_FIDELITY_GRID = 14, /* patches along a side */
    F_FIDELITY_PATCHES = F_FIDELITY_GRID * F_FIDELITY_GRID,
    F_FIDELITY_SHARES = 9,
    F_FIDELITY_BATCH = 32 /* cells of a step of tuning */
};

/* "f_fidelity_plus", "f_fidelity_minus", "f_fidelity", the lead: columns. */
const char *f_fidelity_name(int figure);

/*
 * Measure one map, in batches.
 *   tuned  [in]  the network of f_fidelity_tune()
 *   heat   [in]  (t->h, t->w) 0 .. 1
 *   target [in]  the class it explains
 *   figure [out] (F_FIDELITY_FIGURES)
 * Deterministic: draws depend on t->seed alone, so that all maps of a cell have
 * the same.  Errors: ERR_SYSTEM no memory.
 */
MUST_USE int f_fidelity_measure(const struct explainer_task *t,
                                const struct scorer *tuned, const float *heat,
                                int target, double *figure, struct err *err);

/* --- the network that sees holes ------------------------------------------ */

struct f_fidelity_tuning {
    const char *model;        /* the trained network's file */
    const struct store *data; /* it is tuned on the cells that train there */
    int64_t steps;            /* of 32 cells each, 1 or more */
    double share;             /* of patches that are hidden at most */
    uint64_t seed;            /* which cells, which patches */

    /* Called before each step; false stops.  May be NULL. */
    bool (*each)(void *self, size_t done, size_t total);
    void *self;
};

/* What it came to: means over the first and the last tenth of the steps. */
struct f_fidelity_tuned {
    double first_loss, last_loss; /* cross-entropy, nats a cell */
};

/*
 * Tune a copy of the network and write it to the file 'to', atomically: Adam at
 * 1e-4 on the cross-entropy of cells of which 0 .. B patches are hidden, each
 * number as often as any other.  What did not learn in training does not here;
 * batch normalisation keeps its statistics, and nothing is dropped.
 * Deterministic, for any number of threads.
 * Errors: ERR_INPUT no cell trains; the loss is not a number; else as
 * inference_open(); ERR_AGAIN each() said stop; ERR_SYSTEM.  'to' is then as it
 * was.
 */
MUST_USE int f_fidelity_tune(const struct f_fidelity_tuning *a, const char *to,
                             struct f_fidelity_tuned *was, struct err *err);

/* --- parts, for f_fidelity*.c and tests ----------------------------------- */

/* B of the above. */
int f_fidelity_limit(double share);

/* Relevance of each patch: the mean of heat (h, w) over it; h, w at least
 * F_FIDELITY_GRID. */
void f_fidelity_patches(const float *heat, int h, int w,
                        double patch[F_FIDELITY_PATCHES]);

/*
 * The patches that draw 'draw' of share (i + 1) / 10 hides.
 *   patch [in]  their relevance
 *   limit [in]  B
 *   gone  [out] not 0: hidden; of x+, then of x-
 * Draws 2 d numbers from stream (seed, RNG_F_FIDELITY, i, draw): by the first
 * half equally relevant patches are ordered, the smallest of the second half
 * are hidden.
 */
void f_fidelity_hide(const double patch[F_FIDELITY_PATCHES], int limit,
                     uint64_t seed, int i, int draw,
                     uint8_t gone[2][F_FIDELITY_PATCHES]);

/* 0 .. limit patches drawn from all. */
void f_fidelity_hide_any(struct rng *rng, int limit,
                         uint8_t gone[F_FIDELITY_PATCHES]);

/* Hide them in the input x (h, w, 3). */
void f_fidelity_mask(const uint8_t gone[F_FIDELITY_PATCHES], int h, int w,
                     float *x);

#endif
