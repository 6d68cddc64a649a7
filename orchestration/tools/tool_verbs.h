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

MUST_USE int tool_verbs_doctor(const struct verb_args *a, struct err *err);
MUST_USE int tool_verbs_doctor_rank(const struct verb_args *a, struct err *err);
MUST_USE int tool_verbs_bench(const struct verb_args *a, struct err *err);
MUST_USE int tool_verbs_bench_rank(const struct verb_args *a, struct err *err);
MUST_USE int tool_verbs_weights(const struct verb_args *a, struct err *err);
MUST_USE int tool_verbs_score(const struct verb_args *a, struct err *err);
MUST_USE int tool_verbs_features(const struct verb_args *a, struct err *err);

#endif
