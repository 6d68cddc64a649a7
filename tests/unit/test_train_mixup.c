/*
 * test_train_mixup.c - a training with mixtures has the loss of both labels
 *
 * The loss of its first step, all samples in one batch, is made here by hand.
 */
#include "nn/mixup.h"
#include "stages/train/balanced_sampler.h"
#include "train_run.h"

#include <math.h>

enum { SEED = 3 }; /* train_members() has it */

static struct graph *fresh_graph(void)
{
    struct err err = {0};
    struct graph *g = net_new(
        net_find("mobilenetv2", &err),
        &(struct net_args){
            .h = SIDE, .w = SIDE, .classes = CLASSES, .bn_momentum = 0.8f},
        &(struct graph_args){.max_batch = TRAIN,
                             .threads = 1,
                             .seed = SEED,
                             .memory = GRAPH_TRAIN},
        &err);

    BUG_ON(!g);
    return g;
}

/* A sample of a batch: itself and its partner. */
static void mix_pixels(float *x, const struct trainset *set, uint32_t sample,
                       const struct mixup *m)
{
    const uint8_t *own = set->train[sample].pixels;
    const uint8_t *other = set->train[m->partner].pixels;

    for (int j = 0; j < PIXELS; j++)
        x[j] = m->share * ((float)own[j] / 127.5f - 1.0f) +
               (1.0f - m->share) * ((float)other[j] / 127.5f - 1.0f);
}

/* -(share log p(label) + (1 - share) log p(partner's)) of logits z */
static double loss_of(const float *z, const struct trainset *set,
                      uint32_t sample, const struct mixup *m)
{
    const double share = (double)m->share;
    double all = 0;

    for (int k = 0; k < CLASSES; k++)
        all += exp((double)z[k]);
    return log(all) - share * (double)z[set->train[sample].label] -
           (1 - share) * (double)z[set->train[m->partner].label];
}

/* The mean of the first batch; *repeated [out] samples that came before. */
static double mixed_loss(const struct trainset *set, const uint32_t *order,
                         double alpha, int *repeated)
{
    struct graph *g = fresh_graph();
    const float *z = graph_output(g)->out.data;
    struct mixup m[TRAIN];
    double sum = 0;

    *repeated = 0;
    graph_set_batch(g, TRAIN);
    for (int i = 0; i < TRAIN; i++) {
        uint32_t again = 0;

        for (int j = 0; j < i; j++)
            again += order[j] == order[i];
        *repeated += again > 0;
        m[i] = mixup_draw(mixup_seed(SEED, again), 0, order[i], TRAIN, alpha);
        mix_pixels(graph_input(g) + (size_t)i * PIXELS, set, order[i], &m[i]);
    }
    graph_set_step(g, 0, 0);
    graph_forward(g, PHASE_TRAIN);
    for (int i = 0; i < TRAIN; i++)
        sum += loss_of(z + (size_t)i * CLASSES, set, order[i], &m[i]);
    graph_free(g);
    return sum / TRAIN;
}

static void order_plain(uint32_t order[TRAIN])
{
    struct rng rng;

    for (uint32_t i = 0; i < TRAIN; i++)
        order[i] = i;
    rng_init(&rng, SEED, RNG_SHUFFLE, 0, 0);
    rng_shuffle(&rng, order, TRAIN);
}

static void order_balanced(const struct trainset *set, uint32_t order[TRAIN])
{
    struct balanced_sampler sampler;
    int label[TRAIN];
    struct err err;

    for (int i = 0; i < TRAIN; i++)
        label[i] = set->train[i].label;
    BUG_ON(balanced_sampler_init(&sampler, label, TRAIN, TRAIN, SEED, &err) <
           0);
    balanced_sampler_order(&sampler, 0, order);
    balanced_sampler_release(&sampler);
}

static void check_mixup(const struct trainset *set, const struct config *c)
{
    struct config how = *c;
    struct train_watch w = {0};
    struct err err = {0};
    uint32_t order[TRAIN];
    double loss = 0;
    int repeated;

    how.train.mixup = 0.4;
    how.train.batch = TRAIN;
    order_plain(order);
    ok(train_alone("mixed", &how, &w, &err) == 0 &&
           read_steps("mixed", &loss, 1) == 1,
       "a training with mixtures");
    near(loss, mixed_loss(set, order, 0.4, &repeated), 1e-5,
         "  has the loss of both labels");
    how.train.sampler = SAMPLER_BALANCED;
    order_balanced(set, order);
    ok(train_alone("balanced", &how, &w, &err) == 0 &&
           read_steps("balanced", &loss, 1) == 1,
       "a training with mixtures in balanced batches");
    near(loss, mixed_loss(set, order, 0.4, &repeated), 1e-5,
         "  mixes a sample that comes again with another partner");
    ok(repeated > 0, "  and a sample does come again");
    how = *c;
    how.train.batch = TRAIN;
    ok(train_alone("unmixed", &how, &w, &err) == 0 &&
           !same_file("mixed", "unmixed", "steps.csv"),
       "a training with mixtures has other losses than one without");
}

int main(void)
{
    struct config c;
    struct trainset set;
    struct err err = {0};

    begin_training(&c);
    BUG_ON(trainset_open(&set, &(struct trainset_args){.data = in_dir("data")},
                         &err) < 0 ||
           set.n_train != TRAIN);
    check_mixup(&set, &c);
    trainset_close(&set);
    return end_training();
}
