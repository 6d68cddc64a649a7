/*
 * draw.h - a data set of drawn Pap-smear cells
 *
 * Five classes that look as SIPaKMeD's do, made from a seed alone, so that
 * the whole line can be run and tested where no real cells are at hand.  The
 * layout is that of the official archive:
 *
 *     im_<Class>/im_<Class>/CROPPED/NNN_MM.bmp   24 bits, 62 to 550 pixels
 *     im_<Class>/im_<Class>/NNN_cytMM.dat        outline of the cytoplasm
 *     im_<Class>/im_<Class>/NNN_nucMM.dat        outline of the nucleus
 *
 * NNN is the cluster, counted from 001 within the class: 8 to 26 cells that
 * share stain, light, focus and scale.  Outlines are polygons, "x,y" a line,
 * in pixels of the CROP, pixel centres at whole numbers (the official files
 * count in the uncropped picture of the cluster; there is none here).  Two
 * nuclei are one polygon whose parts are joined by a line that goes there and
 * back, so that filling it by the even-odd rule fills both.
 *
 * The pictures depend on seed, class, number of the cell and, through the
 * clusters, on how many there are; not on threads or platform.
 */
#ifndef DRAW_DRAW_H
#define DRAW_DRAW_H

#include "base/buf.h"
#include "img/image.h"

enum {
    DRAW_MIN_SIDE = 62,
    DRAW_MAX_SIDE = 550,
    DRAW_MIN_CLUSTER = 8,
    DRAW_MAX_CLUSTER = 26,
    DRAW_MAX_PER_CLASS = 100000,
};

/* One drawn cell. */
struct drawn {
    struct image im;               /* owned */
    struct buf cytoplasm, nucleus; /* owned: text of the .dat files */
};

struct draw_args {
    const char *dir;
    int64_t per_class; /* cells, 1 .. DRAW_MAX_PER_CLASS */
    uint64_t seed;

    /* Called after each cell, from one thread at a time; false stops.  NULL:
     * go on to the end. */
    bool (*each)(void *self, size_t done, size_t total);
    void *self;
};

/*
 * Draw cell 'number' (0 ..) of cluster 'cluster' (0 ..) of a class.
 * Deterministic: stream RNG_DRAW of 'seed'.  Errors: ERR_SYSTEM no memory.
 */
MUST_USE int draw_cell(struct drawn *d, uint64_t seed, int class, int cluster,
                       int number, struct err *err);
void drawn_release(struct drawn *d);

/*
 * Sizes of the clusters of a class: each DRAW_MIN_CLUSTER ..
 * DRAW_MAX_CLUSTER, together 'per_class' (one short cluster if that is less).
 *   size [out] (per_class) the first *n are filled in
 */
void draw_clusters(uint64_t seed, int class, int per_class, int *size, int *n);

/*
 * Draw all cells into a->dir, which exists; files of the same name are
 * replaced.  Uses the OpenMP threads there are.
 * Errors: ERR_USAGE per_class out of range; ERR_AGAIN each() said stop;
 * ERR_SYSTEM.  What was written stays.
 */
MUST_USE int draw_into(const struct draw_args *a, struct err *err);

/*
 * Draw into DIR.partial (emptied first), then rename it to a->dir: a crash of
 * the program leaves no half-filled a->dir, and running again gives the same.
 * Errors: as draw_into(); ERR_USAGE a->dir exists.
 */
MUST_USE int draw_dataset(const struct draw_args *a, struct err *err);

#endif
