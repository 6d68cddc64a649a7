/* op_bn_frozen.c - backward of a batch normalisation that learns nothing */
#include "nn/bf16.h"
#include "nn/op.h"

#include <math.h>

#include "nn/simd.h"

enum { PIECES = 64, LEAST = 32 }; /* rows of a batch, and of a piece */

/* dx = (add ? dx : 0) + scale g, with g = dy where y was not clipped. */
INLINE void scale_numbers(size_t rows, const struct node *nd, bool bf16,
                          size_t at, const float *scale, const float clip[2])
{
    const size_t c = (size_t)nd->out.c, pitch = (size_t)nd->in[0]->dout.pitch;
    const void *y = tensor_number(&nd->out, at * c);
    const float *dy = nd->dout.data + at * c;
    const float lo = clip[0], hi = clip[1];
    const bool add = nd->add[0];
    float *dx = nd->in[0]->dout.data + at * pitch;

    for (size_t i = 0; i < rows; i++)
#pragma omp simd
        for (size_t j = 0; j < c; j++) {
            const size_t e = i * c + j;
            const float v = bf16_or_float(y, bf16, e);
            const float d = scale[j] * (v > lo && v < hi ? dy[e] : 0.0f);
            float *to = dx + i * pitch + j;

            *to = add ? *to + d : d;
        }
}

HOT static void scale_rows(size_t rows, const struct node *nd, size_t at,
                           const float *scale, const float clip[2])
{
    if (nd->out.bf16)
        scale_numbers(rows, nd, true, at, scale, clip);
    else
        scale_numbers(rows, nd, false, at, scale, clip);
}

/* The same where nothing is clipped: y may be gone. */
HOT static void scale_all(size_t rows, const struct node *nd, size_t at,
                          const float *scale)
{
    const size_t c = (size_t)nd->out.c, pitch = (size_t)nd->in[0]->dout.pitch;
    const float *dy = nd->dout.data + at * c;
    const bool add = nd->add[0];
    float *dx = nd->in[0]->dout.data + at * pitch;

    for (size_t i = 0; i < rows; i++)
#pragma omp simd
        for (size_t j = 0; j < c; j++) {
            const float d = scale[j] * dy[i * c + j];
            float *to = dx + i * pitch + j;

            *to = add ? *to + d : d;
        }
}

void op_bn_backward_frozen(struct node *bn, const struct pass *p,
                           const float *scale, const float clip[2])
{
    const struct simd_chunks s =
        simd_chunks(tensor_pixels(&bn->out), LEAST, PIECES);
    const bool clips = isfinite(clip[0]);

    if (!bn->in[0]->dout.data)
        return;
#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int i = 0; i < s.pieces; i++) {
        const size_t rows = simd_chunk_len(&s, i);
        const size_t at = simd_chunk_begin(&s, i);

        if (clips)
            scale_rows(rows, bn, at, scale, clip);
        else
            scale_all(rows, bn, at, scale);
    }
}
