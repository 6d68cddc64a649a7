#include "stages/explain/heatmap_image.h"

#include "img/heat_colours.h"
#include "img/words.h"

#include <math.h>
#include <string.h>

enum { MARGIN = 2 };
enum { HEAD = HEATMAP_HEAD * WORDS_LINE + MARGIN }; /* pixels, as all here */
enum { FOOT = HEATMAP_FOOT * WORDS_LINE + MARGIN };

void heatmap_image_table(enum map_colours colours, uint8_t rgb[256][3])
{
    if (colours == COLOURS_JET)
        heat_colours_jet(rgb);
    else
        heat_colours_even(rgb);
}

int heatmap_image_strip_height(int h)
{
    return HEAD + h * HEATMAP_SCALE + FOOT;
}

int heatmap_image_strip_width(int w, int n_panel)
{
    return heatmap_image_left(w, n_panel) + HEATMAP_BAR + HEATMAP_SIDE;
}

int heatmap_image_left(int w, int place)
{
    return place * (w * HEATMAP_SCALE + HEATMAP_GAP);
}

int heatmap_image_top(void)
{
    return HEAD;
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

static void put_block(uint8_t *out, size_t stride, size_t x, size_t y,
                      const uint8_t rgb[3])
{
    for (size_t i = 0; i < HEATMAP_SCALE; i++)
        for (size_t j = 0; j < HEATMAP_SCALE; j++)
            memcpy(out + (y * HEATMAP_SCALE + i) * stride +
                       3 * (x * HEATMAP_SCALE + j),
                   rgb, 3);
}

static void pixel_colour(const struct heatmap_cell *c, enum heatmap_panel kind,
                         size_t at, uint8_t heat[256][3], uint8_t out[3])
{
    const uint8_t *rgb = c->rgb + 3 * at;
    double v = c->map ? fmin(fmax((double)c->map[at], 0.0), 1.0) : 0.0;

    v = c->least + v * (c->most - c->least);
    switch (kind) {
    case PANEL_CELL:
        memcpy(out, rgb, 3);
        break;
    case PANEL_OVER:
        blend_colour(rgb, heat[lround(255.0 * v)], v, out);
        break;
    case PANEL_MAP:
        memcpy(out, heat[lround(255.0 * v)], 3);
        break;
    }
}

void heatmap_image_draw(const struct heatmap_cell *c, enum heatmap_panel kind,
                        int place, struct image *im)
{
    uint8_t heat[256][3], rgb[3];
    const size_t w = (size_t)c->w, stride = 3 * (size_t)im->w;
    uint8_t *out =
        image_row(im, HEAD) + (ptrdiff_t)3 * heatmap_image_left(c->w, place);

    heatmap_image_table(c->colours, heat);
    for (size_t y = 0; y < (size_t)c->h; y++)
        for (size_t x = 0; x < w; x++) {
            pixel_colour(c, kind, y * w + x, heat, rgb);
            put_block(out, stride, x, y, rgb);
        }
}

void heatmap_image_begin(enum map_colours colours, struct image *im)
{
    const int left = im->w - HEATMAP_SIDE - HEATMAP_BAR,
              n = im->h - HEAD - FOOT;
    uint8_t heat[256][3];

    heatmap_image_table(colours, heat);
    memset(im->px, HEATMAP_PAPER, image_bytes(im));
    for (int y = 0; y < n; y++) {
        const int v = n > 1 ? 255 - 255 * y / (n - 1) : 255;

        for (int x = left; x < left + HEATMAP_BAR; x++)
            memcpy(image_row(im, HEAD + y) + (ptrdiff_t)3 * x, heat[v], 3);
    }
}

int heatmap_image_words(const char *head, const char *foot, int w, int place,
                        struct image *im, struct err *err)
{
    const int left = heatmap_image_left(w, place), wide = w * HEATMAP_SCALE;
    const struct words_place above = {left, 0, wide, HEAD - MARGIN};
    const struct words_place below = {left, im->h - FOOT + MARGIN, wide,
                                      FOOT - MARGIN};

    return words_draw(head, &above, im, err) < 0
               ? -1
               : words_draw(foot, &below, im, err);
}

int heatmap_image_scale(const char *top, const char *bottom, struct image *im,
                        struct err *err)
{
    const int left = im->w - HEATMAP_SIDE + MARGIN,
              wide = HEATMAP_SIDE - MARGIN;
    const struct words_place high = {left, HEAD, wide, WORDS_LINE};
    const struct words_place low = {left, im->h - FOOT - WORDS_LINE, wide,
                                    WORDS_LINE};

    return words_draw(top, &high, im, err) < 0
               ? -1
               : words_draw(bottom, &low, im, err);
}
