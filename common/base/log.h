/*
 * log.h - what a program says while it runs
 *
 * One line a message on standard error: "papline-train: epoch 3 ...".  Only
 * main() and code that owns a process' output call these; everything else
 * returns a 'struct err'.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* Name that begins each line; the string must live on.  Default "papline". */
void log_name(const char *name);

/* Something the user wants to know. */
void log_info(const char *fmt, ...) PRINTF(1, 2);

/* Why this program ends. */
void log_error(const char *fmt, ...) PRINTF(1, 2);

/* Something is wrong but work goes on. */
void log_warn(const char *fmt, ...) PRINTF(1, 2);

/* A line that another program has said, as it is. */
void log_pass(const char *before, const char *line);

/* Lines that have been written so far. */
size_t log_count(void);

/* Each line of 'text', which may be NULL, as log_warn() or log_info(). */
void log_lines(const char *text, bool warn);

/*
 * Progress of long work: rewrites one line, at most four times a second, when
 * standard error is a terminal; otherwise prints nothing but the last one.
 *   what  [in] "augment", shown first
 *   done, total  units finished and in all; total > 0
 *   seconds      since the work began; gives rate and time left
 *   note  [in]   appended, may be ""
 */
void log_progress(const char *what, double done, double total, double seconds,
                  const char *note);

#endif
