/*
 * svg_masking.h - how a probability falls while pixels are removed, and rises
 * while they come back
 */
#ifndef CHARTS_SVG_MASKING_H
#define CHARTS_SVG_MASKING_H

#include "charts/svg.h"

/* One method: mean probabilities at evenly spaced shares of the pixels, 0 .. 1. */
struct svg_masking_line {
    const char *name;                   /* any bytes */
    const double *insertion, *deletion; /* (n) */
};

struct svg_masking {
    const char *title;
    size_t n; /* shares, 2 or more */
    size_t n_line;
    const struct svg_masking_line *line; /* (n_line) */
};

/* Append the chart, as those of svg.h: insertion beside deletion. */
void svg_masking(const struct svg_masking *m, bool alone, struct buf *out);

#endif
