/*
 * utf8.h - characters of UTF-8, and which of them are blank
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the character at 's', 1 to 4, or 0 if it is malformed (or none). */
size_t utf8_length(const char *s, uint32_t *point);

/* Write 'point' to out[4] without a NUL; returns its bytes. */
size_t utf8_put(char *out, uint32_t point);

/* Nothing to see: a space of any width (as U+00A0), a tab, a
 * character of no width (U+200B, U+FEFF, ...). */
bool utf8_is_blank(uint32_t point);

/* 's' without the blanks at both ends, in place; returns its first byte.
 * What is no UTF-8 is no blank. */
char *utf8_trim(char *s);

/* Cut 's' so that a terminal shows it in so many columns, 0 or more; East Asian
 * characters and emoji take two, combining ones none.  Control characters and
 * bytes that are no UTF-8 become '?'. */
void utf8_fit(char *s, int columns);

#endif
