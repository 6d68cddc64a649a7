/* onnx_write.c - each layer as one operator of ONNX or a few */
#include "export/onnx_write.h"

#include "export/onnx_proto.h"
#include "nn/layers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_NAME = NN_NAME_MAX + 16 };

/* The graph while it is made. */
struct onnx {
    const struct export_network *n;
    struct buf node, tensor; /* owned */
    struct buf ends;         /* owned: inputs and outputs */
    const char **value;      /* owned: what each layer's value is called */
    float *room;             /* owned: for the largest weight */
    bool clips;              /* the bounds of ReLU6 are there */
};

/* "NAME_part", of a value inside a layer. */
static const char *inner(const struct export_layer *l, const char *part,
                         char name[VALUE_NAME])
{
    snprintf(name, VALUE_NAME, "%s_%s", l->name, part);
    return name;
}

/* An operator of one value; 'attributes' as of onnx_proto_node(). */
static void put_node(struct onnx *o, const char *op, const char *in,
                     const char *out, struct buf *attributes)
{
    onnx_proto_node(&o->node,
                    &(struct onnx_proto_node){.op = op, {in}, .out = out},
                    attributes);
}

/* An operator of two values, without attributes. */
static void put_pair(struct onnx *o, const char *op, const char *a,
                     const char *b, const char *out)
{
    onnx_proto_node(&o->node,
                    &(struct onnx_proto_node){.op = op, {a, b}, .out = out},
                    NULL);
}

static void put_scalar(struct onnx *o, const char *name, float x)
{
    onnx_proto_tensor(&o->tensor,
                      &(struct onnx_proto_tensor){.name = name,
                                                  .type = ONNX_PROTO_FLOAT,
                                                  .data = &x,
                                                  .bytes = sizeof(x)});
}

static void put_weights(struct onnx *o, const struct export_layer *l)
{
    for (int i = 0; i < l->n_weight; i++) {
        const struct safetensors_tensor *w = &l->weight[i];
        struct onnx_proto_tensor t = {.name = w->name,
                                      .type = ONNX_PROTO_FLOAT,
                                      .n_dim = w->n_dim,
                                      .data = o->room,
                                      .bytes = safetensors_bytes(w)};
        size_t dim[SAFETENSORS_MAX_DIMS];

        export_network_oihw(l, w, dim, o->room);
        memcpy(t.dim, dim, sizeof(t.dim));
        onnx_proto_tensor(&o->tensor, &t);
    }
}

/* The value of the k-th layer that 'l' reads. */
static const char *input(const struct onnx *o, const struct export_layer *l,
                         int k)
{
    return o->value[l->in[k]];
}

/* An operator with its weights as inputs behind that value. */
static void put_weighted(struct onnx *o, const struct export_layer *l,
                         const char *op, const char *out,
                         struct buf *attributes)
{
    struct onnx_proto_node node = {
        .op = op, .in = {input(o, l, 0)}, .out = out};

    for (int i = 0; i < l->n_weight; i++)
        node.in[i + 1] = l->weight[i].name;
    onnx_proto_node(&o->node, &node, attributes);
}

/* y = act(x). */
static void put_activation(struct onnx *o, int act, const char *in,
                           const char *out)
{
    if (act == ACT_RELU) {
        put_node(o, "Relu", in, out, NULL);
        return;
    }
    if (!o->clips) {
        put_scalar(o, "zero", 0.0f);
        put_scalar(o, "six", 6.0f);
        o->clips = true;
    }
    onnx_proto_node(&o->node,
                    &(struct onnx_proto_node){
                        .op = "Clip", {in, "zero", "six"}, .out = out},
                    NULL);
}

/* Its value is that of the layer that it reads. */
static void skip_layer(struct onnx *o, const struct export_layer *l)
{
    o->value[l - o->n->layer] = input(o, l, 0);
}

/* --- windows ---------------------------------------------------------------*/

/* The layer of zeros whose place a convolution takes, if 'i' is one. */
static const struct export_layer *merged_pad(const struct export_network *n,
                                             int i)
{
    const struct export_layer *pad = &n->layer[i];

    if (pad->form.kind != KIND_ZERO_PAD || export_network_readers(n, i) != 1)
        return NULL;
    for (int j = i + 1; j < n->n_layer; j++)
        if (n->layer[j].in[0] == i)
            return n->layer[j].form.kind == KIND_CONV ||
                           n->layer[j].form.kind == KIND_DEPTHWISE
                       ? pad
                       : NULL;
    return NULL;
}

static void put_window(struct buf *attributes, const struct op_form *f,
                       const struct op_form *pad)
{
    const int size[] = {f->size, f->size}, stride[] = {f->stride, f->stride};
    const int pads[] = {f->top + pad->top, f->left + pad->left,
                        f->bottom + pad->bottom, f->right + pad->right};

    onnx_proto_ints(attributes, "kernel_shape", size, 2);
    onnx_proto_ints(attributes, "pads", pads, 4);
    onnx_proto_ints(attributes, "strides", stride, 2);
}

static void put_conv(struct onnx *o, const struct export_layer *l)
{
    static const struct op_form none;
    const struct export_layer *pad = merged_pad(o->n, l->in[0]);
    struct buf attributes = {0};
    char linear[VALUE_NAME];
    const bool act = l->form.act != ACT_NONE;

    if (l->form.kind == KIND_DEPTHWISE)
        onnx_proto_int(&attributes, "group", l->c);
    put_window(&attributes, &l->form, pad ? &pad->form : &none);
    put_weighted(o, l, "Conv", act ? inner(l, "linear", linear) : l->name,
                 &attributes);
    if (act)
        put_activation(o, l->form.act, linear, l->name);
}

static void put_pool(struct onnx *o, const struct export_layer *l)
{
    static const struct op_form none;
    struct buf attributes = {0};

    put_window(&attributes, &l->form, &none);
    put_node(o, l->form.kind == KIND_MAX_POOL ? "MaxPool" : "AveragePool",
             input(o, l, 0), l->name, &attributes);
}

static void put_zero_pad(struct onnx *o, const struct export_layer *l)
{
    const struct op_form *f = &l->form;
    const int64_t pads[] = {0, 0, f->top, f->left, 0, 0, f->bottom, f->right};
    char name[VALUE_NAME];

    if (merged_pad(o->n, (int)(l - o->n->layer))) {
        skip_layer(o, l);
        return;
    }
    onnx_proto_tensor(
        &o->tensor, &(struct onnx_proto_tensor){.name = inner(l, "pads", name),
                                                .type = ONNX_PROTO_INT64,
                                                .dim = {8},
                                                .n_dim = 1,
                                                .data = pads,
                                                .bytes = sizeof(pads)});
    put_pair(o, "Pad", input(o, l, 0), name, l->name);
}

/* --- other layers ----------------------------------------------------------*/

/* Pictures are (N, h, w, 3), maps (N, 3, h, w); sizes become logarithms. */
static void put_input(struct onnx *o, const struct export_layer *l)
{
    static const int perm[] = {0, 3, 1, 2};
    const char **value = &o->value[l - o->n->layer];
    struct buf attributes = {0};

    *value = l->flat ? "size_logarithm" : "image_nchw";
    if (l->flat) {
        put_node(o, "Log", l->name, *value, NULL);
        return;
    }
    onnx_proto_int(&attributes, "to", ONNX_PROTO_FLOAT);
    put_node(o, "Cast", l->name, "image_float", &attributes);
    onnx_proto_ints(&attributes, "perm", perm, 4);
    put_node(o, "Transpose", "image_float", *value, &attributes);
}

static void put_batch_norm(struct onnx *o, const struct export_layer *l)
{
    struct buf attributes = {0};

    onnx_proto_float(&attributes, "epsilon", l->form.eps);
    onnx_proto_float(&attributes, "momentum", l->form.momentum);
    put_weighted(o, l, "BatchNormalization", l->name, &attributes);
}

static void put_dense(struct onnx *o, const struct export_layer *l)
{
    BUG_ON(!o->n->layer[l->in[0]].flat);
    put_weighted(o, l, "Gemm", l->name, NULL);
}

static void put_relu(struct onnx *o, const struct export_layer *l)
{
    put_activation(o, l->form.act, input(o, l, 0), l->name);
}

static void put_add(struct onnx *o, const struct export_layer *l)
{
    put_pair(o, "Add", input(o, l, 0), input(o, l, 1), l->name);
}

static void put_concat(struct onnx *o, const struct export_layer *l)
{
    struct buf attributes = {0};

    onnx_proto_int(&attributes, "axis", 1);
    onnx_proto_node(&o->node,
                    &(struct onnx_proto_node){.op = "Concat",
                                              {input(o, l, 0), input(o, l, 1)},
                                              .out = l->name},
                    &attributes);
}

static void put_global_pool(struct onnx *o, const struct export_layer *l)
{
    char map[VALUE_NAME];

    put_node(o,
             l->form.kind == KIND_GLOBAL_MAX ? "GlobalMaxPool"
                                             : "GlobalAveragePool",
             input(o, l, 0), inner(l, "map", map), NULL);
    put_node(o, "Flatten", map, l->name, NULL);
}

/* y = x / sqrt(max(sum x^2, 1e-12)) */
static void put_l2_norm(struct onnx *o, const struct export_layer *l)
{
    static const int axis[] = {1};
    struct buf attributes = {0};
    char squares[VALUE_NAME], bounded[VALUE_NAME], length[VALUE_NAME];

    put_scalar(o, "least_square", 1e-12f);
    onnx_proto_ints(&attributes, "axes", axis, 1);
    put_node(o, "ReduceSumSquare", input(o, l, 0), inner(l, "squares", squares),
             &attributes);
    put_pair(o, "Max", squares, "least_square", inner(l, "bounded", bounded));
    put_node(o, "Sqrt", bounded, inner(l, "length", length), NULL);
    put_pair(o, "Div", input(o, l, 0), length, l->name);
}

static void put_softmax(struct onnx *o, const struct export_layer *l)
{
    struct buf attributes = {0};

    onnx_proto_int(&attributes, "axis", 1);
    put_node(o, "Softmax", input(o, l, 0), l->name, &attributes);
}

static void (*const puts_layer[])(struct onnx *,
                                  const struct export_layer *) = {
    [KIND_INPUT] = put_input,
    [KIND_CONV] = put_conv,
    [KIND_DEPTHWISE] = put_conv,
    [KIND_BATCH_NORM] = put_batch_norm,
    [KIND_RELU] = put_relu,
    [KIND_ADD] = put_add,
    [KIND_CONCAT] = put_concat,
    [KIND_ZERO_PAD] = put_zero_pad,
    [KIND_GLOBAL_MEAN] = put_global_pool,
    [KIND_GLOBAL_MAX] = put_global_pool,
    [KIND_MEAN_POOL] = put_pool,
    [KIND_MAX_POOL] = put_pool,
    [KIND_DENSE] = put_dense,
    [KIND_DROPOUT] = skip_layer,
    [KIND_L2_NORM] = put_l2_norm,
    [KIND_SOFTMAX] = put_softmax,
};

/* --- the model -------------------------------------------------------------*/

/* Of the same order as 'classes' in the metadata. */
static void put_output(struct onnx *o)
{
    const struct export_layer *l = export_network_output(o->n);
    const struct model_info *m = &o->n->info;
    struct onnx_proto_value v = {.type = ONNX_PROTO_FLOAT, .dim = {l->c}};
    struct buf text = {0};

    v.name = o->value[l - o->n->layer];
    if (l->form.kind == KIND_SOFTMAX)
        buf_puts(&text, "of the classes");
    for (int i = 0; l->form.kind == KIND_SOFTMAX && i < m->n_class; i++)
        buf_printf(&text, "%s %s", i ? "," : "", m->class_name[i]);
    v.text = text.data ? text.data : "";
    onnx_proto_value(&o->ends, &v, true);
    o->ends.failed = o->ends.failed || text.failed;
    buf_release(&text);
}

static void put_values(struct onnx *o)
{
    const struct model_info *m = &o->n->info;

    onnx_proto_value(&o->ends,
                     &(struct onnx_proto_value){.name = "image",
                                                .text = "bytes R G B, resized",
                                                .type = ONNX_PROTO_UINT8,
                                                .dim = {m->h, m->w, 3}},
                     false);
    if (m->size.on)
        onnx_proto_value(&o->ends,
                         &(struct onnx_proto_value){
                             .name = "size",
                             .text = "width and height of the picture before "
                                     "it was resized, in pixels",
                             .type = ONNX_PROTO_FLOAT,
                             .dim = {CELL_SIZE}},
                         false);
    put_output(o);
}

static void put_layers(struct onnx *o)
{
    for (int i = 0; i < o->n->n_layer; i++) {
        const struct export_layer *l = &o->n->layer[i];

        o->value[i] = l->name;
        put_weights(o, l);
        puts_layer[l->form.kind](o, l);
    }
    put_values(o);
}

static int write_model(struct onnx *o, const char *path, struct err *err)
{
    struct export_about about;
    int rc = export_network_about(o->n, false, &about, err);

    if (rc == 0)
        rc = onnx_proto_write(
            &(struct onnx_proto_model){.name = o->n->info.network,
                                       .node = &o->node,
                                       .tensor = &o->tensor,
                                       .ends = &o->ends,
                                       .meta = about.meta,
                                       .n_meta = about.n_meta},
            path, err);
    export_network_about_release(&about);
    return rc;
}

/* Bytes of the largest weight. */
static size_t most_bytes(const struct export_network *n)
{
    size_t most = 1;

    for (int i = 0; i < n->n_layer; i++)
        for (int k = 0; k < n->layer[i].n_weight; k++) {
            const size_t bytes = safetensors_bytes(&n->layer[i].weight[k]);

            most = bytes > most ? bytes : most;
        }
    return most;
}

int onnx_write(const struct export_network *n, const char *path,
               struct err *err)
{
    struct onnx o = {.n = n,
                     .value = calloc((size_t)n->n_layer, sizeof(*o.value)),
                     .room = malloc(most_bytes(n))};
    int rc = -1;

    if (o.value && o.room) {
        put_layers(&o);
        rc = write_model(&o, path, err);
    } else {
        err_set(err, ERR_SYSTEM, "no memory for '%.200s'", path);
    }
    free(o.value);
    free(o.room);
    buf_release(&o.node);
    buf_release(&o.tensor);
    buf_release(&o.ends);
    return rc;
}
