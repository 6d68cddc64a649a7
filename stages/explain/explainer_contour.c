/*
 * explainer_contour.c - a baseline: the nucleus as it was drawn
 *
 * 1 in its contour, 0 elsewhere; of a cell without contours 0.  What a network
 * loses with the nucleus alone is what a map has to find more of.
 */
#include "stages/explain/localisation.h"

static int explain(const struct explainer_task *t, struct explainer_map *map,
                   struct err *err)
{
    (void)err;
    for (int i = 0; i < t->n_target; i++) {
        for (int k = 0; k < t->h * t->w; k++)
            map[i].heat[k] =
                t->region && t->region[k] == LOCALISATION_NUCLEUS ? 1.0f : 0.0f;
        explainer_normalise_map(&map[i], (size_t)t->h * (size_t)t->w);
    }
    return 0;
}

const struct explainer explainer_contour = {.name = "contour",
                                            .baseline = true,
                                            .needs_contours = true,
                                            .explain = explain};
