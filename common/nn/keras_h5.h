/*
 * keras_h5.h - weight files of Keras' legacy HDF5 layout
 *
 *     attributes of the root (or of the group model_weights):
 *         layer_names    strings, all layers in the order of model.layers
 *         backend, keras_version
 *     a group for each layer, with the attribute weight_names (strings, or an
 *     empty array); the weight W of layer L is the dataset /L/W
 *
 * An attribute over 64 kB is cut into layer_names0, layer_names1, ...
 * Source: Keras 2.12, saving/legacy/hdf5_format.py.
 *
 * Reading is done by libhdf5 in a process of its own, with bounded memory:
 * damaged files are known to crash that library.
 */
#ifndef NN_KERAS_H5_H
#define NN_KERAS_H5_H

#include "nn/safetensors.h"

#include <stdbool.h>

enum {
    KERAS_H5_MAX_LAYERS = 4096,
    KERAS_H5_MAX_WEIGHTS = 64, /* of a layer */
    KERAS_H5_SECONDS = 300,    /* of processor time to read a file */
};

/* Does a file that begins with these 'n' bytes look like HDF5? */
bool keras_h5_is(const void *bytes, size_t n);

/*
 * Read all weights as float32 (float16 and float64 are converted), in the
 * order of the file.  A tensor is called "LAYER/KIND:0", whatever the version
 * of Keras that wrote it: "block1_conv1_W_1:0" of layer block1_conv1 becomes
 * "block1_conv1/kernel:0".  The metadata has keras_version and backend where
 * the file has.  Release with safetensors_release().
 * Not after MPI_Init() (see base/isolate.h).
 * Errors: ERR_INPUT not such a file, damaged, or over a limit here or in
 * safetensors.h, or a weight that is no array of floats, is there twice, or
 * claims more than its file can hold; the text names it.  ERR_SYSTEM.
 */
MUST_USE int keras_h5_read(struct safetensors *f, const char *path,
                           struct err *err);

/* A layer to be written, and which tensors are its weights. */
struct keras_layer {
    const char *name; /* borrowed */
    const struct safetensors_tensor
        *weight; /* borrowed; F32; n_weight in a row */
    size_t n_weight;
};

/*
 * Replace 'path' by such a file of float32, atomically.
 * Errors: ERR_SYSTEM.
 */
MUST_USE int keras_h5_write(const struct keras_layer *layer, size_t n,
                            const char *path, struct err *err);

#endif
