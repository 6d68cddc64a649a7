/*
 * onnx_proto.h - ONNX's messages: nodes, attributes, tensors, values
 *
 * Each function appends a message to a part of a GraphProto, or of a node.
 * Names are UTF-8.  Failure latches in 'out'.
 * Source: onnx.proto of ONNX 1.12, IR version 7.
 */
#ifndef EXPORT_ONNX_PROTO_H
#define EXPORT_ONNX_PROTO_H

#include "nn/safetensors.h"

enum { ONNX_PROTO_IR = 7, ONNX_PROTO_OPSET = 13, ONNX_PROTO_MAX_IN = 5 };

/* TensorProto.DataType */
enum onnx_proto_type {
    ONNX_PROTO_FLOAT = 1,
    ONNX_PROTO_UINT8 = 2,
    ONNX_PROTO_INT64 = 7
};

struct onnx_proto_node {
    const char *op;
    const char *in[ONNX_PROTO_MAX_IN]; /* values; NULL past the last */
    const char *out;                   /* also the node's name */
};

/* Attributes of the next node. */
void onnx_proto_int(struct buf *out, const char *name, int value);
void onnx_proto_ints(struct buf *out, const char *name, const int *value,
                     size_t n);
void onnx_proto_float(struct buf *out, const char *name, float value);

/* A node of the graph; 'attributes', NULL: none, is empty then. */
void onnx_proto_node(struct buf *out, const struct onnx_proto_node *node,
                     struct buf *attributes);

struct onnx_proto_tensor {
    const char *name;
    enum onnx_proto_type type;
    size_t dim[4];
    int n_dim;        /* 0: a scalar */
    const void *data; /* little-endian */
    size_t bytes;
};

/* An initializer of the graph. */
void onnx_proto_tensor(struct buf *out, const struct onnx_proto_tensor *t);

struct onnx_proto_value {
    const char *name, *text; /* what it is, for people */
    enum onnx_proto_type type;
    int dim[4]; /* behind that of the batch, which is free; 0 past the last */
};

/* An input or output of the graph. */
void onnx_proto_value(struct buf *out, const struct onnx_proto_value *v,
                      bool output);

/* What a model's file has besides. */
struct onnx_proto_model {
    const char *name;                    /* of the graph */
    struct buf *node, *tensor;           /* all of them */
    struct buf *ends;                    /* inputs and outputs */
    const struct safetensors_meta *meta; /* (n_meta) */
    size_t n_meta;
};

/* Replace 'path' by a ModelProto.  Errors: ERR_SYSTEM. */
MUST_USE int onnx_proto_write(const struct onnx_proto_model *m,
                              const char *path, struct err *err);

#endif
