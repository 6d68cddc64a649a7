/*
 * verb_parse.h - a command line, read by the row of its verb
 */
#ifndef ORCHESTRATION_VERB_PARSE_H
#define ORCHESTRATION_VERB_PARSE_H

#include "orchestration/verbs.h"

/*
 * Fill in 'a' with the defaults of the verb's options, then with what is given.
 *   argc, argv [in,out] the verb and what follows it; words go behind options.
 *              If a program does the verb, values are left to it.
 * Options may be shortened as long as they are no other's, and go on behind
 * words; behind "--" all are words.  After --help nothing is looked at.
 * Errors: ERR_USAGE an option that the verb has not, with the nearest of those
 * that it has; an argument missing or too much, a number that is none, too few
 * or too many words.
 */
MUST_USE int verb_parse(const struct verb *v, int argc, char **argv,
                        struct verb_args *a, struct err *err);

/* The i-th option of a verb: those of its row, then --help; NULL past that. */
const struct verb_option *verb_parse_option(const struct verb *v, int i);

/* One of a row's words: of "RUN [EXPERIMENT...]" the second. */
struct verb_word {
    const char *name; /* "EXPERIMENT", 'length' bytes of it */
    int length;
    bool optional, many;
};

/* Read the next; false behind the last.  's' begins as verb.words. */
bool verb_parse_word(const char **s, struct verb_word *w);

#endif
