/*
 * scorer.h - what a network says of many inputs that are made one by one
 *
 * Score-CAM, LIME and the measures of faithfulness ask a network about a
 * thousand variants of one cell.  They run in batches through a graph whose
 * batch normalisation is folded.
 */
#ifndef EXPLAIN_SCORER_H
#define EXPLAIN_SCORER_H

#include "nn/graph.h"

enum { SCORER_BATCH = 32 };

struct scorer {
    struct graph *graph; /* GRAPH_INFER, with weights; borrowed */
    int threads;         /* that make inputs, 1 or more */
};

/* Write input 'i', (h, w, 3).  Called from several threads at once. */
typedef void (*scorer_fill_f)(const void *self, size_t i, float *x);

/*
 * Logits of inputs 0 .. n-1.
 *   out [out] (n, classes)
 * Deterministic for a given n: rounding depends on an input's place.
 */
void scorer_logits(const struct scorer *s, size_t n, scorer_fill_f fill,
                   const void *self, float *out);

/* Their softmax. */
void scorer_probabilities(const struct scorer *s, size_t n, scorer_fill_f fill,
                          const void *self, float *out);

/* Classes of the network. */
int scorer_classes(const struct scorer *s);

/* z = softmax(z), of k numbers; a row that is not finite becomes uniform. */
void scorer_softmax(float *z, int k);

#endif
