/*
 * onnx_write.h - a trained network as a model of ONNX
 *
 *     image          input, uint8 (N, h, w, 3): bytes R G B, as a picture is
 *                    decoded, resized as the metadata's "preparation" says
 *     size           input of networks that take it, float (N, 2): width and
 *                    height in pixels of the picture before it was resized
 *     probabilities  output, float (N, classes); of an encoder: embedding
 *
 * Bytes, not floats: a picture is fed as it comes from a decoder, and who feeds
 * values of 0 .. 1 is told of the wrong type, where a float input would answer
 * nonsense.  N is free.  Channels, their scaling and the logarithm of sizes are
 * part of the graph; weights have the names of the model's file, kernels the
 * order (out, in, h, w).  Dropout is left out, zeros around are part of the
 * convolution that reads them.  The metadata is that of the model's file.
 * Opset 13, IR version 7.
 */
#ifndef EXPORT_ONNX_WRITE_H
#define EXPORT_ONNX_WRITE_H

#include "export/export_network.h"

/*
 * Replace 'path' by the model.  Deterministic.
 * Errors: ERR_SYSTEM.
 */
MUST_USE int onnx_write(const struct export_network *n, const char *path,
                        struct err *err);

#endif
