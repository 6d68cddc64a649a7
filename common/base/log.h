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

/* Something the user wants to know; why this program ends; something is wrong
 * but work goes on. */
#define log_info(...)  log_say("", __VA_ARGS__)
#define log_error(...) log_say("error: ", __VA_ARGS__)
#define log_warn(...)  log_say("warning: ", __VA_ARGS__)

/* A message, behind the word for its kind. */
void log_say(const char *kind, const char *fmt, ...) PRINTF(2, 3);

/* A line that another program has said, as it is. */
void log_pass(const char *before, const char *line);

/* Lines that have been written so far. */
size_t log_count(void);

/* Each line of 'text', which may be NULL, as log_warn() or log_info(). */
void log_lines(const char *text, bool warn);

/* Is standard error a terminal, on which a line can be written anew? */
bool log_rewrites(void);

/*
 * Write the line of progress anew, on such a terminal: cut to the width of its
 * window, so that it stays one line.  The next message takes its place.
 *   text [in] NULL: remove the line, as before something is printed elsewhere
 */
void log_rewrite(const char *text);

/* Let that line stay. */
void log_keep(void);

#endif
