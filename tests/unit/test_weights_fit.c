/*
 * test_weights_fit.c - the same weights in every layout of Keras 2 and 3,
 * flat and within another model, and what must be refused
 */
#include "golden/nn_digest.h"
#include "made_h5.h"
#include "net_weights.h"
#include "nn/weights.h"
#include "test_dir.h"

#include <stdint.h>

/* A network's layers and weights, to be written in several ways. */
struct source {
    const struct net *net;
    struct graph *graph;      /* owned */
    struct safetensors f;     /* a view of it; owned list */
    struct net_layers *layer; /* owned */
};

static void open_source(struct source *s, const struct net *net)
{
    struct err err = {0};

    *s = (struct source){.net = net};
    s->graph = new_graph(net, NULL, HEAD_NONE);
    s->layer = net_layers(net, &err);
    BUG_ON(!s->layer);
    fill_weights(s->graph);
    s->f = view_of(s->graph);
}

static void close_source(struct source *s)
{
    free(s->layer);
    free(s->f.tensor);
    graph_free(s->graph);
}

/* The tensor of slot k of layer i. */
static struct safetensors_tensor tensor_at(const struct source *s, int i, int k)
{
    const struct safetensors_tensor *t;
    char name[2 * NN_NAME_MAX];

    snprintf(name, sizeof(name), "%s/%s", s->layer->name[i],
             s->layer->slot[i][k].suffix);
    t = safetensors_find(&s->f, name);
    BUG_ON(!t);
    return *t;
}

static const float zeros[8];
static const struct safetensors_tensor head = {
    .n_dim = 2, .dim = {2, 4}, .data = zeros};

/* --- the legacy layout ------------------------------------------------------*/

/* "conv1/conv" is "conv1_conv" in Keras 3, "depthwise_kernel:0" "kernel". */
static void keras3_name(const char *layer, const char *suffix, char *to,
                        size_t size)
{
    const char *kind =
        strcmp(suffix, "depthwise_kernel:0") == 0 ? "kernel:0" : suffix;
    char plain[NN_NAME_MAX];

    snprintf(plain, sizeof(plain), "%s", layer);
    for (char *c = plain; *c; c++)
        *c = *c == '/' ? '_' : *c;
    snprintf(to, size, "%s/%s", plain, kind);
    to[strcspn(to, ":")] = '\0';
}

static void weight_name(const struct source *s, int i, int k, bool keras3,
                        char *to, size_t size)
{
    if (keras3)
        keras3_name(s->layer->name[i], s->layer->slot[i][k].suffix, to, size);
    else
        snprintf(to, size, "%s/%s", s->layer->name[i],
                 s->layer->slot[i][k].suffix);
}

/* A layer "holder" of a model that has the whole network, behind 'scope'. */
static void put_nested(hid_t top, const struct source *s, const char *holder,
                       const char *scope, bool keras3)
{
    static struct made_h5_words w;
    const hid_t group = made_h5_group(top, holder);

    w.n = 0;
    for (int i = 0; i < s->layer->n; i++)
        for (int k = 0; k < s->layer->n_slot[i]; k++) {
            char name[MADE_H5_WORD], path[2 * MADE_H5_WORD];
            const struct safetensors_tensor t = tensor_at(s, i, k);

            weight_name(s, i, k, keras3, name, sizeof(name));
            snprintf(path, sizeof(path), "%s%s", scope, name);
            made_h5_word(&w, path);
            made_h5_weight(group, path, &t);
        }
    for (size_t from = 0, part = 0; from < w.n; from += 400, part++) {
        static struct made_h5_words few;
        char name[32];

        few.n = w.n - from < 400 ? w.n - from : 400;
        memcpy(few.at, w.at + from, few.n * sizeof(few.at[0]));
        snprintf(name, sizeof(name), "weight_names%zu", part);
        made_h5_attribute(group, name, &few);
    }
    H5Gclose(group);
}

static void put_layer(hid_t top, const char *name, const char *weight)
{
    const hid_t group = made_h5_group(top, name);
    struct made_h5_words w = {.n = 0};

    made_h5_word(&w, weight);
    made_h5_weight(group, weight, &head);
    made_h5_attribute(group, "weight_names", &w);
    H5Gclose(group);
}

/* A whole model: the network, a head of odd name, a dense one. */
static void write_nested(const struct source *s, const char *scope, bool keras3)
{
    const hid_t file = made_h5_file(in_dir("x.h5"));
    const hid_t top = made_h5_group(file, "model_weights");
    static struct made_h5_words w;

    w.n = 0;
    made_h5_word(&w, s->net->name);
    made_h5_word(&w, "grade");
    made_h5_word(&w, "dense");
    made_h5_attribute(top, "layer_names", &w);
    put_nested(top, s, s->net->name, scope, keras3);
    put_layer(top, "grade", keras3 ? "grade/kernel" : "grade/kernel:0");
    put_layer(top, "dense", keras3 ? "dense/kernel" : "dense/kernel:0");
    H5Gclose(top);
    H5Fclose(file);
}

/* The network alone, as Keras 3's model.save("x.h5") writes it. */
static void write_flat(const struct source *s)
{
    const hid_t file = made_h5_file(in_dir("x.h5"));
    static struct made_h5_words layers;

    layers.n = 0;
    for (int i = 0; i < s->layer->n; i++) {
        char name[MADE_H5_WORD];
        struct made_h5_words w = {.n = 0};
        hid_t group;

        if (s->layer->n_slot[i] == 0)
            continue;
        keras3_name(s->layer->name[i], "", name, sizeof(name));
        name[strlen(name) - 1] = '\0';
        made_h5_word(&layers, name);
        group = made_h5_group(file, name);
        for (int k = 0; k < s->layer->n_slot[i]; k++) {
            const struct safetensors_tensor t = tensor_at(s, i, k);

            weight_name(s, i, k, true, name, sizeof(name));
            made_h5_word(&w, name);
            made_h5_weight(group, name, &t);
        }
        made_h5_attribute(group, "weight_names", &w);
        H5Gclose(group);
    }
    made_h5_attribute(file, "layer_names", &layers);
    H5Fclose(file);
}

/* --- the layout of Keras 3 --------------------------------------------------*/

static const char *const class_word[] = {"conv2d", "depthwise_conv2d",
                                         "batch_normalization"};

static int class_of(const struct source *s, int i)
{
    const char *first = s->layer->slot[i][0].suffix;

    return first[0] == 'k' ? 0 : first[0] == 'd' ? 1 : 2;
}

/* Put layer i in the group of number n of its class; 'named': the group tells
 * what it is called. */
static void put_group(hid_t file, const struct source *s, const char *holder,
                      int i, int n, bool named)
{
    char path[256], number[16] = "", plain[NN_NAME_MAX * 2];
    struct made_h5_words w = {.n = 0};
    hid_t vars;

    if (n > 0)
        snprintf(number, sizeof(number), "_%d", n);
    snprintf(path, sizeof(path), "%s/%s%s/vars", holder,
             class_word[class_of(s, i)], number);
    vars = made_h5_group(file, path);
    for (int k = 0; k < s->layer->n_slot[i]; k++) {
        const struct safetensors_tensor t = tensor_at(s, i, k);

        snprintf(number, sizeof(number), "%d", k);
        made_h5_weight(vars, number, &t);
    }
    if (named) {
        keras3_name(s->layer->name[i], "", plain, sizeof(plain));
        plain[strlen(plain) - 1] = '\0';
        made_h5_word(&w, plain);
        made_h5_attribute(vars, "name", &w);
    }
    H5Gclose(vars);
}

/* All layers, in Keras' order or backwards, less the one called 'less'. */
static void put_groups(hid_t file, const struct source *s, const char *holder,
                       bool backwards, bool named, const char *less)
{
    int count[3] = {0};

    for (int j = 0; j < s->layer->n; j++) {
        const int i = backwards ? s->layer->n - 1 - j : j;

        if (s->layer->n_slot[i] > 0 &&
            !(less && strcmp(s->layer->name[i], less) == 0))
            put_group(file, s, holder, i, count[class_of(s, i)]++, named);
    }
}

static void write_groups(const struct source *s, const char *holder,
                         bool backwards, bool named, const char *less)
{
    const hid_t file = made_h5_file(in_dir("x.h5"));

    put_groups(file, s, holder, backwards, named, less);
    made_h5_weight(file, "layers/dense/vars/0", &head);
    made_h5_weight(file, "layers/batch_normalization_999/vars/0", &head);
    made_h5_weight(file, "optimizer/vars/1", &head);
    H5Fclose(file);
}

/* --- checks ----------------------------------------------------------------*/

/* The file has the network's weights, 'left' tensors of others, and a head. */
static void check_fits(const struct source *s, const char *net,
                       const char *what, size_t left, size_t tops)
{
    struct safetensors f;
    struct weights_opened of;
    struct weights_count count = {0};
    struct err err = {0};
    bool same = true;

    if (!works(weights_open(&f, in_dir("x.h5"), net, &of, &err) == 0, err,
               what))
        return;
    ok(of.net == s->net && of.left_out == left, "  whose it is is told");
    ok(weights_check(s->net, &f, &count, &err) == 0 &&
           count.top_tensors == tops,
       "all tensors are there");
    if (err.code || of.left_out != left)
        printf("# %s, left out %zu\n", err.text, of.left_out);
    for (size_t i = 0; i < s->f.n_tensor; i++) {
        const struct safetensors_tensor *a = &s->f.tensor[i];
        const struct safetensors_tensor *b = safetensors_find(&f, a->name);

        same = same && b && safetensors_bytes(a) == safetensors_bytes(b) &&
               memcmp(a->data, b->data, safetensors_bytes(a)) == 0;
    }
    ok(same, "  each where it belongs");
    safetensors_release(&f);
}

static void check_refused(const char *net, const char *text)
{
    struct safetensors f;
    struct weights_opened of;
    struct weights_count count;
    struct err err = {0};
    int rc = weights_open(&f, in_dir("x.h5"), net, &of, &err);

    if (rc == 0) {
        rc = weights_check(of.net, &f, &count, &err);
        safetensors_release(&f);
    }
    fails(rc, err, ERR_INPUT, text, text);
}

static void check_net(const struct net *net)
{
    struct source s;

    printf("# %s\n", net->name);
    open_source(&s, net);
    write_groups(&s, "layers", false, false, NULL);
    check_fits(&s, NULL, "groups in order", 2, 0);
    if (strcmp(net->name, "resnet50") == 0) { /* which is large */
        close_source(&s);
        return;
    }
    write_nested(&s, "", false);
    check_fits(&s, NULL, "as a layer, Keras 2", 1, 1);
    write_nested(&s, "my_model/inner/", false);
    check_fits(&s, NULL, "as a layer in a scope, Keras 2", 1, 1);
    write_nested(&s, "", true);
    check_fits(&s, NULL, "as a layer, Keras 3's .h5", 1, 1);
    write_flat(&s);
    check_fits(&s, NULL, "alone, Keras 3's .h5", 0, 0);
    write_groups(&s, "_layer_checkpoint_dependencies/functional/layers", false,
                 false, NULL);
    check_fits(&s, NULL, "groups in order, as a layer", 2, 0);
    write_groups(&s, "layers/functional/layers", true, true, NULL);
    check_fits(&s, NULL, "groups by name, in another order", 2, 0);
    close_source(&s);
}

/* Zeros make small files. */
static void clear_weights(struct source *s)
{
    memset(graph_param(s->graph), 0, graph_n_all(s->graph) * sizeof(float));
}

/* Groups without names must fit in one way alone. */
static void check_order(void)
{
    struct err err = {0};
    struct source s;
    hid_t file;

    open_source(&s, net_find("vgg19", &err));
    clear_weights(&s);
    write_groups(&s, "layers", false, false, NULL);
    check_refused("vgg16", "16 layers conv2d in 'layers/' can be vgg16's 13 in "
                           "several ways");
    check_refused("resnet50", "has 16 layers conv2d, resnet50 has 53");
    write_groups(&s, "layers", true, false, NULL);
    check_refused("vgg19", "vgg19's 16 in no order");
    check_refused(NULL, "are of no network here");
    write_groups(&s, "layers", false, false, "block1_conv1");
    check_refused("vgg19", "'layers/' has 15 layers conv2d, vgg19 has 16");
    file = made_h5_file(in_dir("x.h5"));
    put_groups(file, &s, "layers/functional/layers", false, false, NULL);
    put_groups(file, &s, "layers/functional_1/layers", false, false, NULL);
    H5Fclose(file);
    check_refused("vgg19", "vgg19 is there twice, in 'layers/functional/");
    close_source(&s);
}

/* A file of another network, by name, within a model. */
static void check_names(void)
{
    struct err err = {0};
    static struct made_h5_words w;
    struct source s;
    hid_t file;

    open_source(&s, net_find("vgg19", &err));
    clear_weights(&s);
    write_nested(&s, "", false);
    check_refused("vgg16",
                  "tensor 'vgg19/block3_conv4/kernel:0' is not one of");
    write_groups(&s, "layers", false, true, NULL);
    check_refused("vgg16", "block4_conv4/vars/0' is not one of");
    write_groups(&s, "layers", false, true, "block1_conv1");
    check_refused("vgg19",
                  "tensor 'block1_conv1/kernel:0' of vgg19 is missing");
    file = made_h5_file(in_dir("x.h5"));
    made_h5_word(&w, "left");
    made_h5_word(&w, "right");
    made_h5_attribute(file, "layer_names", &w);
    put_nested(file, &s, "left", "", false);
    put_nested(file, &s, "right", "", false);
    H5Fclose(file);
    check_refused("vgg19", "vgg19 is there twice, in 'left/' and in 'right/'");
    ((float *)(uintptr_t)s.f.tensor[3].data)[0] = NAN;
    write_groups(&s, "layers", false, false, NULL);
    check_refused("vgg19", "tensor 'block1_conv2/bias:0': 1 of 64 numbers are");
    close_source(&s);
}

int main(void)
{
    begin_dir();
    for (size_t i = 0; net_at(i); i++)
        if (strncmp(net_at(i)->name, "vgg", 3) != 0) /* which are largest */
            check_net(net_at(i));
    check_order();
    check_names();
    return end_dir();
}
