/*
 * test_loss_plateau.c - two mistaken losses, and where they must come to rest
 *
 * The published comparison of contrastive losses was made with two that do not
 * look at the classes.  They are rebuilt here, as a warning and as a test of
 * what they are made of; nothing but this file has them.
 *
 *     nt_xent_by_index: a row's positive is found by its place in the batch.
 *         Classes are independent of places, so the positive is any of the
 *         B - 1 other rows alike, and by Jensen's inequality the mean over
 *         them, log sum exp(s_l) - mean s_l, is log(B - 1) at the least,
 *         reached if all embeddings are one.  B = 32: ln 31 = 3.4340; the
 *         published run rests at 3.4333.
 *     triplet_first_three: rows 0, 1, 2 of the batch as anchor, positive and
 *         negative.  The mean of max(0, margin + D_01 - D_02) is margin at the
 *         least, since D_01 and D_02 are drawn alike.
 *
 * The network is a table with an embedding per class, which could not do
 * better at telling classes apart.  With the same steps, losses that look at
 * the classes go far below.
 */
#include "base/rng.h"
#include "nn/loss_pairs.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

enum { CLASSES = 5, DIM = 8, BATCH = 32, STEPS = 3000, LAST = 500 };

static const struct embed_loss *find_loss(const char *name)
{
    const struct embed_loss *l = NULL;

    for (int i = 0; (l = loss_embed_at(i)) && strcmp(l->name, name) != 0; i++)
        ;
    return l;
}

/* Value and, in b->dz, gradient of a batch. */
typedef double (*batch_loss_f)(struct embed_batch *b,
                               const struct embed_args *a);

static double named_loss(const char *name, struct embed_batch *b,
                         const struct embed_args *a)
{
    struct err err = {0};
    const struct embed_loss *l = find_loss(name);

    BUG_ON(!l || loss_embed_check(l, a, &err) < 0);
    return loss_embed_value(l, a, b);
}

static double nt_xent_by_index(struct embed_batch *b,
                               const struct embed_args *a)
{
    int label[BATCH];

    for (int i = 0; i < BATCH; i++)
        label[i] = i % (BATCH / 2);
    b->label = label;
    return named_loss("supcon", b, a);
}

static double supcon_loss(struct embed_batch *b, const struct embed_args *a)
{
    return named_loss("supcon", b, a);
}

static double triplet_first_three(struct embed_batch *b,
                                  const struct embed_args *a)
{
    const float *z = b->z;
    double d1 = 0, d2 = 0, l;

    memset(b->dz, 0, sizeof(float) * BATCH * DIM);
    for (int j = 0; j < DIM; j++) {
        d1 += pow((double)(z[j] - z[DIM + j]), 2);
        d2 += pow((double)(z[j] - z[2 * DIM + j]), 2);
    }
    d1 = sqrt(d1);
    d2 = sqrt(d2);
    l = a->margin + d1 - d2;
    for (int j = 0; l > 0 && j < DIM; j++) {
        const double to1 = d1 > 0 ? (double)(z[j] - z[DIM + j]) / d1 : 0;
        const double to2 = d2 > 0 ? (double)(z[j] - z[2 * DIM + j]) / d2 : 0;

        b->dz[j] = (float)(to1 - to2);
        b->dz[DIM + j] = (float)-to1;
        b->dz[2 * DIM + j] = (float)to2;
    }
    return fmax(l, 0);
}

static double triplet_semihard(struct embed_batch *b,
                               const struct embed_args *a)
{
    return named_loss("triplet_semihard", b, a);
}

/* --- the table -------------------------------------------------------------*/

/* Keep the embeddings on the sphere. */
static void normalise_rows(float *table)
{
    for (int c = 0; c < CLASSES; c++) {
        float *x = table + c * DIM, sum = 0;

        for (int j = 0; j < DIM; j++)
            sum += x[j] * x[j];
        for (int j = 0; j < DIM; j++)
            x[j] /= sqrtf(sum);
    }
}

/* Train the table on batches of random classes, at a falling rate; returns the
 * mean loss of the last steps. */
static double loss_at_rest(batch_loss_f loss, const struct embed_args *a,
                           float rate)
{
    float table[CLASSES * DIM], z[BATCH * DIM], dz[BATCH * DIM];
    int label[BATCH];
    struct rng rng;
    double mean = 0;
    void *scratch = malloc(loss_embed_scratch(BATCH));

    BUG_ON(!scratch);
    rng_init(&rng, 9, RNG_TEST, 0, 0);
    for (int i = 0; i < CLASSES * DIM; i++)
        table[i] = rng_normal(&rng);
    normalise_rows(table);
    for (int step = 0; step < STEPS; step++) {
        const float r = rate * (1.0f - (float)step / STEPS);
        struct embed_batch b = {.n = BATCH,
                                .d = DIM,
                                .end = BATCH,
                                .z = z,
                                .label = label,
                                .dz = dz,
                                .scratch = scratch,
                                .threads = 1};
        double value;

        for (int i = 0; i < BATCH; i++) {
            label[i] = (int)rng_below(&rng, CLASSES);
            memcpy(z + i * DIM, table + label[i] * DIM, DIM * sizeof(*z));
        }
        value = loss(&b, a);
        mean += step >= STEPS - LAST ? value / LAST : 0;
        for (int i = 0; i < BATCH * DIM; i++)
            table[label[i / DIM] * DIM + i % DIM] -= r * dz[i];
        normalise_rows(table);
    }
    free(scratch);
    return mean;
}

int main(void)
{
    const struct embed_args a = {
        .temperature = 0.5, .base_temperature = 0.5, .margin = 0.5};
    double at;

    at = loss_at_rest(nt_xent_by_index, &a, 0.1f);
    printf("# nt_xent_by_index rests at %.4f, ln 31 = %.4f\n", at, log(31));
    ok(fabs(at - log(31)) < 2e-3, "labels from the place: ln 31 and no less");
    at = loss_at_rest(supcon_loss, &a, 0.1f);
    printf("# supcon rests at %.4f\n", at);
    ok(at < 2.6, "labels from the class: far less");
    at = loss_at_rest(triplet_first_three, &a, 0.05f);
    printf("# triplet_first_three rests at %.4f\n", at);
    ok(fabs(at - a.margin) < 2e-2, "the first three rows: the margin");
    at = loss_at_rest(triplet_semihard, &a, 0.05f);
    printf("# triplet_semihard rests at %.4f\n", at);
    ok(at < 0.02, "triplets of the classes: next to nothing");
    return tap_done();
}
