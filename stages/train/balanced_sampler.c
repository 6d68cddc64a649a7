/*
 * balanced_sampler.c - each class's samples, drawn in turn for the batches
 *
 * The classes are numbered anew, 0 .. n_class-1, without those that have no
 * samples; a stream is named by that number.
 */
#include "stages/train/balanced_sampler.h"

#include "base/rng.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_BATCH = 4 }; /* two classes, two samples each */

/* --- setting up ------------------------------------------------------------*/

static int by_class(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

/* Sort (label, sample) and find the classes. */
static int sort_samples(struct balanced_sampler *s, uint64_t *key,
                        const int *label, struct err *err)
{
    for (size_t i = 0; i < s->n; i++) {
        if (label[i] < 0)
            return err_set(err, ERR_INPUT, "label %d of sample %zu", label[i],
                           i);
        key[i] = (uint64_t)label[i] << 32 | i;
    }
    qsort(key, s->n, sizeof(*key), by_class);
    for (size_t i = 0; i < s->n; i++) {
        const size_t c = (size_t)s->n_class;

        s->sample[i] = (uint32_t)key[i];
        if (i > 0 && key[i] >> 32 == key[i - 1] >> 32) {
            s->of_class[c - 1].n++;
            continue;
        }
        s->of_class[c] = (struct class_samples){
            .shuffled = s->shuffled + i, .first = i, .n = 1};
        s->n_class++;
    }
    return 0;
}

static int check_batch(const struct balanced_sampler *s, const int *label,
                       struct err *err)
{
    if (s->n_class < 2)
        return err_set(err, ERR_USAGE,
                       "balanced batches need two classes, there is %d",
                       s->n_class);
    for (int c = 0; c < s->n_class; c++)
        if (s->of_class[c].n < 2)
            return err_set(err, ERR_USAGE,
                           "class %d has a single training sample, balanced "
                           "batches need two",
                           label[s->sample[s->of_class[c].first]]);
    return 0;
}

static int fill_classes(struct balanced_sampler *s, const int *label,
                        struct err *err)
{
    uint64_t *key = malloc(s->n * sizeof(*key));
    int rc;

    s->sample = malloc(3 * s->n * sizeof(*s->sample));
    s->of_class = malloc(s->n * sizeof(*s->of_class));
    if (!key || !s->sample || !s->of_class) {
        free(key);
        return err_set(err, ERR_SYSTEM, "no memory to balance %zu samples",
                       s->n);
    }
    s->shuffled = s->sample + s->n;
    s->turn = s->shuffled + s->n;
    rc = sort_samples(s, key, label, err);
    free(key);
    return rc < 0 ? -1 : check_batch(s, label, err);
}

int balanced_sampler_init(struct balanced_sampler *s, const int *label,
                          size_t n, size_t batch, uint64_t seed,
                          struct err *err)
{
    *s = (struct balanced_sampler){.seed = seed, .n = n, .batch = batch};
    if (batch < LEAST_BATCH)
        err_set(err, ERR_USAGE, "a balanced batch of %zu samples, at least %d",
                batch, LEAST_BATCH);
    else if (batch > n)
        err_set(err, ERR_USAGE,
                "a balanced batch of %zu samples, there are %zu", batch, n);
    else if (fill_classes(s, label, err) == 0)
        return 0;
    balanced_sampler_release(s);
    return -1;
}

void balanced_sampler_release(struct balanced_sampler *s)
{
    free(s->sample);
    free(s->of_class);
    *s = (struct balanced_sampler){0};
}

size_t balanced_sampler_batches(const struct balanced_sampler *s)
{
    return (s->n + s->batch - 1) / s->batch;
}

/* --- an epoch --------------------------------------------------------------*/

static bool is_among(const uint32_t *set, size_t n, uint32_t x)
{
    for (size_t i = 0; i < n; i++)
        if (set[i] == x)
            return true;
    return false;
}

/*
 * The next 'n' samples, at 'to'.  A new round may begin in between; its samples
 * that the batch has already are then kept for later.
 */
static void draw_samples(struct class_samples *p, size_t n, uint32_t *to)
{
    for (size_t i = 0; i < n; i++) {
        size_t at;
        uint32_t pick;

        if (p->drawn == p->n) {
            rng_shuffle(&p->rng, p->shuffled, (uint32_t)p->n);
            p->drawn = 0;
        }
        at = p->drawn;
        while (at < p->n && is_among(to, i, p->shuffled[at]))
            at++;
        if (at == p->n)
            at = p->drawn; /* the class has fewer than the batch needs */
        pick = p->shuffled[at];
        p->shuffled[at] = p->shuffled[p->drawn];
        p->shuffled[p->drawn++] = to[i] = pick;
    }
}

/* Shuffle samples and turns of an epoch; 'rng' is that of the batches. */
static void open_epoch(struct balanced_sampler *s, uint32_t epoch,
                       struct rng *rng)
{
    memcpy(s->shuffled, s->sample, s->n * sizeof(*s->shuffled));
    for (int c = 0; c < s->n_class; c++) {
        s->turn[c] = (uint32_t)c;
        rng_init(&s->of_class[c].rng, s->seed, RNG_BALANCE, epoch, (uint32_t)c);
        s->of_class[c].drawn = s->of_class[c].n;
        s->of_class[c].total = 0;
    }
    rng_init(rng, s->seed, RNG_BALANCE, epoch, UINT32_MAX);
    rng_shuffle(rng, s->turn, (uint32_t)s->n_class);
}

/* The i-th of the m classes in batch b. */
static struct class_samples *in_batch(struct balanced_sampler *s, size_t b,
                                      size_t m, size_t i)
{
    return &s->of_class[s->turn[(b * m + i) % (size_t)s->n_class]];
}

/* How many each of the m classes in batch b has; what is left over goes to
 * those that have been drawn least. */
static void apportion_batch(struct balanced_sampler *s, size_t b, size_t m)
{
    const size_t each = s->batch / m;

    for (size_t i = 0; i < m; i++)
        in_batch(s, b, m, i)->share = each;
    for (size_t left = s->batch % m; left > 0; left--) {
        struct class_samples *least = NULL;

        for (size_t i = 0; i < m; i++) {
            struct class_samples *p = in_batch(s, b, m, i);

            if (p->share == each && (!least || p->total < least->total))
                least = p;
        }
        BUG_ON(!least); /* there are fewer left over than classes */
        least->share++;
    }
    for (size_t i = 0; i < m; i++)
        in_batch(s, b, m, i)->total += in_batch(s, b, m, i)->share;
}

void balanced_sampler_order(struct balanced_sampler *s, uint32_t epoch,
                            uint32_t *order)
{
    const size_t k = (size_t)s->n_class, half = s->batch / 2;
    const size_t m = k < half ? k : half;
    struct rng rng;

    open_epoch(s, epoch, &rng);
    for (size_t b = 0; b < balanced_sampler_batches(s); b++) {
        uint32_t *to = order + b * s->batch;

        apportion_batch(s, b, m);
        for (size_t i = 0; i < m; i++) {
            struct class_samples *p = in_batch(s, b, m, i);

            draw_samples(p, p->share, to);
            to += p->share;
        }
        rng_shuffle(&rng, order + b * s->batch, (uint32_t)s->batch);
    }
}
