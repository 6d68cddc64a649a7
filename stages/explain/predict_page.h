/*
 * predict_page.h - predictions as one page that loads nothing
 *
 * The view of cells that the report has (common/page/): each picture with its
 * class, probabilities, what the bundle decides, the maps of the methods that
 * are asked for, and the contours that a segmentation finds.  All is there without a script, but for other maps than
 * the first method's and the view of one picture.  The page's only script is
 * known to its policy by hash; text from files is escaped.
 */
#ifndef EXPLAIN_PREDICT_PAGE_H
#define EXPLAIN_PREDICT_PAGE_H

#include "base/buf.h"
#include "nn/cell_size.h"
#include "stages/explain/predict_decisions.h"
#include "stages/explain/predict_private.h"

#include <jansson.h>

enum {
    PREDICT_PAGE_PICTURES = 5000,  /* at most */
    PREDICT_PAGE_BYTES = 14000000, /* of pictures, maps, contours */
};

struct predict_page {
    const struct predict_columns *columns;     /* borrowed */
    const struct predict_decisions *decisions; /* borrowed */
    double threshold;
    struct buf figures, defs, aside;            /* owned */
    struct buf maps, choices;                   /* owned: of the next picture */
    json_t *of;                                 /* owned: likewise */
    json_t *cell, *line, *map, *fact, *nearest; /* owned: of all of them */
    size_t n, n_aside, n_raised, n_refer, n_unlike, n_fields, n_left_out;
    size_t room;
    size_t n_of[MODEL_MAX_CLASSES]; /* called so */
};

/*
 * Begin a page.
 *   threshold [in] read only with ask->threshold, 'd' with what it decides
 * Errors: ERR_SYSTEM no memory.  Is to be released anyway.
 */
MUST_USE int predict_page_init(struct predict_page *g,
                               const struct predict_columns *c,
                               const struct predict_decisions *d,
                               double threshold, struct err *err);
void predict_page_release(struct predict_page *g);

/*
 * Keep method number 'm' of the picture that is added next.
 *   map [in] of the model's size
 * Errors: ERR_SYSTEM.
 */
MUST_USE int predict_page_map(struct predict_page *g, int m,
                              const struct explainer_map *map, struct err *err);

struct predict_page_picture {
    const uint8_t *rgb;    /* (h, w, 3) as the model takes it; borrowed */
    struct cell_size size; /* as it came */
    int target;            /* the class that its maps are of */
    bool field;            /* it looks like a whole field of several cells */
};

/*
 * Add a picture; one for which there is no room (PREDICT_PAGE_BYTES) is told of
 * without it and its maps.
 *   p [in] not read of one that is set aside
 * Errors: ERR_SYSTEM.
 */
MUST_USE int predict_page_add(struct predict_page *g,
                              const struct predict_line *l,
                              const struct predict_page_picture *p,
                              struct err *err);

/* Replace the file 'path' by the page.  Deterministic.  Errors: ERR_SYSTEM. */
MUST_USE int predict_page_write(struct predict_page *g, const char *path,
                                struct err *err);

#endif
