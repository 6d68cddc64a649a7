/*
 * weights_export.h - a trained model for ONNX, Keras or PyTorch
 */
#ifndef ORCHESTRATION_TOOLS_WEIGHTS_EXPORT_H
#define ORCHESTRATION_TOOLS_WEIGHTS_EXPORT_H

#include "base/file.h"

#include <stdio.h>

/* Has a training written that file?  Keras' files are none.
 * Errors: those of safetensors_read(), of a file that is called so. */
MUST_USE int weights_export_is_model(const char *path, bool *is,
                                     struct err *err);

/*
 * Write the model in the file 'path' to the file 'to', whose ending decides the
 * format: .onnx (onnx_write.h), .h5 (keras_model.h) or .safetensors
 * (torch_write.h); and to 'out' what it takes and gives.
 * Errors: as export_network_open(); ERR_SYSTEM.
 */
MUST_USE int weights_export_model(FILE *out, const char *path, const char *to,
                                  struct err *err);

#endif
