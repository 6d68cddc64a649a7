#include "stages/explain/map_outline.h"

#include "stages/explain/explainer.h"
#include "stages/explain/heatmap_image.h"

#include <stdlib.h>
#include <string.h>

enum { ARM = 3 }; /* of a sign, pixels of the picture */

/* A mask that is being outlined. */
struct outlining {
    const uint8_t *mask;
    uint8_t bits;
    int h, w;
    const struct map_outline_pen *pen;
    struct image *im;
    uint16_t *depth; /* owned: (h, w) pixels to the nearest outside */
};

static bool is_inside(const struct outlining *o, int x, int y)
{
    return x >= 0 && x < o->w && y >= 0 && y < o->h &&
           (o->mask[y * o->w + x] & o->bits);
}

/* --- lines ---------------------------------------------------------------- */

/* The same in the enlarged picture. */
static bool is_covered(const struct outlining *o, int x, int y)
{
    const int zoom = o->pen->zoom;

    return x >= 0 && y >= 0 && is_inside(o, x / zoom, y / zoom);
}

static void put_colour(const struct outlining *o, int x, int y,
                       const uint8_t rgb[3])
{
    const int zoom = o->pen->zoom;

    if (x >= 0 && x < o->w * zoom && y >= 0 && y < o->h * zoom)
        memcpy(image_row(o->im, o->pen->top + y) + 3 * (o->pen->left + x), rgb,
               3);
}

/* Where inside and outside meet: the line inside, its halo outside. */
static void draw_lines(const struct outlining *o)
{
    static const int step[4][2] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}};
    const int zoom = o->pen->zoom;

    for (int y = 0; y < o->h * zoom; y++)
        for (int x = 0; x < o->w * zoom; x++)
            for (int k = 0; is_covered(o, x, y) && k < 4; k++) {
                const int to_x = x + step[k][0], to_y = y + step[k][1];

                if (is_covered(o, to_x, to_y))
                    continue;
                put_colour(o, x, y, o->pen->line);
                put_colour(o, to_x, to_y, o->pen->halo);
            }
}

/* --- signs ---------------------------------------------------------------- */

static int depth_at(const struct outlining *o, int x, int y)
{
    return is_inside(o, x, y) ? o->depth[y * o->w + x] : 0;
}

/* One more than the least of four neighbours, those before the pixel or, with
 * side -1, those behind it; what that was before, if it is less. */
static void lower_depth(const struct outlining *o, int x, int y, int side)
{
    static const int near[4][2] = {{-1, 0}, {-1, -1}, {0, -1}, {1, -1}};
    int least = o->depth[y * o->w + x];

    for (int k = 0; k < 4; k++) {
        const int d =
            1 + depth_at(o, x + side * near[k][0], y + side * near[k][1]);

        least = d < least ? d : least;
    }
    o->depth[y * o->w + x] = (uint16_t)least;
}

/* Chessboard distance to what is outside, in two sweeps. */
static void measure_depth(const struct outlining *o)
{
    const int n = o->h * o->w;

    for (int i = 0; i < n; i++)
        o->depth[i] = o->mask[i] & o->bits ? UINT16_MAX : 0;
    for (int i = 0; i < n; i++)
        if (o->depth[i])
            lower_depth(o, i % o->w, i / o->w, 1);
    for (int i = n - 1; i >= 0; i--)
        if (o->depth[i])
            lower_depth(o, i % o->w, i / o->w, -1);
}

/* Is nothing near it deeper, nor as deep and before it? */
static bool is_deepest(const struct outlining *o, int x, int y)
{
    const int own = depth_at(o, x, y);

    for (int j = -MAP_OUTLINE_APART; j <= MAP_OUTLINE_APART; j++)
        for (int i = -MAP_OUTLINE_APART; i <= MAP_OUTLINE_APART; i++) {
            const int d = depth_at(o, x + i, y + j);

            if (d > own || (d == own && (j < 0 || (j == 0 && i < 0))))
                return false;
        }
    return own > 0;
}

/* A sign whose arms are 'grow' pixels longer and thicker. */
static void draw_sign(const struct outlining *o, int x, int y, int grow,
                      const uint8_t rgb[3])
{
    for (int along = -ARM - grow; along <= ARM + grow; along++)
        for (int across = -grow; across <= grow; across++) {
            put_colour(o, x + along, y + across, rgb);
            if (!o->pen->minus)
                put_colour(o, x + across, y + along, rgb);
        }
}

static void draw_signs(const struct outlining *o)
{
    const int zoom = o->pen->zoom;

    for (int y = 0; y < o->h; y++)
        for (int x = 0; x < o->w; x++)
            if (is_deepest(o, x, y)) {
                draw_sign(o, x * zoom, y * zoom, 1, o->pen->halo);
                draw_sign(o, x * zoom, y * zoom, 0, o->pen->line);
            }
}

int map_outline_draw(const uint8_t *mask, uint8_t bits, int h, int w,
                     const struct map_outline_pen *pen, struct image *im,
                     struct err *err)
{
    const size_t n = (size_t)h * (size_t)w;
    struct outlining o = {.mask = mask,
                          .bits = bits,
                          .h = h,
                          .w = w,
                          .pen = pen,
                          .im = im,
                          .depth = malloc(n * sizeof(*o.depth))};

    if (!o.depth)
        return err_set(err, ERR_SYSTEM, "no memory to outline %zu pixels", n);
    draw_lines(&o);
    measure_depth(&o);
    draw_signs(&o);
    free(o.depth);
    return 0;
}

int map_outline_views(const uint8_t *view, int h, int w, int left,
                      struct image *im, struct err *err)
{
    const struct map_outline_pen pro = {.zoom = HEATMAP_SCALE,
                                        .left = left,
                                        .top = heatmap_image_top(),
                                        .line = {255, 176, 0},
                                        .halo = {0, 0, 0}};
    const struct map_outline_pen con = {.zoom = HEATMAP_SCALE,
                                        .left = left,
                                        .top = heatmap_image_top(),
                                        .line = {0, 60, 200},
                                        .halo = {255, 255, 255},
                                        .minus = true};

    if (map_outline_draw(view, VIEW_PRO, h, w, &pro, im, err) < 0)
        return -1;
    return map_outline_draw(view, VIEW_CON, h, w, &con, im, err);
}
