/*
 * explain_private.h - what the files of explain.h share
 */
#ifndef EXPLAIN_EXPLAIN_PRIVATE_H
#define EXPLAIN_EXPLAIN_PRIVATE_H

#include "img/image.h"
#include "stages/explain/choose_cells.h"
#include "stages/explain/concept_regions.h"
#include "stages/explain/explain.h"
#include "stages/explain/explained_network.h"
#include "stages/explain/faithfulness.h"
#include "stages/explain/localisation.h"
#include "stages/explain/map_scores.h"

enum {
    SCORES_MAX_BYTES = 1 << 20, /* of one cell */
    RANDOM_MAX = 4,             /* partly randomised networks */
};

enum figure_kinds {
#define MAP_TABLE(kind, word) FIGURES_##kind,
#include "config/map_tables.def"
#undef MAP_TABLE
    FIGURE_KINDS
};

struct explanation {
    const struct explain_args *args;
    const struct explainer *method[CONFIG_LIST_MAX];
    int n_method;
    struct store data;
    struct prediction *list; /* owned: of the test split, then the chosen */
    size_t n;
    struct explained_network own, random[RANDOM_MAX];
    int n_random;
    struct contours contours;
    float *x, *heat;     /* owned: the network's input; (targets,
                                    methods, h, w) maps */
    uint8_t *view;       /* owned: likewise */
    float *spare;        /* owned: (1 + stability, h, w) maps */
    uint8_t *spare_view; /* owned: (h, w), what comes with them */
    uint8_t *region;     /* owned: (h, w) of localisation.h */
    struct contour shape[CONTOUR_PARTS]; /* owned: of the cell in hand */
    struct image overlay, strip;         /* owned */
    struct buf csv;   /* lines of scores.csv of the cell in hand */
    struct buf doses; /* likewise, of dose_response.csv */
    struct buf figures[FIGURE_KINDS]; /* likewise, of map_scores.h */
};

/* The kinds that are asked for have figures; NULL: this one is not. */
const struct figure_kind *explain_kind(const struct explain_settings *s,
                                       enum figure_kinds kind);

/* One target of the cell in hand. */
struct explained_target {
    const struct prediction *cell;
    int target, at; /* class; which of the cell's targets it is */
};

/* What was measured of one map. */
struct map_measures {
    bool has_faithfulness, has_localisation;
    struct faithfulness faithfulness;
    double localisation[LOCALISATION_FIGURES];
};

/*
 * Room for the maps of a cell, of e->n_method methods.
 * Errors: ERR_SYSTEM no memory.
 */
MUST_USE int explain_cell_init(struct explanation *e, struct err *err);

/* Explain cell 'c', write its files, leave its lines in csv and figures. */
MUST_USE int explain_cell(struct explanation *e, const struct prediction *c,
                          struct err *err);

/* The map of a method for a target of the cell in hand. */
float *explain_map(const struct explanation *e, int target, int method);

/* Field of the index of data/, "" if there is no such column. */
const char *explain_field(const struct explanation *e, size_t row,
                          const char *column);

/* Where concepts.h takes a cell's regions from. */
struct concept_source explain_source(const struct explain_args *a,
                                     const struct store *data,
                                     const struct contours *contours);

/* --- explain_files.c ------------------------------------------------------ */

/* Panels of a strip: the cell, the maps, two views of each method that has
 * them, the contours where there are any. */
int explain_panels(const struct explanation *e);

/* Write a map's files, a target's strip, a map's line of scores.csv. */
MUST_USE int explain_write_map(struct explanation *e,
                               const struct explained_target *explained,
                               int method, struct err *err);
MUST_USE int explain_write_strip(struct explanation *e,
                                 const struct explained_target *explained,
                                 struct err *err);
void explain_line(struct explanation *e,
                  const struct explained_target *explained, int method,
                  const struct map_measures *m);

/* Titles of scores.csv's columns, with the line end. */
void explain_header(bool contours, struct buf *csv);

/* --- explain_measure.c ---------------------------------------------------- */

/* Measure the map of a method; the figures of a cell that tables count are
 * kept. */
MUST_USE int explain_measure(struct explanation *e,
                             const struct explainer_task *t,
                             const struct explained_target *explained,
                             int method, struct map_measures *m,
                             struct err *err);

/* Compare the maps of the predicted class, the first target, with those of
 * random weights, and of other seeds. */
MUST_USE int explain_compare(struct explanation *e,
                             const struct explainer_task *t,
                             const struct explained_target *explained,
                             struct err *err);

#endif
