/* aug_fliph.c - mirror left and right */
#include "augment.h"

#include <string.h>

static enum augment_fill matrix(const float *param, int w, int h, double m[9])
{
    const double mirror[9] = {-1, 0, w - 1, 0, 1, 0, 0, 0, 1};

    (void)h;
    memcpy(m, mirror, sizeof(mirror));
    return (enum augment_fill)param[0];
}

/* A flip never looks beyond the border; the fill is that of its neighbours in
 * a recipe, so that they can share a pass. */
const struct augment augment_fliph = {
    .name = "fliph",
    .param = {{"fill", 0, augment_fill_word, 0, 0}},
    .matrix = matrix,
};
