/*
 * plan_check.h - is each word of the configuration a thing of the program?
 */
#ifndef RUN_PLAN_CHECK_H
#define RUN_PLAN_CHECK_H

#include "config/config.h"

/*
 * Is each word of 'given' in 'known' (ending in NULL)?
 * Errors: ERR_USAGE "key: there is no 'x'", with the nearest or with all.
 */
MUST_USE int plan_check_list(const char *key, const struct word_list *given,
                             const char *const *known, struct err *err);

/* Networks, regimes, explainers.  Errors: as above. */
MUST_USE int plan_check_words(const struct config *c, struct err *err);

#endif
