#include "img/heat_colours.h"

#include <math.h>

enum { CURVE = 4096 };

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

void heat_colours_even(uint8_t rgb[256][3])
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

void heat_colours_jet(uint8_t rgb[256][3])
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
