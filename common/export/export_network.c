/* export_network.c - the layers of a graph, and those around it */
#include "export/export_network.h"

#include "nn/layers.h"
#include "nn/weights.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NONE = -1 };

/* What is built. */
struct building {
    struct export_network *n;
    int place[GRAPH_MAX_NODES]; /* of the layer with a node's value */
};

static struct export_layer *add_layer(struct export_network *n,
                                      const char *name, enum op_kind kind,
                                      int in)
{
    struct export_layer *l = &n->layer[n->n_layer++];

    BUG_ON(n->n_layer > EXPORT_NETWORK_MAX);
    *l = (struct export_layer){.form = {.kind = kind}, .in = {in, NONE}};
    snprintf(l->name, sizeof(l->name), "%s", name);
    if (in != NONE) {
        l->h = n->layer[in].h;
        l->w = n->layer[in].w;
        l->c = n->layer[in].c;
        l->flat = n->layer[in].flat;
    }
    return l;
}

static void add_weight(struct export_layer *l, const char *name, int n_dim,
                       const int *dim, const float *data)
{
    struct safetensors_tensor *w = &l->weight[l->n_weight++];

    BUG_ON(l->n_weight > EXPORT_NETWORK_WEIGHTS);
    *w = (struct safetensors_tensor){
        .name = name, .type = SAFETENSORS_F32, .n_dim = n_dim, .data = data};
    for (int i = 0; i < n_dim; i++)
        w->dim[i] = (size_t)dim[i];
}

/* --- the layers around the network -----------------------------------------*/

/* Scale and shift of a channel are what preprocess() makes of the bytes 0 and
 * 1 of the channel that it reads. */
static void add_input_scaling(struct export_network *n)
{
    static const int kernel[] = {1, 1, 3, 3}, bias[] = {3};
    struct export_layer *l =
        add_layer(n, WEIGHTS_INPUT_SCALING, KIND_CONV, n->n_layer - 1);

    preprocess_affine(n->info.input, n->input_kernel, n->input_bias);
    l->form.size = l->form.stride = 1;
    l->form.pad = PAD_VALID;
    l->frozen = true;
    add_weight(l, WEIGHTS_INPUT_SCALING "/kernel:0", 4, kernel,
               n->input_kernel);
    add_weight(l, WEIGHTS_INPUT_SCALING "/bias:0", 1, bias, n->input_bias);
}

static void add_size_scaling(struct export_network *n)
{
    static const int kernel[] = {CELL_SIZE, CELL_SIZE}, bias[] = {CELL_SIZE};
    const struct size_scale *s = &n->info.size;
    struct export_layer *l =
        add_layer(n, WEIGHTS_SIZE_SCALING, KIND_DENSE, n->n_layer - 1);

    for (int k = 0; k < CELL_SIZE; k++) {
        n->size_kernel[k * CELL_SIZE + k] = (float)(1 / s->sd[k]);
        n->size_bias[k] = (float)(-s->mean[k] / s->sd[k]);
    }
    l->frozen = true;
    add_weight(l, WEIGHTS_SIZE_SCALING "/kernel:0", 2, kernel, n->size_kernel);
    add_weight(l, WEIGHTS_SIZE_SCALING "/bias:0", 1, bias, n->size_bias);
}

/* Does the network end in logits? */
static bool tells_classes(const struct model_info *m)
{
    return m->head == HEAD_PAPER || m->head == HEAD_DROPOUT ||
           m->head == HEAD_LINEAR || m->head == HEAD_CLASSIFIER;
}

/* --- the network -----------------------------------------------------------*/

/* The tensors of a node, under their names. */
static void add_weights(struct export_layer *l, struct graph *g,
                        const struct node *nd)
{
    const struct named_tensor *list;
    size_t n;

    graph_tensors(g, &list, &n);
    for (int k = 0; k < nd->n_slot; k++) {
        const struct slot *s = &nd->slot[k];
        const float *data = (s->is_state ? nd->state : nd->param) + s->at;
        size_t i = 0;

        while (i < n && list[i].data != data)
            i++;
        BUG_ON(i == n);
        add_weight(l, list[i].name, list[i].n_dim, list[i].dim, data);
    }
}

static int add_node(struct building *b, int i, struct err *err)
{
    struct export_network *n = b->n;
    const struct node *nd = graph_node_at(n->graph, i);
    struct export_layer *l = add_layer(n, nd->name, KIND_OWN, NONE);

    l->form = node_form(nd);
    if (l->form.kind == KIND_OWN)
        return err_set(err, ERR_INPUT,
                       "layer '%.64s' is one that no other program has",
                       nd->name);
    for (int k = 0; k < NN_MAX_IN && nd->in[k]; k++)
        l->in[k] = b->place[graph_index(n->graph, nd->in[k])];
    l->h = nd->out.h;
    l->w = nd->out.w;
    l->c = nd->out.c;
    l->flat = nd->flat || (nd->out.h == 1 && nd->out.w == 1 && !nd->in[0]);
    l->frozen = nd->frozen;
    add_weights(l, n->graph, nd);
    b->place[i] = n->n_layer - 1;
    return 0;
}

/* What a node that is given from outside is given, and what is made of it. */
static void add_scaling(struct building *b, int i)
{
    struct export_network *n = b->n;

    if (i == 0) {
        snprintf(n->layer[n->n_layer - 1].name, NN_NAME_MAX, "image");
        add_input_scaling(n);
    } else {
        add_size_scaling(n);
    }
    b->place[i] = n->n_layer - 1;
}

static int add_nodes(struct building *b, struct err *err)
{
    struct graph *g = b->n->graph;
    int order[GRAPH_MAX_NODES];

    if (net_keras_order(g, order, err) < 0)
        return -1;
    for (int k = 0; k < graph_n_node(g); k++) {
        if (add_node(b, order[k], err) < 0)
            return -1;
        if (!graph_node_at(g, order[k])->in[0])
            add_scaling(b, order[k]);
    }
    if (tells_classes(&b->n->info))
        add_layer(b->n, "probabilities", KIND_SOFTMAX, b->n->n_layer - 1);
    b->n->info.size.on = graph_node(g, "size") != NULL;
    return export_network_output(b->n)->flat
               ? 0
               : err_set(err, ERR_INPUT,
                         "the network ends in maps, without a head");
}

/* The metadata of the file; its tensors are in the graph already. */
static int read_metadata(struct export_network *n, const char *path,
                         struct err *err)
{
    if (safetensors_read(&n->file, path, err) < 0)
        return -1;
    free(n->file.bytes);
    free(n->file.tensor);
    n->file.bytes = NULL;
    n->file.tensor = NULL;
    n->file.n_tensor = 0;
    return 0;
}

int export_network_open(struct export_network *n, const char *path,
                        struct err *err)
{
    static const struct graph_args a = {
        .max_batch = 1, .memory = GRAPH_INFER, .unfused = true};
    struct building b = {.n = n};
    struct err why = {ERR_SYSTEM, "no memory for its layers"};

    *n = (struct export_network){.graph = NULL};
    n->graph = model_read(path, &a, &n->info, err);
    if (!n->graph)
        return -1;
    n->layer = calloc(EXPORT_NETWORK_MAX, sizeof(*n->layer));
    if (n->layer && read_metadata(n, path, &why) == 0 &&
        add_nodes(&b, &why) == 0)
        return 0;
    export_network_release(n);
    return err_set(err, why.code, "'%.200s': %.280s", path, why.text);
}

void export_network_release(struct export_network *n)
{
    graph_free(n->graph);
    safetensors_release(&n->file);
    free(n->layer);
    *n = (struct export_network){.graph = NULL};
}

/* --- questions -------------------------------------------------------------*/

const struct export_layer *export_network_output(const struct export_network *n)
{
    return &n->layer[n->n_layer - 1];
}

int export_network_readers(const struct export_network *n, int layer)
{
    int readers = 0;

    for (int i = 0; i < n->n_layer; i++)
        for (int k = 0; k < NN_MAX_IN; k++)
            readers += n->layer[i].in[k] == layer;
    return readers;
}

static void put_resizing(const struct model_info *m, struct buf *out)
{
    const struct resizing *r = &m->resizing;

    buf_printf(out, ", brought to %d x %d (width x height) by %s", m->w, m->h,
               r->lanczos ? "Lanczos' kernel" : "nearest pixels");
    if (r->aspect == ASPECT_SQUASH)
        buf_puts(out, ", its aspect ratio not kept");
    if (r->aspect == ASPECT_KEEP)
        buf_puts(out, ", its aspect ratio kept, the rest its reflection");
    if (r->aspect == ASPECT_SCALE)
        buf_printf(
            out,
            ", %d of its pixels to that width, in the middle of an empty "
            "field",
            r->field);
}

void export_network_preparation(const struct export_network *n, bool logarithm,
                                struct buf *out)
{
    const struct model_info *m = &n->info;

    buf_puts(out, "image: R, G, B of 8 bits, (n, height, width, 3)");
    if (m->bits)
        buf_printf(out, ", of 16-bit samples the lowest %d bits", m->bits);
    if (m->upright)
        buf_puts(out, ", turned as its EXIF orientation says");
    if (m->jpeg)
        buf_printf(out, ", made a JPEG of quality %d and read again", m->jpeg);
    put_resizing(m, out);
    buf_puts(out, "; scaling and order of channels are part of the network");
    if (m->size.on)
        buf_printf(out,
                   ". size: (n, 2), %swidth and height of the picture in "
                   "pixels before it was resized",
                   logarithm ? "natural logarithms of " : "");
}

int export_network_about(const struct export_network *n, bool logarithm,
                         struct export_about *about, struct err *err)
{
    const struct safetensors *f = &n->file;

    *about = (struct export_about){
        .meta = calloc(f->n_meta + 3, sizeof(*about->meta))};
    if (!about->meta)
        return err_set(err, ERR_SYSTEM, "no memory for metadata");
    for (size_t i = 0; i < f->n_meta; i++)
        if (strcmp(f->meta[i].key, "format") != 0 &&
            strcmp(f->meta[i].key, "input") != 0)
            about->meta[about->n_meta++] = f->meta[i];
    export_network_preparation(n, logarithm, &about->preparation);
    if (buf_check(&about->preparation, err) < 0)
        return -1;
    about->meta[about->n_meta++] =
        (struct safetensors_meta){"preparation", about->preparation.data};
    return 0;
}

void export_network_about_release(struct export_about *about)
{
    free(about->meta);
    buf_release(&about->preparation);
}

/* (h, w, a, b) to (b, a, h, w); of a depthwise kernel b is 1. */
static void transpose_kernel(const struct safetensors_tensor *w, float *to)
{
    const size_t area = w->dim[0] * w->dim[1], na = w->dim[2], nb = w->dim[3];
    const float *x = w->data;

    for (size_t p = 0; p < area; p++)
        for (size_t a = 0; a < na; a++)
            for (size_t b = 0; b < nb; b++)
                to[(b * na + a) * area + p] = x[(p * na + a) * nb + b];
}

void export_network_oihw(const struct export_layer *l,
                         const struct safetensors_tensor *w,
                         size_t dim[SAFETENSORS_MAX_DIMS], float *to)
{
    const bool depthwise = l->form.kind == KIND_DEPTHWISE;

    memcpy(dim, w->dim, sizeof(w->dim));
    if (w->n_dim != 4) {
        memcpy(to, w->data, safetensors_bytes(w));
        return;
    }
    dim[0] = w->dim[depthwise ? 2 : 3];
    dim[1] = w->dim[depthwise ? 3 : 2];
    dim[2] = w->dim[0];
    dim[3] = w->dim[1];
    transpose_kernel(w, to);
}
