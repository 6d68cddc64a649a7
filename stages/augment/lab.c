/*
 * lab.c - CIE 1976 L*a*b*
 *
 *     L = 116 f(Y / Yn) - 16, a = 500 (f(X / Xn) - f(Y / Yn)),
 *     b = 200 (f(Y / Yn) - f(Z / Zn)),
 *     f(t) = t^(1/3) above (6/29)^3, else t / (3 (6/29)^2) + 4/29
 *
 * The cube root is Newton's, so that it has the same bits everywhere.
 */
#include "lab.h"

#include "base/hot.h"

#include <math.h>
#include <string.h>

/* White D65, two degrees; primaries of ITU-R BT.709. */
#define XN 0.95047f
#define ZN 1.08883f

enum { BLOCK = 64 };

static double to_linear(double c)
{
    return c > 0.04045 ? pow((c + 0.055) / 1.055, 2.4) : c / 12.92;
}

void lab_init(struct lab_tables *lab)
{
    size_t at = 0;

    for (int v = 0; v < 256; v++) {
        const double end = v < 255 ? to_linear((v + 0.5) / 255) * 65535 : 65535;
        const size_t stop = (size_t)end + 1;

        lab->linear[v] =
            (float)floor(to_linear(v / 255.0) * 16777216 + 0.5) / 16777216.0f;
        memset(lab->byte + at, v, stop - at);
        at = stop;
    }
}

/* Between 2^-8 and 2; others give something finite. */
static inline float cube_root(float x)
{
    uint32_t bits;
    float y;

    memcpy(&bits, &x, sizeof(bits));
    bits = bits / 3 + 709921077u;
    memcpy(&y, &bits, sizeof(y));
    for (int i = 0; i < 3; i++)
        y = (2.0f * y + x / (y * y)) * (1.0f / 3.0f);
    return y;
}

static inline float lab_forward(float t)
{
    const float root = cube_root(t), line = t * 7.787037f + 0.13793103f;

    return t > 0.008856452f ? root : line;
}

static inline float lab_inverse(float f)
{
    const float line = (f - 0.13793103f) * 0.12841855f;

    return f > 0.20689655f ? f * f * f : line;
}

static inline uint8_t byte_of(float x)
{
    const int v = (int)(x + 0.5f);

    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

HOT static void from_block(float c[3][BLOCK], uint8_t *px, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const float r = c[0][i], g = c[1][i], b = c[2][i];
        const float x = 0.412453f * r + 0.357580f * g + 0.180423f * b;
        const float y = 0.212671f * r + 0.715160f * g + 0.072169f * b;
        const float z = 0.019334f * r + 0.119193f * g + 0.950227f * b;
        const float fx = lab_forward(x * (1.0f / XN)), fy = lab_forward(y);
        const float fz = lab_forward(z * (1.0f / ZN));

        px[3 * i] = byte_of((116.0f * fy - 16.0f) * 2.55f);
        px[3 * i + 1] = byte_of(500.0f * (fx - fy) + 128.0f);
        px[3 * i + 2] = byte_of(200.0f * (fy - fz) + 128.0f);
    }
}

void lab_from_rgb(const struct lab_tables *lab, const uint8_t *rgb, uint8_t *px,
                  size_t n, size_t red)
{
    float c[3][BLOCK] = {{0}};

    for (size_t at = 0; at < n; at += BLOCK) {
        const size_t m = n - at < BLOCK ? n - at : BLOCK;
        const uint8_t *p = rgb + 3 * at;

        for (size_t i = 0; i < m; i++) {
            c[0][i] = lab->linear[p[3 * i + red]];
            c[1][i] = lab->linear[p[3 * i + 1]];
            c[2][i] = lab->linear[p[3 * i + 2 - red]];
        }
        from_block(c, px + 3 * at, m);
    }
}

/* 0 .. 65535 of a linear value. */
static inline int linear_level(float x)
{
    const float v = x * 65535.0f + 0.5f;

    return (int)(v < 0.0f ? 0.0f : v > 65535.0f ? 65535.0f : v);
}

HOT static void to_block(const uint8_t *px, int c[3][BLOCK], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const float fy = (px[3 * i] * (1.0f / 2.55f) + 16.0f) * (1.0f / 116.0f);
        const float fx = fy + (float)(px[3 * i + 1] - 128) * (1.0f / 500.0f);
        const float fz = fy - (float)(px[3 * i + 2] - 128) * (1.0f / 200.0f);
        const float x = lab_inverse(fx) * XN, y = lab_inverse(fy);
        const float z = lab_inverse(fz) * ZN;

        c[0][i] = linear_level(3.240481f * x - 1.537152f * y - 0.498536f * z);
        c[1][i] = linear_level(-0.969255f * x + 1.875990f * y + 0.041556f * z);
        c[2][i] = linear_level(0.055647f * x - 0.204041f * y + 1.057311f * z);
    }
}

void lab_to_rgb(const struct lab_tables *lab, const uint8_t *px, uint8_t *rgb,
                size_t n, size_t red)
{
    int c[3][BLOCK];

    for (size_t at = 0; at < n; at += BLOCK) {
        const size_t m = n - at < BLOCK ? n - at : BLOCK;
        uint8_t *p = rgb + 3 * at;

        to_block(px + 3 * at, c, m);
        for (size_t i = 0; i < m; i++) {
            p[3 * i + red] = lab->byte[c[0][i]];
            p[3 * i + 1] = lab->byte[c[1][i]];
            p[3 * i + 2 - red] = lab->byte[c[2][i]];
        }
    }
}
