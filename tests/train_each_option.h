/*
 * train_each_option.h - the options of a training, a function and a row each
 */
#ifndef TESTS_TRAIN_EACH_OPTION_H
#define TESTS_TRAIN_EACH_OPTION_H

#include "stages/train/teacher.h"
#include "train_run.h"

#define CUT "block_3_project_BN"

/* Too slow for rounding to grow: one member adds up otherwise than two. */
#define SLOW 1e-5

/* What the options are of, beside the configuration. */
static struct trainset plain_set, sized_set;
static struct safetensors start;
static struct teacher teacher;

/* --- options ---------------------------------------------------------------*/

static inline void plain(struct config *c, struct trainer_args *a)
{
    (void)c;
    (void)a;
}

static inline void label_smoothing(struct config *c, struct trainer_args *a)
{
    (void)a;
    c->train.label_smoothing = 0.1;
}

static inline void class_weights(struct config *c, struct trainer_args *a)
{
    a->weighs = true;
    snprintf(c->train.class_weights, CONFIG_CLASS_LIST, "3, 1, 0.5");
}

static inline void costs(struct config *c, struct trainer_args *a)
{
    a->weighs = true;
    snprintf(c->train.costs, CONFIG_COSTS, "0 1 2; 4 0 1; 1 3 0");
}

static inline void cell_sizes(struct config *c, struct trainer_args *a)
{
    (void)c;
    a->set = &sized_set;
}

/* Rounding grows with the depth. */
static inline void cut_none(struct config *c, struct trainer_args *a)
{
    c->train.learning_rate = SLOW / 10;
    a->cut = NULL;
}

static inline void cut_later(struct config *c, struct trainer_args *a)
{
    (void)c;
    a->cut = "block_4_add";
}

static inline void bn_momentum(struct config *c, struct trainer_args *a)
{
    (void)a;
    c->train.bn_momentum = 0.5;
}

static inline void dropout_all(struct config *c, struct trainer_args *a)
{
    (void)c;
    a->head = HEAD_DROPOUT;
}

static inline void ema(struct config *c, struct trainer_args *a)
{
    (void)a;
    c->train.ema = 0.9;
}

/* Of two epochs: one that is lost shows. */
static inline void average_epochs(struct config *c, struct trainer_args *a)
{
    (void)a;
    c->train.epochs = 3;
    c->train.average_epochs = 2;
    c->train.stop_patience = 0;
}

static inline void mixup(struct config *c, struct trainer_args *a)
{
    (void)a;
    c->train.mixup = 0.4;
}

static inline void balanced(struct config *c, struct trainer_args *a)
{
    (void)a;
    c->train.sampler = SAMPLER_BALANCED;
}

static inline void taught(struct config *c, struct trainer_args *a)
{
    c->train.teacher_weight = 0.75;
    c->train.teacher_temperature = 3;
    a->teacher = &teacher;
}

static inline void bf16(struct config *c, struct trainer_args *a)
{
    a->cut = "block_14_expand_relu"; /* products of 128 channels and more */
    c->train.precision = PRECISION_BF16;
}

static inline void until_bf16(struct config *c, struct trainer_args *a)
{
    bf16(c, a);
    c->train.precision = PRECISION_FLOAT32;
}

/* --- optimisers and rates --------------------------------------------------*/

static inline void adamw(struct config *c, struct trainer_args *a)
{
    (void)a;
    c->train.optimizer = OPTIMIZER_adamw;
    c->train.weight_decay = 0.1;
}

static inline void sgd(struct config *c, struct trainer_args *a)
{
    (void)a;
    c->train.optimizer = OPTIMIZER_sgd;
    c->train.momentum = 0;
}

static inline void sgd_momentum(struct config *c, struct trainer_args *a)
{
    sgd(c, a);
    c->train.momentum = 0.9;
}

static inline void cosine_clipped(struct config *c, struct trainer_args *a)
{
    (void)a;
    c->train.schedule = RATE_COSINE;
    c->train.warmup_epochs = 1;
    c->train.min_learning_rate = 0;
    c->train.clip_norm = 0.1;
}

/* Nothing gets better, so the rate falls for the last of four epochs; the third
 * is the second in a row without, of which the first is before a stop. */
static inline void plateau(struct config *c, struct trainer_args *a)
{
    (void)a;
    c->train.epochs = 4;
    c->train.learning_rate = 1e-6;
    c->train.min_learning_rate = 0;
    c->train.plateau_patience = 2;
    c->train.bn_momentum = 0.99999;
    c->train.stop_patience = 0;
}

/* --- given weights ---------------------------------------------------------*/

static inline void all_of_given(struct config *c, struct trainer_args *a)
{
    (void)c;
    a->start = &start;
}

static inline int layer_index(const char *layer)
{
    struct err err = {0};
    const struct net *net = net_find("mobilenetv2", &err);
    const int n =
        layer ? net_layer_index(net, layer, &err) : net_count_layers(net, &err);

    need(n > 0, &err);
    return n;
}

static inline void head_of_given(struct config *c, struct trainer_args *a)
{
    all_of_given(c, a);
    a->freeze = layer_index(NULL);
}

static inline void from_layer(struct config *c, struct trainer_args *a)
{
    all_of_given(c, a);
    a->freeze = layer_index("block_2_depthwise");
}

static inline void rate_decay(struct config *c, struct trainer_args *a)
{
    from_layer(c, a);
    c->train.rate_decay = 0.5;
}

static inline void frozen_bf16(struct config *c, struct trainer_args *a)
{
    from_layer(c, a);
    c->train.frozen_precision = PRECISION_BF16;
}

static inline void frozen_mixup(struct config *c, struct trainer_args *a)
{
    from_layer(c, a);
    mixup(c, a);
}

/* --- encoders --------------------------------------------------------------*/

static inline void encode(struct config *c, struct trainer_args *a,
                          enum contrastive_loss loss)
{
    c->train.contrastive_loss = loss;
    a->contrastive = true;
    a->head = HEAD_PROJECT;
}

#define EMBED_LOSS(name)                                                       \
    static inline void encode_##name(struct config *c, struct trainer_args *a) \
    {                                                                          \
        encode(c, a, CONTRASTIVE_##name);                                      \
    }
#include "nn/embed_losses.def"
#undef EMBED_LOSS

static inline void encode_two(struct config *c, struct trainer_args *a)
{
    encode(c, a, CONTRASTIVE_n_pairs);
    a->head = HEAD_PROJECT_TWO;
}

static inline void encode_given(struct config *c, struct trainer_args *a)
{
    encode(c, a, CONTRASTIVE_n_pairs);
    a->start = &start;
}

/* --- the table -------------------------------------------------------------*/

struct option_row {
    const char *name;
    void (*set)(struct config *c, struct trainer_args *a);
    const char *without; /* row of the same but for the option; NULL: none */
    int stop;            /* epoch of the second stop, from 1; 0: the second */
    bool average, falls; /* average.safetensors is made; the rate falls */
    double apart; /* relative, losses of one member and of two; 0: 1e-4 */
};

static const struct option_row rows[] = {
    {.name = "plain", .set = plain},
    {"label_smoothing", label_smoothing, .without = "plain"},
    {"class_weights", class_weights, .without = "plain"},
    {"costs", costs, .without = "plain"},
    {"inputs.size", cell_sizes, .without = "plain"},
    {"cut none", cut_none, .without = "plain", .apart = 1e-3},
    {"cut LAYER", cut_later, .without = "plain"},
    {"bn_momentum", bn_momentum, .without = "plain"},
    {"dropout all", dropout_all, .without = "plain"},
    {"ema", ema, .without = "plain"},
    {"average_epochs", average_epochs, .stop = 3, .average = true},
    {"mixup", mixup, .without = "plain"},
    {"sampler balanced", balanced, .without = "plain"},
    {"teacher", taught, .without = "plain"},
    {.name = "a later cut", .set = until_bf16, .apart = 1e-3},
    /* what differs by rounding may round to the next bf16, 0.4 % further, and
     * so may each value behind it */
    {"precision bf16", bf16, .without = "a later cut", .apart = 1e-1},
    {"adamw", adamw, .without = "plain"},
    {"sgd", sgd, .without = "plain"},
    {"momentum", sgd_momentum, .without = "sgd"},
    {"cosine, clip_norm", cosine_clipped, .without = "plain"},
    {"plateau", plateau, .stop = 3, .falls = true},
    {"weights, trainable all", all_of_given, .without = "plain"},
    {"trainable head", head_of_given, .without = "weights, trainable all"},
    {"trainable LAYER", from_layer, .without = "weights, trainable all"},
    {"rate_decay", rate_decay, .without = "trainable LAYER"},
    {"frozen_precision bf16", frozen_bf16, .without = "trainable LAYER"},
    {"mixup behind frozen", frozen_mixup, .without = "trainable LAYER"},
#define EMBED_LOSS(loss)                                                       \
    {.name = "contrastive_loss " #loss, .set = encode_##loss},
#include "nn/embed_losses.def"
#undef EMBED_LOSS
    {"projection two", encode_two, .without = "contrastive_loss n_pairs"},
    {"encoder weights", encode_given, .without = "contrastive_loss n_pairs"},
};

#endif
