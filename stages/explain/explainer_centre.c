/*
 * explainer_centre.c - a baseline: the middle of the picture, whatever it shows
 *
 * A Gaussian about the middle whose deviation is a quarter of each side.  Crops
 * have the nucleus near their middle, so that a map may point at it and know
 * nothing.
 * Source: Judd et al. 2009 (ICCV, 2106), the centre prior, section 4.
 */
#include "stages/explain/explainer.h"

#include <math.h>

static int explain(const struct explainer_task *t, struct explainer_map *map,
                   struct err *err)
{
    (void)err;
    for (int i = 0; i < t->n_target; i++) {
        for (int k = 0; k < t->h * t->w; k++) {
            const double x = (k % t->w - (t->w - 1) / 2.0) / (t->w / 4.0);
            const double y = (k / t->w - (t->h - 1) / 2.0) / (t->h / 4.0);

            map[i].heat[k] = (float)exp(-(x * x + y * y) / 2.0);
        }
        explainer_normalise_map(&map[i], (size_t)t->h * (size_t)t->w);
    }
    return 0;
}

const struct explainer explainer_centre = {
    .name = "centre", .baseline = true, .explain = explain};
