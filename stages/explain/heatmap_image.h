/*
 * heatmap_image.h - maps as pictures
 */
#ifndef EXPLAIN_HEATMAP_IMAGE_H
#define EXPLAIN_HEATMAP_IMAGE_H

#include "config/config.h"
#include "img/image.h"

enum {
    HEATMAP_SCALE = 2, /* enlargement */
    HEATMAP_GAP = 6,   /* pixels between panels */
    HEATMAP_BAR = 8,   /* width of the scale */
    HEATMAP_SIDE = 48, /* width of the words beside it */
    HEATMAP_HEAD = 2,  /* lines of words above each panel */
    HEATMAP_FOOT = 3,  /* and below */
    HEATMAP_PAPER = 255
};

/*
 * The colours of explain.colours (img/heat_colours.h).
 *   rgb [out] sRGB of values 0, 1/255, ... 1
 */
void heatmap_image_table(enum map_colours colours, uint8_t rgb[256][3]);

/*
 * Size of a picture of 'n_panel' panels of h x w pixels with words above and
 * below each, and the scale.
 */
int heatmap_image_strip_height(int h);
int heatmap_image_strip_width(int w, int n_panel);

/* Where panel number 'place' of w pixels begins, 0 being the leftmost; all
 * begin in row heatmap_image_top(). */
int heatmap_image_left(int w, int place);
int heatmap_image_top(void);

enum heatmap_panel {
    PANEL_CELL, /* the cell */
    PANEL_OVER, /* the map over the cell in grey */
    PANEL_MAP,  /* the map */
};

/* What a panel shows; borrowed. */
struct heatmap_cell {
    const uint8_t *rgb; /* (h, w, 3) */
    const float *map;   /* (h, w) 0 .. 1; NULL: not asked for */
    int h, w;
    enum map_colours colours;
    double least, most; /* what of the scale the map's 0 and 1 are, 0 .. 1 */
};

/* Make 'im' white, with the scale of relevance, 1 at its top, at the right. */
void heatmap_image_begin(enum map_colours colours, struct image *im);

/* Draw one panel, HEATMAP_SCALE times enlarged. */
void heatmap_image_draw(const struct heatmap_cell *c, enum heatmap_panel kind,
                        int place, struct image *im);

/*
 * Words above and below panel number 'place' of w pixels; beside the scale, at
 * its top and its bottom.  Errors: as words_draw().
 */
MUST_USE int heatmap_image_words(const char *head, const char *foot, int w,
                                 int place, struct image *im, struct err *err);
MUST_USE int heatmap_image_scale(const char *top, const char *bottom,
                                 struct image *im, struct err *err);

#endif
