#include "stages/report/report_html.h"

#include "base/file.h"
#include "stages/report/report.h"

#include "charts/svg.h"
#include "page/page_embed.h"
#include "stats/grouped_share.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { EMBED_MAX = 64 << 10, FILES_EACH = 8 };

void report_html_text(struct buf *b, const char *s)
{
    svg_text(b, s, SIZE_MAX);
}

void report_html_put(struct buf *b, const char *fmt, ...)
{
    const char *at;
    va_list ap;

    va_start(ap, fmt);
    for (; (at = strchr(fmt, '%')); fmt = at + 2) {
        buf_put(b, fmt, (size_t)(at - fmt));
        if (at[1] == 's')
            report_html_text(b, va_arg(ap, const char *));
        else if (at[1] == 'f')
            report_html_percent(b, va_arg(ap, double));
        else if (at[1] == 'd')
            buf_printf(b, "%d", va_arg(ap, int));
        else if (at[1] == 'z')
            buf_printf(b, "%zu", va_arg(ap, size_t));
        else
            buf_puts(b, "%");
        at += at[1] == 'z';
    }
    va_end(ap);
    buf_puts(b, fmt);
}

void report_html_lines(struct buf *b, const char *s)
{
    while (*s) {
        const size_t n = strcspn(s, "\n\t");
        char *line = strndup(s, n);

        if (!line) {
            b->failed = true;
            return;
        }
        report_html_text(b, line);
        free(line);
        s += n;
        if (*s)
            buf_put(b, s++, 1);
    }
}

void report_html_percent(struct buf *b, double share)
{
    if (isfinite(share))
        buf_printf(b, "%.1f&nbsp;%%", grouped_share_percent(share));
    else
        buf_puts(b, "&ndash;");
}

void report_html_probability(struct buf *b, double p)
{
    if (isfinite(p))
        buf_printf(b, "%.1f&nbsp;%%", 100 * p);
    else
        buf_puts(b, "&ndash;");
}

void report_html_cell_percent(struct buf *b, double share)
{
    report_html_put(b, "<td class=\"num\">%f</td>", share);
}

void report_html_cell_count(struct buf *b, double n)
{
    if (isfinite(n))
        buf_printf(b, "<td class=\"num\">%.0f</td>", n);
    else
        buf_puts(b, "<td class=\"num\">&ndash;</td>");
}

void report_html_metric(struct buf *b, const struct metric *m, double v)
{
    if (!isfinite(v))
        buf_puts(b, "&ndash;");
    else if (m->percent && m->digits == 1)
        report_html_percent(b, v);
    else if (m->percent)
        buf_printf(b, "%.*f&nbsp;%%", m->digits, 100.0 * v);
    else
        buf_printf(b, "%.*f", m->digits, v);
}

void report_html_cell_metric(struct buf *b, const struct metric *m, double v)
{
    buf_puts(b, "<td class=\"num\">");
    report_html_metric(b, m, v);
    buf_puts(b, "</td>");
}

void report_html_cell_range(struct buf *b, const struct metric *m, double low,
                            double high)
{
    buf_puts(b, "<td class=\"num\">");
    report_html_metric(b, m, low);
    buf_puts(b, " to ");
    report_html_metric(b, m, high);
    buf_puts(b, "</td>");
}

void report_html_scroll(struct buf *b, const char *label)
{
    report_html_put(b,
                    "<div class=\"scroll\" role=\"group\" tabindex=\"0\" "
                    "aria-label=\"%s\">\n",
                    label);
}

void report_html_table(struct buf *b, const char *label)
{
    report_html_scroll(b, label);
    buf_puts(b, "<table>\n<thead><tr>");
}

void report_html_table_sortable(struct buf *b, const char *label, bool filter)
{
    report_html_scroll(b, label);
    buf_printf(b, "<table class=\"sortable\"%s>\n<thead><tr>",
               filter ? " data-filter=\"\"" : "");
}

void report_html_heads(struct buf *b, const char *titles)
{
    for (int n; *titles; titles += n + (titles[n] == '|')) {
        const bool picks = *titles == '?', counts = *titles == '#';

        titles += picks || counts;
        n = (int)strcspn(titles, "|");
        buf_printf(b, "<th scope=\"col\"%s>%.*s</th>",
                   picks    ? " data-pick=\"\""
                   : counts ? " class=\"num\""
                            : "",
                   n, titles);
    }
}

void report_html_body(struct buf *b)
{
    buf_puts(b, "</tr></thead>\n<tbody>\n");
}

void report_html_table_end(struct buf *b)
{
    buf_puts(b, "</table>\n</div>\n");
}

void report_html_list(struct buf *b, struct buf *list)
{
    const bool any = list->len > 0;

    buf_puts(b, any ? "<ul>\n" : "");
    buf_take(b, list);
    buf_puts(b, any ? "</ul>\n" : "");
}

void report_html_missing(struct buf *b, const char *what, const char *why)
{
    report_html_put(b, "<p class=\"missing\">%s is missing: %s</p>\n", what,
                    why);
}

/* Bytes of a file that is in the page. */
static size_t embed_limit(const struct report_data *d)
{
    const size_t n = d->n_experiment > 0 ? (size_t)d->n_experiment : 1;
    const size_t share = REPORT_DATA_BYTES / FILES_EACH / n;

    return share < EMBED_MAX ? share : EMBED_MAX;
}

/* A link to RUN/dir/name: the file itself in the page if it is small, else its
 * place beside the page; nothing if it is not there.  All experiments share
 * the room that there is for such files. */
static void report_html_file(struct buf *b, const struct report_data *d,
                             const char *dir, const char *name)
{
    const bool json = strstr(name, ".json") != NULL;
    char path[FILE_PATH_MAX], *text = NULL;
    struct err err;
    size_t size;

    if (file_path(path, &err, "%s/%s/%s", d->run_dir, dir, name) < 0 ||
        !file_exists(path))
        return;
    report_html_put(b, "<a download=\"%s\" href=\"", name);
    if (file_read(path, embed_limit(d), &text, &size, &err) == 0)
        page_embed_data(b, json ? "application/json" : "text/csv", text, size);
    else
        report_html_put(b, "../%s/%s", dir, name);
    free(text);
    report_html_put(b, "\">%s</a>\n", name);
}

void report_html_files(struct buf *b, const struct report_data *d,
                       const char *dir, const char *const *names)
{
    buf_puts(b, "<p class=\"data\"><span class=\"mute\">Data:</span> ");
    for (; *names; names++)
        report_html_file(b, d, dir, *names);
    buf_puts(b, "</p>\n");
}
