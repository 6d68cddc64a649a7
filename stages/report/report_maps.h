/*
 * report_maps.h - the maps of explained cells on the page, each once
 *
 * A map is a small picture of one channel, the values of maps/X.npy from 0 to
 * 1 as 0 to 255, defined once as an <image> with an id.  Wherever it is shown it
 * is coloured by a filter, in the colours of explain.colours, the more opaque
 * the higher its values, so that the stain below stays visible.  When room
 * ends, every class keeps as many of its right and of its wrong cells as every
 * other.
 */
#ifndef STAGES_REPORT_REPORT_MAPS_H
#define STAGES_REPORT_REPORT_MAPS_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

struct report_data;
struct report_experiment;

/* Rows of scores.csv that show one cell and what speaks for one class. */
struct report_explained {
    size_t score, n; /* the first, how many methods */
    size_t row;      /* of data/, or REPORT_NO_ROW */
    size_t cell;     /* in e->cells, likewise */
    size_t rank;     /* how many of its class and verdict come before */
    bool shown;      /* are its maps on the page? */
    bool left_out;   /* were they left out for want of room? */
};

/* What there is of a row of scores.csv; an empty map is 0 everywhere. */
enum report_map { REPORT_MAP_NONE, REPORT_MAP_EMPTY, REPORT_MAP_THERE };

struct report_maps {
    struct report_explained *of; /* owned */
    enum report_map *map;        /* owned: of each row of scores.csv */
    size_t n, left_out;          /* left out for want of room */
    struct buf defs;             /* the <image> elements */
};

/* Choose and encode those of all experiments.  Errors: ERR_SYSTEM no memory. */
MUST_USE int report_maps_choose(struct report_data *d, struct err *err);
void report_maps_release(struct report_maps *m);

/* Append the filter and the definitions; nothing if there are none. */
void report_maps_put_defs(struct report_data *d, struct buf *b);

/* Append the id of the map in row 'score' of experiment 'i'. */
void report_maps_put_id(int i, size_t score, struct buf *b);

/* Append the colours from 0 to 1 as a bar. */
void report_maps_put_bar(const struct report_data *d, struct buf *b);

#endif
