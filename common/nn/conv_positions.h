/*
 * conv_positions.h - the list of positions that conv_panels*.c multiply
 *
 * A copy of x in bf16 with zeros around it is a list of positions, row by row,
 * image by image.  Rows and images share the zeros between them, so that what
 * tap (ky, kx) of a kernel reads lies everywhere the same distance, ky width
 * + kx, behind an output's own position: a convolution is a sum of products of
 * matrices that begin at different places of one list.  Outputs at the zeros
 * are computed as well, and left out.
 */
#ifndef NN_CONV_POSITIONS_H
#define NN_CONV_POSITIONS_H

#include "nn/block_product.h"
#include "nn/conv.h"

/* A tensor, of which every 'step'-th row and column takes part. */
struct conv_side {
    int h, w, c;       /* rows and columns that do; channels */
    int step;          /* more than 1: of a kernel of one tap alone */
    int rows, columns; /* all there are */
};

/* Where things lie in the list of positions. */
struct conv_positions {
    int n; /* images */
    struct conv_side in, out;
    int size, top, left; /* of the kernel; zeros before the first row, column */
    size_t width, height; /* positions of a row, rows of an image */
    size_t depth;         /* channels of a position, with zeros behind them */
};

/* From x to y, and from dy to dx. */
struct conv_positions conv_positions_forward(const struct conv *c);
struct conv_positions conv_positions_backward(const struct conv *c);

/* How many taps a kernel has, how far behind an output's position one reads,
 * and how far the last. */
size_t conv_positions_taps(const struct conv_positions *m);
size_t conv_positions_distance(const struct conv_positions *m, size_t tap);
size_t conv_positions_reach(const struct conv_positions *m);

size_t conv_positions_count(const struct conv_positions *m);

/* Panels of BLOCK_SIDE output channels, and numbers of one. */
size_t conv_positions_panels(const struct conv_positions *m);
size_t conv_positions_panel_len(const struct conv_positions *m);

/* A place in the list: image, row, column. */
struct conv_place {
    size_t i, y, x;
};
struct conv_place conv_positions_place(const struct conv_positions *m,
                                       size_t position);
static inline void conv_positions_next(const struct conv_positions *m,
                                       struct conv_place *p)
{
    if (++p->x < m->width)
        return;
    p->x = 0;
    if (++p->y < m->height)
        return;
    p->y = 0;
    p->i++;
}

/* Numbers before row 'y' and column 'x' of an image; CONV_NOWHERE: there are
 * zeros, or nothing. */
#define CONV_NOWHERE SIZE_MAX
static inline size_t conv_positions_pixel(const struct conv_positions *m,
                                          const struct conv_side *s,
                                          size_t image, long y, long x)
{
    if (image >= (size_t)m->n || y < 0 || y >= s->h || x < 0 || x >= s->w)
        return CONV_NOWHERE;
    return ((image * (size_t)s->rows + (size_t)(y * s->step)) *
                (size_t)s->columns +
            (size_t)(x * s->step)) *
           (size_t)s->c;
}

/* The same of x, and of y, at a place. */
static inline size_t conv_positions_input(const struct conv_positions *m,
                                          const struct conv_place *p)
{
    return conv_positions_pixel(m, &m->in, p->i, (long)p->y - m->top,
                                (long)p->x - m->left);
}

static inline size_t conv_positions_output(const struct conv_positions *m,
                                           const struct conv_place *p)
{
    return conv_positions_pixel(m, &m->out, p->i, (long)p->y, (long)p->x);
}

/* n up to the next multiple. */
size_t conv_positions_round_up(size_t n, size_t to);

#endif
