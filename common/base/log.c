#include "base/log.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { LOG_COLUMNS = 80 }; /* of a terminal that does not say */

static const char *program = "papline"; /* set once, by main() */
static bool
    line_open; /* a line of progress stands there; under stderr's lock */
static size_t n_lines;

/* All of a message at once; a line of progress gives way to it. */
static void put_message(const char *a, const char *b, const char *c,
                        const char *d)
{
    flockfile(stderr);
    fprintf(stderr, "%s%s%s%s%s\n", line_open ? "\r\033[K" : "", a, b, c, d);
    line_open = false;
    n_lines++;
    funlockfile(stderr);
}

void log_name(const char *name)
{
    program = name;
}

void log_say(const char *kind, const char *fmt, ...)
{
    char text[1024];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    put_message(program, ": ", kind, text);
}

void log_pass(const char *before, const char *line)
{
    put_message(before, line, "", "");
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

bool log_rewrites(void)
{
    const char *term = getenv("TERM");

    return isatty(STDERR_FILENO) && !(term && strcmp(term, "dumb") == 0);
}

static int window_columns(void)
{
    struct winsize w;

    return ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0
               ? w.ws_col
               : LOG_COLUMNS;
}

void log_rewrite(const char *text)
{
    char line[1024];

    snprintf(line, sizeof(line), "%s: %s", program, text ? text : "");
    utf8_fit(line, window_columns() - 1);
    flockfile(stderr);
    if (text || line_open)
        fprintf(stderr, "\r\033[K%s", text ? line : "");
    line_open = text != NULL;
    funlockfile(stderr);
}

void log_keep(void)
{
    flockfile(stderr);
    if (line_open)
        fputc('\n', stderr);
    line_open = false;
    funlockfile(stderr);
}
