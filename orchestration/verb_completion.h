/*
 * verb_completion.h - what completes papline's command lines in a shell
 *
 * A script in two parts: what there is, printed from the tables of verbs and
 * of configuration keys, as functions that bash and zsh both understand; and
 * the shell's own, verb_completion.bash or verb_completion.zsh, that asks them.
 *
 * The name of an argument decides what it may be: NET, STAGE, STEP, METHOD, VERB, a
 * RECIPE or file, KEY=VALUE; small letters stand for themselves; RUN and DIR
 * are directories; N, NAME and EXPERIMENT are not known; all others are files.
 */
#ifndef ORCHESTRATION_VERB_COMPLETION_H
#define ORCHESTRATION_VERB_COMPLETION_H

#include "base/buf.h"

/* The script of 'shell', "bash" or "zsh".  Errors: ERR_USAGE another. */
MUST_USE int verb_completion(const char *shell, struct buf *b, struct err *err);

#endif
