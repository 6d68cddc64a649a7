#include "base/progress.h"

#include "base/clock.h"
#include "base/log.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_MS = 250 }; /* between two lines on a terminal */

void progress_begin(struct progress *p, const char *what)
{
    const double now = clock_now();

    *p = (struct progress){.what = what, .begun = now, .now = now, .said = now};
}

static const char *find_epoch(const char *note)
{
    return strstr(note, "epoch ");
}

static long epoch_of(const char *note)
{
    const char *epoch = find_epoch(note);

    return epoch ? strtol(epoch + strlen("epoch "), NULL, 10) : -1;
}

static void format_seconds(char *text, size_t size, double s)
{
    if (s < 60)
        snprintf(text, size, "%.0f s", s);
    else
        snprintf(text, size, "%.0f:%02d:%02d", (double)((long)s / 3600),
                 (int)((long)s / 60 % 60), (int)((long)s % 60));
}

/* ", 4.0/s, 7 s left" as of the last time that more was done. */
static void format_rate(const struct progress *p, char *text, size_t size)
{
    const double spent = p->heard - p->since;
    const double rate = spent > 0 ? (p->done - p->first) / spent : 0;
    char left[32];

    text[0] = '\0';
    if (rate <= 0)
        return;
    format_seconds(left, sizeof(left),
                   fmax(0, (p->total - p->done) / rate - (p->now - p->heard)));
    snprintf(text, size, ", %.1f/s, %s left", rate, left);
}

void progress_text(const struct progress *p, const char *others,
                   char text[PROGRESS_TEXT])
{
    char rate[80];

    if (p->total <= 0) {
        format_seconds(rate, sizeof(rate), p->now - p->begun);
        snprintf(text, PROGRESS_TEXT, "%s: for %s%s", p->what, rate, others);
        return;
    }
    format_rate(p, rate, sizeof(rate));
    snprintf(text, PROGRESS_TEXT, "%s %.0f/%.0f (%.0f%%)%s%s%s%s", p->what,
             p->done, p->total, 100 * p->done / p->total, rate, others,
             p->note[0] ? ", " : "", p->note);
}

static void say_line(struct progress *p)
{
    char text[PROGRESS_TEXT];

    progress_text(p, "", text);
    log_info("%s", text);
    p->said = p->now;
    p->said_done = p->done;
}

/* What was last heard of the epoch in hand; what is done beside training, as
 * validation, is no part of it. */
static void say_epoch(struct progress *p)
{
    const char *epoch = find_epoch(p->note);

    if (!epoch || p->said_done >= p->done)
        return;
    memmove(p->note, epoch, strlen(epoch) + 1);
    say_line(p);
}

/* Units that were done before are none of this rate. */
static void count_from(struct progress *p, double done, double total)
{
    const bool at_once = p->total <= 0 && (done <= 0 || done >= total);

    p->first = at_once ? 0 : done;
    p->since = at_once ? p->begun : p->now;
}

void progress_take(struct progress *p, double done, double total,
                   const char *note)
{
    const bool lines = !log_rewrites();

    if (lines && epoch_of(note) != epoch_of(p->note))
        say_epoch(p);
    p->now = clock_now();
    if (done != p->done || total != p->total)
        p->heard = p->now;
    if (total > 0 && (p->total <= 0 || done < p->first))
        count_from(p, done, total);
    p->done = done;
    p->total = total;
    snprintf(p->note, sizeof(p->note), "%s", note);
    if (lines && p->now - p->said >= PROGRESS_SECONDS)
        say_line(p);
}

static void show_line(struct progress *p, const char *others)
{
    char text[PROGRESS_TEXT];

    progress_text(p, others, text);
    log_rewrite(text);
    p->said = p->now;
}

void progress_show(struct progress *p, const char *others)
{
    if (log_rewrites() && p->total > 0 && p->now - p->said >= SHOWN_MS / 1000.0)
        show_line(p, others);
}

void progress_report(struct progress *p, double done, double total,
                     const char *note)
{
    progress_take(p, done, total, note);
    if (done < total) {
        progress_show(p, "");
    } else if (log_rewrites()) {
        show_line(p, "");
        log_keep();
    } else {
        say_line(p);
    }
}

void progress_end(struct progress *p)
{
    if (!log_rewrites())
        say_epoch(p);
}
