/*
 * keras_h5.h - weight files of Keras: the legacy HDF5 layout, and Keras 3's
 *
 * The legacy layout, *.h5:
 *
 *     attributes of the root (or of the group model_weights):
 *         layer_names    strings, all layers in the order of model.layers
 *         backend, keras_version
 *     a group for each layer, with the attribute weight_names (strings, or an
 *     empty array); the weight W of layer L is the dataset /L/W
 *
 * An attribute over 64 kB is cut into layer_names0, layer_names1, ...
 * Source: Keras 2.12, saving/legacy/hdf5_format.py; Keras 3,
 * legacy/saving/legacy_h5_format.py, which leaves out the ":0".
 *
 * That of Keras 3, *.weights.h5 and the file model.weights.h5 of a .keras:
 *
 *     a group "vars" for each layer, with datasets "0", "1", ... in the order
 *     kernel, bias or gamma, beta, moving mean and variance, in a group named
 *     by the layer's class and which of that class it is in model.layers:
 *     /layers/conv2d, /layers/conv2d_1; a layer that is a network has layers
 *     again: /layers/functional/layers/conv2d; before Keras 3 "layers" was
 *     "_layer_checkpoint_dependencies"
 *     attribute of "vars" since Keras 3.8 or so: name, that of the layer
 *
 * Source: Keras 3, saving/saving_lib.py, _save_state().
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
    KERAS_H5_MAX_WEIGHTS = 4096, /* of a layer, which may be a network */
    KERAS_H5_SECONDS = 300,      /* of processor time to read a file */
};

/* Does a file that begins with these 'n' bytes look like HDF5? */
bool keras_h5_is(const void *bytes, size_t n);

/*
 * Read all weights as float32 (float16 and float64 are converted), in the
 * order of the file.  A tensor is called "LAYER/KIND:0": "block1_conv1_W_1:0"
 * of layer block1_conv1 becomes "block1_conv1/kernel:0"; of a network as a
 * layer "NETWORK/LAYER/KIND:0".  Of Keras 3's own layout it is called by its
 * groups, "layers/conv2d_1/vars/0", or where the layer's name is there
 * "layers/conv2d_1|block1_conv2/vars/0".  weights_fit() makes a network's own
 * names of all these.  The metadata has keras_version and backend where
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

/* A model: its layers, in the order of model.layers, and what builds them. */
struct keras_model {
    const struct keras_layer *layer; /* borrowed */
    size_t n_layer;
    const char *config; /* JSON, the root's attribute model_config; NULL: the
                           file has weights alone, at the root */
    const char *about;  /* JSON, its attribute papline, which Keras ignores */
};

/*
 * Replace 'path' by such a file of float32, atomically; with 'config' the
 * weights are in the group model_weights.
 * Errors: ERR_SYSTEM.
 */
MUST_USE int keras_h5_write(const struct keras_model *m, const char *path,
                            struct err *err);

#endif
