/*
 * clock.h - seconds, for measuring how long something took
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

/* Seconds since some moment; they never run backwards. */
double clock_now(void);

#endif
