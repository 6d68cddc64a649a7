/*
 * aug_croppad.c - cut off or add at each side, then stretch to the old size
 *
 * Each side's share of the width or height: negative cuts, positive adds what
 * the fill says.  The remaining sides must be over 0.
 */
#include "augment.h"

enum { LEFT, TOP, RIGHT, BOTTOM, FILL };

static enum augment_fill matrix(const float *param, int w, int h, double m[9])
{
    const double kx = 1 + (double)param[LEFT] + (double)param[RIGHT];
    const double ky = 1 + (double)param[TOP] + (double)param[BOTTOM];

    BUG_ON(kx <= 0 || ky <= 0);
    m[0] = kx;
    m[2] = 0.5 * kx - 0.5 - (double)param[LEFT] * w;
    m[4] = ky;
    m[5] = 0.5 * ky - 0.5 - (double)param[TOP] * h;
    m[1] = m[3] = m[6] = m[7] = 0;
    m[8] = 1;
    return (enum augment_fill)param[FILL];
}

const struct augment augment_croppad = {
    .name = "croppad",
    .param = {{"left", 0, NULL, -0.49f, 4},
              {"top", 0, NULL, -0.49f, 4},
              {"right", 0, NULL, -0.49f, 4},
              {"bottom", 0, NULL, -0.49f, 4},
              {"fill", 0, augment_fill_word, 0, 0}},
    .weak = {-0.05f, 0.1f, 0, -0.1f},
    .strong = {0.2f, -0.2f, 0.1f, -0.1f},
    .matrix = matrix,
};
