/*
 * test_train_embedding.c - the global batch of embeddings, by a team of ranks
 */
#include "base/rng.h"
#include "ranks/dist_threads.h"
#include "stages/train/batch_part.h"
#include "stages/train/embedding.h"
#include "tap.h"

#include <stdlib.h>

enum { BATCH = 11, D = 4, TEAM = 2 };

static struct config config;
static float z[BATCH * D];
static int label[BATCH];

struct embedding_rank {
    float dz[BATCH * D];
    double sum;
    size_t begin, end;
    int rc;
};

static void run_rank(void *self, struct dist *d)
{
    struct embedding_rank *m = self;
    struct embedding e;
    struct err err = {0};

    batch_part_rows(BATCH, (size_t)d->rank, (size_t)d->size, &m->begin,
                    &m->end);
    m->rc = embedding_init(&e, &config, d, D, &err);
    if (m->rc == 0)
        m->rc =
            embedding_loss(&e,
                           &(struct loss_batch){.n = (int)(m->end - m->begin),
                                                .k = D,
                                                .n_global = BATCH,
                                                .z = z + m->begin * D,
                                                .label = label + m->begin,
                                                .dz = m->dz + m->begin * D},
                           1, &m->sum, &err);
    embedding_release(&e);
}

static void draw_rows(void)
{
    struct rng rng;

    rng_init(&rng, 5, RNG_TEST, 0, 0);
    for (int i = 0; i < BATCH * D; i++)
        z[i] = (float)rng_uniform(&rng) - 0.5f;
    for (int i = 0; i < BATCH; i++)
        label[i] = i % 3;
}

static void check_loss(enum contrastive_loss loss, const char *name)
{
    static struct embedding_rank one, two[TEAM];
    struct dist d;
    bool same = true;

    config.train.contrastive_loss = loss;
    dist_alone(&d);
    run_rank(&one, &d);
    dist_threads_turns(&d, TEAM, TEAM, run_rank, (void *[]){&two[0], &two[1]});
    ok(one.rc == 0 && two[0].rc == 0 && two[1].rc == 0 && one.sum > 0, name);
    near(two[0].sum + two[1].sum, one.sum, 0, "the members' sums add up");
    for (int m = 0; m < TEAM; m++)
        same = same &&
               memcmp(two[m].dz + two[m].begin * D, one.dz + two[m].begin * D,
                      (two[m].end - two[m].begin) * D * sizeof(float)) == 0;
    ok(same, "  and have their rows' gradient");
}

int main(void)
{
    static const char *const name[] = {
#define EMBED_LOSS(name) #name,
#include "nn/embed_losses.def"
#undef EMBED_LOSS
    };
    struct embedding e;
    struct dist d;
    struct err err = {0};

    config_init(&config);
    config.train.batch = BATCH;
    draw_rows();
    for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++)
        check_loss((enum contrastive_loss)i, name[i]);
    dist_alone(&d);
    config.train.contrastive_loss = CONTRASTIVE_supcon;
    config.train.temperature = 0;
    fails(embedding_init(&e, &config, &d, D, &err), err, ERR_USAGE,
          "temperature", "a temperature of 0");
    embedding_release(&e);
    return tap_done();
}
