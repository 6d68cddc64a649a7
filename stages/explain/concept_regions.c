#include "stages/explain/concept_regions.h"

#include "stages/explain/localisation.h"

#include <stdlib.h>

/* Where the cell's picture lies in the stored one. */
static struct resize_place place_of(const struct concept_source *s, size_t row)
{
    const int h = (int)s->data->h, w = (int)s->data->w;
    struct cell_size size;

    if (s->data->width_column < 0 || s->data->height_column < 0)
        return (struct resize_place){.w = w, .h = h};
    size = store_size(s->data, row);
    return resize_place_as(s->resizing, size.w, size.h, w, h);
}

struct pixel_pitch concept_regions_pitch(const struct concept_source *s,
                                         size_t row)
{
    const struct resize_place p = place_of(s, row);
    struct cell_size size;

    if (s->data->width_column < 0 || s->data->height_column < 0)
        return (struct pixel_pitch){1, 1};
    size = store_size(s->data, row);
    return (struct pixel_pitch){(double)size.w / p.w, (double)size.h / p.h};
}

/* 1: taken from contours, 0: there are none. */
static int take_contours(const struct concept_source *s, size_t row,
                         struct cell_regions *r, enum cell_fault *fault,
                         struct err *err)
{
    const size_t n = (size_t)r->h * (size_t)r->w;
    struct contour shape[CONTOUR_PARTS];
    uint8_t *region = malloc(2 * n);
    int rc;

    if (!region)
        return err_set(err, ERR_SYSTEM, "no memory for regions");
    rc = localisation_regions(s->contours, row, r->h, r->w, region, shape, err);
    for (int i = 0; rc > 0 && i < CONTOUR_PARTS; i++)
        contour_release(&shape[i]);
    for (size_t i = 0; rc > 0 && i < n; i++)
        region[n + i] = region[i] == LOCALISATION_NUCLEUS;
    if (rc > 0 && cell_regions_take(r, region + n, region, fault, err) < 0)
        rc = -1;
    free(region);
    return rc;
}

int concept_regions(const struct concept_source *s, size_t row,
                    struct cell_regions *r, bool *contoured,
                    enum cell_fault *fault, struct err *err)
{
    const struct resize_place place = place_of(s, row);
    int rc;

    if (cell_regions_init(r, (int)s->data->h, (int)s->data->w, err) < 0)
        return -1;
    rc = take_contours(s, row, r, fault, err);
    *contoured = rc > 0;
    if (rc == 0)
        rc = cell_regions_segment(r, store_image(s->data, row), &place, fault,
                                  err);
    return rc < 0 ? -1 : 0;
}
