/*
 * report_journal.c - what happened while the run was made
 */
#include "stages/report/report_html.h"
#include "stages/report/report_sections.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { JOURNAL_MAX = 256 << 20, TROUBLES = 50 };

struct journal {
    char *text; /* owned */
    size_t size;
};

static int read_journal(const struct report_data *d, struct journal *j,
                        struct err *err)
{
    char path[FILE_PATH_MAX];

    if (file_path(path, err, "%s/journal.jsonl", d->run_dir) < 0)
        return -1;
    if (!file_exists(path))
        return err_set(err, ERR_INPUT, "there is no journal.jsonl yet");
    return file_read(path, JOURNAL_MAX, &j->text, &j->size, err);
}

/* The event of the line that '*at' begins, which moves on; NULL if it is none,
 * as where a crash cut it short or left zeros. */
static json_t *next_event(const struct journal *j, size_t *at)
{
    const char *s = j->text + *at, *end = memchr(s, '\n', j->size - *at);
    const size_t n = end ? (size_t)(end - s) : j->size - *at;

    *at += n + (end != NULL);
    return json_loadb(s, n, 0, NULL);
}

/* When it was, to the second. */
static void event_time(const json_t *event, struct buf *b)
{
    const char *said = json_member(event, "time");
    const double date = clock_date_of(said);
    char text[CLOCK_TEXT];

    if (isfinite(date))
        clock_text(text, date);
    report_html_text(b, isfinite(date) ? text : said);
}

/* Where the last run begins. */
static size_t last_start(const struct journal *j)
{
    size_t start = 0, at = 0;

    while (at < j->size) {
        const size_t line = at;
        json_t *e = next_event(j, &at);

        if (strcmp(json_member(e, "event"), "run-start") == 0)
            start = line;
        json_decref(e);
    }
    return start;
}

/* Units set aside and steps that failed; returns how many workers were lost for
 * good. */
static size_t list_troubles(const struct journal *j, struct buf *b)
{
    size_t at = last_start(j), shown = 0, lost = 0;

    while (at < j->size) {
        json_t *e = next_event(j, &at);
        const char *kind = json_member(e, "event");
        const bool aside = strcmp(kind, "unit-set-aside") == 0;

        /* one that left with status 0 had nothing more to do */
        lost += strcmp(kind, "worker-lost") == 0 &&
                !strstr(json_member(e, "why"), "exit status 0");
        lost -= strcmp(kind, "worker-back") == 0 && lost > 0;
        if ((aside || strcmp(kind, "node-failed") == 0) && shown++ < TROUBLES)
            report_html_put(b, "<li><strong>%s%s</strong>: %s</li>\n",
                            json_member(e, "node"),
                            aside ? ": a unit was set aside" : " failed",
                            json_member(e, "reason"));
        json_decref(e);
    }
    if (shown > TROUBLES)
        buf_printf(b, "<li>%zu more such events, see journal.jsonl</li>\n",
                   shown - TROUBLES);
    return lost;
}

void report_troubles(const struct report_data *d, struct buf *b)
{
    struct journal j = {0};
    struct err err;
    size_t lost;

    if (read_journal(d, &j, &err) < 0)
        return;
    lost = list_troubles(&j, b);
    if (lost)
        buf_printf(b,
                   "<li>%zu worker%s lost on the way; the work was done again "
                   "by others, which does not change the results.</li>\n",
                   lost, lost == 1 ? " was" : "s were");
    free(j.text);
}

void report_journal(const struct report_data *d, struct buf *b)
{
    struct journal j = {0};
    struct err err = {0};
    size_t n = 0, starts = 0, at = 0;
    struct buf last = {0};

    if (read_journal(d, &j, &err) < 0) {
        report_html_missing(b, "The journal", err.text);
        return;
    }
    buf_puts(b, "<p>Begun ");
    while (at < j.size) {
        json_t *e = next_event(&j, &at);

        if (e && n++ == 0)
            event_time(e, b);
        if (json_member(e, "time")[0]) {
            buf_release(&last);
            event_time(e, &last);
        }
        starts += strcmp(json_member(e, "event"), "run-start") == 0;
        json_decref(e);
    }
    buf_puts(b, ", last event before this page ");
    buf_take(b, &last);
    buf_printf(b, "; %zu event%s in journal.jsonl, %zu start%s.</p>\n", n,
               n == 1 ? "" : "s", starts, starts == 1 ? "" : "s");
    free(j.text);
}
