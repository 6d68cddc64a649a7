#include "stages/explain/localisation.h"

#include "stages/explain/faithfulness.h"

#include <stdlib.h>

enum localisation_figure { POINTING, MASS, RANK, AREA, EACH };

const char *localisation_name(int figure)
{
    static const char *const name[LOCALISATION_FIGURES] = {
        "nucleus_pointing", "nucleus_mass",       "nucleus_rank",
        "nucleus_area",     "cytoplasm_pointing", "cytoplasm_mass",
        "cytoplasm_rank",   "cytoplasm_area"};

    BUG_ON(figure < 0 || figure >= LOCALISATION_FIGURES);
    return name[figure];
}

/* Both contours, or none. */
static int read_both(const struct contours *c, size_t row,
                     struct contour *shape, struct err *err)
{
    for (int i = 0; i < CONTOUR_PARTS; i++)
        shape[i] = (struct contour){0};
    for (int i = 0; i < CONTOUR_PARTS; i++)
        if (contours_of(c, row, (enum contour_part)i, &shape[i], err) < 0)
            return -1;
    return shape[CONTOUR_CYTOPLASM].n > 0 && shape[CONTOUR_NUCLEUS].n > 0;
}

int localisation_regions(const struct contours *c, size_t row, int h, int w,
                         uint8_t *region, struct contour *shape,
                         struct err *err)
{
    const size_t n = (size_t)h * (size_t)w;
    size_t count[3] = {0};
    uint8_t *nucleus = malloc(n);
    int rc = -1;

    if (!nucleus)
        return err_set(err, ERR_SYSTEM, "no memory for a mask");
    rc = read_both(c, row, shape, err);
    if (rc > 0) {
        contour_fill(&shape[CONTOUR_CYTOPLASM], h, w, region);
        contour_fill(&shape[CONTOUR_NUCLEUS], h, w, nucleus);
        for (size_t i = 0; i < n; i++) {
            region[i] = nucleus[i]  ? LOCALISATION_NUCLEUS
                        : region[i] ? LOCALISATION_CYTOPLASM
                                    : 0;
            count[region[i]]++;
        }
        rc = count[LOCALISATION_NUCLEUS] > 0 &&
             count[LOCALISATION_CYTOPLASM] > 0;
    }
    for (int i = 0; rc <= 0 && i < CONTOUR_PARTS; i++)
        contour_release(&shape[i]);
    free(nucleus);
    return rc;
}

static void measure_one(const float *heat, const uint8_t *region, size_t n,
                        const uint32_t *order, int which, double *out)
{
    double in = 0.0, all = 0.0;
    size_t size = 0, met = 0;

    for (size_t i = 0; i < n; i++) {
        all += (double)heat[i];
        in += region[i] == which ? (double)heat[i] : 0.0;
        size += region[i] == which;
    }
    for (size_t k = 0; k < size; k++)
        met += region[order[k]] == which;
    out[POINTING] = region[order[0]] == which;
    out[MASS] = all > 0.0 ? in / all : 0.0;
    out[RANK] = (double)met / (double)size;
    out[AREA] = (double)size / (double)n;
}

int localisation_measure(const float *heat, const uint8_t *region, int h, int w,
                         double *out, struct err *err)
{
    const size_t n = (size_t)h * (size_t)w;
    uint32_t *order = malloc(n * sizeof(*order));
    int rc = -1;

    if (!order)
        return err_set(err, ERR_SYSTEM, "no memory for an order of pixels");
    rc = faithfulness_order(heat, n, order, err);
    if (rc == 0) {
        measure_one(heat, region, n, order, LOCALISATION_NUCLEUS, out);
        measure_one(heat, region, n, order, LOCALISATION_CYTOPLASM, out + EACH);
    }
    free(order);
    return rc;
}
