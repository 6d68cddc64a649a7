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

static const char *activation(int act)
{
    return act == ACT_RELU ? "relu" : "linear";
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

static const char *put_input(const struct export_layer *l, json_t *c)
{
    json_object_del(c, "trainable");
    json_object_set_new(c, "batch_input_shape",
                        l->flat ? json_pack("[ni]", l->c)
                                : json_pack("[niii]", l->h, l->w, l->c));
    json_object_set_new(c, "sparse", json_false());
    json_object_set_new(c, "ragged", json_false());
    return "InputLayer";
}

static const char *put_conv(const struct export_layer *l, json_t *c)
{
    json_object_set_new(c, "filters", json_integer(l->c));
    put_window(c, "kernel_size", &l->form);
    put_text(c, "activation", activation(l->form.act));
    json_object_set_new(c, "use_bias", json_boolean(l->n_weight > 1));
    return "Conv2D";
}

static const char *put_depthwise(const struct export_layer *l, json_t *c)
{
    put_window(c, "kernel_size", &l->form);
    json_object_set_new(c, "depth_multiplier", json_integer(1));
    put_text(c, "activation", "linear");
    json_object_set_new(c, "use_bias", json_false());
    return "DepthwiseConv2D";
}

static const char *put_batch_norm(const struct export_layer *l, json_t *c)
{
    json_object_set_new(c, "axis", json_integer(l->flat ? 1 : 3));
    json_object_set_new(c, "momentum", json_real((double)l->form.momentum));
    json_object_set_new(c, "epsilon", json_real((double)l->form.eps));
    json_object_set_new(c, "center", json_true());
    json_object_set_new(c, "scale", json_true());
    return "BatchNormalization";
}

static const char *put_relu(const struct export_layer *l, json_t *c)
{
    if (l->form.act == ACT_RELU6) {
        json_object_set_new(c, "max_value", json_real(6));
        return "ReLU";
    }
    put_text(c, "activation", "relu");
    return "Activation";
}

static const char *put_add(const struct export_layer *l, json_t *c)
{
    (void)l;
    (void)c;
    return "Add";
}

static const char *put_concat(const struct export_layer *l, json_t *c)
{
    (void)l;
    json_object_set_new(c, "axis", json_integer(-1));
    return "Concatenate";
}

static const char *put_zero_pad(const struct export_layer *l, json_t *c)
{
    const struct op_form *f = &l->form;

    json_object_set_new(
        c, "padding",
        json_pack("[oo]", pair(f->top, f->bottom), pair(f->left, f->right)));
    put_text(c, "data_format", "channels_last");
    return "ZeroPadding2D";
}

static const char *put_global_mean(const struct export_layer *l, json_t *c)
{
    (void)l;
    put_text(c, "data_format", "channels_last");
    return "GlobalAveragePooling2D";
}

static const char *put_global_max(const struct export_layer *l, json_t *c)
{
    (void)put_global_mean(l, c);
    return "GlobalMaxPooling2D";
}

static const char *put_mean_pool(const struct export_layer *l, json_t *c)
{
    put_window(c, "pool_size", &l->form);
    return "AveragePooling2D";
}

static const char *put_max_pool(const struct export_layer *l, json_t *c)
{
    put_window(c, "pool_size", &l->form);
    return "MaxPooling2D";
}

static const char *put_dense(const struct export_layer *l, json_t *c)
{
    json_object_set_new(c, "units", json_integer(l->c));
    put_text(c, "activation", "linear");
    json_object_set_new(c, "use_bias", json_true());
    return "Dense";
}

static const char *put_dropout(const struct export_layer *l, json_t *c)
{
    json_object_set_new(c, "rate", json_real((double)l->form.rate));
    return "Dropout";
}

static const char *put_l2_norm(const struct export_layer *l, json_t *c)
{
    (void)l;
    json_object_set_new(c, "axis", json_integer(-1));
    return "UnitNormalization";
}

static const char *put_softmax(const struct export_layer *l, json_t *c)
{
    (void)l;
    put_text(c, "activation", "softmax");
    return "Activation";
}

/* Each adds what its class takes to a configuration, and returns the class. */
static const char *(*const puts_config[])(const struct export_layer *,
                                          json_t *) = {
    [KIND_INPUT] = put_input,
    [KIND_CONV] = put_conv,
    [KIND_DEPTHWISE] = put_depthwise,
    [KIND_BATCH_NORM] = put_batch_norm,
    [KIND_RELU] = put_relu,
    [KIND_ADD] = put_add,
    [KIND_CONCAT] = put_concat,
    [KIND_ZERO_PAD] = put_zero_pad,
    [KIND_GLOBAL_MEAN] = put_global_mean,
    [KIND_GLOBAL_MAX] = put_global_max,
    [KIND_MEAN_POOL] = put_mean_pool,
    [KIND_MAX_POOL] = put_max_pool,
    [KIND_DENSE] = put_dense,
    [KIND_DROPOUT] = put_dropout,
    [KIND_L2_NORM] = put_l2_norm,
    [KIND_SOFTMAX] = put_softmax,
};

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
    const char *class = puts_config[l->form.kind](l, c);

    return json_pack("{ss so ss so}", "class_name", class, "config", c, "name",
                     l->name, "inbound_nodes", inbound_nodes(n, l));
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
    rc = keras_h5_write_model(
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
