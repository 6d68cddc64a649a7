/*
 * explain_golden.h - the picture that explain.py explains, and what it has of
 * it
 */
#ifndef TESTS_EXPLAIN_GOLDEN_H
#define TESTS_EXPLAIN_GOLDEN_H

#include "golden/nn_digest.h"

#include <stdlib.h>

enum { SUMS = 8, MAX_PIXELS = 110 * 110 };

static const struct golden_digest golden[] = {
#include "golden/explain_golden.inc"
};

enum { N_GOLDEN = sizeof(golden) / sizeof(golden[0]) };

/* Nucleus, cytoplasm, background, and grain that leaves no ties. */
static inline void draw_picture(int h, int w, uint8_t *rgb)
{
    static const uint8_t base[3][3] = {
        {90, 60, 120}, {200, 150, 190}, {230, 228, 220}};

    for (int i = 0; i < 3 * h * w; i++) {
        const int y = i / 3 / w, x = i / 3 % w;
        const int dy = abs(2 * y - h) * 50 / h, dx = abs(2 * x - w) * 50 / w;
        const int d = dy * dy + dx * dx;
        const uint32_t grain =
            (mix_bits((uint32_t)i, name_hash("rgb")) >> 24) % 24;

        rgb[i] = (uint8_t)(base[(d >= 300) + (d >= 1300)][i % 3] + grain);
    }
}

static inline double distance_of(const char *run, const char *what,
                                 const float *x, size_t n)
{
    const struct golden_digest *want = find_golden(golden, N_GOLDEN, run, what);

    return want ? digest_distance(want, SUMS, x, n) : 1e9;
}

static inline void close_to(double d, double tol, const char *run,
                            const char *what)
{
    char text[200];

    snprintf(text, sizeof(text), "%s: %s within %g", run, what, tol);
    ok(d <= tol, text);
    printf("# %g\n", d);
}

#endif
