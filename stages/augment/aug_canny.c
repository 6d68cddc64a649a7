/*
 * aug_canny.c - Canny's edges in one colour on another, mixed with the picture
 *
 * As imgaug's Canny with its RandomColorsBinaryImageColorizer.
 */
#include "blend.h"
#include "canny.h"

enum { ALPHA, LOW, HIGH, SOBEL, EDGE, REST = EDGE + 3 };

static const char *const sobel_word[] = {"3", "5", "7", NULL};

static void filter(const float *param, const struct augment_picture *p)
{
    const int aperture = 3 + 2 * (int)param[SOBEL];
    const uint8_t *map = canny(p, param[LOW], param[HIGH], aperture);
    uint8_t colour[2][3], *out = p->dst;

    for (int k = 0; k < 3; k++) {
        colour[0][k] = augment_byte(param[REST + k]);
        colour[1][k] = augment_byte(param[EDGE + k]);
    }
    for (int y = 0; y < p->h; y++) {
        const uint8_t *row = map + (ptrdiff_t)(p->w + 2) * (y + 1) + 1;

        for (int x = 0; x < p->w; x++, out += 3) {
            const uint8_t *c = colour[row[x] == CANNY_EDGE];

            out[0] = c[0];
            out[1] = c[1];
            out[2] = c[2];
        }
    }
    blend(p, param[ALPHA]);
}

const struct augment augment_canny = {
    .name = "canny",
    .param = {{"alpha", 0, NULL, 0, 1},
              {"low", 100, NULL, 0, 10000},
              {"high", 200, NULL, 0, 10000},
              {"sobel", 0, sobel_word, 0, 0},
              {"edge_r", 255, augment_whole, 0, 255},
              {"edge_g", 255, augment_whole, 0, 255},
              {"edge_b", 255, augment_whole, 0, 255},
              {"rest_r", 0, augment_whole, 0, 255},
              {"rest_g", 0, augment_whole, 0, 255},
              {"rest_b", 0, augment_whole, 0, 255}},
    .weak = {0.3f, 100, 200, 0, 255, 255, 255, 0, 0, 0},
    .strong = {1, 100, 200, 0, 200, 230, 40, 60, 20, 90},
    .filter = filter,
    .work = CANNY_WORK,
};
