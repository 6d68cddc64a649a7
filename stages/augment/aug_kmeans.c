/*
 * aug_kmeans.c - quantise to the k colours that k-means finds
 *
 * Lloyd's algorithm in RGB.  It begins at the means of k equal groups of
 * pixels ordered by R + G + B, so that nothing is random, and ends when no
 * pixel changes, at the latest after ten rounds.  Centres are rounded to a
 * sixteenth of a grey level, distances are whole numbers, a tie goes to the
 * darker beginning.
 * Source: Lloyd 1982, "Least squares quantization in PCM".
 */
#include "augment.h"
#include "base/hot.h"

#include <string.h>

enum { COLOURS };
enum { MAX_COLOURS = 64, ROUNDS = 10, UNIT = 16, SUMS = 3 * 255 + 1 };

/* Of the scratch: planes of n values, and each pixel's centre. */
struct pixels {
    size_t n;
    int16_t *c[3];
    uint8_t *of, *before;
};

struct centres {
    int k;
    int at[MAX_COLOURS][3]; /* in units */
    uint8_t byte[MAX_COLOURS][3];
};

static struct pixels split_scratch(const struct augment_picture *p)
{
    struct pixels s = {.n = augment_bytes(p) / 3};

    for (size_t k = 0; k < 3; k++) {
        s.c[k] = (int16_t *)(void *)p->scratch + k * s.n;
        for (size_t i = 0; i < s.n; i++)
            s.c[k][i] = p->src[3 * i + k];
    }
    s.of = (uint8_t *)(s.c[2] + s.n);
    s.before = s.of + s.n;
    return s;
}

/* Every pixel goes to the group that its place in the order is in; those of
 * one sum keep the order in which they are in the picture. */
static void assign_initial(struct pixels *s, size_t k)
{
    size_t place[SUMS + 1] = {0};

    for (size_t i = 0; i < s->n; i++)
        place[s->c[0][i] + s->c[1][i] + s->c[2][i] + 1]++;
    for (int v = 0; v < SUMS; v++)
        place[v + 1] += place[v];
    for (size_t i = 0; i < s->n; i++) {
        const int sum = s->c[0][i] + s->c[1][i] + s->c[2][i];

        s->of[i] = (uint8_t)(place[sum]++ * k / s->n);
    }
}

static int rounded_quotient(int64_t a, int64_t b)
{
    return (int)((2 * a + b) / (2 * b));
}

/* Each centre to the mean of its pixels; one without any stays. */
static void update_centres(const struct pixels *s, struct centres *c)
{
    int64_t sum[MAX_COLOURS][3] = {{0}}, count[MAX_COLOURS] = {0};

    for (size_t i = 0; i < s->n; i++) {
        int64_t *to = sum[s->of[i]];

        to[0] += s->c[0][i];
        to[1] += s->c[1][i];
        to[2] += s->c[2][i];
        count[s->of[i]]++;
    }
    for (int j = 0; j < c->k; j++)
        for (int k = 0; k < 3 && count[j] > 0; k++) {
            c->at[j][k] = rounded_quotient(UNIT * sum[j][k], count[j]);
            c->byte[j][k] = (uint8_t)rounded_quotient(sum[j][k], count[j]);
        }
}

enum { BLOCK = 256 };

/* The nearest centre of each of n pixels: least |c|^2 - 2 c p, which is
 * |c - p|^2 less what all have in common. */
HOT static void assign_block(const int16_t *restrict r,
                             const int16_t *restrict g,
                             const int16_t *restrict b, const struct centres *c,
                             uint8_t *restrict of, size_t n)
{
    int best[BLOCK], which[BLOCK] = {0};

    for (size_t i = 0; i < n; i++)
        best[i] = INT32_MAX;
    for (int j = 0; j < c->k; j++) {
        const int x = c->at[j][0], y = c->at[j][1], z = c->at[j][2];
        const int size = x * x + y * y + z * z;

        for (size_t i = 0; i < n; i++) {
            const int d = size - 2 * UNIT * (x * r[i] + y * g[i] + z * b[i]);

            which[i] = d < best[i] ? j : which[i];
            best[i] = d < best[i] ? d : best[i];
        }
    }
    for (size_t i = 0; i < n; i++)
        of[i] = (uint8_t)which[i];
}

static void filter(const float *param, const struct augment_picture *p)
{
    struct centres c = {.k = (int)param[COLOURS]};
    struct pixels s;

    BUG_ON(c.k < 0 || c.k > MAX_COLOURS);
    if (c.k == 0) {
        memcpy(p->dst, p->src, augment_bytes(p));
        return;
    }
    s = split_scratch(p);
    assign_initial(&s, (size_t)c.k);
    for (int round = 0; round < ROUNDS; round++) {
        update_centres(&s, &c);
        memcpy(s.before, s.of, s.n);
        for (size_t i = 0; i < s.n; i += BLOCK)
            assign_block(s.c[0] + i, s.c[1] + i, s.c[2] + i, &c, s.of + i,
                         s.n - i < BLOCK ? s.n - i : BLOCK);
        if (memcmp(s.before, s.of, s.n) == 0)
            break;
    }
    for (size_t i = 0; i < s.n; i++)
        for (size_t k = 0; k < 3; k++)
            p->dst[3 * i + k] = c.byte[s.of[i]][k];
}

/* No colours are taken for: leave them all. */
const struct augment augment_kmeans = {
    .name = "kmeans",
    .param = {{"colours", 0, augment_whole, 0, MAX_COLOURS}},
    .weak = {16},
    .strong = {3},
    .filter = filter,
    .work = {.pixel = 3 * sizeof(int16_t) + 2},
};
