/* keras_model.c - the configuration of each layer as Keras' get_config() */
#include "export/keras_model.h"

#include "base/json.h"
#include "nn/keras_h5.h"
#include "nn/layers.h"

#include <stdlib.h>

/* --- configurations --------------------------------------------------------*/

static json_t *pair(int a, int b)
{
    return json_pack("[ii]", a, b);
}

static void put_text(json_t *c, const char *key, const char *text)
{
    json_object_set_new(c, key, json_string(text));
}

static void put_window(json_t *c, const char *size, const struct op_form *f)
{
    json_object_set_new(c, size, pair(f->size, f->size));
    json_object_set_new(c, "strides", pair(f->stride, f->stride));
    put_text(c, "padding", f->pad == PAD_SAME ? "same" : "valid");
    put_text(c, "data_format", "channels_last");
}

static void put_input(const struct export_layer *l, json_t *c)
{
    json_object_del(c, "trainable");
    json_object_set_new(c, "batch_input_shape",
                        l->flat ? json_pack("[ni]", l->c)
                                : json_pack("[niii]", l->h, l->w, l->c));
    json_object_set_new(c, "sparse", json_false());
    json_object_set_new(c, "ragged", json_false());
}

static void put_conv(const struct export_layer *l, json_t *c)
{
    json_object_set_new(c, "filters", json_integer(l->c));
    put_window(c, "kernel_size", &l->form);
    put_text(c, "activation", l->form.act == ACT_RELU ? "relu" : "linear");
    json_object_set_new(c, "use_bias", json_boolean(l->n_weight > 1));
}

static void put_depthwise(const struct export_layer *l, json_t *c)
{
    put_window(c, "kernel_size", &l->form);
    json_object_set_new(c, "depth_multiplier", json_integer(1));
    put_text(c, "activation", "linear");
    json_object_set_new(c, "use_bias", json_false());
}

static void put_batch_norm(const struct export_layer *l, json_t *c)
{
    json_object_set_new(c, "axis", json_integer(l->flat ? 1 : 3));
    json_object_set_new(c, "momentum", json_real((double)l->form.momentum));
    json_object_set_new(c, "epsilon", json_real((double)l->form.eps));
    json_object_set_new(c, "center", json_true());
    json_object_set_new(c, "scale", json_true());
}

static void put_activation(const struct export_layer *l, json_t *c)
{
    if (l->form.act == ACT_RELU6)
        json_object_set_new(c, "max_value", json_real(6));
    else
        put_text(c, "activation",
                 l->form.kind == KIND_SOFTMAX ? "softmax" : "relu");
}

static void put_nothing(const struct export_layer *l, json_t *c)
{
    (void)l;
    (void)c;
}

static void put_axis(const struct export_layer *l, json_t *c)
{
    (void)l;
    json_object_set_new(c, "axis", json_integer(-1));
}

static void put_zero_pad(const struct export_layer *l, json_t *c)
{
    const struct op_form *f = &l->form;

    json_object_set_new(
        c, "padding",
        json_pack("[oo]", pair(f->top, f->bottom), pair(f->left, f->right)));
    put_text(c, "data_format", "channels_last");
}

static void put_global_pool(const struct export_layer *l, json_t *c)
{
    (void)l;
    put_text(c, "data_format", "channels_last");
}

static void put_pool(const struct export_layer *l, json_t *c)
{
    put_window(c, "pool_size", &l->form);
}

static void put_dense(const struct export_layer *l, json_t *c)
{
    json_object_set_new(c, "units", json_integer(l->c));
    put_text(c, "activation", "linear");
    json_object_set_new(c, "use_bias", json_true());
}

static void put_dropout(const struct export_layer *l, json_t *c)
{
    json_object_set_new(c, "rate", json_real((double)l->form.rate));
}

/* A class of Keras, and what adds to a configuration what it takes. */
static const struct {
    const char *name;
    void (*put)(const struct export_layer *l, json_t *c);
} classes[] = {
    [KIND_INPUT] = {"InputLayer", put_input},
    [KIND_CONV] = {"Conv2D", put_conv},
    [KIND_DEPTHWISE] = {"DepthwiseConv2D", put_depthwise},
    [KIND_BATCH_NORM] = {"BatchNormalization", put_batch_norm},
    [KIND_RELU] = {"Activation", put_activation},
    [KIND_ADD] = {"Add", put_nothing},
    [KIND_CONCAT] = {"Concatenate", put_axis},
    [KIND_ZERO_PAD] = {"ZeroPadding2D", put_zero_pad},
    [KIND_GLOBAL_MEAN] = {"GlobalAveragePooling2D", put_global_pool},
    [KIND_GLOBAL_MAX] = {"GlobalMaxPooling2D", put_global_pool},
    [KIND_MEAN_POOL] = {"AveragePooling2D", put_pool},
    [KIND_MAX_POOL] = {"MaxPooling2D", put_pool},
    [KIND_DENSE] = {"Dense", put_dense},
    [KIND_DROPOUT] = {"Dropout", put_dropout},
    [KIND_L2_NORM] = {"UnitNormalization", put_axis},
    [KIND_SOFTMAX] = {"Activation", put_activation},
};

/* Keras' Activation knows no bound. */
static const char *class_of(const struct op_form *f)
{
    return f->kind == KIND_RELU && f->act == ACT_RELU6 ? "ReLU"
                                                       : classes[f->kind].name;
}

/* --- the model -------------------------------------------------------------*/

/* The layers that 'l' reads: a list of one call, or none. */
static json_t *inbound_nodes(const struct export_network *n,
                             const struct export_layer *l)
{
    json_t *call = json_array();

    for (int k = 0; k < NN_MAX_IN && l->in[k] >= 0; k++)
        json_array_append_new(
            call, json_pack("[sii{}]", n->layer[l->in[k]].name, 0, 0));
    if (json_array_size(call) > 0)
        return json_pack("[o]", call);
    return call;
}

static json_t *layer_json(const struct export_network *n,
                          const struct export_layer *l)
{
    json_t *c = json_pack("{ss sb ss}", "name", l->name, "trainable",
                          !l->frozen, "dtype", "float32");

    classes[l->form.kind].put(l, c);
    return json_pack("{ss so ss so}", "class_name", class_of(&l->form),
                     "config", c, "name", l->name, "inbound_nodes",
                     inbound_nodes(n, l));
}

static json_t *model_json(const struct export_network *n)
{
    json_t *layers = json_array(), *inputs = json_array();

    for (int i = 0; i < n->n_layer; i++) {
        const struct export_layer *l = &n->layer[i];

        json_array_append_new(layers, layer_json(n, l));
        if (l->form.kind == KIND_INPUT && !l->flat)
            json_array_insert_new(inputs, 0, json_pack("[sii]", l->name, 0, 0));
        else if (l->form.kind == KIND_INPUT)
            json_array_append_new(inputs, json_pack("[sii]", l->name, 0, 0));
    }
    return json_pack("{ss s{ss sb so so s[[sii]]}}", "class_name", "Functional",
                     "config", "name", n->info.network, "trainable", 1,
                     "layers", layers, "input_layers", inputs, "output_layers",
                     export_network_output(n)->name, 0, 0);
}

/* JSON of the metadata; NULL: no memory. */
static json_t *about_json(const struct export_network *n)
{
    struct export_about about;
    struct err no;
    json_t *j = NULL;

    if (export_network_about(n, true, &about, &no) == 0)
        j = json_object();
    for (size_t i = 0; j && i < about.n_meta; i++)
        put_text(j, about.meta[i].key, about.meta[i].value);
    export_network_about_release(&about);
    return j;
}

static int write_layers(const struct export_network *n, const char *config,
                        const char *about, const char *path, struct err *err)
{
    struct keras_layer *layer = calloc((size_t)n->n_layer, sizeof(*layer));
    int rc;

    if (!layer)
        return err_set(err, ERR_SYSTEM, "no memory for '%.200s'", path);
    for (int i = 0; i < n->n_layer; i++)
        layer[i] =
            (struct keras_layer){.name = n->layer[i].name,
                                 .weight = n->layer[i].weight,
                                 .n_weight = (size_t)n->layer[i].n_weight};
    rc = keras_h5_write(
        &(struct keras_model){layer, (size_t)n->n_layer, config, about}, path,
        err);
    free(layer);
    return rc;
}

int keras_model_write(const struct export_network *n, const char *path,
                      struct err *err)
{
    json_t *model = model_json(n), *about = about_json(n);
    char *config = json_dumps(model, JSON_COMPACT);
    char *text = json_dumps(about, JSON_COMPACT);
    int rc = config && text
                 ? write_layers(n, config, text, path, err)
                 : err_set(err, ERR_SYSTEM, "no memory for '%.200s'", path);

    json_decref(model);
    json_decref(about);
    free(config);
    free(text);
    return rc;
}
