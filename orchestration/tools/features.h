/*
 * features.h - papline features: what a network makes of images
 *
 * Each image that can be read becomes one row of an array of float32: the
 * trunk's output averaged over its rows and columns (N, C), or the output of
 * any layer as Keras names it (N, H, W, C), or (N, C) where it has no extent.
 * Rows stand in byte order of the images' paths below the directory; a table
 * beside the array names them.
 */
#ifndef ORCHESTRATION_TOOLS_FEATURES_H
#define ORCHESTRATION_TOOLS_FEATURES_H

#include "base/err.h"

#include <stddef.h>

struct features_args {
    const char *net;     /* NULL: what the weights say */
    const char *weights; /* Keras' .h5 or safetensors */
    const char *images;  /* directory; all pictures in it, at any depth */
    const char *out;     /* OUT.npy; the table is OUT.csv */
    const char *layer;   /* NULL: the averaged trunk */
    const char *input;   /* raw, caffe, tf, torch; NULL: as the weights want */
    const char *resize;  /* nearest, lanczos; NULL: as the weights' file says,
                            else nearest; aspect and field are the file's */
    int size;            /* pixels a side; 0: those of the model, if training
                            wrote the weights, else 110 */
    int batch;           /* 1 .. GRAPH_MAX_BATCH */
    int threads;         /* 0: as many as OpenMP would start */
};

/*
 * Make OUT.npy and OUT.csv (row, file, status; an image that cannot be read
 * has no row and its reason).  The same bits for any number of
 * threads, the same up to rounding for any batch.
 *   n_aside [out] images that could not be read
 * Errors: ERR_USAGE an argument is missing, out of range or unknown; ERR_INPUT
 * weights that do not fit, no readable image; ERR_SYSTEM.
 */
MUST_USE int features(const struct features_args *a, size_t *n_aside,
                      struct err *err);

#endif
