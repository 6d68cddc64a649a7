/* onnx_proto.c - the numbers of ONNX's fields */
#include "export/onnx_proto.h"

#include "base/file.h"
#include "base/version.h"
#include "export/protobuf.h"

enum attribute_type {
    ATTRIBUTE_FLOAT = 1,
    ATTRIBUTE_INT = 2,
    ATTRIBUTE_INTS = 7
};

/* Numbers of fields, by message. */
enum { MODEL_IR = 1, MODEL_PRODUCER, MODEL_PRODUCER_VERSION };
enum { MODEL_GRAPH = 7, MODEL_OPSET = 8, MODEL_METADATA = 14 };
enum { OPSET_VERSION = 2 };
enum { ENTRY_KEY = 1, ENTRY_VALUE };
enum { GRAPH_NODE = 1, GRAPH_NAME = 2, GRAPH_TENSOR = 5 };
enum { GRAPH_INPUT = 11, GRAPH_OUTPUT = 12 };
enum { NODE_IN = 1, NODE_OUT, NODE_NAME, NODE_OP, NODE_ATTRIBUTE };
enum { ATTRIBUTE_NAME = 1, ATTRIBUTE_F, ATTRIBUTE_I };
enum { ATTRIBUTE_LIST = 8, ATTRIBUTE_TYPE = 20 };
enum { TENSOR_DIM = 1, TENSOR_TYPE = 2, TENSOR_NAME = 8, TENSOR_RAW = 9 };
enum { VALUE_NAME = 1, VALUE_TYPE, VALUE_TEXT };
enum { TYPE_TENSOR = 1 };
enum { TENSOR_TYPE_ITEM = 1, TENSOR_TYPE_SHAPE };
enum { SHAPE_DIM = 1 };
enum { DIM_VALUE = 1, DIM_NAME };

static void end_attribute(struct buf *out, struct buf *attribute,
                          enum attribute_type type)
{
    protobuf_int(attribute, ATTRIBUTE_TYPE, type);
    protobuf_message(out, NODE_ATTRIBUTE, attribute);
}

void onnx_proto_int(struct buf *out, const char *name, int value)
{
    struct buf a = {0};

    BUG_ON(value < 0);
    protobuf_text(&a, ATTRIBUTE_NAME, name);
    protobuf_int(&a, ATTRIBUTE_I, (uint64_t)value);
    end_attribute(out, &a, ATTRIBUTE_INT);
}

void onnx_proto_ints(struct buf *out, const char *name, const int *value,
                     size_t n)
{
    struct buf a = {0};

    protobuf_text(&a, ATTRIBUTE_NAME, name);
    for (size_t i = 0; i < n; i++) {
        BUG_ON(value[i] < 0);
        protobuf_int(&a, ATTRIBUTE_LIST, (uint64_t)value[i]);
    }
    end_attribute(out, &a, ATTRIBUTE_INTS);
}

void onnx_proto_float(struct buf *out, const char *name, float value)
{
    struct buf a = {0};

    protobuf_text(&a, ATTRIBUTE_NAME, name);
    protobuf_float(&a, ATTRIBUTE_F, value);
    end_attribute(out, &a, ATTRIBUTE_FLOAT);
}

void onnx_proto_node(struct buf *out, const struct onnx_proto_node *node,
                     struct buf *attributes)
{
    struct buf n = {0};

    for (int i = 0; i < ONNX_PROTO_MAX_IN && node->in[i]; i++)
        protobuf_text(&n, NODE_IN, node->in[i]);
    protobuf_text(&n, NODE_OUT, node->out);
    protobuf_text(&n, NODE_NAME, node->out);
    protobuf_text(&n, NODE_OP, node->op);
    if (attributes)
        buf_take(&n, attributes);
    protobuf_message(out, GRAPH_NODE, &n);
}

void onnx_proto_tensor(struct buf *out, const struct onnx_proto_tensor *t)
{
    struct buf b = {0};

    for (int i = 0; i < t->n_dim; i++)
        protobuf_int(&b, TENSOR_DIM, t->dim[i]);
    protobuf_int(&b, TENSOR_TYPE, t->type);
    protobuf_text(&b, TENSOR_NAME, t->name);
    protobuf_bytes(&b, TENSOR_RAW, t->data, t->bytes);
    protobuf_message(out, GRAPH_TENSOR, &b);
}

static void put_shape(struct buf *out, const int dim[4])
{
    struct buf shape = {0}, d = {0};

    protobuf_text(&d, DIM_NAME, "N");
    protobuf_message(&shape, SHAPE_DIM, &d);
    for (int i = 0; i < 4 && dim[i]; i++) {
        protobuf_int(&d, DIM_VALUE, (uint64_t)dim[i]);
        protobuf_message(&shape, SHAPE_DIM, &d);
    }
    protobuf_message(out, TENSOR_TYPE_SHAPE, &shape);
}

void onnx_proto_value(struct buf *out, const struct onnx_proto_value *v,
                      bool output)
{
    struct buf value = {0}, type = {0}, tensor = {0};

    protobuf_int(&tensor, TENSOR_TYPE_ITEM, v->type);
    put_shape(&tensor, v->dim);
    protobuf_message(&type, TYPE_TENSOR, &tensor);
    protobuf_text(&value, VALUE_NAME, v->name);
    protobuf_message(&value, VALUE_TYPE, &type);
    protobuf_text(&value, VALUE_TEXT, v->text);
    protobuf_message(out, output ? GRAPH_OUTPUT : GRAPH_INPUT, &value);
}

/* What stands before the nodes: the graph's bytes follow. */
static void put_head(struct buf *out, size_t graph_bytes)
{
    protobuf_int(out, MODEL_IR, ONNX_PROTO_IR);
    protobuf_text(out, MODEL_PRODUCER, "Papline");
    protobuf_text(out, MODEL_PRODUCER_VERSION, PAPLINE_VERSION);
    protobuf_open(out, MODEL_GRAPH, graph_bytes);
}

static void put_tail(struct buf *out, const struct onnx_proto_model *m)
{
    struct buf b = {0};

    protobuf_int(&b, OPSET_VERSION, ONNX_PROTO_OPSET);
    protobuf_message(out, MODEL_OPSET, &b);
    for (size_t i = 0; i < m->n_meta; i++) {
        protobuf_text(&b, ENTRY_KEY, m->meta[i].key);
        protobuf_text(&b, ENTRY_VALUE, m->meta[i].value);
        protobuf_message(out, MODEL_METADATA, &b);
    }
}

int onnx_proto_write(const struct onnx_proto_model *m, const char *path,
                     struct err *err)
{
    struct buf head = {0}, name = {0}, tail = {0};
    int rc = -1;

    protobuf_text(&name, GRAPH_NAME, m->name);
    put_head(&head, m->node->len + name.len + m->tensor->len + m->ends->len);
    put_tail(&tail, m);
    if (buf_check(&head, err) == 0 && buf_check(&name, err) == 0 &&
        buf_check(&tail, err) == 0 && buf_check(m->node, err) == 0 &&
        buf_check(m->tensor, err) == 0 && buf_check(m->ends, err) == 0)
        rc = file_write_parts(
            path,
            (struct file_part[]){{head.data, head.len},
                                 {m->node->data, m->node->len},
                                 {name.data, name.len},
                                 {m->tensor->data, m->tensor->len},
                                 {m->ends->data, m->ends->len},
                                 {tail.data, tail.len}},
            6, err);
    buf_release(&head);
    buf_release(&name);
    buf_release(&tail);
    return rc;
}
