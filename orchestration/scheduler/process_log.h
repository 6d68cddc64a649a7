/*
 * process_log.h - what the processes of a run say
 *
 * The standard output and error of a process come through a pipe, are kept in
 * RUN/logs/STEP/HOST-PID.log and passed on, line by line, to our own standard
 * error.
 */
#ifndef ORCHESTRATION_SCHEDULER_PROCESS_LOG_H
#define ORCHESTRATION_SCHEDULER_PROCESS_LOG_H

#include "base/file.h"

enum { PROCESS_LOG_LINE = 2048 };

struct process_log {
    int in;   /* owned: the pipe's end, -1 if there is none */
    int file; /* owned: -1 if there is none */
    char path[FILE_PATH_MAX];
    char line[PROCESS_LOG_LINE]; /* that has not ended yet */
    size_t n;
    size_t said; /* log_count() when the last of its lines was passed on */
};

/* A pipe; *out, for the process, is the caller's.  Errors: ERR_SYSTEM. */
MUST_USE int process_log_open(struct process_log *p, int *out, struct err *err);

/* Begin its file.  Without one the run goes on: only a warning is given. */
void process_log_begin(struct process_log *p, const char *run_dir,
                       const char *step, const char *host, long pid);

/*
 * Take what there is.
 *   before [in] what each line that is passed on begins with
 */
void process_log_read(struct process_log *p, const char *before);

/* The same, and no more will come. */
void process_log_close(struct process_log *p, const char *before);

/*
 * Say where the lines of a process are that has failed, and the last of them,
 * unless they stand just above.
 *   path [in] of its file
 *   said [in] as in struct process_log
 */
void process_log_show(const char *path, size_t said);

#endif
