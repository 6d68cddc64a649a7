/*
 * journal.h - what happened in a run, one JSON object a line, never rewritten
 *
 * RUN/journal.jsonl: {"time": "2026-01-31T12:00:00.123Z", "event": "node-done",
 * ...}.  Events: run-start, run-end, hosts, node-start, node-done, node-failed
 * (node: a step; the word is that of earlier runs), process-start, process-end
 * (of those that have cores; process: its number on the scheduler's host; of
 * MPI ranks several hosts, with all their cores), waiting (node: a step that
 * could use more cores than it has found, "" when there is none any more),
 * worker-join, worker-lost, worker-back, unit-failed, unit-set-aside.
 * node-start has what was planned for the step: memory (bytes) and
 * process_memory (of one of its processes).  Each line is synced; a line that a
 * crash cut short is skipped by readers.  run_timeline.h reads it.
 */
#ifndef ORCHESTRATION_SCHEDULER_JOURNAL_H
#define ORCHESTRATION_SCHEDULER_JOURNAL_H

#include "run/plan.h"

/* Add an event with members, each a name and a text.  If the journal cannot be
 * written, that is logged and the run goes on. */
#define journal_add(run_dir, event, ...)                                       \
    journal_add_all(run_dir, event, (const char *const[]){__VA_ARGS__, NULL})

/* The same of a list of them that NULL ends. */
void journal_add_all(const char *run_dir, const char *event,
                     const char *const *member);

/*
 * Seconds that each step of the plan took when it was done last, or that others
 * of its stage and network took on average.
 *   seconds [out] (plan->n_step); 0: none was done, or the journal cannot be
 *   read
 */
void journal_read_seconds(const char *run_dir, const struct plan *plan,
                          double *seconds);

#endif
