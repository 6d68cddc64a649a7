/*
 * preprocess.h - bytes of an image to what a network reads
 *
 *     raw    x                                       as in the notebooks
 *     caffe  BGR, less (103.939, 116.779, 123.68)    VGG, ResNet v1
 *     tf     x / 127.5 - 1                           MobileNetV2
 *     torch  (x / 255 - mean) / std of ImageNet      DenseNet
 * Source: keras.applications.imagenet_utils.
 */
#ifndef NN_PREPROCESS_H
#define NN_PREPROCESS_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum preprocess {
#define PREPROCESS(NAME, word, ...) PREPROCESS_##NAME,
#include "nn/preprocess.def"
#undef PREPROCESS
    PREPROCESS_COUNT
};

/* "raw", "caffe", "tf", "torch". */
const char *preprocess_name(enum preprocess mode);

/* The mode of that name.  Errors: ERR_USAGE unknown. */
MUST_USE int preprocess_find(const char *name, enum preprocess *mode,
                             struct err *err);

/*
 *   rgb  [in]  n_pixels * 3 bytes, R G B
 *   x    [out] n_pixels * 3 floats, in the order that the mode wants
 */
void preprocess(enum preprocess mode, const uint8_t *rgb, size_t n_pixels,
                float *x);

/*
 * The same as a convolution of 1 x 1 from (R, G, B) bytes.
 *   kernel [out] (3, 3) of input and output channels
 *   bias   [out] (3)
 */
void preprocess_affine(enum preprocess mode, float kernel[9], float bias[3]);

#endif
