/*
 * report_timeline.c - which step ran where and when, and how busy the cores
 * were
 */
#include "stages/report/report_html.h"
#include "stages/report/report_sections.h"

#include "charts/svg.h"
#include "run/run_timeline.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { BARS_MAX = 2000, SAID = 320 };

_Static_assert((int)STAGE_COUNT <= (int)SVG_KINDS, "a colour for each stage");

/* What the chart is made of, and what it says of each bar. */
struct timeline_chart {
    const struct run_timeline *t;
    struct svg_row *row; /* owned, as these: */
    struct svg_bar *bar;
    double *at;
    char (*said)[SAID];
    size_t n_bar;
};

static double whole_seconds(const struct run_timeline *t)
{
    return t->n_piece ? t->piece[t->n_piece - 1].end : 0;
}

/* A stage's number is its colour; what is no stage looks as the first. */
static int kind_of(const struct timeline_bar *b)
{
    for (int i = 0; i < STAGE_COUNT; i++)
        if (strlen(stage_table[i].word) == run_timeline_stage(b) &&
            strncmp(stage_table[i].word, b->step, run_timeline_stage(b)) == 0)
            return i;
    return 0;
}

static void format_seconds(char text[32], double s)
{
    if (s < 60)
        snprintf(text, 32, "%.1f s", s);
    else
        snprintf(text, 32, "%.0f:%02d:%02d", floor(s / 3600),
                 (int)fmod(s / 60, 60), (int)fmod(s, 60));
}

/* --- the chart ------------------------------------------------------------ */

/* Of very many bars only those are drawn that took longest: at least so many
 * seconds. */
static double least_seconds(const struct run_timeline *t)
{
    double least = 0;
    size_t n = t->n_bar;

    while (n > BARS_MAX) {
        least =
            least > 0 ? 2 * least : fmax(whole_seconds(t) / (1 << 20), 1e-6);
        n = 0;
        for (size_t i = 0; i < t->n_bar; i++)
            n += t->bar[i].end - t->bar[i].start >= least;
    }
    return least;
}

static void add_bar(struct timeline_chart *c, const struct timeline_bar *b)
{
    char *said = c->said[c->n_bar], took[32], from[32];

    format_seconds(took, b->end - b->start);
    format_seconds(from, b->start);
    snprintf(said, SAID, "%.100s on %.60s: %s from %s, %d core%s%s%s", b->step,
             c->t->host[b->host].name, took, from, b->cores,
             b->cores == 1 ? "" : "s", b->status[0] ? ", " : "", b->status);
    c->bar[c->n_bar++] = (struct svg_bar){.row = (size_t)b->host,
                                          .lane = b->lane,
                                          .start = b->start,
                                          .end = b->end,
                                          .kind = kind_of(b),
                                          .label = b->step,
                                          .said = said,
                                          .marked = b->failed};
}

static void draw_chart(struct timeline_chart *c, struct buf *b)
{
    const struct run_timeline *t = c->t;
    const double least = least_seconds(t);

    for (size_t i = 0; i < t->n_host; i++)
        c->row[i] = (struct svg_row){t->host[i].name,
                                     t->host[i].lanes ? t->host[i].lanes : 1};
    for (size_t i = 1; i < t->n_piece; i++)
        c->at[i - 1] = t->piece[i].start;
    for (size_t i = 0; i < t->n_bar; i++)
        if (t->bar[i].end - t->bar[i].start >= least)
            add_bar(c, &t->bar[i]);
    svg_timeline(
        &(struct svg_timeline){
            .title = "Timeline: a row for each host, a bar for each process; "
                     "the table below has its sums",
            .end = whole_seconds(t),
            .n_row = t->n_host,
            .row = c->row,
            .n_bar = c->n_bar,
            .bar = c->bar,
            .n_break = t->n_piece - 1,
            .at = c->at},
        b);
    if (c->n_bar < t->n_bar)
        buf_printf(b,
                   "<p class=\"mute\">%zu processes that took less than %.2g s "
                   "are left out.</p>\n",
                   t->n_bar - c->n_bar, least);
}

static void put_chart(const struct run_timeline *t, struct buf *b)
{
    struct timeline_chart c = {
        .t = t,
        .row = calloc(t->n_host + 1, sizeof(*c.row)),
        .bar = calloc(t->n_bar + 1, sizeof(*c.bar)),
        .at = calloc(t->n_piece + 1, sizeof(*c.at)),
        .said = calloc(t->n_bar + 1, sizeof(*c.said)),
    };

    if (c.row && c.bar && c.at && c.said)
        draw_chart(&c, b);
    else
        b->failed = true;
    free(c.row);
    free(c.bar);
    free(c.at);
    free(c.said);
}

/* --- words and sums ------------------------------------------------------- */

static void put_busy(const struct run_timeline *t, struct buf *b)
{
    const double all = run_timeline_busy(t),
                 ready = run_timeline_busy_waiting(t);
    char text[32];

    format_seconds(text, whole_seconds(t));
    report_html_put(b, "<p>%s of work", text);
    if (t->n_piece > 1)
        buf_printf(b,
                   " in %zu pieces, between which the run had stopped "
                   "(dashed lines)",
                   t->n_piece);
    if (isfinite(all))
        report_html_put(b, ". Processes had %f of the cores", fmin(all, 1));
    if (isfinite(ready))
        report_html_put(b,
                        ", and <strong>%f</strong> while work was ready for "
                        "more cores than it had",
                        fmin(ready, 1));
    else if (isfinite(all))
        buf_puts(b, "; no work was ready for more cores than it had");
    buf_puts(b, ".</p>\n");
}

/* Processes of a stage, and their seconds of cores. */
struct stage_sum {
    size_t n, failed;
    double seconds;
};

static void put_stage(int stage, const struct stage_sum *s, double all,
                      struct buf *b)
{
    char text[32];

    format_seconds(text, s->seconds);
    buf_puts(b, "<tr><th scope=\"row\">");
    svg_kind(stage, b);
    report_html_put(b, "&#160;%s</th>", stage_table[stage].word);
    report_html_cell_count(b, (double)s->n);
    report_html_cell_count(b, (double)s->failed);
    report_html_put(b, "<td class=\"num\">%s</td>", text);
    report_html_cell_percent(b, all > 0 ? s->seconds / all : 0);
    buf_puts(b, "</tr>\n");
}

static void put_stages(const struct run_timeline *t, struct buf *b)
{
    struct stage_sum sum[STAGE_COUNT] = {{0}};
    double all = 0;

    for (size_t i = 0; i < t->n_bar; i++) {
        const struct timeline_bar *bar = &t->bar[i];
        const double seconds = bar->cores * (bar->end - bar->start);
        struct stage_sum *s = &sum[kind_of(bar)];

        if (!bar->first)
            continue;
        s->n++;
        s->failed += bar->failed;
        s->seconds += seconds;
        all += seconds;
    }
    report_html_table(b, "Time of cores by stage");
    report_html_heads(b, "stage|#processes|#failed|#time of cores|#share");
    report_html_body(b);
    for (int i = 0; i < STAGE_COUNT; i++)
        if (sum[i].n > 0)
            put_stage(i, &sum[i], all, b);
    buf_puts(b, "</tbody>\n");
    report_html_table_end(b);
}

void report_timeline(const struct report_data *d, struct buf *b)
{
    struct run_timeline t;
    struct err err;

    if (run_timeline_read(&t, d->run_dir, &err) < 0)
        return;
    if (t.n_bar > 0) {
        put_busy(&t, b);
        put_chart(&t, b);
        put_stages(&t, b);
    }
    run_timeline_release(&t);
}
