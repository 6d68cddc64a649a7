/*
 * plan_reason.h - which nodes must run, and why
 *
 * Internal to plan.c: compares each node with what its output directory says
 * of itself.
 */
#ifndef RUN_PLAN_REASON_H
#define RUN_PLAN_REASON_H

#include "run/plan.h"

/* Fill in "run" and "reason" of every node, inputs first. */
void plan_look(struct plan *p, const char *run_dir);

#endif
