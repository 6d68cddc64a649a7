/*
 * submit_verbs.h - options and functions of the verbs submit and cancel
 */
#ifndef ORCHESTRATION_SUBMIT_SUBMIT_VERBS_H
#define ORCHESTRATION_SUBMIT_SUBMIT_VERBS_H

#include "orchestration/verbs.h"

extern const struct verb_option submit_verbs_submit_options[];
extern const struct verb_option submit_verbs_cancel_options[];

MUST_USE int submit_verbs_submit(struct verb_args *a, struct err *err);
MUST_USE int submit_verbs_cancel(struct verb_args *a, struct err *err);

#endif
