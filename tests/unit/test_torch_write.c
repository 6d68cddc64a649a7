/*
 * test_torch_write.c - a state dict of PyTorch, and what is built from it
 *
 * Whether it computes what the network does is tested by a flow with PyTorch,
 * where that is installed.
 */
#include "export/torch_names.h"
#include "export/torch_write.h"

#include "base/json.h"
#include "made_model.h"
#include "test_dir.h"

/* A model and what was written of it. */
struct written {
    struct safetensors model, torch;
    json_t *layers;
};

static void write_torch(struct written *w, const struct made_model *m)
{
    const char *model = in_dir("m.safetensors"), *to = in_dir("t.safetensors");
    struct export_network n;
    struct err err = {0};

    need(made_model_write(m, model, &err) == 0 &&
             export_network_open(&n, model, &err) == 0,
         &err);
    works(torch_write(&n, to, &err) == 0, err, "a state dict is written");
    export_network_release(&n);
    need(safetensors_read(&w->model, model, &err) == 0 &&
             safetensors_read(&w->torch, to, &err) == 0,
         &err);
    w->layers = json_loads(safetensors_meta(&w->torch, "layers"), 0, NULL);
    ok(w->layers != NULL, "  and says what to build");
}

static void release(struct written *w)
{
    safetensors_release(&w->model);
    safetensors_release(&w->torch);
    json_decref(w->layers);
}

static const json_t *layer_of(const struct written *w, const char *name)
{
    for (size_t i = 0; i < json_array_size(w->layers); i++) {
        const json_t *l = json_array_get(w->layers, i);

        if (strcmp(json_string_value(json_object_get(l, "name")), name) == 0)
            return l;
    }
    return NULL;
}

static void layer_is(const struct written *w, const char *wanted)
{
    json_t *j = json_loads(wanted, 0, NULL);
    const char *name = json_string_value(json_object_get(j, "name"));
    const json_t *l = layer_of(w, name);
    char *is;

    BUG_ON(!j);
    is = json_dumps(l, JSON_COMPACT);
    if (!ok(json_equal(l, j), name))
        printf("# is %s\n", is ? is : "not there");
    free(is);
    json_decref(j);
}

/* Each layer reads an input or what comes before it. */
static bool is_sorted(const struct written *w)
{
    for (size_t i = 0; i < json_array_size(w->layers); i++) {
        const json_t *in = json_object_get(json_array_get(w->layers, i), "in");

        for (size_t k = 0; k < json_array_size(in); k++) {
            const char *name = json_string_value(json_array_get(in, k));
            const json_t *l = layer_of(w, name);
            size_t j = 0;

            while (l && json_array_get(w->layers, j) != l)
                j++;
            if (l ? j >= i : strcmp(name, "image") && strcmp(name, "size"))
                return false;
        }
    }
    return true;
}

/* Tensors whose names begin with some layer's state: all of them once. */
static size_t count_claimed(const struct written *w)
{
    size_t n = 0;

    for (size_t i = 0; i < json_array_size(w->layers); i++) {
        const char *state = json_string_value(
            json_object_get(json_array_get(w->layers, i), "state"));

        for (size_t k = 0; state && k < w->torch.n_tensor; k++) {
            const char *name = w->torch.tensor[k].name;

            n += strncmp(name, state, strlen(state)) == 0 &&
                 strrchr(name, '.') == name + strlen(state);
        }
    }
    return n;
}

/* Number (at[0], at[1], ...) of a tensor. */
static float number(const struct safetensors *f, const char *name,
                    const size_t *at)
{
    const struct safetensors_tensor *t = safetensors_find(f, name);
    size_t e = 0;

    BUG_ON(!t);
    for (int i = 0; i < t->n_dim; i++)
        e = e * t->dim[i] + at[i];
    return ((const float *)t->data)[e];
}

static void check_own(void)
{
    struct written w;

    write_torch(&w, &(struct made_model){"mobilenetv2", NULL, HEAD_CLASSIFIER,
                                         32, true});
    ok(strcmp(safetensors_meta(&w.torch, "format"), "pt") == 0,
       "the format is PyTorch's");
    ok(!safetensors_meta(&w.torch, "input"),
       "  nothing is said of what is part of the network");
    ok(is_sorted(&w), "each layer reads what comes before it");
    ok(w.torch.n_tensor == w.model.n_tensor + 4 &&
           count_claimed(&w) == w.torch.n_tensor,
       "each tensor is of one layer");
    layer_is(&w, "{\"name\": \"Conv1_pad\", \"in\": [\"input_scaling\"],"
                 " \"module\": \"ZeroPad2d\", \"args\": {\"padding\": [0, 1, 0,"
                 " 1]}}");
    layer_is(&w, "{\"name\": \"Conv1\", \"in\": [\"Conv1_pad\"], \"module\":"
                 " \"Conv2d\", \"args\": {\"in_channels\": 3, \"out_channels\":"
                 " 32, \"kernel_size\": [3, 3], \"stride\": [2, 2],"
                 " \"padding\": [0, 0], \"groups\": 1, \"bias\": false},"
                 " \"state\": \"Conv1\"}");
    layer_is(&w, "{\"name\": \"block_3_depthwise\", \"in\":"
                 " [\"block_3_pad\"], \"module\": \"Conv2d\", \"args\":"
                 " {\"in_channels\": 144, \"out_channels\": 144,"
                 " \"kernel_size\": [3, 3], \"stride\": [2, 2], \"padding\":"
                 " [0, 0], \"groups\": 144, \"bias\": false}, \"state\":"
                 " \"block_3_depthwise\"}");
    layer_is(&w, "{\"name\": \"with_size\", \"in\":"
                 " [\"global_average_pooling2d\", \"size_scaling\"], \"op\":"
                 " \"cat\"}");
    layer_is(&w, "{\"name\": \"dense\", \"in\": [\"dropout\"], \"module\":"
                 " \"Linear\", \"args\": {\"in_features\": 1282,"
                 " \"out_features\": 512}, \"state\": \"dense\"}");
    ok(number(&w.torch, "Conv1.weight", (size_t[]){31, 2, 0, 1}) ==
           number(&w.model, "Conv1/kernel:0", (size_t[]){0, 1, 2, 31}),
       "a kernel is turned round");
    ok(number(&w.torch, "block_3_depthwise.weight", (size_t[]){143, 0, 2, 1}) ==
           number(&w.model, "block_3_depthwise/depthwise_kernel:0",
                  (size_t[]){2, 1, 143, 0}),
       "  one of each channel by itself, too");
    ok(number(&w.torch, "dense.weight", (size_t[]){3, 1000}) ==
           number(&w.model, "dense/kernel:0", (size_t[]){1000, 3}),
       "  and a dense layer's");
    ok(number(&w.torch, "bn_Conv1.running_var", (size_t[]){31}) ==
           number(&w.model, "bn_Conv1/moving_variance:0", (size_t[]){31}),
       "a variance is one");
    release(&w);
}

static void check_torchvision(void)
{
    struct written w;

    write_torch(&w, &(struct made_model){"vgg16", "block2_pool", HEAD_PAPER, 32,
                                         false});
    layer_is(&w, "{\"name\": \"block2_conv2_linear\", \"in\":"
                 " [\"block2_conv1\"], \"module\": \"Conv2d\", \"args\":"
                 " {\"in_channels\": 128, \"out_channels\": 128,"
                 " \"kernel_size\": [3, 3], \"stride\": [1, 1], \"padding\":"
                 " [1, 1], \"groups\": 1, \"bias\": true}, \"state\":"
                 " \"features.7\"}");
    layer_is(&w, "{\"name\": \"block2_conv2\", \"in\":"
                 " [\"block2_conv2_linear\"], \"module\": \"ReLU\", \"args\":"
                 " {}}");
    layer_is(&w, "{\"name\": \"global_max_pooling2d_map\", \"in\":"
                 " [\"block2_pool\"], \"module\": \"AdaptiveMaxPool2d\","
                 " \"args\": {\"output_size\": 1}}");
    ok(is_sorted(&w) && count_claimed(&w) == w.torch.n_tensor,
       "each tensor of VGG16 is of one layer");
    ok(strcmp(json_string_value(json_object_get(
                  layer_of(&w, "batch_normalization"), "module")),
              "BatchNorm1d") == 0,
       "a normalisation of vectors is one");
    release(&w);
    write_torch(&w, &(struct made_model){"resnet50", "conv2_block1_out",
                                         HEAD_PROJECT, 32, false});
    layer_is(&w, "{\"name\": \"conv2_block1_add\", \"in\":"
                 " [\"conv2_block1_0_bn\", \"conv2_block1_3_bn\"], \"op\":"
                 " \"add\"}");
    layer_is(&w, "{\"name\": \"embedding\", \"in\": [\"projection_relu\"],"
                 " \"op\": \"normalize\"}");
    ok(safetensors_find(&w.torch, "conv2_block1_1_conv.bias") != NULL,
       "ResNet-50, which is not torchvision's, has its own names");
    release(&w);
}

static void name_is(const char *network, const char *layer, const char *wanted)
{
    char name[NN_NAME_MAX];

    torch_names_layer(network, layer, name);
    if (!ok(strcmp(name, wanted) == 0, wanted))
        printf("# is %s\n", name);
}

/* As torchvision 0.14 prints them. */
static void check_names(void)
{
    name_is("vgg16", "block1_conv1", "features.0");
    name_is("vgg16", "block3_conv3", "features.14");
    name_is("vgg16", "block5_conv3", "features.28");
    name_is("vgg19", "block3_conv4", "features.16");
    name_is("vgg19", "block5_conv4", "features.34");
    name_is("vgg19", "dense_1", "dense_1");
    name_is("densenet169", "conv1/conv", "features.conv0");
    name_is("densenet169", "conv3_block12_1_bn",
            "features.denseblock2.denselayer12.norm2");
    name_is("densenet169", "conv5_block32_2_conv",
            "features.denseblock4.denselayer32.conv2");
    name_is("densenet169", "pool4_conv", "features.transition3.conv");
    name_is("densenet169", "bn", "features.norm5");
    name_is("densenet169", "batch_normalization", "batch_normalization");
    name_is("resnet50", "conv2_block1_1_bn", "conv2_block1_1_bn");
}

/* The lines for a model card are there, and are few. */
static void check_loader(void)
{
    struct buf b = {0};
    size_t lines = 0;

    torch_write_loader(&b);
    for (size_t i = 0; i < b.len; i++)
        lines += b.data[i] == '\n';
    ok(!b.failed && strstr(b.data, "import json, math, torch\n") == b.data &&
           lines < 30,
       "the loader is a few lines of Python");
    buf_release(&b);
}

int main(void)
{
    begin_dir();
    check_own();
    check_torchvision();
    check_names();
    check_loader();
    return end_dir();
}
