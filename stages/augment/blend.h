/*
 * blend.h - mix a filtered copy with its original
 */
#ifndef AUGMENT_BLEND_H
#define AUGMENT_BLEND_H

#include "augment.h"

/*
 * p->dst = p->src + alpha (p->dst - p->src), alpha rounded to 2^-15.
 *   alpha  0 .. 1; at 0 dst is src
 */
void blend(const struct augment_picture *p, float alpha);

#endif
