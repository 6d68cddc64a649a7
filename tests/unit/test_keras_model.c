/*
 * test_keras_model.c - a whole model of Keras, read back: layers, weights
 *
 * Whether it computes what the network does is tested by a flow with
 * TensorFlow.js, where that is installed.
 */
#include "export/keras_model.h"

#include "base/json.h"
#include "made_model.h"
#include "nn/keras_h5.h"
#include "nn/weights.h"
#include "nn/weights_fit.h"
#include "test_dir.h"

#include <hdf5.h>

static const struct made_model sized = {"mobilenetv2", NULL, HEAD_CLASSIFIER,
                                        32, true};

static void write_keras(const struct made_model *m)
{
    const char *model = in_dir("m.safetensors");
    struct export_network n;
    struct err err = {0};

    need(made_model_write(m, model, &err) == 0 &&
             export_network_open(&n, model, &err) == 0,
         &err);
    works(keras_model_write(&n, in_dir("m.h5"), &err) == 0, err,
          "a model of Keras is written");
    export_network_release(&n);
}

/* An attribute of the root, to be freed. */
static char *root_text(const char *name)
{
    const hid_t file = H5Fopen(in_dir("m.h5"), H5F_ACC_RDONLY, H5P_DEFAULT);
    const hid_t attr = H5Aopen(file, name, H5P_DEFAULT);
    const hid_t type = H5Aget_type(attr);
    char *text = NULL;

    BUG_ON(attr < 0 || H5Aread(attr, type, &text) < 0);
    H5Tclose(type);
    H5Aclose(attr);
    H5Fclose(file);
    return text;
}

static json_t *root_json(const char *name)
{
    char *text = root_text(name);
    json_t *j = json_loads(text, 0, NULL);

    ok(j != NULL, name);
    H5free_memory(text);
    return j;
}

static const json_t *layer_at(const json_t *config, const char *name)
{
    const json_t *list = json_object_get(config, "layers");

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *l = json_array_get(list, i);

        if (strcmp(json_string_value(json_object_get(l, "name")), name) == 0)
            return l;
    }
    return NULL;
}

/* Is what a layer is made by that JSON, key by key, and no more? */
static void layer_is(const json_t *config, const char *name, const char *class,
                     const char *wanted)
{
    const json_t *l = layer_at(config, name);
    json_t *w = json_loads(wanted, 0, NULL);
    char *is;

    BUG_ON(!w);
    json_object_set_new(w, "name", json_string(name));
    json_object_set_new(w, "dtype", json_string("float32"));
    is = json_dumps(json_object_get(l, "config"), JSON_COMPACT);
    if (!ok(l &&
                strcmp(json_string_value(json_object_get(l, "class_name")),
                       class) == 0 &&
                json_equal(json_object_get(l, "config"), w),
            name))
        printf("# is %s\n", is ? is : "not there");
    free(is);
    json_decref(w);
}

static size_t count_class(const json_t *config, const char *class)
{
    const json_t *list = json_object_get(config, "layers");
    size_t n = 0;

    for (size_t i = 0; i < json_array_size(list); i++)
        n += strcmp(json_string_value(
                        json_object_get(json_array_get(list, i), "class_name")),
                    class) == 0;
    return n;
}

/* Each layer reads layers that are there, and inputs read none. */
static bool is_connected(const json_t *config)
{
    const json_t *list = json_object_get(config, "layers");

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *l = json_array_get(list, i);
        const json_t *call =
            json_array_get(json_object_get(l, "inbound_nodes"), 0);
        const bool input =
            strcmp(json_string_value(json_object_get(l, "class_name")),
                   "InputLayer") == 0;

        if (input != (json_array_size(call) == 0))
            return false;
        for (size_t k = 0; k < json_array_size(call); k++)
            if (!layer_at(config, json_string_value(json_array_get(
                                      json_array_get(call, k), 0))))
                return false;
    }
    return true;
}

static void check_layers(const json_t *config)
{
    layer_is(config, "image", "InputLayer",
             "{\"batch_input_shape\": [null, 32, 32, 3], \"sparse\": false,"
             " \"ragged\": false}");
    layer_is(config, "size", "InputLayer",
             "{\"batch_input_shape\": [null, 2], \"sparse\": false,"
             " \"ragged\": false}");
    layer_is(config, "input_scaling", "Conv2D",
             "{\"trainable\": false, \"filters\": 3, \"kernel_size\": [1, 1],"
             " \"strides\": [1, 1], \"padding\": \"valid\", \"data_format\":"
             " \"channels_last\", \"activation\": \"linear\", \"use_bias\":"
             " true}");
    layer_is(config, "Conv1", "Conv2D",
             "{\"trainable\": false, \"filters\": 32, \"kernel_size\": [3, 3],"
             " \"strides\": [2, 2], \"padding\": \"same\", \"data_format\":"
             " \"channels_last\", \"activation\": \"linear\", \"use_bias\":"
             " false}");
    layer_is(config, "block_1_pad", "ZeroPadding2D",
             "{\"trainable\": true, \"padding\": [[0, 1], [0, 1]],"
             " \"data_format\": \"channels_last\"}");
    layer_is(config, "block_1_depthwise", "DepthwiseConv2D",
             "{\"trainable\": true, \"kernel_size\": [3, 3], \"strides\": [2,"
             " 2], \"padding\": \"valid\", \"data_format\": \"channels_last\","
             " \"depth_multiplier\": 1, \"activation\": \"linear\","
             " \"use_bias\": false}");
    layer_is(config, "block_1_expand_relu", "ReLU",
             "{\"trainable\": true, \"max_value\": 6.0}");
    layer_is(config, "block_2_add", "Add", "{\"trainable\": true}");
    layer_is(config, "with_size", "Concatenate",
             "{\"trainable\": true, \"axis\": -1}");
    layer_is(config, "dropout", "Dropout",
             "{\"trainable\": true, \"rate\": 0.5}");
    layer_is(config, "dense_1", "Dense",
             "{\"trainable\": true, \"units\": 3, \"activation\": \"linear\","
             " \"use_bias\": true}");
    layer_is(config, "probabilities", "Activation",
             "{\"trainable\": true, \"activation\": \"softmax\"}");
}

static void check_config(void)
{
    json_t *j = root_json("model_config"), *wanted;
    const json_t *config = json_object_get(j, "config");

    ok(strcmp(json_string_value(json_object_get(j, "class_name")),
              "Functional") == 0,
       "it is a functional model");
    wanted = json_loads("[[\"image\", 0, 0], [\"size\", 0, 0]]", 0, NULL);
    ok(json_equal(json_object_get(config, "input_layers"), wanted),
       "the picture comes first, then the size");
    json_decref(wanted);
    wanted = json_loads("[[\"probabilities\", 0, 0]]", 0, NULL);
    ok(json_equal(json_object_get(config, "output_layers"), wanted),
       "probabilities come out");
    json_decref(wanted);
    ok(is_connected(config), "each layer reads others that are there");
    ok(count_class(config, "Conv2D") == 36 &&
           count_class(config, "DepthwiseConv2D") == 17 &&
           count_class(config, "BatchNormalization") == 52,
       "all layers of the network are there");
    check_layers(config);
    json_decref(j);
}

static void check_about(void)
{
    json_t *j = root_json("papline");
    const char *text = json_string_value(json_object_get(j, "preparation"));

    ok(strcmp(json_string_value(json_object_get(j, "classes")),
              "one\ntwo words\nthree") == 0,
       "the classes are there");
    ok(text && strstr(text, "size: (n, 2), natural logarithms of width"),
       "  and that sizes are logarithms");
    json_decref(j);
}

/* Read as weights, it has those of the model, and those that scale. */
static void check_weights(void)
{
    struct safetensors h5 = {0}, model = {0};
    struct err err = {0};
    size_t same = 0;

    need(keras_h5_read(&h5, in_dir("m.h5"), &err) == 0 &&
             safetensors_read(&model, in_dir("m.safetensors"), &err) == 0,
         &err);
    for (size_t i = 0; i < model.n_tensor; i++) {
        const struct safetensors_tensor *t =
            safetensors_find(&h5, model.tensor[i].name);

        same +=
            t && memcmp(t->dim, model.tensor[i].dim, sizeof(t->dim)) == 0 &&
            memcmp(t->data, model.tensor[i].data, safetensors_bytes(t)) == 0;
    }
    ok(same == model.n_tensor, "every weight is there, to the bit");
    ok(h5.n_tensor == model.n_tensor + 4, "  and four that scale inputs");
    safetensors_release(&h5);
    safetensors_release(&model);
}

/* It is imported as weights: what scales is left out. */
static void check_import(void)
{
    struct safetensors f;
    struct weights_opened of;
    struct weights_count count;
    struct err err = {0};

    need(weights_open(&f, in_dir("m.h5"), NULL, &of, &err) == 0, &err);
    ok(strcmp(of.net->name, "mobilenetv2") == 0, "the network is recognised");
    ok(of.left_out == 4 && !safetensors_find(&f, "input_scaling/kernel:0"),
       "  what scales its inputs is left out");
    works(weights_check(of.net, &f, &count, &err) == 0, err,
          "  the rest is its weights");
    safetensors_release(&f);
}

/* The same model is the same file. */
static void check_same(void)
{
    char *a, *b;
    size_t n, m;
    struct err err = {0};

    need(file_read(in_dir("m.h5"), (size_t)1 << 30, &a, &n, &err) == 0, &err);
    write_keras(&sized);
    need(file_read(in_dir("m.h5"), (size_t)1 << 30, &b, &m, &err) == 0, &err);
    ok(n == m && memcmp(a, b, n) == 0, "  written again, it is the same");
    free(a);
    free(b);
}

static void check_encoder(void)
{
    json_t *j;
    const json_t *config;

    write_keras(&(struct made_model){"densenet169", "conv2_block1_concat",
                                     HEAD_PROJECT, 32, false});
    j = root_json("model_config");
    config = json_object_get(j, "config");
    layer_is(config, "embedding", "UnitNormalization",
             "{\"trainable\": true, \"axis\": -1}");
    layer_is(config, "pool1", "MaxPooling2D",
             "{\"trainable\": true, \"pool_size\": [3, 3], \"strides\": [2, 2],"
             " \"padding\": \"valid\", \"data_format\": \"channels_last\"}");
    layer_is(config, "conv1/relu", "Activation",
             "{\"trainable\": true, \"activation\": \"relu\"}");
    layer_is(config, "global_average_pooling2d", "GlobalAveragePooling2D",
             "{\"trainable\": true, \"data_format\": \"channels_last\"}");
    ok(!layer_at(config, "probabilities"), "an encoder has no probabilities");
    json_decref(j);
}

/* A head of the authors: normalisation of vectors, behind a maximum. */
static void check_head(void)
{
    json_t *j;
    const json_t *config, *bn;

    write_keras(
        &(struct made_model){"vgg16", "block1_pool", HEAD_PAPER, 32, false});
    j = root_json("model_config");
    config = json_object_get(j, "config");
    layer_is(config, "block1_conv2", "Conv2D",
             "{\"trainable\": false, \"filters\": 64, \"kernel_size\": [3, 3],"
             " \"strides\": [1, 1], \"padding\": \"same\", \"data_format\":"
             " \"channels_last\", \"activation\": \"relu\", \"use_bias\":"
             " true}");
    layer_is(config, "global_max_pooling2d", "GlobalMaxPooling2D",
             "{\"trainable\": true, \"data_format\": \"channels_last\"}");
    bn = json_object_get(layer_at(config, "batch_normalization"), "config");
    ok(json_integer_value(json_object_get(bn, "axis")) == 1,
       "a normalisation of vectors is over axis 1");
    near(json_real_value(json_object_get(bn, "epsilon")), 1e-3, 1e-9,
         "  with Keras' epsilon");
    json_decref(j);
}

int main(void)
{
    begin_dir();
    write_keras(&sized);
    check_config();
    check_about();
    check_weights();
    check_import();
    check_same();
    check_encoder();
    check_head();
    return end_dir();
}
