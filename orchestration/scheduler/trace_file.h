/*
 * trace_file.h - what ran where and when, for Perfetto and chrome://tracing
 *
 * RUN/trace.json has Chrome's trace event format: of each process an event "X"
 * in the row of its host and lane, times in microseconds since the run's first
 * beginning, with what lies between its pieces; otherData has the shares of
 * cores of run_timeline.h.
 */
#ifndef ORCHESTRATION_SCHEDULER_TRACE_FILE_H
#define ORCHESTRATION_SCHEDULER_TRACE_FILE_H

#include "base/err.h"

/* Write it anew from RUN/journal.jsonl, and log how busy the cores were.
 * Errors: as run_timeline_read(); ERR_SYSTEM. */
MUST_USE int trace_file_write(const char *run_dir, struct err *err);

#endif
