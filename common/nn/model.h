/*
 * model.h - a trained network in a file, with what is needed to use it
 *
 * A safetensors file: parameters and running statistics under Keras' names and
 * layouts; the metadata says which network it is, how its input is prepared
 * and what its outputs mean, and by what arithmetic it was trained (gemm.h).
 */
#ifndef NN_MODEL_H
#define NN_MODEL_H

#include "base/file.h"
#include "base/resizing.h"
#include "nn/cell_size.h"
#include "nn/graph.h"
#include "nn/nets.h"
#include "nn/preprocess.h"
#include "nn/safetensors.h"

enum {
    MODEL_MAX_CLASSES = 64,
    MODEL_NAME_MAX = 64,
    MODEL_MAX_FIELD = 1 << 20, /* pixels */
};

struct model_info {
    char network[MODEL_NAME_MAX]; /* as net_find() knows it */
    int h, w;                     /* of the input */
    char cut[NN_NAME_MAX];        /* layer that ends the trunk; "": all of it */
    enum net_head head;           /* behind it */
    int freeze;                   /* first layers that did not learn */
    enum preprocess input;        /* how bytes become the network's input */
    struct resizing resizing;     /* how pictures came to h x w: resize.h */
    int bits;               /* of 16-bit samples that pictures use; 0: all */
    bool upright;           /* pictures are turned as EXIF says */
    int jpeg;               /* quality of the JPEG that they are made, and read
                               again from, before that size; 0: they are not */
    struct size_scale size; /* of cells, if it takes that as well */
    int n_class;
    char class_name[MODEL_MAX_CLASSES][MODEL_NAME_MAX]; /* in label order */
    int epoch;    /* after which the weights were taken, 1 .. */
    int averaged; /* the weights are the mean of those after so many epochs, the
                     last of them 'epoch'; 0: they are of one */
    double val_loss, val_accuracy; /* of these weights */
};

/*
 * Write the graph's tensors and 'info', atomically.  Deterministic.
 * Errors: ERR_SYSTEM.
 */
MUST_USE int model_write(struct graph *g, const struct model_info *info,
                         const char *path, struct err *err);

/*
 * Read a file of model_write(): what it says of itself, and a new graph with
 * its weights, which the caller frees.  A file that does not say so has a whole
 * trunk, HEAD_PAPER, all of it learnt, and pictures squashed by nearest pixels,
 * as they are stored, of full bits.
 *   ga  [in]  for graph_new(): batch, threads, memory
 * Errors: ERR_INPUT damaged, or not a model; ERR_SYSTEM.  Returns NULL then.
 */
MUST_USE struct graph *model_read(const char *path, const struct graph_args *ga,
                                  struct model_info *info, struct err *err);

/* Does the metadata of 'f' say that it is a file of model_write()? */
bool model_is(const struct safetensors *f);

/*
 * The same of the trunk alone, whose output is averaged over its rows and
 * columns: the network's features (HEAD_POOL), which no size of a cell changes.
 */
MUST_USE struct graph *model_read_trunk(const char *path,
                                        const struct graph_args *ga,
                                        struct err *err);

/*
 * The file of a model by what a user gives: that file, or the directory of a
 * bundle, which has it as models/model.safetensors.
 * Errors: ERR_INPUT a directory without one; the path is too long.
 */
MUST_USE int model_path(char path[FILE_PATH_MAX], const char *given,
                        struct err *err);

/*
 * How the metadata of 'f', any file of weights, says that pictures were
 * resized; what it does not say is nearest pixels, squashed.
 * Errors: ERR_INPUT words that are none.
 */
MUST_USE int model_resizing(struct resizing *r, const struct safetensors *f,
                            struct err *err);

/*
 * The graph that 'info' describes, with initial weights drawn from ga->seed;
 * the caller frees it.
 * Errors: ERR_INPUT there is no such network; ERR_SYSTEM.  Returns NULL then.
 */
MUST_USE struct graph *model_fresh(const struct model_info *info,
                                   const struct graph_args *ga,
                                   struct err *err);

#endif
