#include "nn/conv.h"

#include "nn/layers.h"

#include <math.h>

enum {
    /* Of an image alone, output pixels up to which panels are faster in
     * float32: beside products of a library, and beside Winograd's, whose
     * matrices are four times as large. */
    FEW = 1 << 10,
    FEW_TILED = 64,

    /* Taps times channels from which bf16 is faster than products in float32;
     * channels from which Winograd's fewer products in float32 are faster than
     * bf16 without tiles, but of a few pixels. */
    NARROW = 64,
    WINOGRAD = 64,
};

struct gemm_after conv_after(const struct conv *c, const float *bias)
{
    return (struct gemm_after){bias, c->act == ACT_NONE ? -INFINITY : 0.0f,
                               c->act == ACT_RELU6 ? 6.0f : INFINITY};
}

/* Is it of an image alone, with few output pixels?  In training all batches, and
 * parts of a network, go the same way. */
static bool is_few(const struct conv *c)
{
    return c->infers && c->n == 1 &&
           c->oh * c->ow <= (conv_winograd_fits(c) ? FEW_TILED : FEW);
}

/* Is it faster in bf16, where there is more to round than to multiply? */
static bool is_for_bf16(const struct conv *c)
{
    const int channels = c->ci < c->co ? c->ci : c->co;
    const int rounded = c->size * c->size * channels;

    return rounded >= NARROW && (c->kernel->tiles || channels < WINOGRAD ||
                                 is_few(c) || !conv_winograd_fits(c));
}

const struct conv_provider *conv_choose(const struct conv *c)
{
    const bool fits = conv_panels_fit(c);
    const bool bf16 = fits && c->kernel->bytes < sizeof(float);

    if (bf16 && is_for_bf16(c))
        return &conv_bf16;
    if (fits && !bf16 && is_few(c))
        return &conv_panels;
    return conv_winograd_fits(c) ? &conv_winograd : &conv_blas;
}

int conv_axis(int in, int size, int stride, int pad, int *before)
{
    int out, total;

    *before = 0;
    if (pad == PAD_SAME) {
        out = (in + stride - 1) / stride;
        total = (out - 1) * stride + size - in;
        *before = total > 0 ? total / 2 : 0;
        return out;
    }
    if (pad == PAD_CORRECT) {
        *before = size / 2 - (1 - in % 2);
        in += *before + size / 2;
    }
    return in < size ? 0 : (in - size) / stride + 1;
}
