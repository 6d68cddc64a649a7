/*
 * metrics_table.h - every metric of a classifier, a row each
 *
 * What writes metrics.json, draws its intervals, shows it on the page, takes it
 * over folds or hands it on in a bundle reads these rows.  A metric is added by
 * a row of metrics_table.c and the function that works it out.
 */
#ifndef STATS_METRICS_TABLE_H
#define STATS_METRICS_TABLE_H

#include "stats/binary.h"
#include "stats/calibration.h"
#include "stats/costs.h"
#include "stats/curves.h"
#include "stats/metrics.h"

enum {
    METRICS_MAX = 32,    /* rows */
    METRIC_ACCURACY = 0, /* its row: what a run is known by */
};

/* What metrics of some cells are worked out from. */
struct metric_input {
    const struct outcomes *o;  /* borrowed */
    const struct costs *costs; /* borrowed */
    bool sides, probabilities; /* is there what these are worked out from? */
    struct metrics m;          /* the confusion matrix */
    struct binary binary;      /* with 'sides': abnormal against normal */
    struct areas areas;        /* with 'probabilities' */
    struct reliability bins;   /* likewise */
};

enum metric_needs { NEEDS_DECISIONS, NEEDS_SIDES, NEEDS_PROBABILITIES };

enum metric_interval {
    INTERVAL_NONE,
    INTERVAL_DRAWN,  /* bootstrap over groups of cells */
    INTERVAL_WILSON, /* of a share of cells; and the bootstrap's */
};

/* Where it is shown beside the table of an experiment, which has all. */
enum metric_shown {
    SHOWN_IN_RESULTS = 1, /* the table of all experiments */
    SHOWN_OVER_FOLDS = 2, /* their table over folds, folds.csv */
    SHOWN_IN_BUNDLE = 4,  /* metadata.json of a bundle */
    SHOWN_CALIBRATED = 8, /* again after temperature; worked out from 'o' and
                             'bins' alone */
};

struct metric {
    const char *name;  /* "weighted_f1": its key in folds.csv, in a bundle, and
                          of its interval */
    const char *label; /* as a column's head */
    const char *title; /* as a row's */
    const char *path;  /* in metrics.json, written with its kin;
                          NULL: "test.NAME", which is written by this table;
                          "test" is "validation" where nothing tests */
    const char *how;   /* how it is worked out, in a few words; NULL: known */
    bool percent;      /* a share, shown in hundredths */
    int digits;        /* behind the point */
    bool low;          /* low values are good, else high ones */
    enum metric_needs needs;
    enum metric_interval interval;
    unsigned shown;     /* of enum metric_shown */
    unsigned undefined; /* the flag of struct metrics that tells of 0/0 */
    const char *why;    /* why it is 0/0 then */

    /* 0 where it is 0/0; NULL: it is fitted, not worked out from cells alone */
    double (*value)(const struct metric_input *in);
};

/* In the order of metrics.json, the last has no name. */
extern const struct metric metrics_table[];

/*
 * Prepare the input of all metrics; *in borrows 'o' and 'costs'.
 *   abnormal [in] (k) sides of the classes; NULL: they have no two
 *   curves   [in] of o's probabilities; NULL: it has none
 */
void metrics_table_input(struct metric_input *in, const struct outcomes *o,
                         const bool *abnormal, const struct costs *costs,
                         const struct curves *curves);

/* Is there what 'm' is worked out from? */
bool metrics_table_fits(const struct metric *m, const struct metric_input *in);

/* Its value, which it has; NaN if it does not fit or is 0/0. */
double metrics_table_value(const struct metric *m,
                           const struct metric_input *in);

#endif
