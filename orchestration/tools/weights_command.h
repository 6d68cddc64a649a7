/*
 * weights_command.h - papline weights: import, inspect, export, fetch
 */
#ifndef ORCHESTRATION_TOOLS_WEIGHTS_COMMAND_H
#define ORCHESTRATION_TOOLS_WEIGHTS_COMMAND_H

#include "base/err.h"

#include <stdbool.h>
#include <stdio.h>

struct weights_args {
    const char *what; /* "import", "inspect", "export", "fetch" */
    const char *file; /* to be read; of fetch: the network */
    const char *net;  /* NULL: what the file says */
    const char *out;  /* to be written */
    bool torch;       /* of export: a trained model for PyTorch */
};

/*
 * import FILE -o OUT     Keras' .h5 or safetensors, checked, to OUT
 * inspect FILE           every tensor, and what they are of
 * export FILE -o OUT     of what training wrote, or a bundle: OUT.onnx a model
 *                        of ONNX, OUT.h5 of Keras, with 'torch' OUT.safetensors
 *                        of PyTorch, else the tensors alone; of other weights
 *                        the tensors, OUT.h5 in the layout that Keras loads
 * fetch NET [-o FILE.h5] the official file's address and checksum; with -o it
 *                        is downloaded (by curl or wget), verified and kept
 * Errors: ERR_USAGE; ERR_INPUT damaged, or not the network's weights; ERR_AGAIN
 * no network; ERR_SYSTEM.
 */
MUST_USE int weights_command_run(FILE *out, const struct weights_args *a,
                                 struct err *err);

#endif
