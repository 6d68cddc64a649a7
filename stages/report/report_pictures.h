/*
 * report_pictures.h - the stained cells on the page, each once
 *
 * A cell's picture is an <image> with an id, defined once and used wherever it
 * is shown: by the matrix, mistakes, gallery, cell view and nearest cells of
 * every experiment.  Pictures are those of data/, as the networks saw them, as
 * WebP.  When room ends, those are there that are looked at first: explained
 * and wrong cells, of the headline's experiment before the others', the training
 * cells nearest to them, then right ones.
 */
#ifndef STAGES_REPORT_REPORT_PICTURES_H
#define STAGES_REPORT_REPORT_PICTURES_H

#include "base/buf.h"
#include "img/image.h"
#include "store/store.h"

#include <stdbool.h>

struct report_data;

struct report_pictures {
    bool open;
    char why[256];     /* not open */
    struct store data; /* owned */
    uint8_t *there;    /* owned: (data.n) is it on the page? */
    size_t room;       /* bytes left */
    struct buf defs;   /* the <image> elements */
};

/* Choose and encode them.  Errors: ERR_SYSTEM no memory. */
MUST_USE int report_pictures_choose(struct report_data *d, struct err *err);
void report_pictures_release(struct report_pictures *p);

/* Is the picture of a row of data/ (or REPORT_NO_ROW) on the page? */
bool report_pictures_has(const struct report_pictures *p, size_t row);

/* Append the definitions; nothing if there are none. */
void report_pictures_put_defs(struct report_data *d, struct buf *b);

/* Append the picture of a row, or a place for it; 'label' is read aloud and
 * escaped. */
void report_pictures_put(const struct report_pictures *p, size_t row,
                         const char *label, struct buf *b);

/* The same in parts, for more in one picture: an open tag without its end, and
 * the cell, of which there may be nothing. */
void report_pictures_open(const struct report_pictures *p, const char *label,
                          struct buf *b);
void report_pictures_use(const struct report_pictures *p, size_t row,
                         struct buf *b);

#endif
