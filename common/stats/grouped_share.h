/*
 * grouped_share.h - a share of cells, and the one interval that it has
 *
 * Cells of one picture are alike, so the interval is that of groups of cells
 * drawn again (bootstrap.h).  It is Wilson's where each cell is a group of its
 * own.  Where nothing was drawn, or no cell, or every cell, is so and drawing
 * again always gives the same, it is Wilson's of the groups, each counted as one
 * cell.  Whoever shows a share of cells takes its interval, and the words for
 * it, from here.
 */
#ifndef STATS_GROUPED_SHARE_H
#define STATS_GROUPED_SHARE_H

#include "base/buf.h"
#include "stats/bootstrap.h"

enum share_basis {
    SHARE_NO_INTERVAL, /* of no cell, or groups that are not known */
    SHARE_OVER_GROUPS,
    SHARE_WILSON,       /* of cells */
    SHARE_WILSON_GROUPS /* of groups */
};

/* Of fewer groups an interval says little: words say "only". */
enum { SHARE_FEW_GROUPS = 20 };

struct grouped_share {
    size_t k, n;      /* cells that are so, of all */
    size_t groups;    /* that the n cells are in; 0: not known */
    double low, high; /* at 95 %; NaN without an interval */
    enum share_basis basis;
};

/* k / n; NaN of no cell. */
double grouped_share_value(const struct grouped_share *s);

/* Choose the interval of 's', whose counts are set; 'drawn' is that of groups
 * drawn again, NULL: there is none. */
void grouped_share_choose(struct grouped_share *s,
                          const struct interval *drawn);

/* Append "95 % interval 71.7 to 91.6 %, over 15 groups of cells", or why there
 * is none. */
void grouped_share_words(const struct grouped_share *s, struct buf *out);

/* Append how intervals of several shares are worked out, "over groups of cells
 * drawn again or Wilson's where no two cells are of one group".
 *   seen [in] 1 << basis of each; of SHARE_NO_INTERVAL alone nothing is said */
void grouped_share_bases(unsigned seen, struct buf *out);

/* A share in per cent, for one digit behind the point: 0.0 of none and 100.0 of
 * all alone; what is nearer to them is 0.1 and 99.9.  NaN stays so. */
double grouped_share_percent(double share);

#endif
