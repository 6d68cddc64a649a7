/*
 * explain_private.h - what explain.c and explain_cell.c share
 */
#ifndef EXPLAIN_EXPLAIN_PRIVATE_H
#define EXPLAIN_EXPLAIN_PRIVATE_H

#include "base/buf.h"
#include "img/image.h"
#include "stages/explain/cam.h"
#include "stages/explain/explain.h"
#include "stages/explain/faith_table.h"
#include "stages/explain/pick.h"

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
    struct buf csv;              /* scores.csv */
    struct faith_row *faith;     /* owned: of maps of predicted classes */
    size_t n_faith;
};

/*
 * Room for the maps of a cell, of e->n_method methods.
 * Errors: ERR_SYSTEM no memory.
 */
MUST_USE int explain_cell_init(struct explanation *e, struct err *err);

/* Explain cell 'c', write its files, add its lines to csv and faith. */
MUST_USE int explain_cell(struct explanation *e, const struct prediction *c,
                          struct err *err);

/* Titles of scores.csv's columns, with the line end. */
void explain_header(struct buf *csv);

#endif
