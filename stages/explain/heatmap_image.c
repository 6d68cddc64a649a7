#include "stages/explain/heatmap_image.h"

#include "img/words.h"

#include <math.h>
#include <string.h>

enum { CURVE = 4096, MARGIN = 2 };
enum { HEAD = HEATMAP_HEAD * WORDS_LINE + MARGIN }; /* pixels, as all here */
enum { FOOT = HEATMAP_FOOT * WORDS_LINE + MARGIN };

struct oklab {
    double l, a, b;
};

/*
 * The curve at 0 <= t <= 1.  The numbers are chosen so that it stays inside
 * sRGB; a test holds it to that.
 */
static struct oklab colour_curve(double t)
{
    const double pi = 3.141592653589793, hue = (-75.0 + 180.0 * t) * pi / 180.0;
    const double chroma = 0.18 * sin(pi * (0.12 + 0.76 * t));

    return (struct oklab){0.16 + 0.79 * t, chroma * cos(hue),
                          chroma * sin(hue)};
}

static uint8_t encode_srgb(double x)
{
    x = x < 0.0 ? 0.0 : x > 1.0 ? 1.0 : x;
    x = x <= 0.0031308 ? 12.92 * x : 1.055 * pow(x, 1.0 / 2.4) - 0.055;
    return (uint8_t)lround(255.0 * x);
}

static void to_srgb(struct oklab c, uint8_t rgb[3])
{
    const double l = c.l + 0.3963377774 * c.a + 0.2158037573 * c.b;
    const double m = c.l - 0.1055613458 * c.a - 0.0638541728 * c.b;
    const double s = c.l - 0.0894841775 * c.a - 1.2914855480 * c.b;
    const double l3 = l * l * l, m3 = m * m * m, s3 = s * s * s;

    rgb[0] =
        encode_srgb(4.0767416621 * l3 - 3.3077115913 * m3 + 0.2309699292 * s3);
    rgb[1] =
        encode_srgb(-1.2684380046 * l3 + 2.6097574011 * m3 - 0.3413193965 * s3);
    rgb[2] =
        encode_srgb(-0.0041960863 * l3 - 0.7034186147 * m3 + 1.7076147010 * s3);
}

static double lab_distance(struct oklab p, struct oklab q)
{
    return sqrt((p.l - q.l) * (p.l - q.l) + (p.a - q.a) * (p.a - q.a) +
                (p.b - q.b) * (p.b - q.b));
}

static void uniform_table(uint8_t rgb[256][3])
{
    double length = 0.0, walked = 0.0;
    int next = 0;

    for (int i = 0; i < CURVE; i++)
        length += lab_distance(colour_curve(i / (double)CURVE),
                               colour_curve((i + 1) / (double)CURVE));
    for (int i = 0; i < CURVE && next < 255; i++) {
        if (walked >= length * next / 255.0)
            to_srgb(colour_curve(i / (double)CURVE), rgb[next++]);
        walked += lab_distance(colour_curve(i / (double)CURVE),
                               colour_curve((i + 1) / (double)CURVE));
    }
    to_srgb(colour_curve(1.0), rgb[255]);
}

/* Value at t of a line through (at, value) pairs, at rising from 0 to 1. */
static double interpolate_pairs(const double (*pair)[2], double t)
{
    while (pair[1][0] < t)
        pair++;
    return pair[0][1] + (pair[1][1] - pair[0][1]) * (t - pair[0][0]) /
                            (pair[1][0] - pair[0][0]);
}

static void jet_table(uint8_t rgb[256][3])
{
    static const double red[][2] = {
        {0, 0}, {0.35, 0}, {0.66, 1}, {0.89, 1}, {1, 0.5}};
    static const double green[][2] = {{0, 0},    {0.125, 0}, {0.375, 1},
                                      {0.64, 1}, {0.91, 0},  {1, 0}};
    static const double blue[][2] = {
        {0, 0.5}, {0.11, 1}, {0.34, 1}, {0.65, 0}, {1, 0}};

    for (int i = 0; i < 256; i++) {
        const double t = i / 255.0;

        rgb[i][0] = (uint8_t)(255.0 * interpolate_pairs(red, t));
        rgb[i][1] = (uint8_t)(255.0 * interpolate_pairs(green, t));
        rgb[i][2] = (uint8_t)(255.0 * interpolate_pairs(blue, t));
    }
}

void heatmap_image_table(enum map_colours colours, uint8_t rgb[256][3])
{
    if (colours == COLOURS_JET)
        jet_table(rgb);
    else
        uniform_table(rgb);
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
