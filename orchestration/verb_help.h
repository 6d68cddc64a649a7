/*
 * verb_help.h - what is said about verbs, at the terminal
 */
#ifndef ORCHESTRATION_VERB_HELP_H
#define ORCHESTRATION_VERB_HELP_H

#include "base/buf.h"
#include "orchestration/verbs.h"

/* papline VERB --help: usage, options with their defaults, an example; without
 * a verb (NULL) papline --help: a line for each. */
void verb_help_text(const struct verb *v, struct buf *b);

/* Print that to standard output.  Errors: ERR_SYSTEM. */
MUST_USE int verb_help_print(const struct verb *v, struct err *err);

#endif
