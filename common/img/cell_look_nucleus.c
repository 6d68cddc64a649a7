/* cell_look_nucleus.c - the components that are nuclei */
#include "img/cell_look.h"
#include "img/watershed.h"

#include <math.h>
#include <stdlib.h>

enum { LEVELS = 48, LEAST_PIXELS = 9, OUTSIDE = 1, INSIDE };

#define LEAST        0.0025 /* of the picture, a nucleus */
#define MOST         0.3
#define MIDDLE       0.08 /* above, it may be the thick middle of a cell */
#define MIDDLE_LEAST 0.12 /* of that, a nucleus in it */
#define MIDDLE_MOST  0.6
#define ALIKE        0.6 /* of the value */
#define SECOND_LEAST 0.4 /* of the area */
#define SECOND_MOST  2.5
#define SECOND_NEAR  1.6 /* sums of both radii between the middles */

/* --- the nucleus ---------------------------------------------------------- */

/* Squared distance of a component from the middle, in half pictures. */
static double off_centre(const struct cell_look *l, const struct component *c)
{
    const double x = (c->x - (l->w - 1) / 2.0) / (l->w / 2.0);
    const double y = (c->y - (l->h - 1) / 2.0) / (l->h / 2.0);

    return x * x + y * y;
}

/* How much like a nucleus a component is, wherever it lies. */
static double nucleus_value(const struct component *c)
{
    const double pi = acos(-1.0);
    const double det = c->xx * c->yy - c->xy * c->xy;
    const double half = (c->xx + c->yy) / 2.0;
    const double root = sqrt(fmax(half * half - det, 0.0));
    const double fill = fmin(c->area / (4.0 * pi * sqrt(det)), 1.0);
    const double axes = sqrt((half - root) / (half + root));

    return c->contrast / c->sides * pow(fill, 8.0) * pow(c->area, 0.25) *
           sqrt(axes);
}

static double central_value(const struct cell_look *l,
                            const struct component *c)
{
    return nucleus_value(c) * exp(-off_centre(l, c) / (0.7 * 0.7));
}

static const struct component *find_best(const struct cell_look *l)
{
    const struct component *best = NULL;
    double most = 0.0;

    for (size_t i = 0; i < l->tree.n; i++) {
        const double v = central_value(l, &l->tree.list[i]);

        if (v > most) {
            best = &l->tree.list[i];
            most = v;
        }
    }
    return best;
}

/* A nucleus in what may be the middle of the cell, which is l->part; else that
 * itself. */
static const struct component *find_inner(const struct cell_look *l,
                                          const struct component *middle)
{
    const struct component *best = middle;
    double most = ALIKE * central_value(l, middle);

    for (size_t i = 0; i < l->tree.n; i++) {
        const struct component *c = &l->tree.list[i];
        const double share = c->area / middle->area;

        if (c->level <= middle->level || !l->part[c->pixel] ||
            share < MIDDLE_LEAST || share > MIDDLE_MOST ||
            central_value(l, c) < most)
            continue;
        best = c;
        most = central_value(l, c);
    }
    return best;
}

/* What the mask bounds becomes part of it. */
static int fill_holes(uint8_t *mask, int h, int w, struct err *err)
{
    const size_t n = (size_t)h * (size_t)w;
    float *height = calloc(n, sizeof(*height));
    uint8_t *label = malloc(n);
    int rc = -1;

    if (!height || !label) {
        err_set(err, ERR_SYSTEM, "no memory to fill %zu pixels", n);
        goto out;
    }
    /* outside is flooded from the frame before anything inside is */
    for (size_t i = 0; i < n; i++) {
        const size_t x = i % (size_t)w, y = i / (size_t)w;
        const bool frame =
            x == 0 || y == 0 || x + 1 == (size_t)w || y + 1 == (size_t)h;

        height[i] = mask[i];
        label[i] = mask[i] ? INSIDE : frame ? OUTSIDE : 0;
    }
    rc = watershed(height, h, w, label, err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        mask[i] = label[i] == INSIDE;
out:
    free(height);
    free(label);
    return rc;
}

/* The nucleus in l->first and r->nucleus. */
int cell_look_nucleus(struct cell_look *l, struct cell_regions *r,
                      struct err *err)
{
    const struct component_limits limits = {
        .levels = LEVELS,
        .least = fmax(LEAST * (double)l->n, LEAST_PIXELS),
        .most = MOST * (double)l->n};

    if (component_tree_init(&l->tree, l->smooth, l->h, l->w, &limits, err) < 0)
        return -1;
    l->first = find_best(l);
    if (!l->first)
        return 0;
    if (l->first->area > MIDDLE * (double)l->n) {
        if (component_tree_mask(&l->tree, l->first, l->part, err) < 0)
            return -1;
        l->first = find_inner(l, l->first);
    }
    if (component_tree_mask(&l->tree, l->first, r->nucleus, err) < 0)
        return -1;
    return fill_holes(r->nucleus, l->h, l->w, err);
}

/* --- a second nucleus ----------------------------------------------------- */

/* Are two components so near that one cell may have both? */
static bool is_near(const struct component *a, const struct component *b)
{
    const double radii = (sqrt(a->area) + sqrt(b->area)) / sqrt(acos(-1.0));

    return hypot(a->x - b->x, a->y - b->y) <= SECOND_NEAR * radii;
}

/* Does component 'c' lie in the cell, all but a twentieth, apart from the first
 * nucleus?  Leaves its pixels in l->part. */
static int is_apart(struct cell_look *l, const struct cell_regions *r,
                    const struct component *c, struct err *err)
{
    size_t inside = 0;

    if (component_tree_mask(&l->tree, c, l->part, err) < 0)
        return -1;
    for (size_t i = 0; i < l->n; i++) {
        if (l->part[i] && r->nucleus[i])
            return 0;
        inside += l->part[i] && r->cell[i];
    }
    return (double)inside >= 0.95 * c->area;
}

/* The component that is most like a second nucleus; *second NULL: none. */
static int find_second(struct cell_look *l, const struct cell_regions *r,
                       const struct component **second, struct err *err)
{
    double most = ALIKE * nucleus_value(l->first);

    *second = NULL;
    for (size_t i = 0; i < l->tree.n; i++) {
        const struct component *c = &l->tree.list[i];
        const double share = c->area / l->first->area;
        int apart;

        if (share < SECOND_LEAST || share > SECOND_MOST ||
            nucleus_value(c) < most || !is_near(c, l->first))
            continue;
        apart = is_apart(l, r, c, err);
        if (apart < 0)
            return -1;
        if (apart > 0) {
            *second = c;
            most = nucleus_value(c);
        }
    }
    return 0;
}

int cell_look_second(struct cell_look *l, struct cell_regions *r,
                     struct err *err)
{
    const struct component *second;

    if (find_second(l, r, &second, err) < 0)
        return -1;
    if (!second)
        return 0;
    if (component_tree_mask(&l->tree, second, l->part, err) < 0 ||
        fill_holes(l->part, l->h, l->w, err) < 0)
        return -1;
    for (size_t i = 0; i < l->n; i++)
        r->nucleus[i] |= l->part[i];
    return cell_look_cell(l, r, err);
}
