/* canny.c - gradient, thinning, hysteresis */
#include "canny.h"

#include "base/hot.h"
#include "warp.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_RADIUS = 3, NO_EDGE = 1, MAYBE = 0 };

/* Of the scratch, in this order; rows are of interleaved channels. */
struct canny_scratch {
    int *size;          /* (h + 2, w + 2) squared gradient, 0 around */
    int *stack;         /* (h, w) edges whose neighbours are to be looked at */
    int *smooth, *rise; /* (r + w + r, 3) of a row, over its neighbours */
    int *gx, *gy;       /* (w, 3) gradient of a row */
    int16_t *dx, *dy;   /* (h, w) */
    uint8_t *map;       /* (h + 2, w + 2) */
};

static size_t framed_size(const struct augment_picture *p)
{
    return (size_t)(p->w + 2) * (size_t)(p->h + 2);
}

static struct canny_scratch split_scratch(const struct augment_picture *p)
{
    const size_t row = (size_t)p->w * 3, wide = row + (size_t)MAX_RADIUS * 6;
    const size_t n = (size_t)p->w * (size_t)p->h;
    struct canny_scratch s = {.size = (int *)(void *)p->scratch};

    s.stack = s.size + framed_size(p);
    s.smooth = s.stack + n;
    s.rise = s.smooth + wide;
    s.gx = s.rise + wide;
    s.gy = s.gx + row;
    s.dx = (int16_t *)(void *)(s.gy + row);
    s.dy = s.dx + n;
    s.map = (uint8_t *)(s.dy + n);
    return s;
}

/* --- the gradient --------------------------------------------------------- */

/* Binomial smoothing, and its difference. */
static const struct sobel {
    int smooth[2 * MAX_RADIUS + 1], rise[2 * MAX_RADIUS + 1];
} sobels[] = {{{1, 2, 1}, {-1, 0, 1}},
              {{1, 4, 6, 4, 1}, {-1, -2, 0, 2, 1}},
              {{1, 6, 15, 20, 15, 6, 1}, {-1, -4, -5, 0, 5, 4, 1}}};

HOT static void add_bytes(int *restrict sum, const uint8_t *restrict a, int w,
                          size_t n)
{
    for (size_t i = 0; i < n; i++)
        sum[i] += w * a[i];
}

HOT static void add_sums(int *restrict sum, const int *restrict a, int w,
                         size_t n)
{
    for (size_t i = 0; i < n; i++)
        sum[i] += w * a[i];
}

/* Repeat the first and the last pixel of a row beyond it. */
static void extend_row(int *row, int w, int radius)
{
    int *end = row + (ptrdiff_t)3 * w;

    for (int i = 0; i < 3 * radius; i++) {
        row[-1 - i] = row[2 - i % 3];
        end[i] = end[i % 3 - 3];
    }
}

/* s->gx, s->gy of row y. */
static void sobel_row(const struct augment_picture *p,
                      const struct canny_scratch *s, int y, int radius)
{
    const struct sobel *k = &sobels[radius - 1];
    const size_t n = (size_t)p->w * 3;
    int *smooth = s->smooth + 3 * MAX_RADIUS, *rise = s->rise + 3 * MAX_RADIUS;

    memset(smooth, 0, n * sizeof(int));
    memset(rise, 0, n * sizeof(int));
    memset(s->gx, 0, n * sizeof(int));
    memset(s->gy, 0, n * sizeof(int));
    for (int i = -radius; i <= radius; i++) {
        const uint8_t *row =
            p->src + n * (size_t)warp_beyond(y + i, p->h, FILL_REPLICATE);

        add_bytes(smooth, row, k->smooth[i + radius], n);
        add_bytes(rise, row, k->rise[i + radius], n);
    }
    extend_row(smooth, p->w, radius);
    extend_row(rise, p->w, radius);
    for (int i = -radius; i <= radius; i++) {
        add_sums(s->gx, smooth + 3 * i, k->rise[i + radius], n);
        add_sums(s->gy, rise + 3 * i, k->smooth[i + radius], n);
    }
}

/* A sixteenth, to even: OpenCV scales its largest kernel so. */
static inline int round_sixteenth(int x)
{
    return (x + 7 + ((x >> 4) & 1)) >> 4;
}

/* Of each pixel of row y the channel that changes most. */
HOT static void strongest_channel(const int *restrict gx,
                                  const int *restrict gy, int16_t *restrict dx,
                                  int16_t *restrict dy, int *restrict size,
                                  size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int x = gx[3 * i], y = gy[3 * i], most = x * x + y * y;

        for (size_t c = 3 * i + 1; c < 3 * i + 3; c++) {
            const int d = gx[c] * gx[c] + gy[c] * gy[c];

            x = d > most ? gx[c] : x;
            y = d > most ? gy[c] : y;
            most = d > most ? d : most;
        }
        dx[i] = (int16_t)x;
        dy[i] = (int16_t)y;
        size[i] = most;
    }
}

static void compute_gradient(const struct augment_picture *p,
                             const struct canny_scratch *s, int radius)
{
    const size_t w = (size_t)p->w;

    memset(s->size, 0, framed_size(p) * sizeof(int));
    for (int y = 0; y < p->h; y++) {
        sobel_row(p, s, y, radius);
        if (radius == 3)
            for (size_t i = 0; i < 3 * w; i++) {
                s->gx[i] = round_sixteenth(s->gx[i]);
                s->gy[i] = round_sixteenth(s->gy[i]);
            }
        strongest_channel(s->gx, s->gy, s->dx + w * (size_t)y,
                          s->dy + w * (size_t)y,
                          s->size + (w + 2) * (size_t)(y + 1) + 1, w);
    }
}

/* --- thinning and hysteresis ---------------------------------------------- */

/* Is the gradient largest across its edge?  Angles in eighths of a circle;
 * tan(22.5 degrees) in 2^-15. */
static bool is_crest(const int *size, int dx, int dy, ptrdiff_t stride)
{
    const int m = *size, x = abs(dx), y = abs(dy) * 32768;
    const int flat = x * 13573, steep = flat + x * 65536;
    ptrdiff_t across;

    if (y < flat)
        return m > size[-1] && m >= size[1];
    if (y > steep)
        return m > size[-stride] && m >= size[stride];
    across = (dx ^ dy) < 0 ? stride - 1 : stride + 1;
    return m > size[-across] && m > size[across];
}

/* Mark crests; those over 'high' go to the stack.  Returns how many. */
static size_t suppress_nonmaxima(const struct augment_picture *p,
                                 const struct canny_scratch *s, int low,
                                 int high)
{
    const ptrdiff_t stride = p->w + 2;
    size_t n = 0;

    memset(s->map, NO_EDGE, framed_size(p));
    for (int y = 0; y < p->h; y++)
        for (int x = 0; x < p->w; x++) {
            const ptrdiff_t at = stride * (y + 1) + x + 1;
            const size_t i = (size_t)y * (size_t)p->w + (size_t)x;

            if (s->size[at] <= low ||
                !is_crest(s->size + at, s->dx[i], s->dy[i], stride))
                continue;
            s->map[at] = MAYBE;
            if (s->size[at] > high) {
                s->map[at] = CANNY_EDGE;
                s->stack[n++] = (int)at;
            }
        }
    return n;
}

/* What touches an edge and may be one is one. */
static void trace_edges(const struct canny_scratch *s, int stride, size_t n)
{
    const int around[] = {-stride - 1, -stride,    -stride + 1, -1,
                          1,           stride - 1, stride,      stride + 1};

    while (n > 0) {
        const int at = s->stack[--n];

        for (int i = 0; i < 8; i++)
            if (s->map[at + around[i]] == MAYBE) {
                s->map[at + around[i]] = CANNY_EDGE;
                s->stack[n++] = at + around[i];
            }
    }
}

/* A threshold in squared units, whole. */
static int squared_threshold(float threshold, int aperture)
{
    const double t = (double)threshold / (aperture == 7 ? 16 : 1);
    const double c = t < 32767 ? t : 32767;

    return (int)floor(c > 0 ? c * c : c);
}

const uint8_t *canny(const struct augment_picture *p, float low, float high,
                     int aperture)
{
    const struct canny_scratch s = split_scratch(p);
    const float least = low < high ? low : high, most = low < high ? high : low;

    BUG_ON(aperture != 3 && aperture != 5 && aperture != 7);
    compute_gradient(p, &s, aperture / 2);
    trace_edges(&s, p->w + 2,
                suppress_nonmaxima(p, &s, squared_threshold(least, aperture),
                                   squared_threshold(most, aperture)));
    return s.map;
}
