/*
 * frozen_layers.h - what a network's frozen layers make of images
 *
 * Each image is worked on by itself, by one thread: what comes out does not
 * depend, not even by rounding, on what else is in a batch.  So values that
 * were kept and values that are made anew are the same bits.
 */
#ifndef TRAIN_FROZEN_LAYERS_H
#define TRAIN_FROZEN_LAYERS_H

#include "base/hash.h"
#include "nn/nets.h"
#include "nn/safetensors.h"

enum { FROZEN_LAYERS_MAX_BORDER = 8 };

struct frozen_layers_args {
    const struct net *net;
    struct net_args shape;           /* freeze above 0 */
    const struct safetensors *start; /* the weights; borrowed; NULL: those of
                                        'seed' */
    uint64_t seed;
    enum preprocess input;
    bool products_bf16; /* convolutions multiply in it */
    bool bf16;          /* what comes out is rounded to it */
    int threads;        /* >= 1 */
};

struct frozen_layers {
    struct graph **graph; /* owned: one for each thread */
    int threads;
    enum preprocess input;
    bool bf16;
    size_t pixels; /* of an image */
    int n_border;  /* values that cross the border */
    struct node
        *border[FROZEN_LAYERS_MAX_BORDER]; /* of graph[0]: names and shapes */
};

/*
 * Build the graphs and load the weights.  Release it also after a failure.
 * Errors: as net_new() and weights_load(); ERR_USAGE more than
 * FROZEN_LAYERS_MAX_BORDER values cross the border.
 */
MUST_USE int frozen_layers_init(struct frozen_layers *f,
                                const struct frozen_layers_args *a,
                                struct err *err);
void frozen_layers_release(struct frozen_layers *f);

/*
 *   image [in]  (n) pointers to h * w * 3 bytes
 *   out   [out] (n_border) pointers to (n, h, w, c) of each border value
 * Not collective.  The same bits for any n and number of threads.
 */
void frozen_layers_rows(struct frozen_layers *f, const uint8_t *const *image,
                        size_t n, float *const *out);

/* Add names and weights of the frozen layers to 'h'. */
void frozen_layers_hash(const struct frozen_layers *f, struct hash *h);

#endif
