/*
 * test_trained_layers.c - which part of a network a regime takes, and what of
 * it learns
 */
#include "config/trained_layers.h"
#include "stages/train/frozen_layers.h"
#include "tap.h"

/* A configuration with one network, one regime and these settings. */
static int read_config(struct config *c, const char *network,
                       const char *regime, const char *setting, struct err *err)
{
    char text[3][200];
    struct config_set set[3];

    snprintf(text[0], sizeof(text[0]), "train.networks=[%s]", network);
    snprintf(text[1], sizeof(text[1]), "train.regimes=[%s]", regime);
    snprintf(text[2], sizeof(text[2]), "%s", setting);
    for (int i = 0; i < 3; i++)
        set[i].text = text[i];
    *err = (struct err){0};
    return config_read(c, NULL, set, 3, err);
}

/* What 'setting' makes of a network; freeze -2: it is refused. */
static struct trained_layers take(const char *network, const char *regime,
                                  const char *setting)
{
    static struct config c;
    struct trained_layers t = {.freeze = -2};
    struct err err;

    if (read_config(&c, network, regime, setting, &err) < 0 ||
        trained_layers_init(&t, net_find(network, &err), &c,
                            regime_find(regime, &err), &err) < 0)
        printf("# %s\n", err.text);
    return t;
}

static int freeze_of(const char *network, const char *regime, const char *say)
{
    char setting[128];

    snprintf(setting, sizeof(setting), "train.trainable=%s", say);
    return take(network, regime, setting).freeze;
}

static void check_trainable(void)
{
    ok(freeze_of("mobilenetv2", "finetune", "paper") == 100 &&
           freeze_of("resnet50", "cost_sensitive", "paper") == 86,
       "paper: as many layers as the authors froze");
    ok(freeze_of("mobilenetv2", "scratch", "paper") == 0 &&
           freeze_of("mobilenetv2", "contrastive", "paper") == 0,
       "  none of random weights");
    ok(freeze_of("mobilenetv2", "finetune", "head") == 154,
       "head: the whole trunk is frozen");
    ok(freeze_of("mobilenetv2", "finetune", "all") == 0, "all: nothing is");
    ok(freeze_of("mobilenetv2", "finetune", "from block_11_expand") == 98 &&
           freeze_of("densenet169", "finetune", "from conv4_block1_0_bn") ==
               141,
       "from a layer: those before it are");
    ok(freeze_of("mobilenetv2", "finetune", "from bn_Conv1") == 2 &&
           freeze_of("vgg16", "finetune", "from block1_conv1") == 0,
       "  if any of them has weights");
    ok(freeze_of("mobilenetv2", "scratch", "head") == 0 &&
           freeze_of("mobilenetv2", "contrastive", "head") == 0,
       "a network of random weights learns as a whole");
}

static void text_is(const char *got, const char *want, const char *what)
{
    if (!ok(strcmp(got, want) == 0, what))
        printf("# got '%s', want '%s'\n", got, want);
}

static const char *cut_of(const char *network, const char *regime,
                          const char *say)
{
    char setting[128];
    struct trained_layers t;

    snprintf(setting, sizeof(setting), "train.cut=%s", say);
    t = take(network, regime, setting);
    return t.freeze < -1 ? "refused" : t.cut ? t.cut : "whole";
}

static void check_cut(void)
{
    text_is(cut_of("resnet50", "finetune", "paper"), "conv4_block1_0_conv",
            "paper: the trunk ends where the authors cut it");
    text_is(cut_of("resnet50", "scratch", "paper"), "whole",
            "  but not of a regime that did not");
    text_is(cut_of("resnet50", "contrastive", "none"), "whole",
            "none: nowhere");
    text_is(cut_of("mobilenetv2", "scratch", "block_3_expand_relu"),
            "block_3_expand_relu", "at any layer, where nothing is frozen");
    text_is(cut_of("vgg16", "scratch", "block3_pool"), "block3_pool",
            "or where it is said, in any regime");
}

/* Where maps look in a network that is cut there. */
static void check_map(void)
{
    static struct config c;
    struct err err;
    struct trained_layers t;
    const struct net *net = net_find("mobilenetv2", &err);
    struct graph *g;

    if (read_config(&c, "mobilenetv2", "finetune",
                    "train.cut=block_13_expand_relu", &err) < 0 ||
        trained_layers_init(&t, net, &c, regime_find("finetune", &err), &err) <
            0) {
        ok(false, err.text);
        return;
    }
    g = net_new(
        net,
        &(struct net_args){
            .h = 64, .w = 64, .classes = 2, .cut = t.cut, .freeze = t.freeze},
        &(struct graph_args){
            .max_batch = 1, .memory = GRAPH_TRAIN, .sizes = true},
        &err);
    text_is(net_cam_node(net, g)->name, "block_13_expand_relu",
            "maps look at the last layer of a trunk that is cut");
    ok(net_cam_node(net, g)->out.h == 4 && graph_n_param(g) < graph_n_all(g),
       "  whose first layers are frozen as before");
    graph_free(g);
}

static void check_encoder(void)
{
    struct config c;
    struct trained_layers t;
    struct err err = {0};

    config_init(&c);
    c.train.encoder = ENCODER_WEIGHTS;
    snprintf(c.train.trainable, sizeof(c.train.trainable), "from out_relu");
    ok(trained_layers_init(&t, net_find("mobilenetv2", &err), &c,
                           regime_find("contrastive", &err), &err) == 0 &&
           t.freeze == 153,
       "an encoder of given weights is frozen likewise");
    snprintf(c.train.trainable, sizeof(c.train.trainable), "paper");
    ok(trained_layers_init(&t, net_find("mobilenetv2", &err), &c,
                           regime_find("contrastive", &err), &err) == 0 &&
           t.freeze == 0,
       "  but not by the authors");
}

static void check_faults(void)
{
    static const struct {
        const char *network, *regime, *setting, *says;
    } row[] = {
        {"mobilenetv2", "scratch", "train.trainable=hed",
         "train.trainable: 'hed' is none of paper, head, all, from LAYER"},
        {"mobilenetv2", "scratch", "train.trainable=from block_11_expnd",
         "train.trainable: network mobilenetv2 has no layer 'block_11_expnd'; "
         "nearest is 'block_11_expand'"},
        {"vgg16, vgg19", "finetune", "train.trainable=from block3_conv4",
         "train.trainable: network vgg16 has no layer 'block3_conv4'"},
        {"mobilenetv2", "scratch", "train.cut=block_1_expnd",
         "train.cut: network mobilenetv2 has no layer 'block_1_expnd'; nearest "
         "is 'block_1_expand'"},
        {"resnet50", "scratch", "train.cut=conv1_bn",
         "train.cut: network resnet50: 'conv1_bn' is one with the layer behind "
         "it here; cut there"},
        {"vgg16", "scratch, finetune", "train.trainable=from block5_conv1",
         "the trunk of vgg16 is cut at 'block4_conv3', before 'block5_conv1'"},
        {"mobilenetv2", "scratch, finetune", "train.cut=block_3_expand_relu",
         "train.trainable: the trunk of mobilenetv2 is cut at "
         "'block_3_expand_relu', and paper freezes all of it; say from LAYER, "
         "all or head"},
    };
    struct config c;
    struct err err;

    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
        fails(read_config(&c, row[i].network, row[i].regime, row[i].setting,
                          &err),
              err, ERR_USAGE, row[i].says, row[i].setting);
}

/* However much is frozen, few values cross the border. */
static void check_borders(const struct net *net)
{
    struct err err = {0};
    const int n = net_count_layers(net, &err), step = n > 200 ? 37 : 7;
    int most = 0;
    bool good = true;

    for (int i = n; i > 2; i -= step) {
        struct graph *g = net_new(
            net,
            &(struct net_args){.h = 33, .w = 33, .classes = 2, .freeze = i},
            &(struct graph_args){.max_batch = 1,
                                 .threads = 1,
                                 .memory = GRAPH_TRAIN,
                                 .part = GRAPH_FRONT,
                                 .sizes = true},
            &err);
        int k = 0;

        good = good && g;
        while (g && graph_border_at(g, k))
            k++;
        good = good && k > 0;
        most = k > most ? k : most;
        graph_free(g);
    }
    printf("# %s: at most %d values\n", net->name, most);
    ok(good && most <= FROZEN_LAYERS_MAX_BORDER,
       "few values cross the border of frozen layers");
}

int main(void)
{
    check_trainable();
    check_cut();
    check_map();
    check_encoder();
    check_faults();
    for (size_t i = 0; net_at(i); i++)
        check_borders(net_at(i));
    return tap_done();
}
