/*
 * class_groups.h - which classes are normal, benign, abnormal, and what
 * mistakes cost
 *
 * From the configuration (evaluate.normal, .benign, .abnormal, .benign_as,
 * .miss_cost, .costs) and the dataset's classes.  "auto" in all three lists
 * goes by the names of SIPaKMeD: superficial and parabasal cells are normal,
 * metaplastic ones benign, koilocytotic and dyskeratotic ones abnormal; if a
 * class has none of these names there are no groups.
 */
#ifndef EVALUATION_CLASS_GROUPS_H
#define EVALUATION_CLASS_GROUPS_H

#include "config/config.h"
#include "stats/costs.h"

enum class_group {
    CLASS_GROUP_NORMAL,
    CLASS_GROUP_BENIGN,
    CLASS_GROUP_ABNORMAL,
    CLASS_GROUP_COUNT
};

struct class_groups {
    bool known; /* is the group of each class known? */
    bool two;   /* are there normal and abnormal classes to tell apart? */
    enum class_group of[STATS_CLASSES_MAX];
    bool abnormal[STATS_CLASSES_MAX]; /* if 'two'; benign ones as
                                         evaluate.benign_as says */
    struct costs costs;
};

/*
 * Errors: ERR_USAGE a list names a class that the dataset lacks, twice, or in
 * two lists; a class is in none; a bad cost matrix (costs_parse()).
 */
MUST_USE int class_groups_init(struct class_groups *s,
                               const struct evaluate_settings *set,
                               const char (*class_name)[CONFIG_NAME_MAX], int k,
                               struct err *err);

/* The word of SIPaKMeD's classes that is in a class's name, "koilocytotic";
 * NULL: none is. */
const char *class_groups_word(const char *name);

/* "normal", "benign", "abnormal". */
const char *class_groups_name(enum class_group s);

#endif
