#include "stages/train/embedding.h"

#include "stages/train/batch_part.h"

#include <stdlib.h>

int embedding_init(struct embedding *e, const struct config *c,
                   struct dist *dist, int d, struct err *err)
{
    const size_t batch = (size_t)c->train.batch;

    *e = (struct embedding){
        .loss = loss_embed_at((int)c->train.contrastive_loss),
        .args = {.temperature = c->train.temperature,
                 .base_temperature = c->train.temperature,
                 .margin = c->train.margin},
        .dist = dist,
        .z = malloc(batch * (size_t)d * sizeof(float)),
        .label = malloc(batch * sizeof(int)),
        .count = malloc((size_t)dist->size * sizeof(size_t)),
        .scratch = malloc(loss_embed_scratch((int)batch)),
    };
    if (!e->z || !e->label || !e->count || !e->scratch)
        return err_set(err, ERR_SYSTEM, "no memory to compare %zu rows", batch);
    return loss_embed_check(e->loss, &e->args, err);
}

void embedding_release(struct embedding *e)
{
    free(e->z);
    free(e->label);
    free(e->count);
    free(e->scratch);
    *e = (struct embedding){.loss = NULL};
}

int embedding_loss(struct embedding *e, const struct loss_batch *b, int threads,
                   double *sum, struct err *err)
{
    const size_t rank = (size_t)e->dist->rank, size = (size_t)e->dist->size;
    const size_t row = (size_t)b->k * sizeof(float);
    struct embed_batch all = {.n = b->n_global,
                              .d = b->k,
                              .z = e->z,
                              .label = e->label,
                              .dz = b->dz,
                              .scratch = e->scratch,
                              .threads = threads};
    size_t begin = 0, end = 0;
    double value;

    for (size_t r = 0; r < size; r++) {
        batch_part_rows((size_t)b->n_global, r, size, &begin, &end);
        e->count[r] = end - begin;
    }
    batch_part_rows((size_t)b->n_global, rank, size, &begin, &end);
    all.begin = (int)begin;
    all.end = (int)end;
    if (dist_gather(e->dist, &(struct dist_items){b->z, e->count, row, e->z},
                    err) < 0 ||
        dist_gather(
            e->dist,
            &(struct dist_items){b->label, e->count, sizeof(int), e->label},
            err) < 0)
        return -1;
    value = loss_embed_value(e->loss, &e->args, &all);
    *sum = rank == 0 ? value * b->n_global : 0.0;
    return 0;
}
