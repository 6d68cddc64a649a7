#define _DEFAULT_SOURCE /* timegm */
#include "base/clock.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

void clock_text_exact(char text[CLOCK_TEXT], double date)
{
    const double whole = floor(date);
    const size_t n = strlen("2026-11-26T08:00:00");

    clock_text(text, whole);
    snprintf(text + n, CLOCK_TEXT - n, ".%03dZ", (int)((date - whole) * 1000));
}

double clock_date_of(const char *text)
{
    struct tm t = {0};
    int n = 0;
    double part = 0;

    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &t.tm_year, &t.tm_mon,
               &t.tm_mday, &t.tm_hour, &t.tm_min, &t.tm_sec, &n) != 6)
        return (double)NAN;
    if (text[n] == '.') {
        char *end;

        part = strtod(text + n, &end);
        n = (int)(end - text);
    }
    if (strcmp(text + n, "Z") != 0)
        return (double)NAN;
    t.tm_year -= 1900;
    t.tm_mon--;
    return (double)timegm(&t) + (part >= 0 && part < 1 ? part : 0);
}
