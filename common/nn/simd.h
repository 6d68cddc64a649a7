/*
 * simd.h - how hot loops are compiled and shared out
 *
 * Include it last.  HOT is that of base/hot.h, but products and sums in these
 * files may contract to fused ones: a host with FMA rounds otherwise than one
 * without.
 */
#ifndef NN_SIMD_H
#define NN_SIMD_H

#include "base/hot.h"

#include <stddef.h>

#pragma GCC optimize("fp-contract=fast")

#define INLINE static inline __attribute__((always_inline))

/*
 * Work is cut into pieces whose bounds depend on its size alone, never on the
 * number of threads; partial sums are then added in order of the pieces.
 */
struct simd_chunks {
    size_t n;    /* items in all */
    size_t step; /* items of a piece, the last one fewer */
    int pieces;
};

/* At most 'pieces' pieces of at least 'least' items each. */
static inline struct simd_chunks simd_chunks(size_t n, size_t least,
                                             size_t pieces)
{
    size_t step = (n + pieces - 1) / pieces;

    if (step < least)
        step = least;
    if (step == 0)
        step = 1;
    return (struct simd_chunks){n, step, (int)((n + step - 1) / step)};
}

static inline size_t simd_chunk_begin(const struct simd_chunks *s, int i)
{
    return (size_t)i * s->step;
}

static inline size_t simd_chunk_end(const struct simd_chunks *s, int i)
{
    const size_t end = (size_t)(i + 1) * s->step;

    return end < s->n ? end : s->n;
}

static inline size_t simd_chunk_len(const struct simd_chunks *s, int i)
{
    return simd_chunk_end(s, i) - simd_chunk_begin(s, i);
}

#endif
