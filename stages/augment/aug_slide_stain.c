/*
 * aug_slide_stain.c - the stain of another slide
 *
 * In optical density D (img/optical_density.h), each channel is given the mean
 * and the standard deviation of another slide's pictures, by an amount a:
 *     D' = D + a (m' + (D - m) s' / s - D),
 * m and s being of the picture before it was resized, or of its slide, m' and s'
 * of the other slide, which slide_stains.h chooses.  s' / s is kept within 1/4
 * and 4; where s is 0 it is 1.
 * Source: Reinhard et al. 2001, "Color transfer between images", eq. 10 and 11,
 * per channel of the optical density and not in l alpha beta.
 */
#include "augment.h"
#include "img/optical_density.h"
#include "slide_stains.h"

static const char *const match_word[] = {"picture", "slide", NULL};
static const char *const classes_word[] = {"all", "own", NULL};

static void table(const float *param, uint8_t table[3][256])
{
    const float *gain = param + SLIDE_STAIN_GAIN;
    const float *shift = param + SLIDE_STAIN_SHIFT;
    const float one = 1 << OPTICAL_DENSITY_BITS;
    struct optical_density t;

    optical_density_init(&t);
    for (int c = 0; c < 3; c++) {
        const float amount = gain[c] > 0 ? param[SLIDE_STAIN_AMOUNT] : 0;

        for (int v = 0; v < 256; v++) {
            const float d = t.level[v], to = gain[c] * d + shift[c] * one;

            table[c][v] = t.byte[optical_density_level(d + amount * (to - d))];
        }
    }
}

const struct augment augment_slide_stain = {
    .name = "slide_stain",
    .param = {[SLIDE_STAIN_AMOUNT] = {"amount", 0, NULL, 0, 1},
              [SLIDE_STAIN_SLIDE] = {"slide", 0, augment_seed, 0,
                                     AUGMENT_SEED_MAX},
              [SLIDE_STAIN_MATCH] = {"match", 0, match_word, 0, 0},
              [SLIDE_STAIN_CLASSES] = {"classes", 0, classes_word, 0, 0}},
    /* A pale, warm slide and a dark, cold one. */
    .weak = {1, 0, 0, 0, 0.7f, 0.8f, 0.9f, 0, 0.1f, 0.1f},
    .strong = {1, 0, 0, 0, 1.3f, 1.1f, 1, 0.2f, 0.2f, 0},
    .of_slides = true,
    .table = table,
};
