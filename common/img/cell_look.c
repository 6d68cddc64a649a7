/* cell_look.c - densities of a picture, and the cell about its nucleus */
#include "img/cell_look.h"

#include "img/distance.h"
#include "img/gaussian_blur.h"
#include "img/optical_density.h"
#include "img/watershed.h"

#include <math.h>
#include <stdlib.h>

enum { NOMINAL = 110, OUTSIDE = 1, INSIDE };

#define FOCUS         1.0  /* deviation of the blur before components */
#define GRADIENT_BLUR 1.5  /* before gradients */
#define AROUND        3.0  /* pixels about a nucleus that are cell */
#define ELLIPSE_IN    0.6  /* of the half picture: certainly cell */
#define ELLIPSE_OUT   1.15 /* beyond: certainly not */

/* --- the picture ---------------------------------------------------------- */

void cell_look_release(struct cell_look *l)
{
    component_tree_release(&l->tree);
    free(l->density);
    free(l->part);
}

/* Densities of the part of 'rgb', 'width' pixels wide, at a place. */
static void take_densities(struct cell_look *l, const uint8_t *rgb, int width,
                           const struct resize_place *p)
{
    struct optical_density table;

    optical_density_init(&table);
    for (size_t i = 0; i < l->n; i++) {
        const size_t x = i % (size_t)l->w + (size_t)p->left,
                     y = i / (size_t)l->w + (size_t)p->top;
        const uint8_t *px = rgb + 3 * (y * (size_t)width + x);
        float sum = 0.0f;

        for (size_t c = 0; c < 3; c++) {
            const float d = table.level[px[c]] / (1 << OPTICAL_DENSITY_BITS);

            l->density[3 * i + c] = d;
            sum += d;
        }
        l->plane[i] = sum / 3.0f;
    }
}

int cell_look_init(struct cell_look *l, const uint8_t *rgb, int width,
                   const struct resize_place *p, struct err *err)
{
    *l = (struct cell_look){
        .h = p->h, .w = p->w, .n = (size_t)p->h * (size_t)p->w};
    l->scale = sqrt((double)l->n) / NOMINAL;
    l->density = malloc(8 * l->n * sizeof(*l->density));
    l->part = malloc(l->n);
    if (!l->density || !l->part)
        return err_set(err, ERR_SYSTEM, "no memory to segment %zu pixels",
                       l->n);
    l->blurred = l->density + 3 * l->n;
    l->plane = l->blurred + 3 * l->n;
    l->smooth = l->plane + l->n;
    take_densities(l, rgb, width, p);
    if (gaussian_blur(l->plane, l->h, l->w, 1, FOCUS * l->scale, l->smooth,
                      err) < 0)
        return -1;
    return gaussian_blur(l->density, l->h, l->w, 3, GRADIENT_BLUR * l->scale,
                         l->blurred, err);
}

/* --- the cell ------------------------------------------------------------- */

/* Difference along one direction, one-sided at the ends. */
static float slope_at(const float *x, int i, int n, size_t step)
{
    const int before = i > 0 ? 1 : 0, after = i + 1 < n ? 1 : 0;

    if (before + after == 0)
        return 0.0f;
    return (x[(size_t)after * step] - *(x - (size_t)before * step)) /
           (float)(before + after);
}

/* Length of the gradient of all three densities. */
static void measure_gradient(const struct cell_look *l, float *out)
{
    for (size_t i = 0; i < l->n; i++) {
        const int x = (int)(i % (size_t)l->w), y = (int)(i / (size_t)l->w);
        float sum = 0.0f;

        for (size_t c = 0; c < 3; c++) {
            const float *at = l->blurred + 3 * i + c;
            const float dx = slope_at(at, x, l->w, 3);
            const float dy = slope_at(at, y, l->h, 3 * (size_t)l->w);

            sum += dx * dx + dy * dy;
        }
        out[i] = sqrtf(sum);
    }
}

/* Markers of the flood, from the nucleus and the distance to it. */
static void put_markers(const struct cell_look *l, const float *far,
                        uint8_t *label)
{
    for (size_t i = 0; i < l->n; i++) {
        const double x =
            ((double)(i % (size_t)l->w) - (l->w - 1) / 2.0) / (l->w / 2.0);
        const double y =
            ((double)(i / (size_t)l->w) - (l->h - 1) / 2.0) / (l->h / 2.0);
        const double r = sqrt(x * x + y * y);

        label[i] = r <= ELLIPSE_IN || (double)far[i] <= AROUND * l->scale
                       ? INSIDE
                   : r > ELLIPSE_OUT ? OUTSIDE
                                     : 0;
    }
}

int cell_look_cell(struct cell_look *l, struct cell_regions *r, struct err *err)
{
    if (distance_to(r->nucleus, l->h, l->w, (struct pixel_pitch){1, 1},
                    l->plane, err) < 0)
        return -1;
    put_markers(l, l->plane, r->cell);
    measure_gradient(l, l->plane);
    if (watershed(l->plane, l->h, l->w, r->cell, err) < 0)
        return -1;
    for (size_t i = 0; i < l->n; i++)
        r->cell[i] = r->cell[i] == INSIDE;
    return 0;
}
