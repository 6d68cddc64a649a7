/*
 * svg_private.h - what the charts share
 */
#ifndef CHARTS_SVG_PRIVATE_H
#define CHARTS_SVG_PRIVATE_H

#include "charts/svg.h"

/* The opening tag; 'label' is what a screen reader says. */
void svg_open(struct buf *out, double w, double h, const char *label,
              bool alone);

/* Characters of 's', a byte that is none counting as one. */
size_t svg_count(const char *s);

/* Text at (x, y); 'anchor' is start, middle or end; 'more' other classes. */
void svg_put(struct buf *out, double x, double y, const char *anchor,
             const char *more, const char *s);

#endif
