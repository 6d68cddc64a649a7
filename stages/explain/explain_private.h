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
#include "stages/explain/f_fidelity.h"
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
    int n_method, n_shown; /* the latter get pictures; baselines follow */
    struct store data;
    struct prediction *list; /* owned: the chosen */
    size_t n;
    char chosen_from[HASH_HEX]; /* content of predictions.csv */
    struct explained_network own, random[RANDOM_MAX];
    int n_random;
    struct inference tuned;     /* of f_fidelity.h, if that is measured */
    struct scorer tuned_scorer; /* of 'tuned' */
    struct contours contours;
    float *x, *heat; /* owned: the network's input; (targets,
                                    methods, h, w) maps */
    uint8_t *view;   /* owned: likewise */
    struct explainer_map map[GRADIENTS_TARGETS_MAX][CONFIG_LIST_MAX]; /* borrows
                            heat and view */
    int same[GRADIENTS_TARGETS_MAX][CONFIG_LIST_MAX]; /* an earlier method whose
                            map is the same; -1: none */
    float *spare;        /* owned: (1 + stability, h, w) maps */
    uint8_t *spare_view; /* owned: (h, w), what comes with them */
    uint8_t *region;     /* owned: (h, w) of localisation.h */
    struct contour shape[CONTOUR_PARTS]; /* owned: of the cell in hand */
    struct image overlay;                /* owned */
    struct buf csv;   /* lines of scores.csv of the cell in hand */
    struct buf doses; /* likewise, of dose_response.csv */
    struct buf figures[FIGURE_KINDS]; /* likewise, of map_scores.h */
};

/* The kinds that are asked for have figures; NULL: this one is not. */
const struct figure_kind *explain_kind(const struct explain_settings *s,
                                       enum figure_kinds kind);

/* What was measured of one map. */
struct map_measures {
    bool has_faithfulness, has_f_fidelity, has_localisation;
    struct faithfulness faithfulness;
    double f_fidelity[F_FIDELITY_FIGURES];
    double localisation[LOCALISATION_FIGURES];
};

/* One target of the cell in hand. */
struct explained_target {
    const struct prediction *cell;
    int target, at; /* class; which of the cell's targets it is */
    int n_target;   /* of the cell */
    double p;       /* the class's probability */
    struct map_measures measured[CONFIG_LIST_MAX]; /* of each method */
};

/*
 * Room for the maps of a cell, of e->n_method methods.
 * Errors: ERR_SYSTEM no memory.
 */
MUST_USE int explain_cell_init(struct explanation *e, struct err *err);

/* Explain cell 'c', write its files, leave its lines in csv and figures. */
MUST_USE int explain_cell(struct explanation *e, const struct prediction *c,
                          struct err *err);

/* Field of the index of data/, "" if there is no such column. */
const char *explain_field(const struct explanation *e, size_t row,
                          const char *column);

/* Where concepts.h takes a cell's regions from. */
struct concept_source explain_source(const struct explain_args *a,
                                     const struct store *data,
                                     const struct contours *contours);

/* --- explain_list.c ------------------------------------------------------- */

/*
 * Have predictions.csv in OUTPUT_PARTS: the network predicts the split if no
 * process has done so.  Of several that do at once the first one's stays, so
 * that all choose from the same numbers, whatever processors they have.
 * Then choose from them.
 * Errors: ERR_AGAIN each() said stop; as inference_rows() and
 * explain_list_read().
 */
MUST_USE int explain_list_open(struct explanation *e, struct err *err);

/*
 * The chosen cells, from predictions.csv; none where none can be.
 *   list [out] (n) the caller free()s *list, also on failure
 * Errors: ERR_INPUT there are no predictions, or of other cells; ERR_SYSTEM.
 */
MUST_USE int explain_list_read(const struct explain_args *a,
                               const struct store *data,
                               struct prediction **list, size_t *n,
                               struct err *err);

/* --- explain_files.c ------------------------------------------------------ */

/* Write a map's files, a target's strip, a map's line of scores.csv. */
MUST_USE int explain_write_map(struct explanation *e,
                               const struct explained_target *explained,
                               int method, struct err *err);
MUST_USE int explain_write_strip(struct explanation *e,
                                 const struct explained_target *explained,
                                 struct err *err);
void explain_line(struct explanation *e,
                  const struct explained_target *explained, int method);

/* Titles of scores.csv's columns, with the line end. */
void explain_header(const struct explain_settings *s, bool contours,
                    struct buf *csv);

/* --- explain_words.c ------------------------------------------------------ */

/* Append what stands above a method's panel: its name as published, those whose
 * maps are the same, how many channels it looks at if not at all. */
void explain_words_head(const struct explanation *e,
                        const struct explained_target *explained, int method,
                        struct buf *b);

/* Append what stands below: the numbers that darkest and brightest stand for,
 * how coarse the map is, whether it has anything in the nucleus. */
void explain_words_foot(const struct explanation *e,
                        const struct explained_target *explained, int method,
                        struct buf *b);

/* Append what stands above and below the cell. */
void explain_words_cell(const struct explanation *e,
                        const struct explained_target *explained,
                        struct buf *head, struct buf *foot);

/* The largest value that a method has of the cell in hand, whatever the
 * target. */
double explain_words_top(const struct explanation *e,
                         const struct explained_target *explained, int method);

/* Append "64 of 1280 channels" where a map is not made of all. */
void explain_words_note(const struct explainer_map *map, struct buf *b);

/* --- explain_tuned.c ------------------------------------------------------ */

/*
 * Open the network of f_fidelity.h, if that is measured and there are cells: it
 * is tuned first unless it is there.  Errors: as f_fidelity_tune() and
 * inference_open().
 */
MUST_USE int explain_tuned_open(struct explanation *e, struct err *err);

/* OUT/f_fidelity.json, where OUTPUT_PARTS has it.  Errors: ERR_SYSTEM. */
MUST_USE int explain_tuned_gather(const struct explain_args *a,
                                  struct err *err);

/* --- explain_measure.c ---------------------------------------------------- */

/* Measure the map of a method; the figures of a cell that tables count are
 * kept. */
MUST_USE int explain_measure(struct explanation *e,
                             const struct explainer_task *t,
                             struct explained_target *explained, int method,
                             struct err *err);

/* Compare the maps of the predicted class, the first target, with those of
 * random weights, and of other seeds. */
MUST_USE int explain_compare(struct explanation *e,
                             const struct explainer_task *t,
                             const struct explained_target *explained,
                             struct err *err);

#endif
