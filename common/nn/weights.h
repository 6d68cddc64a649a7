/*
 * weights.h - pretrained weights of a network, from a file
 *
 * A file is Keras' HDF5 (keras_h5.h) or safetensors with Keras' names and
 * layouts, as import makes it or training writes it.  Its tensors are
 * those of the network's trunk; there may be those of a top besides
 * (Keras' classifier, or the head of a trained model).
 */
#ifndef NN_WEIGHTS_H
#define NN_WEIGHTS_H

#include "nn/nets.h"
#include "nn/safetensors.h"

/* Read either format, told by the first bytes.  Release with
 * safetensors_release().  Errors: as keras_h5_read() or safetensors_read(). */
MUST_USE int weights_read(struct safetensors *f, const char *path,
                          struct err *err);

/*
 * The network that the tensors are of: what the metadata says, else the one
 * with most of these names.  Errors: ERR_INPUT none fits.  Returns NULL then.
 */
MUST_USE const struct net *weights_net(const struct safetensors *f,
                                       struct err *err);

/* Whose weights a file has. */
struct weights_opened {
    const struct net *net;
    size_t left_out; /* tensors of layers around it */
};

/*
 * Read a file and give its tensors the names of the network 'name', NULL: of
 * weights_net().  Release with safetensors_release().
 * Errors: as weights_read(), net_find(), weights_net() and weights_fit().
 */
MUST_USE int weights_open(struct safetensors *f, const char *path,
                          const char *name, struct weights_opened *w,
                          struct err *err);

/* Layers that a whole network has in front of its inputs where it is exported
 * (export/export_network.h): they are of no trunk and no top. */
#define WEIGHTS_INPUT_SCALING "input_scaling"
#define WEIGHTS_SIZE_SCALING  "size_scaling"

/* Is this the name of a tensor of one of them? */
bool weights_is_scaling(const char *tensor);

/* Is this the name of a tensor of a classifier, not of a trunk? */
bool weights_is_top(const char *tensor);

/* What a file holds. */
struct weights_count {
    size_t tensors, numbers;         /* of the trunk */
    size_t top_tensors, top_numbers; /* of a top */
};

/*
 * Every tensor of the trunk of 'net' is there, in its shape, and nothing else
 * but a top.
 * Errors: ERR_INPUT a tensor is missing, of another shape or type, not of this
 * network, or has a NaN or an infinite number; the text names it.  ERR_SYSTEM.
 */
MUST_USE int weights_check(const struct net *net, const struct safetensors *f,
                           struct weights_count *count, struct err *err);

/*
 * Copy into 'g', a graph of 'net', whole or cut, the tensors of its trunk.  A
 * head of 'g' takes its tensors where the file has them in its shapes, and
 * stays as it is where not.
 * Errors: ERR_INPUT a tensor of the trunk of 'g' is missing, or one of the
 * file is of another shape, not finite or not of this network; 'g' may then be
 * a mixture.  ERR_SYSTEM.
 */
MUST_USE int weights_load(struct graph *g, const struct net *net,
                          const struct safetensors *f, struct err *err);

/*
 * Write the tensors of 'f', in Keras' order, with what they are of and where
 * they came from.
 *   source [in] name and hash of the file, for the metadata
 * Errors: as safetensors_write().
 */
MUST_USE int weights_write(const struct net *net, const struct safetensors *f,
                           const char *source, const char *path,
                           struct err *err);

/* Write them in Keras' legacy HDF5 layout, layers in Keras' order.  Errors:
 * ERR_INPUT a tensor that Keras' layers do not have; ERR_SYSTEM. */
MUST_USE int weights_write_h5(const struct net *net,
                              const struct safetensors *f, const char *path,
                              struct err *err);

#endif
