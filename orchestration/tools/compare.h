/*
 * compare.h - experiments of one run against each other
 *
 * All were asked about the same test cells; with folds those of all folds
 * together (evaluation/predictions_folds.h), where each cell is tested once.
 * Or they are ranked by the cells of their validation splits, those of all folds
 * together, each counted as often as it validates: then each against one of
 * them, the best if none is named.
 * For every two of them, or each and that one: McNemar's exact test with Holm's adjustment over the
 * family of all pairs compared here (stats/proportion.h), and the difference in
 * accuracy with its interval over groups drawn again (stats/bootstrap.h), the
 * same groups for both; none where drawing always gives the same.  The test
 * takes cells as independent; the interval does not.  That of an accuracy is as
 * on the page (stats/grouped_share.h), and none of a single group.
 */
#ifndef ORCHESTRATION_TOOLS_COMPARE_H
#define ORCHESTRATION_TOOLS_COMPARE_H

#include "evaluation/predictions.h"
#include "stats/grouped_share.h"
#include "stats/proportion.h"

enum {
    COMPARE_EACH_MAX = 31, /* experiments, each against each */
    COMPARE_MAX = 256,     /* that are ranked */
    COMPARE_PAIRS_MAX = COMPARE_EACH_MAX * (COMPARE_EACH_MAX - 1) / 2,
};

/* What is compared. */
struct compare_request {
    const char *run_dir;     /* borrowed, as all here */
    const char *const *name; /* (n) 1 .. COMPARE_EACH_MAX, of experiments */
    int n;
    int folds; /* of the run: a name with tables NAME-f0, NAME-f1, ... stands
                      for all of these; 0, 1: it has none */
    int resamples; /* 0: no intervals (they are NaN) */
    uint64_t seed;
    bool ranked;         /* by validation; n up to COMPARE_MAX */
    const char *against; /* of those, one of 'name', or NULL: the best */
};

/* Accuracy of one on the test split, or that of validation. */
struct compare_one {
    const char *name;             /* borrowed */
    int folds;                    /* that are pooled; 1: none */
    struct predictions predicted; /* owned */
    int *right;                   /* owned: (n) 1 where it is, else 0 */
    size_t correct;
    struct interval interval; /* of the accuracy; NaN: none */
    enum share_basis basis;   /* of that */
};

struct compare_pair {
    int a, b; /* positions of the two */
    struct mcnemar test;
    double holm;              /* adjusted p */
    struct interval interval; /* of accuracy of a - accuracy of b; NaN: none */
};

struct compare {
    struct compare_one one[COMPARE_MAX]; /* as named; ranked: best first */
    int n, reference; /* reference: position of what the others are ranked
                         against */
    struct compare_pair pair[COMPARE_PAIRS_MAX];
    int n_pair;
    size_t n_cell, n_group;
    int resamples;
};

/*
 * How many of NAME-f0, NAME-f1, ... have a table, in a run of 'folds' folds;
 * one that has none is put into *missing.  If any has, the name stands for all
 * folds, and RUN/evaluate/NAME, which a run without folds left, is not read.
 */
int compare_folds(const char *run_dir, const char *name, int folds,
                  int *missing);

/*
 * Can these be compared with each other, or ranked?
 * Errors: ERR_USAGE too few or too many, a name twice.
 */
MUST_USE int compare_check(const char *const *name, int n, bool ranked,
                           struct err *err);

/*
 * Read RUN/evaluate/NAME/predictions.csv of each, or those of its folds, and
 * compare; *c borrows the names.
 * Deterministic: bootstrap stream (seed, RNG_BOOTSTRAP, resample).
 * Errors: ERR_USAGE too few or too many, a name twice, test cells that are not
 * the same, one that is tested in two folds; ERR_INPUT no such table, a damaged
 * one, one without test cells (or, ranked, validation cells); ERR_SYSTEM.  *c is
 * to be released anyway.
 */
MUST_USE int compare_run(struct compare *c, const struct compare_request *r,
                         struct err *err);
/*
 * The same of tables that are read: c->n, resamples and, of each, name, folds
 * and predicted are set, the rest is 0; compare_check() takes the names.
 *   r [in]  seed, ranked and against are read
 * Errors: ERR_USAGE, ERR_INPUT and ERR_SYSTEM as above.
 */
MUST_USE int compare_tables(struct compare *c, const struct compare_request *r,
                            struct err *err);
void compare_release(struct compare *c);

/* Accuracy of a less that of b. */
double compare_difference(const struct compare *c,
                          const struct compare_pair *p);

double compare_accuracy(const struct compare *c, int i); /* of one[i] */

/* For tables on the terminal.  "92.1 to 95.3", in hundredths, with signs if
 * 'sign', or a dash; and 'wide', or the length of a name if that is more. */
const char *compare_range(char text[64], const struct interval *v, bool sign);
int compare_wider(int wide, const char *name);

/* Append ",0.921000,0.953000", or ",,". */
void compare_put_interval(const struct interval *v, struct buf *out);

/*
 * As tables; an interval that there is not is two empty fields.
 *     experiment,cells,correct,accuracy,low,high
 *     first,second,difference,low,high,both_right,first_alone,second_alone,
 *         both_wrong,p,p_holm
 */
void compare_experiments_csv(const struct compare *c, struct buf *out);
void compare_pairs_csv(const struct compare *c, struct buf *out);

#endif
