/*
 * noise.c - by a table of the inverse distribution
 *
 * Values are whole numbers, so noise is one too: value n takes the draws
 * between the shares below n - 1/2 and n + 1/2.  The table costs a few
 * thousand cycles, a draw then one look-up.
 */
#include "noise.h"

#include "base/rng.h"

#include <stdbool.h>
#include <string.h>

enum {
    DRAWS = NOISE_BYTES / sizeof(int16_t),
    BLOCKS = 64,              /* of the generator at a time */
    AT_ONCE = BLOCKS * 4 * 2, /* draws that they give */
    MOST = 255,               /* a larger step changes nothing more */
};

enum { SCALE, CHANNELS, SEED };

const char *const noise_word[] = {"each", "same", NULL};

static void fill_table(noise_below_f below, double scale, int16_t *table)
{
    const int most = 12 * scale + 1 < MOST ? (int)(12 * scale) + 1 : MOST;
    int at = 0;

    for (int n = -most; n <= most; n++) {
        const double share = below(n + 0.5, scale);
        const int end = n == most ? DRAWS : (int)floor(share * DRAWS + 0.5);

        for (; at < end; at++)
            table[at] = (int16_t)n;
    }
}

static inline uint8_t add_clamped(uint8_t v, int n)
{
    const int sum = v + n;

    return (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
}

/* Values, or pixels, from 'at' on; 'draw' are the first one's and the next. */
static void add_each(const struct augment_picture *p, const int16_t *table,
                     const uint16_t *draw, size_t at, size_t n)
{
    for (size_t i = 0; i < n; i++)
        p->dst[at + i] = add_clamped(p->src[at + i], table[draw[i]]);
}

static void add_same(const struct augment_picture *p, const int16_t *table,
                     const uint16_t *draw, size_t at, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 3 * (at + i); k < 3 * (at + i) + 3; k++)
            p->dst[k] = add_clamped(p->src[k], table[draw[i]]);
}

/* The low half of a word is the earlier draw. */
static void split_words(const uint32_t *word, uint16_t *draw)
{
    for (int i = 0; i < AT_ONCE / 2; i++) {
        draw[2 * i] = (uint16_t)word[i];
        draw[2 * i + 1] = (uint16_t)(word[i] >> 16);
    }
}

void noise_add(const struct augment_picture *p, const float *param,
               noise_below_f below)
{
    const bool same = param[CHANNELS] > 0.0f;
    const size_t n = augment_bytes(p) / (same ? 3 : 1);
    int16_t *table = (int16_t *)(void *)p->scratch;
    uint32_t word[BLOCKS * 4];
    uint16_t draw[AT_ONCE];
    struct rng rng;

    if (!(param[SCALE] > 0.0f)) {
        memcpy(p->dst, p->src, augment_bytes(p));
        return;
    }
    fill_table(below, (double)param[SCALE], table);
    rng_init(&rng, (uint32_t)param[SEED], RNG_PIXELS, 0, 0);
    for (size_t at = 0; at < n; at += AT_ONCE) {
        rng_fill(&rng, word, BLOCKS);
        split_words(word, draw);
        (same ? add_same : add_each)(p, table, draw, at,
                                     n - at < AT_ONCE ? n - at : AT_ONCE);
    }
}
