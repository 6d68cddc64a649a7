/*
 * predictions.h - the table predictions.csv: written and read again
 *
 *     file,split,label,predicted,p_<class>...,group[,family]
 *
 * Probabilities have nine digits, so that a float is read back as it was; a
 * table of decisions alone has no p_ columns; one of a fold that has its training
 * cells, too (evaluate.training), has a last column 'fold', so that the folds'
 * tables can be put together for train.teacher.  'group' is CLASS/GROUP of
 * data/index.csv; empty: a cell alone.  'family', there if the index has it,
 * is what belongs together in a bootstrap, else the group is.
 */
#ifndef EVALUATION_PREDICTIONS_H
#define EVALUATION_PREDICTIONS_H

#include "base/csv.h"
#include "stats/outcomes.h"
#include "store/store.h"

/* What is said of the cells of one split. */
struct predictions {
    struct outcomes o;   /* its arrays are owned by what follows, or borrowed */
    const char **file;   /* (o.n) borrowed names */
    const char **group;  /* (o.n) */
    const char **family; /* (o.n) of groups; NULL: groups are alone */
    char (*class_name)[CONFIG_NAME_MAX]; /* (o.k) */
    int fold, folds; /* to be written if folds is above 1; not read */

    int *label, *predicted; /* owned, of a table that was read */
    double *p;
    struct csv csv, *more; /* more: (n_more) of tables that were added */
    int n_more;
};

/* What belongs together in a bootstrap: (o.n) names. */
static inline const char *const *predictions_drawn(const struct predictions *p)
{
    return p->family ? p->family : p->group;
}

/* Memory for n rows of p->o.k classes. */
MUST_USE int predictions_allocate(struct predictions *p, size_t n,
                                  bool probabilities, bool families,
                                  struct err *err);

/* Append the header, then the rows of any splits. */
void predictions_header(const struct predictions *p, struct buf *out);
void predictions_rows(const struct predictions *p, enum split split,
                      struct buf *out);

/*
 * Read the rows of 'split'.  Classes are those of the p_ columns, in their
 * order; without such columns, all that are named, sorted.
 * Errors: ERR_INPUT missing, damaged, a column lacks, a word that is no split,
 * a class that has no column, a probability that is not in 0 .. 1; ERR_SYSTEM.  *p is empty then.
 */
MUST_USE int predictions_read(struct predictions *p, const char *path,
                              enum split split, struct err *err);
void predictions_release(struct predictions *p);

/*
 * The rows that figures are told of: those of the test split or, if it has
 * none, of validation, on which nothing may be fitted then.
 *   split [out] which; may be NULL
 * Errors: as predictions_read().
 */
MUST_USE int predictions_read_told(struct predictions *p, const char *path,
                                   enum split *split, struct err *err);

/*
 * Are both of the same cells in the same order, with the same classes?
 *   what [in] names b in the message
 * Errors: ERR_USAGE they are not, with the first that differs.
 */
MUST_USE int predictions_match(const struct predictions *a,
                               const struct predictions *b, const char *what,
                               struct err *err);

#endif
