/*
 * keras_h5_private.h - what keras_h5.c (the legacy layout) and
 * keras_h5_groups.c (that of Keras 3) share; all of it runs in the child
 */
#ifndef NN_KERAS_H5_PRIVATE_H
#define NN_KERAS_H5_PRIVATE_H

#include "nn/keras_h5.h"

#include <hdf5.h>

enum { KERAS_H5_NAME = SAFETENSORS_MAX_NAME, KERAS_H5_META = 2 };

struct keras_h5_names {
    char (*at)[KERAS_H5_NAME]; /* owned */
    size_t n;
};

/* What is read. */
struct keras_h5_reader {
    size_t room; /* bytes that weights may still claim */
    hid_t top;   /* group that holds the layers */
    struct keras_h5_names layers;
    struct safetensors_tensor *tensor;
    size_t n_tensor, max_tensor;
    char meta[KERAS_H5_META][KERAS_H5_NAME];
};

/* Append the strings of one attribute, so that there are at most 'most'.  An
 * empty array of any type is none.  Returns -1 if they are not there. */
MUST_USE int keras_h5_strings(hid_t of, const char *name, size_t most,
                              struct keras_h5_names *s);

/* Add the numbers of a dataset, under that name.  Errors: as
 * keras_h5_read(). */
MUST_USE int keras_h5_add(struct keras_h5_reader *r, hid_t set,
                          const char *name, struct err *err);

/* Are the layers of a file groups, as of Keras 3? */
bool keras_h5_has_groups(hid_t root);

/* Add all weights in groups "vars" below 'root', whatever their depth.
 * Errors: as keras_h5_read(). */
MUST_USE int keras_h5_read_groups(struct keras_h5_reader *r, hid_t root,
                                  struct err *err);

#endif
