/*
 * map_scores.h - numbers about maps, cell by cell, and their means
 *
 * Each kind of measurement gives the same few figures for every map that it
 * can measure.  While cells are explained the figures lie in
 * .parts/PLACE.KIND.csv: method,truth,group and the figures, with all digits.
 * Then KIND.csv tells their means by method and label:
 *     method,label,figure,cells,groups,mean,low,high
 * where label is the true class or "all", low and high the 95 % interval of
 * stats/bootstrap.h, groups drawn again; both empty where it has none.
 * Counted are maps of the predicted class.
 */
#ifndef EXPLAIN_MAP_SCORES_H
#define EXPLAIN_MAP_SCORES_H

#include "base/buf.h"
#include "config/config.h"

enum { FIGURES_MAX = 24 };

/* A kind of measurement. */
struct figure_kind {
    const char *name; /* "faithfulness" */
    int n;            /* figures, 1 .. FIGURES_MAX */
    const char *(*title)(int figure);
};

/* Of one map. */
struct figure_row {
    size_t method; /* position in the table's methods */
    int truth;
    char *group; /* owned: cells of a group are alike; "": alone */
    double value[FIGURES_MAX];
};

struct figure_table {
    const struct figure_kind *kind;            /* borrowed */
    const struct word_list *methods;           /* borrowed */
    const char (*class_name)[CONFIG_NAME_MAX]; /* borrowed */
    int n_class;
    int resamples; /* 0: no intervals */
    uint64_t seed;
    struct figure_row *row; /* owned */
    size_t n, room;
};

/* Titles of .parts/PLACE.KIND.csv's columns, and one of its lines. */
void map_scores_header(const struct figure_kind *kind, struct buf *out);
void map_scores_put(const struct figure_kind *kind, const char *method,
                    int truth, const char *group, const double *value,
                    struct buf *out);

/*
 * Add the rows of such a file; t->kind, methods and n_class are set.
 * Errors: ERR_INPUT it is none; ERR_SYSTEM no memory.
 */
MUST_USE int map_scores_read(struct figure_table *t, const char *path,
                             struct err *err);

/*
 * Append the whole of KIND.csv to 'out'.  Deterministic.
 * Errors: ERR_SYSTEM no memory.
 */
MUST_USE int map_scores_write(const struct figure_table *t, struct buf *out,
                              struct err *err);

/*
 * Means of a method over all classes.
 *   mean [out] (t->kind->n)
 * Returns how many maps they are of; 0: 'mean' is not written.
 */
size_t map_scores_means(const struct figure_table *t, size_t method,
                        double *mean);

/* Release the rows. */
void map_scores_release(struct figure_table *t);

#endif
