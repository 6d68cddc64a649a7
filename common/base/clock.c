#define _POSIX_C_SOURCE 200809L
#include "base/clock.h"

#include <time.h>

static double read_clock(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double clock_now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

double clock_processor(void)
{
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

double clock_date(void)
{
    return read_clock(CLOCK_REALTIME);
}

void clock_text(char text[CLOCK_TEXT], double date)
{
    const time_t t = (time_t)date;
    struct tm tm;

    gmtime_r(&t, &tm);
    strftime(text, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm);
}
