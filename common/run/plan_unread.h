/*
 * plan_unread.h - keys that a step does not read under this configuration
 *
 * Internal to plan_params.c.  A stage heeds whole sections of the
 * configuration, but some keys of them count only beside others: the momentum
 * of an optimiser that has one, the samples of LIME if LIME is among the
 * methods.  Where such a key is not read, its default stands in the step's
 * parameters, so that a change of it makes nothing run, and content hashes of
 * configurations that never set it are those from before it had a row here.
 */
#ifndef RUN_PLAN_UNREAD_H
#define RUN_PLAN_UNREAD_H

#include "config/regime.h"

/*
 * Does a step leave key "section.name" unread?
 *   r [in] the regime of the step's training; NULL: it has none
 */
bool plan_unread(const struct config *c, const struct regime *r,
                 const char *key);

#endif
