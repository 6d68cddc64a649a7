/*
 * draw_cell.h - one cell as numbers, before it is painted
 *
 * A cluster has a style (stain, light, focus, scale) that its cells share; a
 * class has traits (draw_class.c); a cell is drawn from both.  Colours are
 * optical densities of the red, green and blue light: layers that overlap add.
 */
#ifndef DRAW_DRAW_CELL_H
#define DRAW_DRAW_CELL_H

#include "stages/draw/draw_outline.h"

#include <stdbool.h>

enum {
    CELL_CLASSES = 5,
    CELL_MAX_NUCLEI = 2,
    CELL_MAX_SPOTS = 24, /* vacuoles and granules */
    CELL_MAX_FOLDS = 3,
};

/* Small round thing in the cytoplasm: a vacuole thins it, a granule darkens. */
struct spot {
    float x, y, r, depth;
};

/* Beyond the line through (x, y) the cell is folded over. */
struct fold {
    float x, y, nx, ny, depth;
};

struct nucleus {
    struct outline shape;
    float density;   /* 0.5 pale .. 2 pyknotic */
    float chromatin; /* strength of its texture */
    float grain;     /* size of a chromatin clump, pixels */
    float membrane;  /* darker rim */
    float edge;      /* softness, pixels */
};

struct cell {
    struct outline body;
    float colour[2][3]; /* between which the cytoplasm's stain varies */
    float density, edge, dome, rim, rim_width;
    float ragged; /* unevenness of the border, pixels */
    float grain, grain_size, wrinkle, wrinkle_size;
    bool has_halo;
    struct outline halo;
    float halo_depth, halo_rim;
    int n_nucleus, n_spot, n_fold;
    struct nucleus nucleus[CELL_MAX_NUCLEI];
    float nucleus_colour[3];
    struct spot spot[CELL_MAX_SPOTS];
    struct fold fold[CELL_MAX_FOLDS];
    uint32_t texture; /* seed of its noise */
};

/* What the cells of one cluster share. */
struct style {
    float scale;       /* pixels per pixel of the class' nominal size */
    float stain[2][3]; /* cytoplasm */
    float nucleus_stain[3];
    float strength; /* of all stains */
    float light[3]; /* 0 .. 1, of the empty field */
    float haze[3];  /* density of the ground: mucus, other layers */
    float haze_amount;
    float veil;   /* density of what lies above or below, out of focus */
    float blur;   /* deviation, pixels */
    float noise;  /* deviation, grey levels */
    float crowd;  /* factor on the number of neighbours */
    float debris; /* specks per 10000 pixels */
};

/* "Dyskeratotic" ..., in the order of the archive's folders; 0 .. 4. */
const char *cell_class_name(int class);

/* Style of a cluster of 'class'.  Draws from 'rng'. */
void style_draw(struct style *s, int class, struct rng *rng);

/* A cell of 'class' about (0, 0), and how many neighbours it has. */
void cell_shape_draw(struct cell *c, int class, const struct style *s,
                     struct rng *rng);
int cell_neighbours(int class, const struct style *s, struct rng *rng);

/* Move the whole cell. */
void cell_move(struct cell *c, float dx, float dy);

#endif
