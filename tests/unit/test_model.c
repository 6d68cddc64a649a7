/*
 * test_model.c - every network's model file gives the very network back
 */
#include "golden/nn_digest.h"
#include "nn/model.h"

#include <stdlib.h>
#include <unistd.h>

enum { SIDE = 64, CLASSES = 3 };

static char path[] = "/tmp/papline-model-XXXXXX";

static struct graph *new_graph(const struct net *net, enum graph_memory memory,
                               struct err *err)
{
    return net_new(net,
                   &(struct net_args){.h = SIDE,
                                      .w = SIDE,
                                      .classes = CLASSES,
                                      .cut = net->paper_cut,
                                      .freeze = net->paper_freeze},
                   &(struct graph_args){.max_batch = 1, .memory = memory}, err);
}

static void describe_net(const struct net *net, struct model_info *info)
{
    *info = (struct model_info){.freeze = net->paper_freeze,
                                .input = net->preprocess,
                                .resizing = {true, ASPECT_SCALE, 301},
                                .bits = 12,
                                .upright = true,
                                .jpeg = 95,
                                .h = SIDE,
                                .w = SIDE,
                                .n_class = CLASSES,
                                .class_name = {"a", "b", "c"},
                                .epoch = 1};
    snprintf(info->network, sizeof(info->network), "%s", net->name);
    snprintf(info->cut, sizeof(info->cut), "%s",
             net->paper_cut ? net->paper_cut : "");
}

static const float *logits_of(struct graph *g)
{
    for (int i = 0; i < SIDE * SIDE * 3; i++)
        graph_input(g)[i] = (float)(i * 37 % 251) / 125.0f - 1.0f;
    graph_set_batch(g, 1);
    graph_forward(g, PHASE_INFER);
    return graph_output(g)->out.data;
}

/* A cut ResNet-50 ends in a raw convolution; the last layer before it that is
 * rectified is looked at. */
static const char *cam_name(const struct net *net)
{
    if (strcmp(net->name, "resnet50") == 0)
        return "conv3_block4_out";
    return net->paper_cut ? net->paper_cut : net->cam_layer;
}

/* The layer that Grad-CAM looks at, one that stands in for a cut one, has
 * values and a gradient. */
static void check_cam(const struct net *net, const struct graph_args *keep)
{
    struct model_info info;
    struct err err = {0};
    struct graph *g = model_read(path, keep, &info, &err);
    struct node *layer = g ? net_cam_node(net, g) : NULL;
    double sum = 0;

    if (!ok(layer && layer->out.h > 1 && layer->rectified &&
                strcmp(layer->name, cam_name(net)) == 0,
            "Grad-CAM looks at the trunk's last rectified layer"))
        return;
    logits_of(g);
    memset(graph_output(g)->dout.data, 0,
           tensor_len(&graph_output(g)->dout) * sizeof(float));
    graph_output(g)->dout.data[1] = 1.0f;
    graph_backward_to(g, layer);
    for (size_t i = 0; i < tensor_len(&layer->dout); i++)
        sum += fabs((double)layer->dout.data[i]);
    ok(isfinite(sum) && sum > 0, "  and finds a gradient there");
    graph_free(g);
}

static void check_round(const struct net *net)
{
    struct err err = {0};
    struct model_info info, back = {0};
    const struct graph_args infer = {.max_batch = 1, .memory = GRAPH_INFER};
    struct graph *g = new_graph(net, GRAPH_INFER, &err), *h;

    if (!ok(g != NULL, net->name))
        return;
    fill_weights(g);
    describe_net(net, &info);
    ok(model_write(g, &info, path, &err) == 0, "  is written");
    h = model_read(path, &infer, &back, &err);
    works(h != NULL, err, "  and read");
    ok(h && strcmp(info.cut, back.cut) == 0 && back.head == HEAD_PAPER &&
           back.freeze == net->paper_freeze &&
           graph_n_param(h) == graph_n_param(g),
       "  with its cut, its head and what is frozen");
    ok(back.resizing.lanczos && back.resizing.aspect == ASPECT_SCALE &&
           back.resizing.field == 301,
       "  and how pictures came to its size");
    ok(back.bits == 12 && back.upright && back.jpeg == 95,
       "  and how samples are read");
    ok(h && memcmp(logits_of(g), logits_of(h), CLASSES * sizeof(float)) == 0,
       "  and says the same");
    graph_free(g);
    graph_free(h);
    check_cam(net,
              &(struct graph_args){.max_batch = 1, .memory = GRAPH_KEEP_ALL});
}

/* One string of the metadata is another. */
static void spoil_text(const char *key, const char *value)
{
    struct safetensors f;
    struct err err = {0};

    BUG_ON(safetensors_read(&f, path, &err) < 0);
    for (size_t i = 0; i < f.n_meta; i++)
        if (strcmp(f.meta[i].key, key) == 0)
            f.meta[i].value = value;
    BUG_ON(safetensors_write(&f, path, &err) < 0);
    safetensors_release(&f);
}

static void check_refused(const char *key, const char *value, const char *text)
{
    const struct graph_args infer = {.max_batch = 1, .memory = GRAPH_INFER};
    struct err err = {0};
    const struct net *net = net_find("vgg16", &err);
    struct graph *g = net ? new_graph(net, GRAPH_INFER, &err) : NULL;
    struct model_info info;

    BUG_ON(!g);
    describe_net(net, &info);
    ok(model_write(g, &info, path, &err) == 0, "a model of a trunk");
    spoil_text(key, value);
    ok(model_read(path, &infer, &info, &err) == NULL && err.code == ERR_INPUT &&
           strstr(err.text, text),
       text);
    graph_free(g);
}

int main(void)
{
    const int fd = mkstemp(path);

    if (fd < 0)
        return 1;
    close(fd);
    for (size_t i = 0; net_at(i); i++)
        check_round(net_at(i));
    check_refused("cut", "block9_conv1", "has no layer 'block9_conv1'");
    check_refused("head", "tail", "there is no head 'tail'");
    check_refused("jpeg", "101", "metadata 'jpeg' is not within");
    check_refused("freeze", "many", "metadata 'freeze' is not within");
    check_refused("aspect", "both",
                  "metadata 'aspect' is not squash, keep or scale");
    check_refused("field", "0", "metadata 'field' is not 1 or more");
    check_refused("field", "x", "metadata 'field' is not within 0 .. 1048576");
    check_refused("freeze", "500", "cannot freeze 500 layers");
    unlink(path);
    return tap_done();
}
