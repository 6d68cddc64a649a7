/* cell_edit_stretch.c - a nucleus made larger within its cell */
#include "stages/explain/cell_edit_private.h"

#include <math.h>
#include <stdlib.h>

enum { SMOOTH = 4, TAPS = 4 }; /* degrees to each side; pixels in a row */

#define STEP         0.25 /* pixels along a direction */
#define NEAR_BORDER  0.9
#define ENOUGH_SHARE 0.95

/* --- radii ---------------------------------------------------------------- */

/* How far along a direction the last pixel lies that is of the nucleus, and how
 * far what is behind it is still the cell. */
static void walk_direction(struct cell_edit *e, const struct cell_regions *r,
                           int number, int degree)
{
    const double turn = degree * acos(-1.0) / 180.0;
    const double dx = cos(turn), dy = sin(turn);

    e->radius[degree] = 0.0;
    e->border[degree] = 0.0;
    for (double rho = 0.0;; rho += STEP) {
        const int x = (int)lround(e->x + rho * dx);
        const int y = (int)lround(e->y + rho * dy);
        const int i = y * r->w + x;

        if (x < 0 || x >= r->w || y < 0 || y >= r->h)
            break;
        if (r->nucleus[i] == number)
            e->radius[degree] = rho;
        if (r->cell[i])
            e->border[degree] = rho;
    }
}

/* Mean over neighbouring directions. */
static void smooth_radii(double radius[EDIT_ANGLES])
{
    double old[EDIT_ANGLES];

    for (int i = 0; i < EDIT_ANGLES; i++)
        old[i] = radius[i];
    for (int i = 0; i < EDIT_ANGLES; i++) {
        double sum = 0.0;

        for (int k = -SMOOTH; k <= SMOOTH; k++)
            sum += old[(i + k + EDIT_ANGLES) % EDIT_ANGLES];
        radius[i] = sum / (2 * SMOOTH + 1);
    }
}

void cell_edit_outline(struct cell_edit *e, const struct cell_regions *r)
{
    double n;
    const int number = cell_regions_largest(r, &n);

    e->x = e->y = 0.0;
    for (int i = 0; i < r->h * r->w; i++)
        if (r->nucleus[i] == number) {
            e->x += i % r->w;
            e->y += i / r->w;
        }
    e->x /= n;
    e->y /= n;
    for (int k = 0; k < EDIT_ANGLES; k++)
        walk_direction(e, r, number, k);
    smooth_radii(e->radius);
    smooth_radii(e->border);
}

/* --- stretching ----------------------------------------------------------- */

/* Of one direction: where [0, from] goes to [0, to], and [from, end] to
 * [to, end]. */
struct stretch {
    double from, to, end;
};

static struct stretch stretch_at(const struct cell_edit *e, int degree,
                                 double times)
{
    const double r = e->radius[degree], b = e->border[degree];
    const double to = fmin(r * sqrt(times), NEAR_BORDER * b);

    return (struct stretch){r, fmax(to, r), b};
}

/* How many times as large the nucleus becomes. */
static double reached_area(const struct cell_edit *e, double times)
{
    double before = 0.0, after = 0.0;

    for (int k = 0; k < EDIT_ANGLES; k++) {
        const struct stretch s = stretch_at(e, k, times);

        before += s.from * s.from;
        after += s.to * s.to;
    }
    return before > 0.0 ? after / before : 0.0;
}

/* The radius that comes to 'rho', or with 'back' that rho comes to. */
static double source_radius(const struct stretch *s, double rho, bool back)
{
    const double from = back ? s->from : s->to, to = back ? s->to : s->from;

    if (rho >= s->end || from <= 0.0 || to <= 0.0)
        return rho;
    if (rho <= from)
        return rho * to / from;
    return to + (rho - from) * (s->end - to) / (s->end - from);
}

/* Between two directions. */
static struct stretch stretch_between(const struct cell_edit *e, double degree,
                                      double times)
{
    const int k = (int)degree % EDIT_ANGLES;
    const double t = degree - floor(degree);
    const struct stretch a = stretch_at(e, k, times);
    const struct stretch b = stretch_at(e, (k + 1) % EDIT_ANGLES, times);

    return (struct stretch){a.from + t * (b.from - a.from),
                            a.to + t * (b.to - a.to),
                            a.end + t * (b.end - a.end)};
}

/* Catmull and Rom's weights of four pixels in a row, t behind the second: what
 * is as sharp afterwards as it can be, for a network sees a blur. */
static void cubic_weights(double t, double weight[TAPS])
{
    weight[0] = ((-0.5 * t + 1.0) * t - 0.5) * t;
    weight[1] = (1.5 * t - 2.5) * t * t + 1.0;
    weight[2] = ((-1.5 * t + 2.0) * t + 0.5) * t;
    weight[3] = (0.5 * t - 0.5) * t * t;
}

static int clamp_index(int i, int n)
{
    return i < 0 ? 0 : i >= n ? n - 1 : i;
}

/* Densities at a place between pixels, the outermost ones going on. */
static void sample_densities(const float *density, int h, int w, double x,
                             double y, float out[3])
{
    const int left = (int)floor(x) - 1, top = (int)floor(y) - 1;
    double across[TAPS], down[TAPS], sum[3] = {0};

    cubic_weights(x - floor(x), across);
    cubic_weights(y - floor(y), down);
    for (int k = 0; k < TAPS * TAPS; k++) {
        const int at = clamp_index(top + k / TAPS, h) * w +
                       clamp_index(left + k % TAPS, w);

        for (int c = 0; c < 3; c++)
            sum[c] +=
                down[k / TAPS] * across[k % TAPS] * (double)density[3 * at + c];
    }
    for (int c = 0; c < 3; c++)
        out[c] = (float)sum[c];
}

/* One pass over the picture. */
static void stretch_picture(const struct cell_edit *e, double times, bool back,
                            const float *in, float *out)
{
    for (int i = 0; i < e->h * e->w; i++) {
        const double dx = i % e->w - e->x, dy = i / e->w - e->y;
        const double rho = hypot(dx, dy);
        const double turn = atan2(dy, dx) / (2.0 * acos(-1.0));
        const double degree = (turn < 0.0 ? turn + 1.0 : turn) * EDIT_ANGLES;
        const struct stretch s = stretch_between(e, degree, times);
        const double share =
            rho > 0.0 ? source_radius(&s, rho, back) / rho : 1.0;

        sample_densities(in, e->h, e->w, e->x + share * dx, e->y + share * dy,
                         out + 3 * i);
    }
}

bool cell_edit_stretch(const struct cell_edit *e, double times, bool back,
                       uint8_t *out)
{
    const size_t n = 3 * (size_t)e->h * (size_t)e->w;

    if (reached_area(e, times) < ENOUGH_SHARE * times)
        return false;
    stretch_picture(e, times, false, e->density, e->spare);
    if (back)
        stretch_picture(e, times, true, e->spare, e->spare + n);
    for (size_t i = 0; i < n; i++)
        out[i] =
            e->table->byte[optical_density_level(e->spare[back ? n + i : i])];
    return true;
}
