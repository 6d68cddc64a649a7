/*
 * export_network.h - a trained network as a list of layers, for other programs
 *
 * What writes a network in the format of another program reads this list: the
 * layers of the stored network in the order of Keras' model.layers, and those
 * that make it a whole one, from the bytes of a picture to probabilities:
 *
 *     image             (n, h, w, 3) bytes, R G B, resized as the model's file
 *                       says
 *     input_scaling     a convolution of 1 x 1: what preprocess.h does
 *     ...               the network; where it takes the size of cells:
 *         size          (n, 2) width and height of the picture in pixels before
 *                       it was resized, as logarithms
 *         size_scaling  a dense layer: what cell_size.h does to logarithms
 *     probabilities     softmax of the logits; not behind an encoder
 */
#ifndef EXPORT_EXPORT_NETWORK_H
#define EXPORT_EXPORT_NETWORK_H

#include "nn/model.h"

enum { EXPORT_NETWORK_MAX = GRAPH_MAX_NODES + 3, EXPORT_NETWORK_WEIGHTS = 4 };

struct export_layer {
    char name[NN_NAME_MAX];
    struct op_form form;
    int in[NN_MAX_IN]; /* places of the layers that it reads; -1: none */
    int h, w, c;       /* of its value, of one picture */
    bool flat;         /* the value is (n, c) */
    bool frozen;       /* training left it as it was */
    struct safetensors_tensor
        weight[EXPORT_NETWORK_WEIGHTS]; /* Keras' names, order and layouts */
    int n_weight;
};

struct export_network {
    struct graph *graph; /* owned: the weights */
    struct model_info info;
    struct safetensors file;    /* owned: the metadata alone */
    struct export_layer *layer; /* owned */
    int n_layer;
    float input_kernel[9], input_bias[3]; /* of input_scaling */
    float size_kernel[CELL_SIZE * CELL_SIZE], size_bias[CELL_SIZE];
};

/*
 * Read a file of model_write().  Release with export_network_release().
 * Errors: as model_read(); ERR_INPUT a layer that no other program has, or no
 * head, so that it ends in maps.
 * *n is empty then.
 */
MUST_USE int export_network_open(struct export_network *n, const char *path,
                                 struct err *err);

void export_network_release(struct export_network *n);

/* The last layer: probabilities, or an encoder's embedding. */
const struct export_layer *export_network_output(
    const struct export_network *n);

/* How many layers read that one. */
int export_network_readers(const struct export_network *n, int layer);

/*
 * Append in words how a picture becomes the first input, and a size the second:
 * "image: R, G, B of 8 bits, (n, height, width, 3), brought to 110 x 110 ...".
 *   logarithm [in] the second input is one
 */
void export_network_preparation(const struct export_network *n, bool logarithm,
                                struct buf *out);

/* What a file says of itself. */
struct export_about {
    struct safetensors_meta *meta; /* owned; the texts are not; room for two
                                      more */
    size_t n_meta;
    struct buf preparation; /* owned: the last of them */
};

/*
 * The metadata of the model's file, but for its format and the scaling of the
 * input, which is part of the network; and "preparation", the words above.
 * Release with export_network_about_release(), also on failure.
 * Errors: ERR_SYSTEM.
 */
MUST_USE int export_network_about(const struct export_network *n,
                                  bool logarithm, struct export_about *about,
                                  struct err *err);
void export_network_about_release(struct export_about *about);

/*
 * The weight in the layout of ONNX and PyTorch: kernels of convolutions (out,
 * in, h, w), depthwise (c, 1, h, w), others as they are.
 *   dim [out] the shape
 *   to  [out] as many floats as w has
 */
void export_network_oihw(const struct export_layer *l,
                         const struct safetensors_tensor *w,
                         size_t dim[SAFETENSORS_MAX_DIMS], float *to);

#endif
