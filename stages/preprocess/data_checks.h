/*
 * data_checks.h - second looks at the data before anything is trained on them
 *
 * Near duplicates (perceptual_hash.h) and how many pairs of them bear different
 * labels, which bounds what any classifier can reach; and in each class pictures that are much
 * larger, smaller, brighter or darker than the others: further from the median
 * than DATA_CHECKS_FAR times 1.4826 times the median distance from it, which is
 * that many standard deviations of a normal distribution.  Size is the binary
 * logarithm of the area, brightness the mean of red, green and blue.
 */
#ifndef PREPROCESS_DATA_CHECKS_H
#define PREPROCESS_DATA_CHECKS_H

#include "base/buf.h"

struct data_report;
struct json_t; /* jansson's */

enum {
    DATA_CHECKS_FAR = 6,
    DATA_CHECKS_LEAST = 10, /* pictures of a class, else nothing stands out */
    DATA_CHECKS_COMPARED = 100000, /* with more pictures none are compared */
    DATA_CHECKS_WARNINGS = 5,      /* warnings of a kind */
    DATA_CHECKS_LISTED = 200,      /* files in stats.json */
};

enum data_checks_odd { ODD_SIZE = 1, ODD_LIGHT = 2 };

struct data_checks {
    size_t *near;       /* owned: (n) earlier picture that looks alike, or n */
    size_t *near_other; /* owned: likewise in another split or fold */
    unsigned char *odd; /* owned: (n) bits of data_checks_odd */
    size_t n_near, n_near_other, n_odd_size, n_odd_light;
    size_t n_pair, n_pair_class; /* pairs that look alike; of two classes */
};

/*
 * Look at all pictures that are used, and add warnings to f->warnings.
 * Deterministic.  Errors: ERR_SYSTEM no memory.
 */
MUST_USE int data_checks_run(struct data_checks *c, struct data_report *f,
                             struct err *err);

/* Add members "near_duplicates" and "outliers" to 'o'. */
void data_checks_json(const struct data_checks *c, const struct data_report *f,
                      struct json_t *o);

void data_checks_release(struct data_checks *c);

#endif
