/*
 * test_export_network.c - the list of layers that other programs are given
 */
#include "export/export_network.h"

#include "made_model.h"
#include "test_dir.h"

static const struct made_model sized = {"resnet50", "conv2_block2_out",
                                        HEAD_DROPOUT, 32, true};

static void open_made(struct export_network *n, const struct made_model *m)
{
    const char *path = in_dir("m.safetensors");
    struct err err = {0};

    need(made_model_write(m, path, &err) == 0 &&
             export_network_open(n, path, &err) == 0,
         &err);
}

/* The layer of that name, or NULL. */
static const struct export_layer *layer_of(const struct export_network *n,
                                           const char *name)
{
    for (int i = 0; i < n->n_layer; i++)
        if (strcmp(n->layer[i].name, name) == 0)
            return &n->layer[i];
    return NULL;
}

static int place_of(const struct export_network *n, const char *name)
{
    const struct export_layer *l = layer_of(n, name);

    return l ? (int)(l - n->layer) : -1;
}

/* Each layer comes behind those that it reads; what scales an input behind it,
 * and all others read that instead. */
static void check_order(const struct export_network *n)
{
    const int image = place_of(n, "image"), size = place_of(n, "size");
    bool sorted = true;

    for (int i = 0; i < n->n_layer; i++)
        for (int k = 0; k < NN_MAX_IN; k++)
            sorted = sorted && n->layer[i].in[k] < i;
    ok(sorted, "layers come behind those that they read");
    ok(image == 0 && export_network_readers(n, image) == 1 &&
           place_of(n, "input_scaling") == 1,
       "the picture is scaled, and read by nothing else");
    ok(size > 0 && export_network_readers(n, size) == 1 &&
           n->layer[place_of(n, "with_size")].in[1] ==
               place_of(n, "size_scaling"),
       "  and so is the size");
    ok(export_network_readers(n, place_of(n, "pool1_pool")) == 2,
       "a block's input has two readers");
    ok(strcmp(export_network_output(n)->name, "probabilities") == 0 &&
           export_network_readers(n, n->n_layer - 1) == 0,
       "the last layer is read by none");
    ok(!layer_of(n, "input_1"), "no layer has a name that is none");
}

static void check_layers(const struct export_network *n)
{
    const struct export_layer *l = layer_of(n, "conv1_conv");

    ok(l && l->form.kind == KIND_CONV && l->form.size == 7 &&
           l->form.stride == 2 && l->n_weight == 2 && l->c == 64 && !l->flat,
       "a convolution has its numbers");
    ok(l && strcmp(l->weight[1].name, "conv1_conv/bias:0") == 0,
       "  and its weights by their names");
    l = layer_of(n, "conv1_bn");
    ok(l && l->frozen && l->n_weight == 4 &&
           fabsf(l->form.eps - 1.001e-5f) < 1e-9f,
       "a frozen normalisation is one");
    l = layer_of(n, "conv2_block1_1_bn");
    ok(l && !l->frozen, "  and one that learnt is none");
    l = layer_of(n, "with_size");
    ok(l && l->flat && l->c == 258, "vectors are vectors");
    ok(layer_of(n, "dropout") != NULL, "a dropout is there");
}

/* What is done to logarithms of sizes is what training did to sizes. */
static void check_size(const struct export_network *n)
{
    const struct cell_size cell = {211, 187};
    const double logs[] = {log(211), log(187)};
    float z[CELL_SIZE];

    cell_size_standardise(&n->info.size, &cell, z);
    for (int k = 0; k < CELL_SIZE; k++) {
        double y = (double)n->size_bias[k];

        for (int i = 0; i < CELL_SIZE; i++)
            y += logs[i] * (double)n->size_kernel[i * CELL_SIZE + k];
        near(y, (double)z[k], 1e-6, "a size is scaled as in training");
    }
}

static void check_preparation(struct export_network *n)
{
    static const struct {
        struct resizing how;
        const char *words;
    } ways[] = {
        {{false, ASPECT_SQUASH, 0}, "by nearest pixels, its aspect ratio not"},
        {{true, ASPECT_KEEP, 0},
         "by Lanczos' kernel, its aspect ratio kept, the rest its reflection"},
        {{true, ASPECT_SCALE, 301},
         "301 of its pixels to that width, in the middle of an empty field"}};
    struct buf b = {0};

    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        n->info.resizing = ways[i].how;
        export_network_preparation(n, false, &b);
        ok(strstr(b.data, ways[i].words) != NULL, ways[i].words);
        ok(!strstr(b.data, "EXIF") && !strstr(b.data, "JPEG") &&
               !strstr(b.data, "logarithm"),
           "  and nothing that is not so");
        buf_release(&b);
    }
    n->info.bits = 12;
    n->info.upright = true;
    n->info.jpeg = 95;
    export_network_preparation(n, true, &b);
    ok(strstr(b.data, "of 16-bit samples the lowest 12 bits") &&
           strstr(b.data, "turned as its EXIF orientation says") &&
           strstr(b.data, "made a JPEG of quality 95 and read again") &&
           strstr(b.data, "size: (n, 2), natural logarithms of width"),
       "all that is done to a picture is said");
    buf_release(&b);
}

static void check_layouts(const struct export_network *n)
{
    static const float x[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    static const float turned[] = {0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11};
    static const float depthwise[] = {0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11};
    struct safetensors_tensor t = {.n_dim = 4, .dim = {1, 2, 3, 2}, .data = x};
    size_t dim[SAFETENSORS_MAX_DIMS];
    struct export_layer l = {.form = {.kind = KIND_CONV}};
    float to[12];

    export_network_oihw(&l, &t, dim, to);
    ok(memcmp(dim, ((size_t[]){2, 3, 1, 2}), 4 * sizeof(*dim)) == 0 &&
           memcmp(to, turned, sizeof(to)) == 0,
       "(h, w, in, out) becomes (out, in, h, w)");
    l.form.kind = KIND_DEPTHWISE;
    t.dim[2] = 6;
    t.dim[3] = 1;
    export_network_oihw(&l, &t, dim, to);
    ok(memcmp(dim, ((size_t[]){6, 1, 1, 2}), 4 * sizeof(*dim)) == 0 &&
           memcmp(to, depthwise, sizeof(to)) == 0,
       "(h, w, c, 1) becomes (c, 1, h, w)");
    export_network_oihw(&l, &n->layer[1].weight[1], dim, to);
    ok(dim[0] == 3 && memcmp(to, n->input_bias, 3 * sizeof(*to)) == 0,
       "a vector stays as it is");
}

static void check_refused(void)
{
    struct export_network n;
    struct err err = {0};

    put_file("no.safetensors", "no weights");
    fails(export_network_open(&n, in_dir("no.safetensors"), &err), err,
          ERR_INPUT, "no.safetensors", "what is no model is refused");
    ok(!n.graph && !n.layer, "  and leaves nothing");
    need(made_model_write(
             &(struct made_model){"vgg16", "block1_pool", HEAD_NONE, 32, false},
             in_dir("maps.safetensors"), &err) == 0,
         &err);
    fails(export_network_open(&n, in_dir("maps.safetensors"), &err), err,
          ERR_INPUT, "maps.safetensors': the network ends in maps",
          "a network without a head is refused");
}

/* A pool, and a size that nothing takes. */
static void check_features(void)
{
    struct export_network n;

    open_made(
        &n, &(struct made_model){"vgg16", "block1_pool", HEAD_POOL, 32, true});
    ok(strcmp(export_network_output(&n)->name, "global_average_pooling2d") == 0,
       "a network that ends in a pool gives what that gives");
    ok(!n.info.size.on && !layer_of(&n, "size"), "  and takes no size");
    export_network_release(&n);
}

int main(void)
{
    struct export_network n;

    begin_dir();
    open_made(&n, &sized);
    check_order(&n);
    check_layers(&n);
    check_size(&n);
    check_layouts(&n);
    check_preparation(&n);
    export_network_release(&n);
    check_features();
    check_refused();
    return end_dir();
}
