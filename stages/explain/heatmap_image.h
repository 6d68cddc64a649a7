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
    HEATMAP_GREY = 128
};

/*
 * The colours of explain.colours (img/heat_colours.h).
 *   rgb [out] sRGB of values 0, 1/255, ... 1
 */
void heatmap_image_table(enum map_colours colours, uint8_t rgb[256][3]);

/* Size of a picture of 'n_panel' panels of h x w pixels, with its scale. */
int heatmap_image_strip_height(int h);
int heatmap_image_strip_width(int w, int n_panel);

enum heatmap_panel {
    PANEL_CELL,  /* the cell */
    PANEL_OVER,  /* the map over the cell in grey */
    PANEL_MAP,   /* the map */
    PANEL_SHOWN, /* what VIEW_SHOWN says, the rest black */
    PANEL_SIDES, /* the cell, VIEW_PRO in green, VIEW_CON in red */
};

/* What a panel shows; borrowed. */
struct heatmap_cell {
    const uint8_t *rgb;  /* (h, w, 3) */
    const float *map;    /* (h, w) 0 .. 1; NULL: not asked for */
    const uint8_t *view; /* (h, w) enum explainer_view; likewise */
    int h, w;
    enum map_colours colours;
};

/* Make 'im' grey, with the scale of relevance, 1 at its top, at the right. */
void heatmap_image_begin(enum map_colours colours, struct image *im);

/*
 * Draw one panel, HEATMAP_SCALE times enlarged.
 *   place [in] 0 is the leftmost
 */
void heatmap_image_draw(const struct heatmap_cell *c, enum heatmap_panel kind,
                        int place, struct image *im);

#endif
