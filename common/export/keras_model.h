/*
 * keras_model.h - a trained network as a whole model of Keras, in one .h5
 *
 *     image          input, float32 (None, h, w, 3): values 0 .. 255, R G B
 *     size           input of networks that take it, float32 (None, 2): natural
 *                    logarithms of width and height in pixels of the picture
 *                    before it was resized (Keras has no layer for a logarithm
 *                    that every version can load)
 *     probabilities  output, (None, classes); of an encoder: embedding
 *
 * As model.save("x.h5") of Keras 2 writes it: attributes model_config (JSON of
 * a "Functional" model), keras_version, backend; the group model_weights in the
 * legacy layout of keras_h5.h.  There is no training_config: the model is not
 * compiled.  A convolution of 1 x 1, input_scaling, scales and orders channels.
 * Layers that were frozen are not trainable.  The attribute "papline" is JSON
 * of the metadata of the model's file.  Only layers that Keras 2 and
 * TensorFlow.js both have are used, but that an encoder ends in
 * UnitNormalization (Keras 2.9 on, not TensorFlow.js).
 * Source: Keras 2.12, saving/legacy/hdf5_format.py, engine/functional.py.
 */
#ifndef EXPORT_KERAS_MODEL_H
#define EXPORT_KERAS_MODEL_H

#include "export/export_network.h"

/*
 * Replace 'path' by the model.  Deterministic.
 * Errors: ERR_SYSTEM.
 */
MUST_USE int keras_model_write(const struct export_network *n, const char *path,
                               struct err *err);

#endif
