#include "img/resize.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOBES = 3,
    FRACTION_BITS = 22, /* of a weight; sums stay inside 32 bits */
};

/* --- nearest -------------------------------------------------------------- */

/*
 * Source position of each of 'n' outputs.  The sum, not the product: Pillow
 * adds the step up, and at a tie of two pixels the rounding decides.
 */
static void nearest_table(int *at, int n, int n_in)
{
    const double step = (double)n_in / n;
    double pos = 0.5 * step;

    for (int i = 0; i < n; i++, pos += step)
        at[i] = pos < n_in ? (int)pos : n_in - 1;
}

int resize_nearest(struct image *out, const struct image *in, int w, int h,
                   struct err *err)
{
    int *at;

    if (image_init(out, w, h, err) < 0)
        return -1;
    at = malloc(((size_t)w + (size_t)h) * sizeof(*at));
    if (!at) {
        image_release(out);
        return err_set(err, ERR_SYSTEM, "no memory to resize to %d x %d", w, h);
    }
    nearest_table(at, w, in->w);
    nearest_table(at + w, h, in->h);
    for (int y = 0; y < h; y++) {
        const uint8_t *from = image_row(in, at[w + y]);
        uint8_t *to = image_row(out, y);

        for (int x = 0; x < w; x++)
            memcpy(to + 3 * x, from + 3 * at[x], 3);
    }
    free(at);
    return 0;
}

/* --- lanczos -------------------------------------------------------------- */

/* Weights of one direction: output i sums room weights from first[i] on. */
struct filter {
    int *first, *count; /* owned; count borrowed from first's block */
    int32_t *weight;    /* owned: (n, room) */
    int room;
};

static const double pi = 3.14159265358979323846;

static double sinc_of(double x)
{
    return x == 0.0 ? 1.0 : sin(pi * x) / (pi * x);
}

static double lanczos_kernel(double d)
{
    return d >= -LOBES && d < LOBES ? sinc_of(d) * sinc_of(d / LOBES) : 0.0;
}

static void filter_release(struct filter *f)
{
    free(f->first);
    free(f->weight);
    *f = (struct filter){0};
}

/* Weights of output i, whose middle is at 'mid' of the source. */
static void filter_one(struct filter *f, int i, double mid, double shrink,
                       int n_in)
{
    const double reach = LOBES * shrink;
    int32_t *weight = f->weight + (size_t)i * (size_t)f->room;
    int lo = (int)(mid - reach + 0.5), hi = (int)(mid + reach + 0.5);
    double sum = 0.0;

    lo = lo < 0 ? 0 : lo;
    hi = hi > n_in ? n_in : hi;
    for (int k = lo; k < hi; k++)
        sum += lanczos_kernel((k - mid + 0.5) / shrink);
    for (int k = lo; k < hi; k++) {
        const double v = lanczos_kernel((k - mid + 0.5) / shrink) / sum;

        weight[k - lo] = (int32_t)lround(v * (1 << FRACTION_BITS));
    }
    f->first[i] = lo;
    f->count[i] = hi - lo;
}

static int filter_init(struct filter *f, int n, int n_in, struct err *err)
{
    const double scale = (double)n_in / n, shrink = scale < 1.0 ? 1.0 : scale;

    f->room = 2 * (int)ceil(LOBES * shrink) + 1; /* at most 6 n_in + 3 */
    f->first = calloc((size_t)n, 2 * sizeof(*f->first));
    f->weight = calloc((size_t)n * (size_t)f->room, sizeof(*f->weight));
    if (!f->first || !f->weight) {
        filter_release(f);
        return err_set(err, ERR_SYSTEM, "no memory to resize to %d pixels", n);
    }
    f->count = f->first + n;
    for (int i = 0; i < n; i++)
        filter_one(f, i, (i + 0.5) * scale, shrink, n_in);
    return 0;
}

/* Weighted sum of 'count' pixels that are 'stride' bytes apart. */
static void sum_pixel(uint8_t *to, const uint8_t *from, size_t stride,
                      const int32_t *weight, int count)
{
    int32_t s[3] = {1 << (FRACTION_BITS - 1), 1 << (FRACTION_BITS - 1),
                    1 << (FRACTION_BITS - 1)};

    for (int k = 0; k < count; k++, from += stride)
        for (int c = 0; c < 3; c++)
            s[c] += weight[k] * from[c];
    for (int c = 0; c < 3; c++) {
        const int32_t v = s[c] >> FRACTION_BITS;

        to[c] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
    }
}

static void filter_rows(struct image *out, const struct image *in,
                        const struct filter *f)
{
    for (int y = 0; y < out->h; y++)
        for (int x = 0; x < out->w; x++)
            sum_pixel(image_row(out, y) + 3 * x,
                      image_row(in, y) + 3 * f->first[x], 3,
                      f->weight + (size_t)x * (size_t)f->room, f->count[x]);
}

static void filter_columns(struct image *out, const struct image *in,
                           const struct filter *f)
{
    for (int y = 0; y < out->h; y++)
        for (int x = 0; x < out->w; x++)
            sum_pixel(image_row(out, y) + 3 * x,
                      image_row(in, f->first[y]) + 3 * x, (size_t)in->w * 3,
                      f->weight + (size_t)y * (size_t)f->room, f->count[y]);
}

int resize_lanczos(struct image *out, const struct image *in, int w, int h,
                   struct err *err)
{
    struct filter fx = {0}, fy = {0};
    struct image mid = {0};
    int rc = -1;

    *out = (struct image){0};
    if (image_init(&mid, w, in->h, err) < 0 || image_init(out, w, h, err) < 0 ||
        filter_init(&fx, w, in->w, err) < 0 ||
        filter_init(&fy, h, in->h, err) < 0)
        goto out;
    filter_rows(&mid, in, &fx);
    filter_columns(out, &mid, &fy);
    rc = 0;
out:
    if (rc < 0)
        image_release(out);
    filter_release(&fx);
    filter_release(&fy);
    image_release(&mid);
    return rc;
}

/* --- keep ----------------------------------------------------------------- */

/* Position i of a line of n pixels that is mirrored about both ends. */
static int reflect_index(int i, int n)
{
    const int period = 2 * (n - 1);

    if (n == 1)
        return 0;
    i %= period;
    i = i < 0 ? i + period : i;
    return i < n ? i : period - i;
}

static struct resize_place keep_place(int in_w, int in_h, int w, int h)
{
    const bool wide = (int64_t)in_w * h >= (int64_t)in_h * w;
    struct resize_place p = {.w = w, .h = h};

    if (wide)
        p.h = (int)lround((double)in_h * w / in_w);
    else
        p.w = (int)lround((double)in_w * h / in_h);
    p.w = p.w < 1 ? 1 : p.w;
    p.h = p.h < 1 ? 1 : p.h;
    p.left = (w - p.w) / 2;
    p.top = (h - p.h) / 2;
    return p;
}

/* --- scale ---------------------------------------------------------------- */

enum { FADE = 16 }; /* of the width, over which a reflection fades */

static bool exceeds_field(int in_w, int in_h, int w, int h, int field)
{
    return in_w > field || (int64_t)in_h * w > (int64_t)field * h;
}

static struct resize_place scale_place(int in_w, int in_h, int w, int h,
                                       int field)
{
    struct resize_place p;

    BUG_ON(field < 1);
    if (exceeds_field(in_w, in_h, w, h, field))
        return keep_place(in_w, in_h, w, h);
    p.w = (int)lround((double)in_w * w / field);
    p.h = (int)lround((double)in_h * w / field);
    p.w = p.w < 1 ? 1 : p.w;
    p.h = p.h < 1 ? 1 : p.h > h ? h : p.h;
    p.left = (w - p.w) / 2;
    p.top = (h - p.h) / 2;
    return p;
}

/* The upper median of the outermost pixels, of each channel. */
static void border_median(const struct image *im, uint8_t median[3])
{
    size_t count[3][256] = {{0}}, n = 0;

    for (int y = 0; y < im->h; y++) {
        const bool edge = y == 0 || y == im->h - 1;
        const int step = edge || im->w == 1 ? 1 : im->w - 1;

        for (int x = 0; x < im->w; x += step, n++)
            for (int c = 0; c < 3; c++)
                count[c][image_row(im, y)[3 * x + c]]++;
    }
    for (int c = 0; c < 3; c++) {
        size_t below = 0;
        int v = 0;

        while (below + count[c][v] <= n / 2)
            below += count[c][v++];
        median[c] = (uint8_t)v;
    }
}

/* How far position i is from a line of n pixels. */
static int outside(int i, int n)
{
    return i < 0 ? -i : i >= n ? i - n + 1 : 0;
}

/* Copy 'in' into 'out', mirrored beyond its edges, and fading into 'colour' if
 * that is not NULL. */
static void pad_mirrored(struct image *out, const struct image *in,
                         const struct resize_place *p, const uint8_t *colour)
{
    const int reach = colour ? out->w / FADE + 1 : 0;

    for (int y = 0; y < out->h; y++) {
        const uint8_t *from = image_row(in, reflect_index(y - p->top, in->h));
        uint8_t *to = image_row(out, y);
        const int dy = outside(y - p->top, in->h);

        for (int x = 0; x < out->w; x++, to += 3) {
            const uint8_t *px = from + 3 * reflect_index(x - p->left, in->w);
            const int dx = outside(x - p->left, in->w), d = dx > dy ? dx : dy;
            const int fade = d < reach ? d : reach;

            memcpy(to, px, 3);
            for (int c = 0; fade && c < 3; c++)
                to[c] = (uint8_t)((colour[c] * fade + px[c] * (reach - fade) +
                                   reach / 2) /
                                  reach);
        }
    }
}

/* --- as a dataset --------------------------------------------------------- */

struct resize_place resize_place_as(const struct resizing *how, int in_w,
                                    int in_h, int w, int h)
{
    if (how->aspect == ASPECT_SCALE)
        return scale_place(in_w, in_h, w, h, how->field);
    if (how->aspect == ASPECT_KEEP)
        return keep_place(in_w, in_h, w, h);
    return (struct resize_place){.w = w, .h = h};
}

bool resize_is_shrunk(const struct resizing *how, int in_w, int in_h, int w,
                      int h)
{
    return how->aspect == ASPECT_SCALE &&
           exceeds_field(in_w, in_h, w, h, how->field);
}

int resize_as(struct image *out, const struct image *in, int w, int h,
              const struct resizing *how, struct err *err)
{
    const resize_f resize = how->lanczos ? resize_lanczos : resize_nearest;
    const bool fades = how->aspect == ASPECT_SCALE;
    struct resize_place p;
    struct image fit = {0};
    uint8_t colour[3];
    int rc;

    if (how->aspect == ASPECT_SQUASH)
        return resize(out, in, w, h, err);
    *out = (struct image){0};
    p = resize_place_as(how, in->w, in->h, w, h);
    rc = resize(&fit, in, p.w, p.h, err);
    if (rc == 0)
        rc = image_init(out, w, h, err);
    if (rc == 0 && fades)
        border_median(&fit, colour);
    if (rc == 0)
        pad_mirrored(out, &fit, &p, fades ? colour : NULL);
    image_release(&fit);
    return rc;
}
