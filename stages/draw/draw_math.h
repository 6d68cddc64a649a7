/*
 * draw_math.h - arithmetic of the drawn cells, the same on every platform
 *
 * Only + - * /, sqrt and floor, which IEEE 754 rounds alike everywhere; the
 * mathematical library's exp or sin may differ in the last bit, and one bit is
 * another picture.  Accuracy is that of a picture: about three digits.
 */
#ifndef DRAW_DRAW_MATH_H
#define DRAW_DRAW_MATH_H

#include "base/rng.h"

#include <math.h>
#include <string.h>

struct range {
    float lo, hi;
};

/* Uniform in a range. */
static inline float draw_from(struct rng *rng, struct range r)
{
    return rng_uniform_in(rng, r.lo, r.hi);
}

/* Bell-shaped with mean 0, deviation 1, within -3 .. 3 (three uniforms). */
static inline float draw_bell(struct rng *rng)
{
    const float a = rng_uniform(rng), b = rng_uniform(rng);

    return 2.0f * (a + b + rng_uniform(rng) - 1.5f);
}

static inline float draw_clamp(float x, float lo, float hi)
{
    return x < lo ? lo : x > hi ? hi : x;
}

static inline float draw_mix(float a, float b, float t)
{
    return a + t * (b - a);
}

/* 0 below lo, 1 above hi, smooth between. */
static inline float draw_step(float lo, float hi, float x)
{
    const float t = draw_clamp((x - lo) / (hi - lo), 0.0f, 1.0f);

    return t * t * (3.0f - 2.0f * t);
}

/* e to the x; x is cut to -80 .. 80. */
static inline float draw_exp(float x)
{
    const float y = draw_clamp(x, -80.0f, 80.0f);
    const float n = floorf(y * 1.44269504f + 0.5f);
    const float r = y - n * 0.69314718f;
    const uint32_t bits = (uint32_t)((int32_t)n + 127) << 23;
    float scale;

    memcpy(&scale, &bits, sizeof(scale));
    return scale *
           (1.0f +
            r * (1.0f + r * (0.5f + r * (0.16666667f + r * 0.04166667f))));
}

/* exp(-x^2) */
static inline float draw_hill(float x)
{
    return draw_exp(-x * x);
}

/* Sine and cosine of an angle in turns (1 = 360 degrees). */
static inline float draw_sin(float turns)
{
    const float t = turns - floorf(turns + 0.5f);
    const float y = 8.0f * t - 16.0f * t * fabsf(t);

    return y + 0.225f * (y * fabsf(y) - y);
}

static inline float draw_cos(float turns)
{
    return draw_sin(turns + 0.25f);
}

/* Direction of (x, y) in turns, 0 .. 1. */
static inline float draw_turn(float x, float y)
{
    const float ax = fabsf(x), ay = fabsf(y);
    const float hi = ax > ay ? ax : ay, lo = ax > ay ? ay : ax;
    const float q = hi > 0.0f ? lo / hi : 0.0f, s = q * q;
    float t = q * (0.1590459f +
                   s * (-0.0512903f + s * (0.0237109f - s * 0.0064977f)));

    t = ay > ax ? 0.25f - t : t;
    t = x < 0.0f ? 0.5f - t : t;
    return y < 0.0f ? 1.0f - t : t;
}

/* 32 random bits of a lattice point. */
static inline uint32_t draw_hash(int32_t x, int32_t y, uint32_t seed)
{
    uint32_t h = (uint32_t)x * 0x9e3779b1u ^ (uint32_t)y * 0x85ebca77u ^ seed;

    h = (h ^ (h >> 15)) * 0x2c1b3c6du;
    h = (h ^ (h >> 12)) * 0x297a2d39u;
    return h ^ (h >> 15);
}

static inline float draw_lattice(int32_t x, int32_t y, uint32_t seed)
{
    return (float)(draw_hash(x, y, seed) >> 8) * 0x1p-23f - 1.0f;
}

/* Smooth noise in -1 .. 1, one bump a unit. */
static inline float draw_noise(float x, float y, uint32_t seed)
{
    const float fx = floorf(x), fy = floorf(y);
    const int32_t ix = (int32_t)fx, iy = (int32_t)fy;
    const float tx = x - fx, ty = y - fy;
    const float u = tx * tx * (3.0f - 2.0f * tx);
    const float v = ty * ty * (3.0f - 2.0f * ty);
    const float a =
        draw_mix(draw_lattice(ix, iy, seed), draw_lattice(ix + 1, iy, seed), u);
    const float b = draw_mix(draw_lattice(ix, iy + 1, seed),
                             draw_lattice(ix + 1, iy + 1, seed), u);

    return draw_mix(a, b, v);
}

/* Noise of 'octaves' scales, each turned, finer and weaker; about -1 .. 1. */
static inline float draw_cloud(float x, float y, int octaves, uint32_t seed)
{
    float sum = 0.0f, weight = 0.6f;

    for (int i = 0; i < octaves; i++) {
        const float t = 1.6f * x + 1.2f * y + 7.3f;

        sum += weight * draw_noise(x, y, seed + (uint32_t)i * 101u);
        y = 1.6f * y - 1.2f * x - 3.1f;
        x = t;
        weight *= 0.55f;
    }
    return sum;
}

#endif
