/*
 * teacher.h - what other networks said of the training cells
 *
 * A table as evaluate.training writes it, predictions.csv with the training
 * cells, or any with these columns:
 *
 *     file         as in data/index.csv; each training cell once
 *     p_<class>    of each class: probability, 0 .. 1, of sum 1
 *     split        optional: what the teacher did with the cell
 *     fold         in a run of folds: whose training cell the row is about.
 *                  Rows of fold f are those of a teacher that was trained
 *                  without the test cells of fold f; with column split, a cell
 *                  that tests or validates there and trained the teacher is
 *                  refused, and one that tests and validated it, by which its
 *                  epoch was chosen.
 *
 * That a teacher was trained on the very cells it teaches is usual.
 */
#ifndef TRAIN_TEACHER_H
#define TRAIN_TEACHER_H

#include "stages/train/trainset.h"

struct teacher {
    float *p; /* owned: (rows of data/, classes) of training cells, at the
                 temperature: p^(1/T) / sum; others 0.  NULL: no teacher */
};

struct teacher_args {
    const char *path;
    const char *hash;         /* of the file, as the plan has it */
    const struct store *data; /* of the fold in hand */
    double temperature;
};

/*
 * Not collective.
 * Errors: ERR_USAGE the file is another than the plan's, has no such columns,
 * lacks a training cell or has it twice, numbers that are no probabilities, or
 * a teacher that saw what tests or validates; ERR_INPUT unreadable; ERR_SYSTEM.
 * *t is empty then.
 */
MUST_USE int teacher_read(struct teacher *t, const struct teacher_args *a,
                          struct err *err);
void teacher_release(struct teacher *t);

/* Of the cell in row 'row' of data/: (classes). */
static inline const float *teacher_row(const struct teacher *t, size_t row,
                                       int n_class)
{
    return t->p + row * (size_t)n_class;
}

#endif
