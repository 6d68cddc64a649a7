#include "base/log.h"
#include "base/clock.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *program = "papline"; /* set once, by main() */
static bool line_open;                  /* a progress line awaits its end */
static size_t n_lines;

static void write_line(const char *kind, const char *fmt, va_list ap)
{
    char text[1024];

    vsnprintf(text, sizeof(text), fmt, ap);
    fprintf(stderr, "%s%s: %s%s\n", line_open ? "\r\033[K" : "", program, kind,
            text);
    line_open = false;
    n_lines++;
}

void log_name(const char *name)
{
    program = name;
}

void log_info(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    write_line("", fmt, ap);
    va_end(ap);
}

void log_error(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    write_line("error: ", fmt, ap);
    va_end(ap);
}

void log_warn(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    write_line("warning: ", fmt, ap);
    va_end(ap);
}

void log_pass(const char *before, const char *line)
{
    fprintf(stderr, "%s%s%s\n", line_open ? "\r\033[K" : "", before, line);
    line_open = false;
    n_lines++;
}

size_t log_count(void)
{
    return n_lines;
}

void log_lines(const char *text, bool warn)
{
    const char *end;

    for (; text && (end = strchr(text, '\n')); text = end + 1)
        if (warn)
            log_warn("%.*s", (int)(end - text), text);
        else
            log_info("%.*s", (int)(end - text), text);
}

static void format_left(char *text, size_t size, double s)
{
    if (s < 60)
        snprintf(text, size, "%.0f s", s);
    else
        snprintf(text, size, "%d:%02d:%02d", (int)s / 3600, (int)s / 60 % 60,
                 (int)s % 60);
}

void log_progress(const char *what, double done, double total, double seconds,
                  const char *note)
{
    static double last;
    const double rate = seconds > 0 ? done / seconds : 0;
    char left[32] = "?";

    if (done < total && (!isatty(STDERR_FILENO) || clock_now() - last < 0.25))
        return;
    last = clock_now();
    if (rate > 0)
        format_left(left, sizeof(left), (total - done) / rate);
    fprintf(stderr, "%s%s: %s %.0f/%.0f (%.0f%%), %.1f/s, %s left%s%s%s",
            line_open ? "\r\033[K" : "", program, what, done, total,
            100 * done / total, rate, left, *note ? ", " : "", note,
            done < total ? "" : "\n");
    line_open = done < total;
}
