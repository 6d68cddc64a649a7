#include "nn/conv.h"

#include "nn/layers.h"

#include <math.h>

/* Output pixels up to which panels are faster in float32: beside products of a
 * library, and beside Winograd's, whose matrices are four times as large. */
enum { FEW = 1 << 10, FEW_TILED = 64 };

struct gemm_after conv_after(const struct conv *c, const float *bias)
{
    return (struct gemm_after){bias, c->act == ACT_NONE ? -INFINITY : 0.0f,
                               c->act == ACT_RELU6 ? 6.0f : INFINITY};
}

const struct conv_provider *conv_choose(const struct conv *c)
{
    const size_t n = (size_t)c->n * (size_t)c->oh * (size_t)c->ow;
    const bool fits = conv_panels_fit(c);

    if (fits && c->kernel->bytes < sizeof(float))
        return &conv_bf16;
    if (conv_winograd_fits(c))
        return fits && n <= FEW_TILED ? &conv_panels : &conv_winograd;
    return fits && n <= FEW ? &conv_panels : &conv_blas;
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
