/* slide_sampler.c - families, dealt to the batches of an epoch */
#include "stages/train/slide_sampler.h"

#include "base/rng.h"

#include <stdlib.h>
#include <string.h>

/* --- setting up ------------------------------------------------------------*/

static int by_family(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static size_t count_batches(const struct slide_sampler *s)
{
    return (s->n + s->batch - 1) / s->batch;
}

/* Sort (family, sample) and find where families begin. */
static void sort_samples(struct slide_sampler *s, const uint32_t *family,
                         uint64_t *key)
{
    for (size_t i = 0; i < s->n; i++)
        key[i] = (uint64_t)family[i] << 32 | i;
    qsort(key, s->n, sizeof(*key), by_family);
    for (size_t i = 0; i < s->n; i++) {
        s->sample[i] = (uint32_t)key[i];
        if (i == 0 || key[i] >> 32 != key[i - 1] >> 32)
            s->first[s->n_family++] = (uint32_t)i;
    }
    s->first[s->n_family] = (uint32_t)s->n;
}

int slide_sampler_init(struct slide_sampler *s, const uint32_t *family,
                       size_t n, size_t batch, uint64_t seed, struct err *err)
{
    uint64_t *key = malloc(n * sizeof(*key));

    BUG_ON(n < 1 || batch < 1);
    *s = (struct slide_sampler){.seed = seed, .n = n, .batch = batch};
    s->sample = malloc((4 * n + 1 + count_batches(s)) * sizeof(*s->sample));
    if (!key || !s->sample) {
        free(key);
        slide_sampler_release(s);
        return err_set(err, ERR_SYSTEM,
                       "no memory for the families of %zu samples", n);
    }
    s->turn = s->sample + n;
    s->dealt = s->turn + n;
    s->first = s->dealt + n;
    s->filled = s->first + n + 1;
    sort_samples(s, family, key);
    free(key);
    return 0;
}

void slide_sampler_release(struct slide_sampler *s)
{
    free(s->sample);
    *s = (struct slide_sampler){0};
}

/* --- an epoch --------------------------------------------------------------*/

/* Families in random order, the samples of each likewise. */
static void shuffle_families(struct slide_sampler *s, struct rng *rng)
{
    uint32_t *to = s->dealt;

    for (size_t f = 0; f < s->n_family; f++)
        s->turn[f] = (uint32_t)f;
    rng_shuffle(rng, s->turn, (uint32_t)s->n_family);
    for (size_t i = 0; i < s->n_family; i++) {
        const uint32_t begin = s->first[s->turn[i]];
        const uint32_t n = s->first[s->turn[i] + 1] - begin;

        memcpy(to, s->sample + begin, n * sizeof(*to));
        rng_shuffle(rng, to, n);
        to += n;
    }
}

static size_t common_divisor(size_t a, size_t b)
{
    while (b) {
        const size_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

/* How far on the next of 'batches' is: the golden section, or as near below it
 * as lets each have its turn. */
static size_t golden_stride(size_t batches)
{
    size_t stride = (size_t)((double)batches * 0.6180339887498949);

    while (stride > 1 && common_divisor(stride, batches) > 1)
        stride--;
    return stride > 0 ? stride : 1;
}

void slide_sampler_order(struct slide_sampler *s, uint32_t epoch,
                         uint32_t *order)
{
    const size_t batches = count_batches(s), stride = golden_stride(batches);
    const size_t last = s->n - (batches - 1) * s->batch; /* its samples */
    const uint32_t *from = s->dealt;
    struct rng rng;
    size_t b;

    rng_init(&rng, s->seed, RNG_SLIDES, epoch, 0);
    shuffle_families(s, &rng);
    memset(s->filled, 0, batches * sizeof(*s->filled));
    b = rng_below(&rng, (uint32_t)batches);
    for (size_t t = 0; t < s->batch; t++)
        for (size_t i = 0; i < batches; i++, b = (b + stride) % batches)
            if (b < batches - 1 ||
                (t + 1) * last / s->batch > t * last / s->batch)
                order[b * s->batch + s->filled[b]++] = *from++;
    for (b = 0; b < batches; b++)
        rng_shuffle(&rng, order + b * s->batch, s->filled[b]);
}
