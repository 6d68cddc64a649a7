/*
 * nuclei.h - which nucleus a pixel belongs to, where two touch
 *
 * Each nucleus has a summit of the distance to its border.  Two summits are of
 * two nuclei if one must come down to less than three quarters of the lower one
 * to walk to the other, and that is at least half as high as the highest: bumps
 * of an outline are no nuclei.  The pixels between are divided by a watershed
 * of the distance.
 * Source: Vincent and Soille 1991, IEEE PAMI 13:583, sec. VI.
 */
#ifndef IMG_NUCLEI_H
#define IMG_NUCLEI_H

#include "base/err.h"

#include <stdint.h>

enum { NUCLEI_MAX = 16 };

/*
 *   mask  [in]  (h, w) 1 in some nucleus
 *   label [out] (h, w) 0, or 1 .. n: which nucleus
 *   n     [out] 0 .. NUCLEI_MAX, of more the highest summits
 * Deterministic.  Errors: ERR_SYSTEM no memory.
 */
MUST_USE int nuclei_number(const uint8_t *mask, int h, int w, uint8_t *label,
                           int *n, struct err *err);

#endif
