/*
 * test_onnx_write.c - a model of ONNX, read back: operators, shapes, weights
 *
 * Whether they compute what the network does is tested by a flow with ONNX
 * Runtime, where that is installed.
 */
#include "export/onnx_write.h"

#include "made_model.h"
#include "onnx_read.h"
#include "test_dir.h"

/* Numbers of fields in onnx.proto. */
enum { MODEL_GRAPH = 7, MODEL_OPSET = 8, MODEL_META = 14 };
enum { GRAPH_NODE = 1, GRAPH_TENSOR = 5, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12 };
enum { NODE_IN = 1, NODE_OUT = 2, NODE_NAME = 3, NODE_OP = 4, NODE_ATTR = 5 };
enum { TENSOR_DIM = 1, TENSOR_NAME = 8, TENSOR_RAW = 9 };
enum { ATTR_F = 2, ATTR_I = 3, ATTR_INTS = 8 };

/* A model and what was written of it. */
struct written {
    struct export_network n;
    char *bytes; /* owned */
    struct message model, graph;
};

static void write_model(struct written *w, const struct made_model *m)
{
    const char *model = in_dir("m.safetensors"), *onnx = in_dir("m.onnx");
    struct err err = {0};
    struct field f;
    size_t size;

    need(made_model_write(m, model, &err) == 0 &&
             export_network_open(&w->n, model, &err) == 0,
         &err);
    ok(onnx_write(&w->n, onnx, &err) == 0, "a model of ONNX is written");
    need(file_read(onnx, (size_t)1 << 30, &w->bytes, &size, &err) == 0, &err);
    w->model = (struct message){(unsigned char *)w->bytes,
                                (unsigned char *)w->bytes + size, false};
    ok(find_field(w->model, MODEL_GRAPH, 0, &f), "  and has a graph");
    w->graph = f.bytes;
}

static void release(struct written *w)
{
    export_network_release(&w->n);
    free(w->bytes);
}

static size_t ops(const struct written *w, const char *op)
{
    return count_messages(w->graph, GRAPH_NODE, NODE_OP, op);
}

static struct message node_of(const struct written *w, const char *name)
{
    return find_message(w->graph, GRAPH_NODE, NODE_NAME, name);
}

/* Is attribute 'name' of a node that list of integers? */
static bool ints_are(struct message node, const char *name, const int *x,
                     size_t n)
{
    const struct message a = find_message(node, NODE_ATTR, 1, name);
    struct field f;

    for (size_t i = 0; i < n; i++)
        if (!find_field(a, ATTR_INTS, i, &f) || f.value != (uint64_t)x[i])
            return false;
    return count_fields(a, ATTR_INTS) == n;
}

/* Do two fields hold the same text? */
static bool same_text(const struct field *a, const struct field *b)
{
    const size_t n = (size_t)(a->bytes.end - a->bytes.at);

    return (size_t)(b->bytes.end - b->bytes.at) == n &&
           memcmp(a->bytes.at, b->bytes.at, n) == 0;
}

/* Does a node in 'm' give that value? */
static bool is_given(struct message m, const struct field *value)
{
    struct field node, out;

    while (read_field(&m, &node))
        if (node.number == GRAPH_NODE &&
            find_field(node.bytes, NODE_OUT, 0, &out) && same_text(&out, value))
            return true;
    return false;
}

/* The first value that every node reads is an input, or of a node before. */
static bool is_sorted(const struct written *w)
{
    struct message rest = w->graph, before = w->graph;
    struct field node, in;

    for (before.end = rest.at; read_field(&rest, &node); before.end = rest.at)
        if (node.number == GRAPH_NODE &&
            !text_is(node.bytes, NODE_IN, 0, "image") &&
            !text_is(node.bytes, NODE_IN, 0, "size") &&
            !(find_field(node.bytes, NODE_IN, 0, &in) && is_given(before, &in)))
            return false;
    return true;
}

/* Place in Keras' (h, w, in, out) of place 'e' of ONNX's (out, in, h, w), or of
 * (c, 1, h, w) for a depthwise kernel's (h, w, c, 1). */
static size_t place_of(const struct named_tensor *t, size_t e)
{
    size_t area, ci, p, in, out;

    if (t->n_dim != 4)
        return e;
    area = (size_t)t->dim[0] * (size_t)t->dim[1];
    ci = (size_t)t->dim[2];
    p = e % area;
    in = e / area % ci;
    out = e / area / ci;
    return strstr(t->name, "depthwise")
               ? p * ci + e / area
               : (p * ci + in) * (size_t)t->dim[3] + out;
}

static bool same_numbers(struct message raw, const struct named_tensor *t)
{
    if ((size_t)(raw.end - raw.at) != t->len * sizeof(float))
        return false;
    for (size_t e = 0; e < t->len; e++)
        if (memcmp(raw.at + e * sizeof(float), &t->data[place_of(t, e)],
                   sizeof(float)) != 0)
            return false;
    return true;
}

/* Each tensor of the network is an initializer. */
static void check_weights(const struct written *w)
{
    const struct named_tensor *list;
    size_t n, same = 0;
    struct field f;

    graph_tensors(w->n.graph, &list, &n);
    for (size_t i = 0; i < n; i++) {
        const struct message t =
            find_message(w->graph, GRAPH_TENSOR, TENSOR_NAME, list[i].name);

        same += find_field(t, TENSOR_RAW, 0, &f) &&
                same_numbers(f.bytes, &list[i]) &&
                count_fields(t, TENSOR_DIM) == (size_t)list[i].n_dim;
    }
    ok(same == n, "  every weight is there, to the bit");
}

/* --- each network ----------------------------------------------------------*/

/*
 * How many operators of each kind a network has, counted in its paper's table.
 * All have one convolution more, which scales the input; nodes that all have:
 * Cast, Transpose, a global pool, Flatten, Softmax.
 */
static const struct shape {
    struct made_model of;
    size_t nodes, convs, norms, relus, clips, adds, concats, gemms, pads;
} shapes[] = {
    /* 17 blocks: 3 convolutions each but the first, which has 2; a logarithm,
     * a dense layer and a Concat for the size */
    {{"mobilenetv2", NULL, HEAD_CLASSIFIER, 32, true},
     5 + 1 + 53 + 52 + 1 + 35 + 10 + 1 + 3,
     53,
     52,
     1,
     35,
     10,
     1,
     3,
     0},
    /* 10 convolutions; 3 maxima; 2 normalisations and a rectifier of the head */
    {{"vgg16", "block4_conv3", HEAD_PAPER, 32, false},
     5 + 3 + 11 + 2 + 11 + 2,
     11,
     2,
     11,
     0,
     0,
     0,
     2,
     0},
    {{"vgg19", "block2_pool", HEAD_DROPOUT, 32, false},
     5 + 2 + 5 + 2 + 5 + 2,
     5,
     2,
     5,
     0,
     0,
     0,
     2,
     0},
    /* the stem, 3 blocks, 2 blocks; a maximum with zeros around */
    {{"resnet50", "conv3_block2_out", HEAD_LINEAR, 32, false},
     5 + 1 + 1 + 19 + 18 + 16 + 5 + 1,
     1 + 1 + 3 * 5 + 2,
     1 + 3 * 5 + 2,
     1 + 3 * 5,
     0,
     5,
     0,
     1,
     1},
    /* the stem, 6 blocks, a transition and a block */
    {{"densenet169", "conv3_block1_concat", HEAD_PAPER, 32, false},
     5 + 2 + 1 + 17 + 16 + 17 + 7 + 2,
     1 + 1 + 7 * 2 + 1,
     1 + 7 * 2 + 1,
     1 + 7 * 2 + 1 + 1,
     0,
     0,
     7,
     2,
     1},
};

static void check_shape(const struct shape *s)
{
    struct written w;

    write_model(&w, &s->of);
    ok(count_fields(w.graph, GRAPH_NODE) == s->nodes, s->of.network);
    ok(ops(&w, "Conv") == s->convs && ops(&w, "Gemm") == s->gemms,
       "  convolutions and dense layers");
    ok(ops(&w, "BatchNormalization") == s->norms, "  normalisations");
    ok(ops(&w, "Relu") == s->relus && ops(&w, "Clip") == s->clips,
       "  rectifiers");
    ok(ops(&w, "Add") == s->adds && ops(&w, "Concat") == s->concats,
       "  sums and concatenations");
    ok(ops(&w, "Pad") == s->pads, "  zeros around a maximum");
    ok(ops(&w, "Dropout") == 0, "  no dropout");
    ok(is_sorted(&w), "  each reads what comes before it");
    check_weights(&w);
    release(&w);
}

/* --- one of them, looked at closely ----------------------------------------*/

static bool is_input(const struct written *w, unsigned number, const char *name,
                     uint64_t type, const int *dim, size_t n)
{
    const struct message value = find_message(w->graph, number, 1, name);
    struct field f, d, x;

    if (!find_field(value, 2, 0, &f) || !find_field(f.bytes, 1, 0, &f) ||
        !find_field(f.bytes, 1, 0, &x) || x.value != type ||
        !find_field(f.bytes, 2, 0, &f) || count_fields(f.bytes, 1) != n + 1 ||
        !find_field(f.bytes, 1, 0, &d) || !text_is(d.bytes, 2, 0, "N"))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!find_field(f.bytes, 1, i + 1, &d) ||
            !find_field(d.bytes, 1, 0, &x) || x.value != (uint64_t)dim[i])
            return false;
    return true;
}

static void check_ends(const struct written *w)
{
    struct field f, x;

    ok(find_field(w->model, 1, 0, &f) && f.value == 7 &&
           find_field(w->model, MODEL_OPSET, 0, &f) &&
           find_field(f.bytes, 2, 0, &x) && x.value == 13,
       "it is of IR version 7 and opset 13");
    ok(is_input(w, GRAPH_INPUT, "image", 2, (int[]){48, 48, 3}, 3),
       "pictures are bytes, as many as one likes");
    ok(is_input(w, GRAPH_INPUT, "size", 1, (int[]){2}, 1),
       "sizes are two floats");
    ok(count_fields(w->graph, GRAPH_INPUT) == 2, "there is no other input");
    ok(is_input(w, GRAPH_OUTPUT, "probabilities", 1, (int[]){3}, 1) &&
           count_fields(w->graph, GRAPH_OUTPUT) == 1,
       "the output is a probability of each class");
}

static void check_windows(const struct written *w)
{
    static const int one[] = {1, 1, 1, 1}, after[] = {0, 0, 1, 1};
    struct message node = node_of(w, "Conv1");
    struct field f;

    ok(ints_are(node, "kernel_shape", (int[]){3, 3}, 2) &&
           ints_are(node, "strides", (int[]){2, 2}, 2) &&
           ints_are(node, "pads", after, 4),
       "zeros of a stride of 2 are below and to the right, of an even side");
    node = node_of(w, "block_1_depthwise");
    ok(ints_are(node, "pads", after, 4) &&
           text_is(node, NODE_IN, 0, "block_1_expand_relu"),
       "  a layer of zeros is merged into the convolution behind it");
    ok(find_field(find_message(node, NODE_ATTR, 1, "group"), ATTR_I, 0, &f) &&
           f.value == 96,
       "  which is of 96 groups");
    ok(ints_are(node_of(w, "block_16_depthwise"), "pads", one, 4) &&
           ints_are(node_of(w, "block_16_depthwise"), "strides", (int[]){1, 1},
                    2),
       "zeros of a stride of 1 are all around");
}

static void check_values(const struct written *w)
{
    const struct message bn = node_of(w, "bn_Conv1");
    const float eps = 1e-3f;
    struct field f;
    uint32_t bits;

    memcpy(&bits, &eps, sizeof(bits));
    ok(find_field(find_message(bn, NODE_ATTR, 1, "epsilon"), ATTR_F, 0, &f) &&
           f.value == bits,
       "a normalisation has its epsilon");
    ok(text_is(bn, NODE_IN, 1, "bn_Conv1/gamma:0") &&
           text_is(bn, NODE_IN, 2, "bn_Conv1/beta:0") &&
           text_is(bn, NODE_IN, 3, "bn_Conv1/moving_mean:0") &&
           text_is(bn, NODE_IN, 4, "bn_Conv1/moving_variance:0"),
       "  and its numbers in ONNX's order");
    ok(text_is(node_of(w, "dense"), NODE_IN, 0, "with_size"),
       "a dropout is left out");
    ok(text_is(node_of(w, "with_size"), NODE_IN, 1, "size_scaling"),
       "the size is joined to what the network makes of the picture");
}

static bool meta_is(const struct written *w, const char *key, const char *text)
{
    return text_is(find_message(w->model, MODEL_META, 1, key), 2, 0, text);
}

static void check_meta(const struct written *w)
{
    ok(meta_is(w, "classes", "one\ntwo words\nthree") &&
           meta_is(w, "network", "mobilenetv2") && meta_is(w, "epoch", "7"),
       "the metadata has the classes");
    ok(meta_is(w, "preparation",
               "image: R, G, B of 8 bits, (n, height, width, 3), brought to 48 "
               "x 48 (width x height) by nearest pixels, its aspect ratio not "
               "kept; scaling and order of channels are part of the network. "
               "size: (n, 2), width and height of the picture in pixels before "
               "it was resized"),
       "  and how a picture is prepared");
    ok(count_messages(w->model, MODEL_META, 1, "input") == 0 &&
           count_messages(w->model, MODEL_META, 1, "format") == 0,
       "  but nothing of what is part of the graph");
}

/* What scales the input is what preprocess() does. */
static void check_scaling(const struct written *w)
{
    static const uint8_t rgb[] = {10, 100, 250};
    const struct message k = find_message(w->graph, GRAPH_TENSOR, TENSOR_NAME,
                                          "input_scaling/kernel:0");
    float kernel[9], x[3];
    struct field f;
    bool same = find_field(k, TENSOR_RAW, 0, &f) &&
                f.bytes.end - f.bytes.at == sizeof(kernel);

    preprocess(w->n.info.input, rgb, 1, x);
    if (same)
        memcpy(kernel, f.bytes.at, sizeof(kernel));
    for (int c = 0; same && c < 3; c++) {
        float y = w->n.input_bias[c];

        for (int i = 0; i < 3; i++)
            y += (float)rgb[i] * kernel[3 * c + i];
        same = fabsf(y - x[c]) < 1e-4f;
    }
    ok(same, "the first convolution scales a picture as training did");
}

static void check_close(void)
{
    struct written w;

    write_model(&w, &(struct made_model){"mobilenetv2", NULL, HEAD_CLASSIFIER,
                                         48, true});
    check_ends(&w);
    check_windows(&w);
    check_values(&w);
    check_meta(&w);
    check_scaling(&w);
    release(&w);
}

/* In BGR, less the means. */
static void check_caffe(void)
{
    struct written w;

    write_model(&w, &(struct made_model){"vgg16", "block1_conv1", HEAD_LINEAR,
                                         32, false});
    check_scaling(&w);
    ok(text_is(node_of(&w, "block1_conv1"), NODE_IN, 0, "block1_conv1_linear"),
       "an activation is an operator of its own");
    ok(count_fields(w.graph, GRAPH_INPUT) == 1, "without sizes one input");
    release(&w);
}

static void check_encoder(void)
{
    struct written w;

    write_model(&w, &(struct made_model){"mobilenetv2", "block_1_expand_relu",
                                         HEAD_PROJECT, 32, false});
    ok(ops(&w, "Softmax") == 0 && ops(&w, "ReduceSumSquare") == 1 &&
           ops(&w, "Div") == 1,
       "an encoder ends in vectors of length 1");
    ok(is_input(&w, GRAPH_OUTPUT, "embedding", 1, (int[]){128}, 1),
       "  of 128 numbers");
    release(&w);
}

static void check_unwritable(void)
{
    struct export_network n;
    struct err err = {0};

    need(export_network_open(&n, in_dir("m.safetensors"), &err) == 0, &err);
    fails(onnx_write(&n, "/nowhere/m.onnx", &err), err, ERR_SYSTEM,
          "/nowhere/m.onnx", "a place that cannot be written to is said");
    export_network_release(&n);
}

int main(void)
{
    begin_dir();
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
        check_shape(&shapes[i]);
    check_close();
    check_caffe();
    check_encoder();
    check_unwritable();
    return end_dir();
}
