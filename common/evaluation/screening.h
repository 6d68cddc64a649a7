/*
 * screening.h - what predictions mean to a laboratory that screens
 *
 * Of so many abnormal cells so many were missed (called a class that is not
 * abnormal), of so many others so many were raised; whether the threshold that
 * validation chose for evaluate.sensitivity, and the prediction sets that
 * validation fitted for evaluate.coverage, hold on the test split what they
 * promise.  With folds the test cells of all of them are taken together, each
 * as its own fold's validation says.  Each share has its interval by
 * grouped_share.h, all from the same resamples.
 */
#ifndef EVALUATION_SCREENING_H
#define EVALUATION_SCREENING_H

#include "evaluation/class_groups.h"
#include "stats/grouped_share.h"

struct screening {
    bool validation; /* nothing tests: figures are of validation cells, and
                           nothing is fitted */
    bool two;        /* are there abnormal classes and others? */
    bool sets;      /* are there probabilities, so that sets could be fitted? */
    bool threshold; /* could one be chosen, in each fold? */
    struct grouped_share accuracy;       /* of all cells, as in metrics.json */
    struct grouped_share missed, raised; /* if 'two' */
    struct grouped_share above_found, above_raised; /* if 'threshold' */
    struct grouped_share covered;                   /* if 'sets' */
    double wanted, promised;                        /* sensitivity, coverage */
    bool whole; /* every set holds every class, so that it promises nothing */
    int folds;  /* that were read */

    int k; /* classes, and what they count as */
    char class_name[STATS_CLASSES_MAX][CONFIG_NAME_MAX];
    enum class_group group[STATS_CLASSES_MAX]; /* if 'two' */
    bool abnormal[STATS_CLASSES_MAX];

    /* validation has too few cells of it to promise anything (conformal.h), so
     * that it is in every set, of a fold at least */
    bool always[STATS_CLASSES_MAX];
};

/*
 * From the predictions.csv of one experiment, or of its folds: of their test
 * cells or, if none of them has any, of those of validation.  Classes are those
 * of all of them.
 *   path [in] (n) n is 1 .. CONFIG_FOLDS_MAX
 * Deterministic: the resamples are those of metrics.json.
 * Errors: as predictions_read() and class_groups_init(); ERR_INPUT too many
 * classes.
 */
MUST_USE int screening_read(struct screening *s, const char *const *path, int n,
                            const struct config *c, struct err *err);

/* Sentences, as plain text: what was missed and raised; which classes count as
 * what; whether threshold and sets keep their promise ("" if there is none),
 * and which classes are in every set. */
void screening_put_found(const struct screening *s, struct buf *out);
void screening_put_classes(const struct screening *s, struct buf *out);
void screening_put_threshold(const struct screening *s, struct buf *out);
void screening_put_sets(const struct screening *s, struct buf *out);

/* The same of what was found in a few words, for a line of a table: "missed 3
 * of 40, raised 2 of 60". */
void screening_put_short(const struct screening *s, struct buf *out);

#endif
