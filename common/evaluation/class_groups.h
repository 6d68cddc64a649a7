/*
 * class_groups.h - which classes are normal, benign, abnormal, and what mistakes
 * cost
 *
 * From the configuration (evaluate.normal, .benign, .abnormal, .benign_as,
 * .miss_cost, .costs) and the dataset's classes.  "auto" in all three lists
 * goes by the names of SIPaKMeD: superficial and parabasal cells are normal,
 * metaplastic ones benign, koilocytotic and dyskeratotic ones abnormal; if a
 * class has none of these names there is no map.
 */
#ifndef EVALUATION_CLASS_GROUPS_H
#define EVALUATION_CLASS_GROUPS_H

#include "config/config.h"
#include "stats/costs.h"

#include <stdbool.h>

enum side { SIDE_IS_NORMAL, SIDE_IS_BENIGN, SIDE_IS_ABNORMAL, SIDE_COUNT };

struct sides {
    bool known; /* is there a map? */
    bool two;   /* are there cells of both sides to tell apart? */
    enum side of[STATS_CLASSES_MAX];
    bool abnormal[STATS_CLASSES_MAX]; /* of two, benign counted as set */
    struct costs costs;
};

/*
 * Errors: ERR_USAGE a list names a class that the dataset lacks, twice, or in
 * two lists; a class is in none; a bad cost matrix (costs_parse()).
 */
MUST_USE int sides_init(struct sides *s, const struct evaluate_settings *set,
                        const char (*class_name)[CONFIG_NAME_MAX], int k,
                        struct err *err);

/* "normal", "benign", "abnormal". */
const char *side_name(enum side s);

#endif
