/* weights_write.c - tensors in the order of Keras' layers */
#include "nn/keras_h5.h"
#include "nn/weights.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is said of the weights, and of how a model's pictures were read. */
static const char *const kept[] = {"keras_version", "resize", "aspect",
                                   "field",         "bits",   "orientation",
                                   "jpeg"};

enum { TENSOR_NAME = 2 * NN_NAME_MAX, KEPT = sizeof(kept) / sizeof(kept[0]) };

/* Layers, and tensors in their order. */
struct ordered {
    struct net_layers *trunk;  /* owned */
    struct keras_layer *layer; /* owned */
    size_t n_layer;
    struct safetensors_tensor *tensor; /* owned; the data is the file's */
    size_t n_tensor;
    char (*top)[TENSOR_NAME]; /* owned: names of a top's layers */
};

static void ordered_release(struct ordered *o)
{
    free(o->trunk);
    free(o->layer);
    free(o->tensor);
    free(o->top);
}

static void add_tensor(struct ordered *o, const struct safetensors_tensor *t)
{
    struct keras_layer *l = &o->layer[o->n_layer - 1];

    if (l->n_weight++ == 0)
        l->weight = &o->tensor[o->n_tensor];
    o->tensor[o->n_tensor++] = *t;
}

/* The trunk's layers up to the last one that has something in the file. */
static void add_trunk(struct ordered *o, const struct safetensors *f)
{
    const struct net_layers *l = o->trunk;
    size_t last = 0, all = 0;

    for (int i = 0; i < l->n; i++) {
        const size_t before = o->n_tensor;

        o->layer[o->n_layer++] = (struct keras_layer){.name = l->name[i]};
        for (int k = 0; k < l->n_slot[i]; k++) {
            char name[TENSOR_NAME];
            const struct safetensors_tensor *t;

            snprintf(name, sizeof(name), "%s/%s", l->name[i],
                     l->slot[i][k].suffix);
            t = safetensors_find(f, name);
            if (t)
                add_tensor(o, t);
        }
        all += (size_t)l->n_slot[i];
        if (o->n_tensor > before)
            last = o->n_layer;
        else if (l->n_slot[i])
            o->n_layer--; /* of another branch than the one that was cut */
    }
    if (o->n_tensor < all)
        o->n_layer = last;
}

/* Then those of a top, in the order of the file. */
static void add_top(struct ordered *o, const struct safetensors *f)
{
    size_t n = 0;

    for (size_t i = 0; i < f->n_tensor; i++) {
        const struct safetensors_tensor *t = &f->tensor[i];
        const char *end = strrchr(t->name, '/');
        char layer[TENSOR_NAME];

        if (!weights_is_top(t->name) || !end)
            continue;
        snprintf(layer, sizeof(layer), "%.*s", (int)(end - t->name), t->name);
        if (n == 0 || strcmp(o->top[n - 1], layer) != 0) {
            memcpy(o->top[n], layer, sizeof(layer));
            o->layer[o->n_layer++] = (struct keras_layer){.name = o->top[n++]};
        }
        add_tensor(o, t);
    }
}

static int order_tensors(struct ordered *o, const struct net *net,
                         const struct safetensors *f, struct err *err)
{
    *o = (struct ordered){.trunk = net_layers(net, err)};
    if (!o->trunk)
        return -1;
    o->layer = calloc((size_t)o->trunk->n + f->n_tensor + 1, sizeof(*o->layer));
    o->tensor = calloc(f->n_tensor + 1, sizeof(*o->tensor));
    o->top = calloc(f->n_tensor + 1, sizeof(*o->top));
    if (!o->layer || !o->tensor || !o->top)
        return err_set(err, ERR_SYSTEM, "no memory for a list of tensors");
    add_trunk(o, f);
    add_top(o, f);
    if (o->n_tensor != f->n_tensor)
        return err_set(err, ERR_INPUT,
                       "%zu of %zu tensors are of no layer of %s",
                       f->n_tensor - o->n_tensor, f->n_tensor, net->name);
    return 0;
}

int weights_write(const struct net *net, const struct safetensors *f,
                  const char *source, const char *path, struct err *err)
{
    const char *const input = safetensors_meta(f, "input");
    struct safetensors_meta meta[4 + KEPT] = {
        {"format", "papline weights 1"},
        {"network", net->name},
        {"input", input ? input : preprocess_name(net->preprocess)},
        {"source", source},
    };
    struct ordered o;
    struct safetensors out = {.meta = meta, .n_meta = 4};
    int rc = order_tensors(&o, net, f, err);

    for (int i = 0; i < KEPT; i++)
        if (safetensors_meta(f, kept[i]))
            meta[out.n_meta++] = (struct safetensors_meta){
                kept[i], safetensors_meta(f, kept[i])};
    out.tensor = o.tensor;
    out.n_tensor = o.n_tensor;
    if (rc == 0)
        rc = safetensors_write(&out, path, err);
    ordered_release(&o);
    return rc;
}

int weights_write_h5(const struct net *net, const struct safetensors *f,
                     const char *path, struct err *err)
{
    struct ordered o;
    int rc = order_tensors(&o, net, f, err);

    if (rc == 0)
        rc = keras_h5_write(
            &(struct keras_model){.layer = o.layer, .n_layer = o.n_layer}, path,
            err);
    ordered_release(&o);
    return rc;
}
