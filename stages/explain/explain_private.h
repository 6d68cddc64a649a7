/*
 * explain_private.h - what the files of explain.h share
 */
#ifndef EXPLAIN_EXPLAIN_PRIVATE_H
#define EXPLAIN_EXPLAIN_PRIVATE_H

#include "base/buf.h"
#include "img/image.h"
#include "stages/explain/cam.h"
#include "stages/explain/explain.h"
#include "stages/explain/figures.h"
#include "stages/explain/pick.h"

enum { SCORES_MAX_BYTES = 1 << 20 }; /* of one cell */

enum figure_kinds { FIGURES_FAITH, FIGURE_KINDS };

struct explanation {
    const struct explain_args *args;
    const struct explainer *method[CONFIG_LIST_MAX];
    int n_method;
    struct store data;
    struct prediction *list; /* owned: of the test split, then the chosen */
    size_t n;
    struct predictor net;  /* every layer readable, with gradients */
    struct predictor many; /* folded, for many passes */
    struct scorer scorer;  /* of 'many' */
    struct gradients gradients;
    float *x, *heat;             /* owned: the network's input; (targets,
                                    methods, h, w) maps */
    uint8_t *view;               /* owned: likewise */
    struct image overlay, strip; /* owned */
    struct buf csv;              /* lines of scores.csv of the cell in hand */
    struct buf figures[FIGURE_KINDS]; /* likewise, of figures.h */
};

/* The kinds that are asked for have figures; NULL: this one is not. */
const struct figure_kind *explain_kind(const struct explain_settings *s,
                                       enum figure_kinds kind);

/* Path in cells/ of a place's file "scores" or of a kind. */
MUST_USE int explain_part(char path[FILE_PATH_MAX], const char *out,
                          size_t place, const char *what, struct err *err);

/*
 * Room for the maps of a cell, of e->n_method methods.
 * Errors: ERR_SYSTEM no memory.
 */
MUST_USE int explain_cell_init(struct explanation *e, struct err *err);

/* Explain cell 'c', write its files, leave its lines in csv and figures. */
MUST_USE int explain_cell(struct explanation *e, const struct prediction *c,
                          struct err *err);

/* Titles of scores.csv's columns, with the line end. */
void explain_header(struct buf *csv);

#endif
