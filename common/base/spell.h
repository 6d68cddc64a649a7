/*
 * spell.h - the word that was probably meant
 */
#ifndef BASE_SPELL_H
#define BASE_SPELL_H

#include <stddef.h>

enum { SPELL_MAX = 128 }; /* longer words are never near any other */

/* Letters to insert, drop or change to turn 'a' into 'b' (Levenshtein). */
size_t spell_distance(const char *a, const char *b);

/*
 * The one of words[0 .. n-1] nearest to 'word', or NULL if none is within a
 * third of its length (at least 2 letters).  The first wins a tie.
 */
const char *spell_nearest(const char *word, const char *const *words, size_t n);

#endif
