/*
 * faith_table.h - which explainer to trust: means by method and class
 *
 * faithfulness.csv: method,class,figure,cells,groups,mean,low,high, where class
 * is the true one or "all", figure one of faith_name(), low and high the 95 %
 * interval of stats/bootstrap.h, groups drawn again; both empty where it has
 * none.  Counted are maps of the predicted class.
 */
#ifndef EXPLAIN_FAITH_TABLE_H
#define EXPLAIN_FAITH_TABLE_H

#include "base/buf.h"
#include "stages/explain/faith.h"

struct faith_row {
    size_t method; /* position in the table's methods */
    int truth;
    char *group; /* owned: cells of a group are alike; "": alone */
    struct faith faith;
};

struct faith_table {
    const struct word_list *methods;           /* borrowed */
    const char (*class_name)[CONFIG_NAME_MAX]; /* borrowed */
    int n_class;
    int resamples; /* 0: no intervals */
    uint64_t seed;
    const struct faith_row *row; /* borrowed */
    size_t n;
};

/*
 * Append the whole file to 'out'.  Deterministic.
 * Errors: ERR_SYSTEM no memory.
 */
MUST_USE int faith_table_write(const struct faith_table *t, struct buf *out,
                               struct err *err);

#endif
