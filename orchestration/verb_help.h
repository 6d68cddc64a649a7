/*
 * verb_help.h - what is said about verbs, at the terminal and in man pages
 */
#ifndef ORCHESTRATION_VERB_HELP_H
#define ORCHESTRATION_VERB_HELP_H

#include "base/buf.h"
#include "orchestration/verbs.h"

/* papline VERB --help: usage, options with their defaults, an example; without
 * a verb (NULL) papline --help: a line for each. */
void verb_help_text(const struct verb *v, struct buf *b);

/*
 * Write the same as roff: DIR/papline.1, and DIR/papline-VERB.1 for each verb
 * that is not hidden.  Errors: ERR_SYSTEM.
 */
MUST_USE int verb_help_man(const char *dir, struct err *err);

#endif
