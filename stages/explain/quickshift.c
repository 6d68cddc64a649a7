#include "stages/explain/quickshift.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

struct shift {
    const struct quickshift_args *a;
    int h, w, window;
    double *point;   /* owned: (h, w, 3) colour times ratio */
    double *density; /* owned: (h, w) */
    int32_t *parent; /* owned: (h, w) */
};

static double linear_light(uint8_t v)
{
    const double x = v / 255.0;

    return x > 0.04045 ? pow((x + 0.055) / 1.055, 2.4) : x / 12.92;
}

/* sRGB bytes to L*a*b* under D65, as skimage.color.rgb2lab. */
static void quickshift_rgb_to_lab(const uint8_t rgb[3], double lab[3])
{
    const double r = linear_light(rgb[0]), g = linear_light(rgb[1]),
                 b = linear_light(rgb[2]);
    double f[3] = {(0.412453 * r + 0.357580 * g + 0.180423 * b) / 0.95047,
                   0.212671 * r + 0.715160 * g + 0.072169 * b,
                   (0.019334 * r + 0.119193 * g + 0.950227 * b) / 1.08883};

    for (int i = 0; i < 3; i++)
        f[i] = f[i] > 0.008856 ? cbrt(f[i]) : 7.787 * f[i] + 16.0 / 116.0;
    lab[0] = 116.0 * f[1] - 16.0;
    lab[1] = 500.0 * (f[0] - f[1]);
    lab[2] = 200.0 * (f[1] - f[2]);
}

/* Of pixels 'rows' and 'columns' apart, without a division. */
static double squared_distance(const struct shift *s, int i, int j, int rows,
                               int columns)
{
    const double *p = s->point + 3 * i, *q = s->point + 3 * j;
    const double l = p[0] - q[0], a = p[1] - q[1], b = p[2] - q[2];

    return l * l + a * a + b * b + rows * rows + columns * columns;
}

static int least_of(int a, int b)
{
    return a < b ? a : b;
}

static int most_of(int a, int b)
{
    return a > b ? a : b;
}

/* Each pair of pixels once: what one adds to the other is the same both
 * ways. */
static void measure_density(struct shift *s)
{
    const double share = -0.5 / (s->a->kernel * s->a->kernel);

    for (int i = 0; i < s->h * s->w; i++)
        s->density[i] = 1.0; /* itself */
    for (int r = 0; r < s->h; r++)
        for (int c = 0; c < s->w; c++) {
            const int i = r * s->w + c;
            double sum = 0.0;

            for (int y = r; y < least_of(r + s->window + 1, s->h); y++)
                for (int x = y > r ? most_of(c - s->window, 0) : c + 1;
                     x < least_of(c + s->window + 1, s->w); x++) {
                    const int j = y * s->w + x;
                    const double v =
                        exp(share * squared_distance(s, i, j, y - r, x - c));

                    sum += v;
                    s->density[j] += v;
                }
            s->density[i] += sum;
        }
    for (int i = 0; s->a->noise && i < s->h * s->w; i++)
        s->density[i] += s->a->noise[i];
}

static bool is_denser(const struct shift *s, int j, int i)
{
    if (s->density[j] > s->density[i])
        return true;
    return !s->a->noise && j < i && !(s->density[j] < s->density[i]);
}

/* The nearest pixel of higher density, of equals the first; itself if there is
 * none near enough. */
static int32_t parent_of(const struct shift *s, int r, int c)
{
    const int i = r * s->w + c;
    double closest = INFINITY;
    int32_t parent = i;

    for (int y = most_of(r - s->window, 0);
         y < least_of(r + s->window + 1, s->h); y++)
        for (int x = most_of(c - s->window, 0);
             x < least_of(c + s->window + 1, s->w); x++) {
            const int j = y * s->w + x;
            double d;

            if (!is_denser(s, j, i))
                continue;
            d = squared_distance(s, i, j, y - r, x - c);
            if (d < closest) {
                closest = d;
                parent = j;
            }
        }
    return sqrt(closest) > s->a->max_dist ? i : parent;
}

/* Number the roots in reading order; every pixel gets its root's number. */
static int number_trees(struct shift *s, int32_t *label)
{
    const int n = s->h * s->w;
    int count = 0;

    for (int i = 0; i < n; i++)
        label[i] = s->parent[i] == i ? count++ : -1;
    for (int i = 0; i < n; i++) {
        int32_t root = i;

        while (label[root] < 0)
            root = s->parent[root];
        for (int32_t j = i; label[j] < 0; j = s->parent[j])
            label[j] = label[root];
    }
    return count;
}

int quickshift(const struct quickshift_args *a, const uint8_t *rgb, int h,
               int w, int32_t *label, struct err *err)
{
    const size_t n = (size_t)h * (size_t)w;
    struct shift s = {
        .a = a, .h = h, .w = w, .window = (int)ceil(3.0 * a->kernel)};
    int count = -1;

    s.point = malloc(3 * n * sizeof(*s.point));
    s.density = malloc(n * sizeof(*s.density));
    s.parent = malloc(n * sizeof(*s.parent));
    if (!s.point || !s.density || !s.parent) {
        err_set(err, ERR_SYSTEM, "no memory to segment %zu pixels", n);
        goto out;
    }
    for (size_t i = 0; i < n; i++) {
        quickshift_rgb_to_lab(rgb + 3 * i, s.point + 3 * i);
        for (int c = 0; c < 3; c++)
            s.point[3 * i + (size_t)c] *= a->ratio;
    }
    measure_density(&s);
    for (int i = 0; i < h * w; i++)
        s.parent[i] = parent_of(&s, i / w, i % w);
    count = number_trees(&s, label);
out:
    free(s.point);
    free(s.density);
    free(s.parent);
    return count;
}
