/* torch_write.c - modules as JSON, tensors turned round */
#include "export/torch_write.h"

#include "base/json.h"
#include "export/torch_names.h"
#include "nn/layers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TENSOR_NAME = 2 * NN_NAME_MAX };

/* The file while it is made. */
struct torch {
    const struct export_network *n;
    json_t *layers;                    /* owned */
    struct safetensors_tensor *tensor; /* owned: of 'room' and 'name' */
    char (*name)[TENSOR_NAME];         /* owned */
    float *room;                       /* owned: all weights */
    size_t n_tensor, at;               /* of these */
};

static json_t *pair(int a, int b)
{
    return json_pack("[ii]", a, b);
}

/* Append a layer of so many inputs; the caller adds what it is. */
static json_t *add_layer(struct torch *t, const char *name,
                         const struct export_layer *reads)
{
    json_t *in = json_array(), *j;

    for (int k = 0; k < NN_MAX_IN && reads->in[k] >= 0; k++)
        json_array_append_new(in, json_string(t->n->layer[reads->in[k]].name));
    j = json_pack("{ss so}", "name", name, "in", in);
    json_array_append_new(t->layers, j);
    return j;
}

static json_t *add_module(struct torch *t, const struct export_layer *l,
                          const char *class, json_t *args)
{
    json_t *j = add_layer(t, l->name, l);
    char state[NN_NAME_MAX];

    json_object_set_new(j, "module", json_string(class));
    json_object_set_new(j, "args", args ? args : json_object());
    if (l->n_weight > 0) {
        torch_names_layer(t->n->info.network, l->name, state);
        json_object_set_new(j, "state", json_string(state));
    }
    return j;
}

/* A module behind the last layer, which keeps the name 'name'. */
static void add_behind(struct torch *t, const char *name, const char *part,
                       const char *class, json_t *args)
{
    json_t *last = json_array_get(t->layers, json_array_size(t->layers) - 1);
    char inner[TENSOR_NAME];

    snprintf(inner, sizeof(inner), "%s_%s", name, part);
    json_object_set_new(last, "name", json_string(inner));
    json_array_append_new(t->layers,
                          json_pack("{ss s[s] ss so}", "name", name, "in",
                                    inner, "module", class, "args",
                                    args ? args : json_object()));
}

/* --- layers ----------------------------------------------------------------*/

/* Zeros that differ before and behind are a module of their own. */
static void add_conv(struct torch *t, const struct export_layer *l)
{
    const struct op_form *f = &l->form;
    const bool apart = f->top != f->bottom || f->left != f->right;
    const int channels = t->n->layer[l->in[0]].c;
    json_t *j, *args = json_pack("{si si so so so si sb}", "in_channels",
                                 channels, "out_channels", l->c, "kernel_size",
                                 pair(f->size, f->size), "stride",
                                 pair(f->stride, f->stride), "padding",
                                 apart ? pair(0, 0) : pair(f->top, f->left),
                                 "groups", f->kind == KIND_DEPTHWISE ? l->c : 1,
                                 "bias", l->n_weight > 1);

    if (apart) {
        char pad[TENSOR_NAME];

        snprintf(pad, sizeof(pad), "%s_pad", l->name);
        j = add_layer(t, pad, l);
        json_object_set_new(j, "module", json_string("ZeroPad2d"));
        json_object_set_new(j, "args",
                            json_pack("{s[iiii]}", "padding", f->left, f->right,
                                      f->top, f->bottom));
        j = add_module(t, l, "Conv2d", args);
        json_object_set_new(j, "in", json_pack("[s]", pad));
    } else {
        add_module(t, l, "Conv2d", args);
    }
    if (f->act != ACT_NONE)
        add_behind(t, l->name, "linear", f->act == ACT_RELU6 ? "ReLU6" : "ReLU",
                   NULL);
}

static void add_batch_norm(struct torch *t, const struct export_layer *l)
{
    add_module(t, l, l->flat ? "BatchNorm1d" : "BatchNorm2d",
               json_pack("{si sf sf}", "num_features", l->c, "eps",
                         (double)l->form.eps, "momentum",
                         1 - (double)l->form.momentum));
}

static void add_relu(struct torch *t, const struct export_layer *l)
{
    add_module(t, l, l->form.act == ACT_RELU6 ? "ReLU6" : "ReLU", NULL);
}

static void add_op(struct torch *t, const struct export_layer *l)
{
    json_t *j = add_layer(t, l->name, l);

    json_object_set_new(j, "op",
                        json_string(l->form.kind == KIND_ADD ? "add"
                                    : l->form.kind == KIND_CONCAT
                                        ? "cat"
                                        : "normalize"));
}

static void add_zero_pad(struct torch *t, const struct export_layer *l)
{
    const struct op_form *f = &l->form;

    add_module(t, l, "ZeroPad2d",
               json_pack("{s[iiii]}", "padding", f->left, f->right, f->top,
                         f->bottom));
}

static void add_global_pool(struct torch *t, const struct export_layer *l)
{
    add_module(t, l,
               l->form.kind == KIND_GLOBAL_MAX ? "AdaptiveMaxPool2d"
                                               : "AdaptiveAvgPool2d",
               json_pack("{si}", "output_size", 1));
    add_behind(t, l->name, "map", "Flatten", NULL);
}

/* Of networks here no window lies beside the map. */
static void add_pool(struct torch *t, const struct export_layer *l)
{
    const struct op_form *f = &l->form;

    BUG_ON(f->top || f->bottom || f->left || f->right);
    add_module(
        t, l, f->kind == KIND_MAX_POOL ? "MaxPool2d" : "AvgPool2d",
        json_pack("{si si}", "kernel_size", f->size, "stride", f->stride));
}

static void add_dense(struct torch *t, const struct export_layer *l)
{
    add_module(t, l, "Linear",
               json_pack("{si si}", "in_features", t->n->layer[l->in[0]].c,
                         "out_features", l->c));
}

static void add_dropout(struct torch *t, const struct export_layer *l)
{
    add_module(t, l, "Dropout", json_pack("{sf}", "p", (double)l->form.rate));
}

static void add_softmax(struct torch *t, const struct export_layer *l)
{
    add_module(t, l, "Softmax", json_pack("{si}", "dim", 1));
}

/* The caller has what is put in. */
static void skip_input(struct torch *t, const struct export_layer *l)
{
    (void)t;
    (void)l;
}

static void (*const adds_layer[])(struct torch *,
                                  const struct export_layer *) = {
    [KIND_INPUT] = skip_input,
    [KIND_CONV] = add_conv,
    [KIND_DEPTHWISE] = add_conv,
    [KIND_BATCH_NORM] = add_batch_norm,
    [KIND_RELU] = add_relu,
    [KIND_ADD] = add_op,
    [KIND_CONCAT] = add_op,
    [KIND_ZERO_PAD] = add_zero_pad,
    [KIND_GLOBAL_MEAN] = add_global_pool,
    [KIND_GLOBAL_MAX] = add_global_pool,
    [KIND_MEAN_POOL] = add_pool,
    [KIND_MAX_POOL] = add_pool,
    [KIND_DENSE] = add_dense,
    [KIND_DROPOUT] = add_dropout,
    [KIND_L2_NORM] = add_op,
    [KIND_SOFTMAX] = add_softmax,
};

/* --- tensors ---------------------------------------------------------------*/

/* (in, out) to (out, in). */
static void transpose_dense(const struct safetensors_tensor *w,
                            size_t dim[SAFETENSORS_MAX_DIMS], float *to)
{
    const size_t k = w->dim[0], m = w->dim[1];
    const float *x = w->data;

    dim[0] = m;
    dim[1] = k;
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j < m; j++)
            to[j * k + i] = x[i * m + j];
}

static void add_tensor(struct torch *t, const struct export_layer *l,
                       const struct safetensors_tensor *w)
{
    struct safetensors_tensor *to = &t->tensor[t->n_tensor];
    char *name = t->name[t->n_tensor++], state[NN_NAME_MAX];
    float *data = t->room + t->at;

    torch_names_layer(t->n->info.network, l->name, state);
    snprintf(name, TENSOR_NAME, "%s.%s", state,
             torch_names_tensor(strrchr(w->name, '/') + 1));
    *to = *w;
    to->name = name;
    to->data = data;
    if (w->n_dim == 2)
        transpose_dense(w, to->dim, data);
    else
        export_network_oihw(l, w, to->dim, data);
    t->at += safetensors_bytes(w) / sizeof(*data);
}

/* Room for all of them. */
static int make_room(struct torch *t, struct err *err)
{
    size_t n = 0, bytes = 0;

    for (int i = 0; i < t->n->n_layer; i++)
        for (int k = 0; k < t->n->layer[i].n_weight; k++, n++)
            bytes += safetensors_bytes(&t->n->layer[i].weight[k]);
    t->layers = json_array();
    t->tensor = calloc(n + 1, sizeof(*t->tensor));
    t->name = calloc(n + 1, sizeof(*t->name));
    t->room = malloc(bytes + 1);
    return t->layers && t->tensor && t->name && t->room
               ? 0
               : err_set(err, ERR_SYSTEM, "no memory for %zu tensors", n);
}

/* --- the file --------------------------------------------------------------*/

/* The metadata has the format of PyTorch's own files, and what to build. */
static int write_tensors(const struct torch *t, const char *layers,
                         const char *path, struct err *err)
{
    struct export_about about;
    int rc = export_network_about(t->n, false, &about, err);

    if (rc == 0) {
        about.meta[about.n_meta++] = (struct safetensors_meta){"format", "pt"};
        about.meta[about.n_meta++] =
            (struct safetensors_meta){"layers", layers};
        rc = safetensors_write(&(struct safetensors){.tensor = t->tensor,
                                                     .n_tensor = t->n_tensor,
                                                     .meta = about.meta,
                                                     .n_meta = about.n_meta},
                               path, err);
    }
    export_network_about_release(&about);
    return rc;
}

static int write_file(struct torch *t, const char *path, struct err *err)
{
    char *layers = json_dumps(t->layers, JSON_COMPACT);
    const int rc =
        layers ? write_tensors(t, layers, path, err)
               : err_set(err, ERR_SYSTEM, "no memory for '%.200s'", path);

    free(layers);
    return rc;
}

int torch_write(const struct export_network *n, const char *path,
                struct err *err)
{
    struct torch t = {.n = n};
    int rc = make_room(&t, err);

    for (int i = 0; rc == 0 && i < n->n_layer; i++) {
        const struct export_layer *l = &n->layer[i];

        adds_layer[l->form.kind](&t, l);
        for (int k = 0; k < l->n_weight; k++)
            add_tensor(&t, l, &l->weight[k]);
    }
    if (rc == 0)
        rc = write_file(&t, path, err);
    json_decref(t.layers);
    free(t.tensor);
    free(t.name);
    free(t.room);
    return rc;
}

static const char *const loader[] = {
#include "common/export/torch_loader.py.inc"
};

void torch_write_loader(struct buf *out)
{
    for (size_t i = 0; i < sizeof(loader) / sizeof(loader[0]); i++)
        buf_puts(out, loader[i]);
}
