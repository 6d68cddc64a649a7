/*
 * data_checks.h - second looks at the data before anything is trained on them
 *
 * Near duplicates (perceptual_hash.h), and in each class pictures that are much larger,
 * smaller, brighter or darker than the others: further from the median than
 * CHECKS_FAR times 1.4826 times the median distance from it, which is that
 * many standard deviations of a normal distribution.  Size is the binary
 * logarithm of the area, brightness the mean of red, green and blue.
 */
#ifndef PREPROCESS_DATA_CHECKS_H
#define PREPROCESS_DATA_CHECKS_H

#include "base/buf.h"

struct findings;
struct json_t; /* jansson's */

enum {
    CHECKS_FAR = 6,
    CHECKS_LEAST = 10,        /* pictures of a class, else nothing stands out */
    CHECKS_COMPARED = 100000, /* with more pictures none are compared */
    CHECKS_SAID = 5,          /* warnings of a kind */
    CHECKS_LISTED = 200,      /* files in stats.json */
};

enum checks_odd { ODD_SIZE = 1, ODD_LIGHT = 2 };

struct checks {
    size_t *near;       /* owned: (n) earlier picture that looks alike, or n */
    size_t *near_other; /* owned: likewise in another split or fold */
    unsigned char *odd; /* owned: (n) bits of checks_odd */
    size_t n_near, n_near_other, n_odd_size, n_odd_light;
};

/*
 * Look at all pictures that are used, and add warnings to f->warnings.
 * Deterministic.  Errors: ERR_SYSTEM no memory.
 */
MUST_USE int checks_run(struct checks *c, struct findings *f, struct err *err);

/* Add members "near_duplicates" and "outliers" to 'o'. */
void checks_json(const struct checks *c, const struct findings *f,
                 struct json_t *o);

void checks_release(struct checks *c);

#endif
