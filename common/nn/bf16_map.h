/*
 * bf16_map.h - the list of positions that conv_bf16*.c multiply
 *
 * A copy of x in bf16 with zeros around it is a list of positions, row by row,
 * image by image.  Rows and images share the zeros between them, so that what
 * tap (ky, kx) of a kernel reads lies everywhere the same distance, ky width
 * + kx, behind an output's own position: a convolution is a sum of products of
 * matrices that begin at different places of one list.  Outputs at the zeros
 * are computed as well, and left out.
 */
#ifndef NN_BF16_MAP_H
#define NN_BF16_MAP_H

#include "nn/bf16_product.h"
#include "nn/conv.h"

/* A tensor, of which every 'step'-th row and column takes part. */
struct bf16_side {
    int h, w, c;       /* rows and columns that do; channels */
    int step;          /* more than 1: of a kernel of one tap alone */
    int rows, columns; /* all there are */
};

/* Where things lie in the list of positions. */
struct bf16_map {
    int n; /* images */
    struct bf16_side in, out;
    int size, top, left; /* of the kernel; zeros before the first row, column */
    size_t width, height; /* positions of a row, rows of an image */
    size_t depth;         /* channels of a position, with zeros behind them */
};

/* From x to y, and from dy to dx. */
struct bf16_map bf16_map_forward(const struct conv *c);
struct bf16_map bf16_map_backward(const struct conv *c);

/* How many taps a kernel has, how far behind an output's position one reads,
 * and how far the last. */
size_t bf16_map_taps(const struct bf16_map *m);
size_t bf16_map_distance(const struct bf16_map *m, size_t tap);
size_t bf16_map_reach(const struct bf16_map *m);

size_t bf16_map_positions(const struct bf16_map *m);

/* Panels of BF16_BLOCK output channels, and numbers of one. */
size_t bf16_map_panels(const struct bf16_map *m);
size_t bf16_map_panel_len(const struct bf16_map *m);

/* A place in the list: image, row, column. */
struct bf16_place {
    size_t i, y, x;
};
struct bf16_place bf16_map_place(const struct bf16_map *m, size_t position);
static inline void bf16_map_next(const struct bf16_map *m, struct bf16_place *p)
{
    if (++p->x < m->width)
        return;
    p->x = 0;
    if (++p->y < m->height)
        return;
    p->y = 0;
    p->i++;
}

/* Numbers before row 'y' and column 'x' of an image; BF16_NOWHERE: there are
 * zeros, or nothing. */
#define BF16_NOWHERE SIZE_MAX
static inline size_t bf16_map_pixel(const struct bf16_map *m,
                                    const struct bf16_side *s, size_t image,
                                    long y, long x)
{
    if (image >= (size_t)m->n || y < 0 || y >= s->h || x < 0 || x >= s->w)
        return BF16_NOWHERE;
    return ((image * (size_t)s->rows + (size_t)(y * s->step)) *
                (size_t)s->columns +
            (size_t)(x * s->step)) *
           (size_t)s->c;
}

/* The same of x, and of y, at a place. */
static inline size_t bf16_map_input(const struct bf16_map *m,
                                    const struct bf16_place *p)
{
    return bf16_map_pixel(m, &m->in, p->i, (long)p->y - m->top,
                          (long)p->x - m->left);
}

static inline size_t bf16_map_output(const struct bf16_map *m,
                                     const struct bf16_place *p)
{
    return bf16_map_pixel(m, &m->out, p->i, (long)p->y, (long)p->x);
}

/* n up to the next multiple. */
size_t bf16_round_up(size_t n, size_t to);

#endif
