#include "stages/explain/heat.h"

#include <math.h>
#include <string.h>

enum { CURVE = 4096 };

struct lab {
    double l, a, b;
};

/*
 * The curve at 0 <= t <= 1.  The numbers are chosen so that it stays inside
 * sRGB; a test holds it to that.
 */
static struct lab curve(double t)
{
    const double pi = 3.141592653589793;
    const double hue = (-75.0 + 180.0 * t) * pi / 180.0;
    const double chroma = 0.18 * sin(pi * (0.12 + 0.76 * t));

    return (struct lab){0.16 + 0.79 * t, chroma * cos(hue), chroma * sin(hue)};
}

static uint8_t encode(double x)
{
    x = x < 0.0 ? 0.0 : x > 1.0 ? 1.0 : x;
    x = x <= 0.0031308 ? 12.92 * x : 1.055 * pow(x, 1.0 / 2.4) - 0.055;
    return (uint8_t)lround(255.0 * x);
}

static void to_srgb(struct lab c, uint8_t rgb[3])
{
    const double l = c.l + 0.3963377774 * c.a + 0.2158037573 * c.b;
    const double m = c.l - 0.1055613458 * c.a - 0.0638541728 * c.b;
    const double s = c.l - 0.0894841775 * c.a - 1.2914855480 * c.b;
    const double l3 = l * l * l, m3 = m * m * m, s3 = s * s * s;

    rgb[0] = encode(4.0767416621 * l3 - 3.3077115913 * m3 + 0.2309699292 * s3);
    rgb[1] = encode(-1.2684380046 * l3 + 2.6097574011 * m3 - 0.3413193965 * s3);
    rgb[2] = encode(-0.0041960863 * l3 - 0.7034186147 * m3 + 1.7076147010 * s3);
}

static double distance(struct lab p, struct lab q)
{
    return sqrt((p.l - q.l) * (p.l - q.l) + (p.a - q.a) * (p.a - q.a) +
                (p.b - q.b) * (p.b - q.b));
}

void heat_table(uint8_t rgb[256][3])
{
    double length = 0.0, walked = 0.0;
    int next = 0;

    for (int i = 0; i < CURVE; i++)
        length +=
            distance(curve(i / (double)CURVE), curve((i + 1) / (double)CURVE));
    for (int i = 0; i < CURVE && next < 255; i++) {
        if (walked >= length * next / 255.0)
            to_srgb(curve(i / (double)CURVE), rgb[next++]);
        walked +=
            distance(curve(i / (double)CURVE), curve((i + 1) / (double)CURVE));
    }
    to_srgb(curve(1.0), rgb[255]);
}

int heat_strip_height(int h)
{
    return h * HEAT_SCALE;
}

int heat_strip_width(int w)
{
    return 3 * w * HEAT_SCALE + 2 * HEAT_GAP;
}

/* Rec. 709 luma, good enough as a background. */
static double grey(const uint8_t *rgb)
{
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
}

/* The three panels' colours for one pixel. */
static void colour(const uint8_t *rgb, const uint8_t *heat, double value,
                   uint8_t out[3][3])
{
    const double share = 0.25 + 0.45 * value; /* of the heat */

    for (int i = 0; i < 3; i++) {
        out[0][i] = rgb[i];
        out[1][i] =
            (uint8_t)lround((1.0 - share) * grey(rgb) + share * heat[i]);
        out[2][i] = heat[i];
    }
}

static void put_block(uint8_t *out, int stride, int x, int y,
                      const uint8_t rgb[3])
{
    for (int i = 0; i < HEAT_SCALE; i++)
        for (int j = 0; j < HEAT_SCALE; j++)
            memcpy(out +
                       3 * ((size_t)(y + i) * (size_t)stride + (size_t)(x + j)),
                   rgb, 3);
}

void heat_strip(const uint8_t *rgb, const float *map, int h, int w,
                uint8_t *out)
{
    const int width = heat_strip_width(w), panel = w * HEAT_SCALE + HEAT_GAP;
    uint8_t heat[256][3], part[3][3];

    heat_table(heat);
    memset(out, 128, 3 * (size_t)width * (size_t)heat_strip_height(h));
    for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++) {
            const size_t at = (size_t)y * (size_t)w + (size_t)x;
            const double v = fmin(fmax((double)map[at], 0.0), 1.0);

            colour(rgb + 3 * at, heat[lround(255.0 * v)], v, part);
            for (int p = 0; p < 3; p++)
                put_block(out, width, p * panel + x * HEAT_SCALE,
                          y * HEAT_SCALE, part[p]);
        }
    }
}
