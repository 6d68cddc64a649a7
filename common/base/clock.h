/*
 * clock.h - seconds, for measuring how long something took; dates
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

enum { CLOCK_TEXT = 32 };

/* Seconds since some moment; they never run backwards. */
double clock_now(void);

/* Seconds of processor time that this process has had, of all its threads. */
double clock_processor(void);

/* Seconds since 1970. */
double clock_date(void);

/* "2026-11-26T08:00:00Z" of such a date; with milliseconds, before the Z. */
void clock_text(char text[CLOCK_TEXT], double date);
void clock_text_exact(char text[CLOCK_TEXT], double date);

/* The date that either of them stands for; NaN: none. */
double clock_date_of(const char *text);

#endif
