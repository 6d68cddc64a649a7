/*
 * tool_verbs.h - options and functions of the verbs that try the machine and
 * the networks
 */
#ifndef ORCHESTRATION_TOOLS_TOOL_VERBS_H
#define ORCHESTRATION_TOOLS_TOOL_VERBS_H

#include "orchestration/verbs.h"

extern const struct verb_option tool_verbs_doctor_options[];
extern const struct verb_option tool_verbs_bench_options[];
extern const struct verb_option tool_verbs_weights_options[];
extern const struct verb_option tool_verbs_score_options[];
extern const struct verb_option tool_verbs_features_options[];

MUST_USE int tool_verbs_doctor(struct verb_args *a, struct err *err);
MUST_USE int tool_verbs_doctor_rank(struct verb_args *a, struct err *err);
MUST_USE int tool_verbs_bench(struct verb_args *a, struct err *err);
MUST_USE int tool_verbs_bench_rank(struct verb_args *a, struct err *err);
MUST_USE int tool_verbs_weights(struct verb_args *a, struct err *err);
MUST_USE int tool_verbs_score(struct verb_args *a, struct err *err);
MUST_USE int tool_verbs_features(struct verb_args *a, struct err *err);

#endif
