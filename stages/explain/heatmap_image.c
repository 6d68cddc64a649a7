#include "stages/explain/heatmap_image.h"

#include "img/heat_colours.h"
#include "stages/explain/explainer.h"

#include <math.h>
#include <string.h>

void heatmap_image_table(enum map_colours colours, uint8_t rgb[256][3])
{
    if (colours == COLOURS_JET)
        heat_colours_jet(rgb);
    else
        heat_colours_even(rgb);
}

int heatmap_image_strip_height(int h)
{
    return h * HEATMAP_SCALE;
}

int heatmap_image_strip_width(int w, int n_panel)
{
    return n_panel * (w * HEATMAP_SCALE + HEATMAP_GAP) + HEATMAP_BAR;
}

/* Rec. 709 luma, good enough as a background. */
static double grey_level(const uint8_t *rgb)
{
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
}

/* One colour over the pixel in grey, the more of it the higher the value. */
static void blend_colour(const uint8_t *rgb, const uint8_t *heat, double value,
                         uint8_t out[3])
{
    const double share = 0.25 + 0.45 * value; /* of the heat */

    for (int i = 0; i < 3; i++)
        out[i] =
            (uint8_t)lround((1.0 - share) * grey_level(rgb) + share * heat[i]);
}

/* As lime's get_image_and_mask(): the largest byte of the picture in green
 * for what speaks for the class, in red for what speaks against it. */
static void tint_sides(const uint8_t *rgb, uint8_t view, uint8_t top,
                       uint8_t out[3])
{
    memcpy(out, rgb, 3);
    if (view & VIEW_PRO)
        out[1] = top;
    if (view & VIEW_CON)
        out[0] = top;
}

static void put_block(uint8_t *out, size_t stride, size_t x, size_t y,
                      const uint8_t rgb[3])
{
    for (size_t i = 0; i < HEATMAP_SCALE; i++)
        for (size_t j = 0; j < HEATMAP_SCALE; j++)
            memcpy(out + (y * HEATMAP_SCALE + i) * stride +
                       3 * (x * HEATMAP_SCALE + j),
                   rgb, 3);
}

static uint8_t largest_byte(const struct heatmap_cell *c)
{
    uint8_t top = 0;

    for (size_t i = 0; i < 3 * (size_t)c->h * (size_t)c->w; i++)
        top = c->rgb[i] > top ? c->rgb[i] : top;
    return top;
}

/* What colours are made of. */
struct paint {
    uint8_t heat[256][3];
    uint8_t top; /* largest byte of the picture */
};

static void pixel_colour(const struct heatmap_cell *c, enum heatmap_panel kind,
                         size_t at, const struct paint *p, uint8_t out[3])
{
    const uint8_t *rgb = c->rgb + 3 * at;
    const double v = c->map ? fmin(fmax((double)c->map[at], 0.0), 1.0) : 0.0;

    memcpy(out, rgb, 3);
    switch (kind) {
    case PANEL_CELL:
        break;
    case PANEL_OVER:
        blend_colour(rgb, p->heat[lround(255.0 * v)], v, out);
        break;
    case PANEL_MAP:
        memcpy(out, p->heat[lround(255.0 * v)], 3);
        break;
    case PANEL_SHOWN:
        if (!(c->view[at] & VIEW_SHOWN))
            memset(out, 0, 3);
        break;
    case PANEL_SIDES:
        tint_sides(rgb, c->view[at], p->top, out);
        break;
    }
}

void heatmap_image_draw(const struct heatmap_cell *c, enum heatmap_panel kind,
                        int place, struct image *im)
{
    struct paint p = {.top = largest_byte(c)};
    uint8_t rgb[3];
    const size_t w = (size_t)c->w, stride = 3 * (size_t)im->w;
    uint8_t *out =
        im->px + 3 * (size_t)place * (w * HEATMAP_SCALE + HEATMAP_GAP);

    heatmap_image_table(c->colours, p.heat);
    for (size_t y = 0; y < (size_t)c->h; y++)
        for (size_t x = 0; x < w; x++) {
            pixel_colour(c, kind, y * w + x, &p, rgb);
            put_block(out, stride, x, y, rgb);
        }
}

void heatmap_image_begin(enum map_colours colours, struct image *im)
{
    uint8_t heat[256][3];

    heatmap_image_table(colours, heat);
    memset(im->px, HEATMAP_GREY, image_bytes(im));
    for (int y = 0; y < im->h; y++) {
        const int v = im->h > 1 ? 255 - 255 * y / (im->h - 1) : 255;

        for (int x = im->w - HEATMAP_BAR; x < im->w; x++)
            memcpy(image_row(im, y) + 3 * x, heat[v], 3);
    }
}
