/*
 * hot.h - functions that are compiled for several kinds of processor
 *
 * A function marked HOT is compiled for plain x86-64, for AVX2 and for
 * AVX-512; the loader picks one, so that one binary serves a mixed cluster.
 * Without more (nn/simd.h), -std=c17 keeps products and sums apart, so that
 * the results of all three are the same, bit for bit.
 */
#ifndef BASE_HOT_H
#define BASE_HOT_H

#if defined(__x86_64__) && defined(__OPTIMIZE__) &&                            \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#    define HOT                                                                \
        __attribute__((                                                        \
            target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#    define HOT
#endif

#endif
