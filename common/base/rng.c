/* rng.c - Philox4x32-10; constants from the paper's table 2 */
#include "base/rng.h"

#include "base/err.h"
#include "base/hot.h"

#include <math.h>

enum { ROUNDS = 10, LANES = 64 };

static void philox_round(uint32_t c[4], const uint32_t k[2])
{
    const uint64_t p0 = (uint64_t)0xD2511F53u * c[0];
    const uint64_t p1 = (uint64_t)0xCD9E8D57u * c[2];
    const uint32_t c1 = c[1], c3 = c[3];

    c[0] = (uint32_t)(p1 >> 32) ^ c1 ^ k[0];
    c[1] = (uint32_t)p1;
    c[2] = (uint32_t)(p0 >> 32) ^ c3 ^ k[1];
    c[3] = (uint32_t)p0;
}

static void philox_block(const uint32_t counter[4], const uint32_t key[2],
                         uint32_t out[4])
{
    uint32_t k[2] = {key[0], key[1]};

    for (int i = 0; i < 4; i++)
        out[i] = counter[i];
    for (int i = 0; i < ROUNDS; i++) {
        philox_round(out, k);
        k[0] += 0x9E3779B9u;
        k[1] += 0xBB67AE85u;
    }
}

void rng_init(struct rng *rng, uint64_t seed, enum rng_purpose purpose,
              uint32_t a, uint32_t b)
{
    *rng = (struct rng){.key = {(uint32_t)seed, (uint32_t)(seed >> 32)},
                        .counter = {0, (uint32_t)purpose, a, b}};
}

uint64_t rng_mix(uint64_t seed, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    uint64_t h = 0xcbf29ce484222325u; /* FNV-1a, then finished by splitmix64 */

    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * 0x100000001b3u;
    h += seed * 0x9e3779b97f4a7c15u;
    h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
    h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
    return h ^ (h >> 31);
}

uint32_t rng_u32(struct rng *rng)
{
    if (rng->left == 0) {
        philox_block(rng->counter, rng->key, rng->out);
        rng->counter[0]++;
        rng->left = 4;
    }
    return rng->out[4 - rng->left--];
}

/* philox_block() of LANES counters that follow each other, word by word. */
HOT static void philox_lanes(const uint32_t counter[4], const uint32_t key[2],
                             uint32_t out[4][LANES])
{
    uint32_t k[2] = {key[0], key[1]};

    for (uint32_t i = 0; i < LANES; i++) {
        out[0][i] = counter[0] + i;
        out[1][i] = counter[1];
        out[2][i] = counter[2];
        out[3][i] = counter[3];
    }
    for (int r = 0; r < ROUNDS; r++) {
        for (int i = 0; i < LANES; i++) {
            const uint64_t p0 = (uint64_t)0xD2511F53u * out[0][i];
            const uint64_t p1 = (uint64_t)0xCD9E8D57u * out[2][i];

            out[0][i] = (uint32_t)(p1 >> 32) ^ out[1][i] ^ k[0];
            out[1][i] = (uint32_t)p1;
            out[2][i] = (uint32_t)(p0 >> 32) ^ out[3][i] ^ k[1];
            out[3][i] = (uint32_t)p0;
        }
        k[0] += 0x9E3779B9u;
        k[1] += 0xBB67AE85u;
    }
}

void rng_fill(struct rng *rng, uint32_t *out, size_t blocks)
{
    uint32_t word[4][LANES];

    BUG_ON(rng->left != 0);
    for (size_t at = 0; at < blocks; at += LANES) {
        const size_t n = blocks - at < LANES ? blocks - at : LANES;

        philox_lanes(rng->counter, rng->key, word);
        rng->counter[0] += (uint32_t)n;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < 4; j++)
                *out++ = word[j][i];
    }
}

uint32_t rng_below(struct rng *rng, uint32_t n)
{
    const uint32_t reject = (0u - n) % n; /* 2^32 mod n */
    uint64_t p;

    do
        p = (uint64_t)rng_u32(rng) * n;
    while ((uint32_t)p < reject);
    return (uint32_t)(p >> 32);
}

float rng_uniform(struct rng *rng)
{
    return (float)(rng_u32(rng) >> 8) * 0x1p-24f;
}

float rng_uniform_in(struct rng *rng, float lo, float hi)
{
    return lo + (hi - lo) * rng_uniform(rng);
}

float rng_normal(struct rng *rng)
{
    const float u = 1.0f - rng_uniform(rng); /* in (0, 1] */
    const float v = rng_uniform(rng);

    return sqrtf(-2.0f * logf(u)) * cosf(6.2831853f * v);
}

void rng_shuffle(struct rng *rng, uint32_t *p, uint32_t n)
{
    for (uint32_t i = n; i > 1; i--) {
        const uint32_t j = rng_below(rng, i), t = p[j];

        p[j] = p[i - 1];
        p[i - 1] = t;
    }
}
