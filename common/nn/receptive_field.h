/*
 * receptive_field.h - which part of the picture a value of a layer depends on
 *
 * Along each axis value i of a layer depends on the 'size' pixels from
 * first + i step on, of which some may lie beside the picture, and belongs to
 * their middle, first + i step + (size - 1) / 2; a whole number is the centre of
 * a pixel.  Of a layer with several inputs it is the least that holds those of
 * all.
 * Source: Araujo, Norris and Sim 2019, "Computing Receptive Fields of
 * Convolutional Neural Networks" (Distill, 10.23915/distill.00021), section
 * "Computing receptive field region".
 */
#ifndef NN_RECEPTIVE_FIELD_H
#define NN_RECEPTIVE_FIELD_H

#include "nn/graph.h"

struct receptive_axis {
    int first, size, step; /* pixels */
};

struct receptive_field {
    struct receptive_axis y, x;
};

/*
 * Of the values of 'nd', a node of 'g', in pixels of graph_input().
 * Deterministic.  Cannot fail.
 */
struct receptive_field receptive_field_of(const struct graph *g,
                                          const struct node *nd);

/* Where value 0 belongs, in pixels. */
double receptive_field_centre(const struct receptive_axis *a);

#endif
