/*
 * page_heat.h - maps in a page: grey pictures that the page colours
 *
 * Values from 0 to 1 are 0 to 255 in all channels; a filter colours them, the
 * more opaque the higher, so that the stain below stays visible.
 *   rgb [in] (256, 3) of img/heat_colours.h
 */
#ifndef PAGE_PAGE_HEAT_H
#define PAGE_PAGE_HEAT_H

#include "base/buf.h"
#include "img/image.h"

#include <stdint.h>

/* Fill 'im' by its size's values, (h, w); what is beyond 0 .. 1 is cut. */
void page_heat_fill(const float *v, struct image *im);

/* Append the filter, whose id is "heat". */
void page_heat_put_filter(const uint8_t rgb[256][3], struct buf *b);

/* Append the colours from 0 to 1 as a bar. */
void page_heat_put_bar(const uint8_t rgb[256][3], struct buf *b);

#endif
