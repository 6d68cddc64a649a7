/*
 * op_bn_moments.c - sums of a batch, of which a batch normalisation makes its
 * mean and variance
 *
 * A concatenation that grows in place (graph_chains.c) keeps what was summed of
 * its channels, so that in a dense block each is summed once, by the first
 * normalisation that reads it.
 */
#include "nn/bf16.h"
#include "nn/op.h"

#include <string.h>

#include "nn/simd.h"

enum { PIECES = 64, LEAST = 32 }; /* of a batch's rows, for partial sums */

size_t op_bn_moments_scratch(const struct node *nd)
{
    const size_t c = (size_t)nd->out.c;

    return (2 * c + 1) * sizeof(double) + PIECES * 3 * c * sizeof(float);
}

/*
 * Sums of x - pivot and of its square over some rows of 'pitch' numbers; the
 * pivot, the first row, keeps the squares from cancelling.
 *   part [out] (3, c) pivot, sum, sum of squares
 */
INLINE void sum_numbers(size_t rows, size_t c, const void *x, bool bf16,
                        size_t pitch, float *restrict part)
{
    float *restrict s1 = part + c, *restrict s2 = part + 2 * c;
    size_t i = 0;

    for (size_t j = 0; j < c; j++) {
        part[j] = bf16_or_float(x, bf16, j);
        s1[j] = s2[j] = 0.0f;
    }
    for (; i + 4 <= rows; i += 4) {
        const size_t r = i * pitch;

#pragma omp simd
        for (size_t j = 0; j < c; j++) {
            const float p = part[j];
            const float a0 = bf16_or_float(x, bf16, r + j) - p;
            const float a1 = bf16_or_float(x, bf16, r + j + pitch) - p;
            const float a2 = bf16_or_float(x, bf16, r + j + 2 * pitch) - p;
            const float a3 = bf16_or_float(x, bf16, r + j + 3 * pitch) - p;

            s1[j] += (a0 + a1) + (a2 + a3);
            s2[j] += (a0 * a0 + a1 * a1) + (a2 * a2 + a3 * a3);
        }
    }
    for (; i < rows; i++)
#pragma omp simd
        for (size_t j = 0; j < c; j++) {
            const float a = bf16_or_float(x, bf16, i * pitch + j) - part[j];

            s1[j] += a;
            s2[j] += a * a;
        }
}

/* Of channels 'known' on of rows [from, from + rows). */
HOT static void sum_rows(const struct tensor *x, size_t from, size_t rows,
                         size_t known, float *restrict part)
{
    const size_t pitch = (size_t)x->pitch, c = (size_t)x->c - known;
    const void *at = tensor_number(x, from * pitch + known);

    if (x->bf16)
        sum_numbers(rows, c, at, true, pitch, part);
    else
        sum_numbers(rows, c, at, false, pitch, part);
}

/* sum (c, 2) = each piece's sums, freed of its pivot. */
static void add_pieces(const struct simd_chunks *s, size_t c, const float *part,
                       double *sum)
{
    memset(sum, 0, 2 * c * sizeof(double));
    for (int i = 0; i < s->pieces; i++) {
        const float *q = part + (size_t)i * 3 * c;
        const double m = (double)simd_chunk_len(s, i);

        for (size_t j = 0; j < c; j++) {
            const double p = (double)q[j], s1 = (double)q[c + j];

            sum[2 * j] += s1 + m * p;
            sum[2 * j + 1] += (double)q[2 * c + j] + 2.0 * p * s1 + m * p * p;
        }
    }
}

const double *op_bn_moments(const struct node *nd, const struct pass *p)
{
    const struct tensor *x = &nd->in[0]->out;
    const struct simd_chunks s = simd_chunks(tensor_pixels(x), LEAST, PIECES);
    double *kept = op_concat_moments(nd->in[0]), *moments = p->scratch;
    float *part = (float *)(void *)(moments + 2 * (size_t)x->c + 1);
    const size_t known = kept ? (size_t)kept[0] : 0;
    const size_t c = (size_t)x->c - known;

    if (kept)
        moments = kept + 1;
    if (c == 0)
        return moments;
#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int i = 0; i < s.pieces; i++)
        sum_rows(x, simd_chunk_begin(&s, i), simd_chunk_len(&s, i), known,
                 part + (size_t)i * 3 * c);
    add_pieces(&s, c, part, moments + 1 + 2 * known);
    if (known == 0) {
        moments[0] = (double)s.n;
        pass_sum(p, moments, 1 + 2 * c);
    } else {
        pass_sum(p, moments + 1 + 2 * known, 2 * c);
    }
    if (kept)
        kept[0] = (double)x->c;
    return moments;
}
