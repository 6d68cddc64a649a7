#include "nn/depthwise_rows.h"

#include "nn/simd.h"

/* Arguments of depthwise_rows_sum(). */
struct sum {
    const float *k, *base;
    float *y;
};

/* Outputs that read nothing beside the row, and the column where the first of
 * them begins. */
struct inner {
    int first, end;
    size_t at;
};

static struct inner find_inner(const struct depthwise_rows *d)
{
    const int last = d->w - DEPTHWISE_SIDE + d->left; /* that reads inside */
    struct inner in = {.first = (d->left + d->stride - 1) / d->stride};

    in.end = last < 0 ? 0 : last / d->stride + 1;
    in.end = in.end < d->n ? in.end : d->n;
    if (in.end <= in.first)
        return (struct inner){d->n, d->n, 0};
    in.at = (size_t)(in.first * d->stride - d->left);
    return in;
}

#define LANES      1
#define NAME(word) word##_1
#define HOW        HOT
#include "nn/depthwise_lanes.inc"

#define LANES      8
#define NAME(word) word##_8
#define HOW        HOT
#include "nn/depthwise_lanes.inc"

#if defined(__x86_64__) && defined(__GNUC__)
#    define HAVE_WIDE  1
#    define LANES      16
#    define NAME(word) word##_16
#    define HOW        __attribute__((target("arch=x86-64-v4")))
#    include "nn/depthwise_lanes.inc"
#endif

/* Channels up to which vectors of 16, of 8 and single ones go. */
static void divide_channels(int channels, size_t end[3])
{
    const size_t c = (size_t)channels;

    end[0] = 0;
#ifdef HAVE_WIDE
    if (__builtin_cpu_supports("x86-64-v4"))
        end[0] = c / 16 * 16;
#endif
    end[1] = c / 8 * 8;
    end[2] = c;
}

void depthwise_rows_sum(const struct depthwise_rows *d, const float *k,
                        const float *base, float *y)
{
    const struct sum s = {k, base, y};
    size_t end[3];

    divide_channels(d->c, end);
#ifdef HAVE_WIDE
    sum_16(d, &s, (size_t[]){0, end[0]});
#endif
    sum_8(d, &s, (size_t[]){end[0], end[1]});
    sum_1(d, &s, (size_t[]){end[1], end[2]});
}

void depthwise_rows_gradient(const struct depthwise_rows *d, const float *dy,
                             float *dk)
{
    size_t end[3];

    divide_channels(d->c, end);
#ifdef HAVE_WIDE
    gradient_16(d, dy, (size_t[]){0, end[0]}, dk);
#endif
    gradient_8(d, dy, (size_t[]){end[0], end[1]}, dk);
    gradient_1(d, dy, (size_t[]){end[1], end[2]}, dk);
}

void depthwise_rows_spread(const struct depthwise_spread *d, const float *base,
                           float *y)
{
    size_t end[3];

    divide_channels(d->c, end);
#ifdef HAVE_WIDE
    spread_16(d, base, (size_t[]){0, end[0]}, y);
#endif
    spread_8(d, base, (size_t[]){end[0], end[1]}, y);
    spread_1(d, base, (size_t[]){end[1], end[2]}, y);
}
