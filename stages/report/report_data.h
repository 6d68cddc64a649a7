/* report_data.h - what a run's files say, read for the report */
#ifndef STAGES_REPORT_REPORT_DATA_H
#define STAGES_REPORT_REPORT_DATA_H

#include "evaluation/screening.h"
#include "run/plan.h"
#include "stages/report/report_cells.h"
#include "stages/report/report_files.h"
#include "stages/report/report_maps.h"
#include "stages/report/report_pictures.h"
#include "store/store.h"

#include <string.h>

enum { REPORT_REASONS_MAX = 24 };

/* Tables of an experiment's explanations, see stages/explain/map_scores.h. */
enum report_table {
#define MAP_TABLE(kind, word) TABLE_##kind,
#include "config/map_tables.def"
#undef MAP_TABLE
    REPORT_TABLES
};

struct report_data;

struct report_experiment {
    const struct plan_step *train; /* or of an ensemble its evaluation;
                                      borrowed, as these: */
    const struct plan_step *evaluate, *explain; /* NULL: not planned */
    const char *name;                           /* borrowed */
    struct report_json metrics;
    struct report_csv history, errors, scores, neighbours;
    struct report_csv concepts, concept_means;
    struct report_csv figures[REPORT_TABLES];
    struct screening *screening; /* owned; NULL: missing */
    struct screening *pooled;    /* owned: of all folds, at the first of them */
    char screening_why[256];
    struct report_cells cells;
    struct report_maps maps;
};

/* Is it made of others, without a training or explanations of its own? */
static inline bool report_is_ensemble(const struct report_experiment *e)
{
    return e->train == e->evaluate;
}

/* Is it a vote whose members are weighed by their accuracy on validation? */
bool report_weighs_votes(const struct report_data *d,
                         const struct report_experiment *e);

/* Samples that were set aside for one reason. */
struct report_reason {
    const char *text, *example; /* borrowed from the index */
    size_t n;
};

struct report_reasons {
    struct report_reason list[REPORT_REASONS_MAX]; /* the most frequent */
    int n_list;
    size_t n_other, n; /* beyond the list, in all */
};

/* Usable cells of one class, or of all: in each split or, where there are
 * folds, in each fold instead. */
struct report_class {
    const char *name; /* borrowed from the index */
    size_t split[SPLIT_NONE], fold[CONFIG_FOLDS_MAX], set_aside;
};

/* What data/index.csv shows on a second look. */
struct report_counts {
    struct report_class of[CONFIG_CLASSES_MAX], all;
    int n_class;
    int folds; /* parts below are folds, else (1) splits */
    enum fold_use fold_use;
    size_t tests;         /* test cells, of all folds */
    bool untested;        /* none, but validation cells: figures are of these */
    size_t twins;         /* files equal to one of another part */
    size_t twins_trained; /* cells that figures are of: those with a copy in
                             training */
    const char *twin[2];  /* two such files, the first of training if there is
                             such a pair; or NULL */
    size_t conflicts;     /* files equal to one of another class */
    size_t shared_groups; /* groups with cells in more than one part */
    size_t leaked;        /* of the cells that figures are of: those with group
                      members in training */
};

struct report_data {
    const char *run_dir; /* borrowed */
    const struct config *config;
    const struct plan *plan;
    struct plan_step *step; /* owned: the plan's, those that are stale with a
                               directory where nothing is */
    const char *data_dir;   /* borrowed: of the step that prepared the cells */
    struct report_csv index, augment;
    struct report_json baseline, stats;
    struct report_counts counts;
    struct report_reasons aside, augment_aside;
    struct report_experiment *experiment; /* owned */
    int n_experiment;
    struct report_pictures pictures;
    int best; /* experiment of the headline, -1 if none is evaluated; of folds
                 the first that is */
};

/* Are there experiments of variants of a training? */
static inline bool report_has_variants(const struct report_data *d)
{
    for (int i = 0; i < d->n_experiment; i++)
        if (*d->experiment[i].train->variant)
            return true;
    return false;
}

/* Cells of a class, or of all: in split 's' of fold 'fold' (0 without), used in
 * any. */
size_t report_cells(const struct report_counts *n, const struct report_class *c,
                    int fold, enum split s);
size_t report_used(const struct report_class *c);

/* The split that figures are of: "test", or "validation" if nothing tests. */
static inline const char *report_told(const struct report_data *d)
{
    return d->counts.untested ? "validation" : "test";
}

/* How many cells these are, of all folds. */
static inline size_t report_told_cells(const struct report_data *d)
{
    const struct report_counts *n = &d->counts;

    if (!n->untested)
        return n->tests;
    return n->folds > 1 ? report_used(&n->all) : n->all.split[SPLIT_VALIDATION];
}

/* Do these cells have chosen the epoch whose weights are evaluated? */
static inline bool report_chose_epoch(const struct report_data *d)
{
    const enum model_choice model = d->config->evaluate.model;

    return d->counts.untested && model != MODEL_LAST && model != MODEL_AVERAGE;
}

/* Read it all.  Errors: ERR_SYSTEM no memory. */
MUST_USE int report_data_read(struct report_data *d, struct err *err);
void report_data_release(struct report_data *d);

/* "faithfulness", ...: the file without ".csv". */
const char *report_table_name(enum report_table t);

/* What size and colour alone tell in the fold of experiment 'e', as
 * baseline.json has it; NULL if it is missing. */
const json_t *report_baseline(const struct report_data *d,
                              const struct report_experiment *e);

/* Did labels of test cells weigh the classes in its training, or in that of a
 * member of an ensemble? */
bool report_leaks(const struct report_data *d,
                  const struct report_experiment *e);

#endif
