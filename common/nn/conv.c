#include "nn/conv.h"

#include "nn/layers.h"

#include <math.h>

struct gemm_after conv_after(const struct conv *c, const float *bias)
{
    return (struct gemm_after){bias, c->act == ACT_NONE ? -INFINITY : 0.0f,
                               c->act == ACT_RELU6 ? 6.0f : INFINITY};
}

const struct conv_provider *conv_choose(const struct conv *c)
{
    if (conv_bf16_fits(c))
        return &conv_bf16;
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
