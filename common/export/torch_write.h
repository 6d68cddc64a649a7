/*
 * torch_write.h - a trained network as a state dict of PyTorch, in safetensors
 *
 * Tensors are called as torch_names.h says, in PyTorch's layouts: kernels (out,
 * in, h, w), dense layers (out, in).  The metadata is that of the model's file,
 * "preparation", and "layers", JSON of what to build:
 *
 *     [{"name": "Conv1", "in": ["Conv1_pad"], "module": "Conv2d",
 *       "args": {"in_channels": 3, ...}, "state": "Conv1"},
 *      {"name": "block_2_add", "in": [A, B], "op": "add"}, ...]
 *
 * module and args are a class of torch.nn and what it takes; state is what
 * stands before the names of its tensors; op is add, cat (channels) or
 * normalize (L2, over channels).  The first layers read "image", (n, 3, h, w)
 * of 0 .. 255, and "size", logarithms of width and height in pixels of the
 * picture before it was resized; the last one is the result.  Layers are in an
 * order in which they can be run.  torch_write_loader() does it.
 */
#ifndef EXPORT_TORCH_WRITE_H
#define EXPORT_TORCH_WRITE_H

#include "export/export_network.h"

/*
 * Replace 'path' by the tensors.  Deterministic.
 * Errors: ERR_SYSTEM.
 */
MUST_USE int torch_write(const struct export_network *n, const char *path,
                         struct err *err);

/* The lines of a program in Python that builds the network from such a file,
 * torch.safetensors, and runs it. */
void torch_write_loader(struct buf *out);

#endif
