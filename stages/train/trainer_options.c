/*
 * trainer_options.c - what the configuration asks for beside plain training
 */
#include "stages/train/trainer_private.h"

#include "base/rng.h"

#include <stdlib.h>

/* A loss of a batch's rows wants several classes in each. */
static int mix_validation(struct trainer *t, struct err *err)
{
    const uint32_t n = (uint32_t)t->a->set->n_validation;
    struct rng rng;

    t->validation = malloc((n + 1) * sizeof(*t->validation));
    if (!t->validation)
        return err_set(err, ERR_SYSTEM, "no memory for an order of %u", n);
    for (uint32_t i = 0; i < n; i++)
        t->validation[i] = i;
    rng_init(&rng, t->a->seed, RNG_SHUFFLE, UINT32_MAX, 0);
    rng_shuffle(&rng, t->validation, n);
    return 0;
}

/* A loss of embeddings learns from a class what tells two of it from others. */
static int check_pairs(const struct trainer *t, struct err *err)
{
    const struct trainset *set = t->a->set;
    const size_t batch = (size_t)t->a->config->train.batch;
    const size_t n = set->n_train < batch ? set->n_train : batch;
    size_t count[CONFIG_CLASSES_MAX] = {0};

    if (n < EMBED_LEAST_BATCH)
        return err_set(err, ERR_USAGE,
                       "contrastive training: a batch of %zu images holds no "
                       "pairs of two classes; %d are needed",
                       n, EMBED_LEAST_BATCH);
    for (size_t i = 0; i < set->n_train; i++)
        count[set->train[i].label]++;
    for (int i = 0; i < set->n_class; i++)
        if (count[i] == 1)
            return err_set(err, ERR_USAGE,
                           "contrastive training: class '%.64s' has a single "
                           "training image; a pair is needed",
                           set->class_name[i]);
    return 0;
}

/* Batches in which classes are balanced. */
static int open_sampler(struct trainer *t, struct err *err)
{
    const size_t n = t->a->set->n_train;
    int *label = malloc((n + 1) * sizeof(*label)), rc;

    if (!label)
        return err_set(err, ERR_SYSTEM, "no memory for %zu labels", n);
    for (size_t i = 0; i < n; i++)
        label[i] = t->a->set->train[i].label;
    rc = balanced_sampler_init(&t->sampler, label, n,
                               (size_t)t->a->config->train.batch, t->a->seed,
                               err);
    free(label);
    return rc;
}

/* Room for the partners of this rank's rows, and for how often samples come. */
static int open_mixture(struct trainer *t, struct err *err)
{
    const size_t ranks = (size_t)t->a->dist->size;
    const size_t n = ((size_t)t->a->config->train.batch + ranks - 1) / ranks;
    struct mixture *m = &t->mixture;
    struct fed fed[FROZEN_LAYERS_MAX_BORDER];
    const int n_fed = trainer_fed(t, fed);
    bool full;

    m->partner = malloc(n * sizeof(*m->partner));
    m->other = malloc(n * sizeof(*m->other));
    m->share = malloc(n * sizeof(*m->share));
    m->again = malloc(t->n_epoch * sizeof(*m->again));
    m->seen = malloc(t->a->set->n_train * sizeof(*m->seen));
    full = m->partner && m->other && m->share && m->again && m->seen;
    for (int k = 0; k < n_fed && full; k++) {
        m->value[k] = malloc(n * fed[k].row * sizeof(float));
        full = m->value[k] != NULL;
    }
    return full ? 0 : err_set(err, ERR_SYSTEM, "no memory to mix %zu rows", n);
}

int trainer_open_options(struct trainer *t, struct err *err)
{
    const struct config *c = t->a->config;

    if (t->a->contrastive &&
        (check_pairs(t, err) < 0 || mix_validation(t, err) < 0))
        return -1;
    if (c->train.sampler == SAMPLER_BALANCED && open_sampler(t, err) < 0)
        return -1;
    if (t->a->teacher) {
        t->taught = malloc((size_t)(c->train.batch * t->a->set->n_class) *
                           sizeof(*t->taught));
        if (!t->taught)
            return err_set(err, ERR_SYSTEM,
                           "no memory for what a teacher says");
    }
    return c->train.mixup > 0 ? open_mixture(t, err) : 0;
}

void trainer_close_options(struct trainer *t)
{
    free(t->validation);
    free(t->taught);
    free(t->mixture.partner);
    free(t->mixture.other);
    free(t->mixture.share);
    free(t->mixture.again);
    free(t->mixture.seen);
    for (int k = 0; k < FROZEN_LAYERS_MAX_BORDER; k++)
        free(t->mixture.value[k]);
    balanced_sampler_release(&t->sampler);
}
