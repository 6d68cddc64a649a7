/*
 * aug_stain.c - more or less of each stain
 *
 * Light absorbed, D = -log2((I + 1) / 256), is a sum of stains, each a colour
 * times how much of it there is: D = M c.  The amounts are multiplied:
 *     D' = M diag(f) M^-1 D.
 * Source: Ruifrok & Johnston 2001, "Quantification of histochemical staining
 * by color deconvolution"; stains from there (H, E) and from Landini's
 * ImageJ plugin (orange G).
 */
#include "augment.h"
#include "base/hot.h"
#include "img/optical_density.h"

#include <string.h>

enum { H, E, REST, STAINS };
enum { BLOCK = 64 };

static const char *const stains_word[] = {"he", "pap", NULL};

/* Rows: haematoxylin, eosin, what is left (0: across the two).  The
 * Papanicolaou stain's third is its orange G; its light green takes what the
 * other two leave of red and is no fourth dimension. */
static const double stains[][3][3] = {
    {{0.65, 0.70, 0.29}, {0.07, 0.99, 0.11}, {0, 0, 0}},
    {{0.65, 0.70, 0.29}, {0.07, 0.99, 0.11}, {0.11, 0.37, 0.92}},
};

static void cross_product(const double a[3], const double b[3], double c[3])
{
    for (int i = 0; i < 3; i++)
        c[i] =
            a[(i + 1) % 3] * b[(i + 2) % 3] - a[(i + 2) % 3] * b[(i + 1) % 3];
}

/* m = M diag(f) M^-1, M's columns being the stains.  M^-1 has in its rows the
 * cross products of two stains over the volume of the three. */
static void stain_matrix(const float *param, float m[3][3])
{
    double s[3][3], inverse[3][3], volume = 0;

    memcpy(s, stains[(int)param[STAINS]], sizeof(s));
    if (!(s[2][0] > 0))
        cross_product(s[0], s[1], s[2]);
    for (int j = 0; j < 3; j++)
        cross_product(s[(j + 1) % 3], s[(j + 2) % 3], inverse[j]);
    for (int i = 0; i < 3; i++)
        volume += s[0][i] * inverse[0][i];
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 3; c++) {
            double sum = 0;

            for (int j = 0; j < 3; j++)
                sum += s[j][r] * (double)param[j] * inverse[j][c];
            m[r][c] = (float)(sum / volume);
        }
}

HOT static void mix_stains(float m[3][3], float d[3][BLOCK], int out[3][BLOCK])
{
    for (int i = 0; i < BLOCK; i++) {
        const float r = d[0][i], g = d[1][i], b = d[2][i];

        out[0][i] =
            optical_density_level(m[0][0] * r + m[0][1] * g + m[0][2] * b);
        out[1][i] =
            optical_density_level(m[1][0] * r + m[1][1] * g + m[1][2] * b);
        out[2][i] =
            optical_density_level(m[2][0] * r + m[2][1] * g + m[2][2] * b);
    }
}

static void filter(const float *param, const struct augment_picture *p)
{
    struct optical_density *t = (struct optical_density *)(void *)p->scratch;
    const size_t n = augment_bytes(p) / 3;
    float m[3][3], d[3][BLOCK] = {{0}};
    int to[3][BLOCK];

    optical_density_init(t);
    stain_matrix(param, m);
    for (size_t at = 0; at < n; at += BLOCK) {
        const size_t size = n - at < BLOCK ? n - at : BLOCK;

        for (size_t i = 0; i < 3 * size; i++)
            d[i % 3][i / 3] = t->level[p->src[3 * at + i]];
        mix_stains(m, d, to);
        for (size_t i = 0; i < 3 * size; i++)
            p->dst[3 * at + i] = t->byte[to[i % 3][i / 3]];
    }
}

const struct augment augment_stain = {
    .name = "stain",
    .param = {{"h", 1, NULL, 0, 10},
              {"e", 1, NULL, 0, 10},
              {"rest", 1, NULL, 0, 10},
              {"stains", 0, stains_word, 0, 0}},
    .weak = {0.6f, 1.4f, 1, 1},
    .strong = {1.5f, 0.5f, 1, 1},
    .filter = filter,
    .work = {.fixed = sizeof(struct optical_density)},
};
