/*
 * map_similarity.h - how alike are two maps?
 */
#ifndef EXPLAIN_MAP_SIMILARITY_H
#define EXPLAIN_MAP_SIMILARITY_H

#include "base/err.h"

enum { MAP_SIMILARITY_WINDOW = 7 };

struct map_similarity {
    double spearman; /* correlation of ranks, -1 .. 1; of equals the mean rank;
                        0 if one of the maps is flat */
    double ssim;     /* structural similarity, -1 .. 1 */
};

/*
 * Compare (h, w) maps of 0 .. 1.  SSIM has windows of 7 x 7, all alike, that
 * lie inside, sample covariances and a range of 1: so scikit-image's
 * structural_similarity(data_range=1).  Maps with a side below 7 have 1 if they
 * are equal, else 0.  Deterministic.
 * Errors: ERR_SYSTEM no memory.
 * Source: Wang et al. 2004, eq. 13.
 */
MUST_USE int map_similarity(const float *a, const float *b, int h, int w,
                            struct map_similarity *s, struct err *err);

#endif
