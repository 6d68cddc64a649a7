/*
 * report_errors.c - where an experiment is wrong: by size, brightness, picture,
 * and what it mistakes
 */
#include "stages/report/report_html.h"
#include "stages/report/report_matrix.h"
#include "stages/report/report_pooled_errors.h"
#include "stages/report/report_sections.h"

#include <math.h>
#include <string.h>

enum { MISTAKES = 24 };

/* What the cells of a row have in common. */
static void name_part(const struct report_csv *c, size_t row, struct buf *b)
{
    const char *by = report_field(c, row, "by");
    const double from = report_number(c, row, "from"),
                 to = report_number(c, row, "to");

    if (strcmp(by, "picture") == 0) {
        buf_puts(b, strcmp(report_field(c, row, "part"), "new") == 0
                        ? "cluster image not trained on"
                        : "cluster image that was also trained on");
        return;
    }
    report_html_text(b, by);
    if (isfinite(from) && isfinite(to))
        buf_printf(b, " %.0f to %.0f%s", from, to,
                   strcmp(by, "size") == 0 ? "&nbsp;px" : "");
}

static void part_row(const struct report_csv *c, size_t row, struct buf *b)
{
    buf_puts(b, "<tr><th scope=\"row\">");
    name_part(c, row, b);
    buf_puts(b, "</th>");
    report_html_cell_count(b, report_number(c, row, "cells"));
    report_html_cell_percent(b, report_number(c, row, "accuracy"));
    report_html_put(b, "<td class=\"num\">%f to %f</td></tr>\n",
                    report_number(c, row, "low"),
                    report_number(c, row, "high"));
}

/* The row of the groups' accuracies that is called 'part'; NaN: none. */
static double of_groups(const struct report_csv *c, const char *part,
                        const char *column)
{
    for (size_t i = 0; i < c->csv.n_row; i++)
        if (strcmp(report_field(c, i, "by"), "groups") == 0 &&
            strcmp(report_field(c, i, "part"), part) == 0)
            return report_number(c, i, column);
    return (double)NAN;
}

static void write_spread(const struct report_csv *c, struct buf *b)
{
    const double n = of_groups(c, "mean", "cells");

    if (!(n > 1))
        return;
    buf_printf(
        b, "<p>Over the %.0f cluster images (or cells without one): mean ", n);
    report_html_put(
        b,
        "%f, deviation %f, a quarter of them at most %f, the worst %f.</p>\n",
        of_groups(c, "mean", "accuracy"), of_groups(c, "deviation", "accuracy"),
        of_groups(c, "lower quartile", "accuracy"),
        of_groups(c, "least", "accuracy"));
}

static void write_table(const struct report_data *d, const struct report_csv *c,
                        struct buf *b)
{
    report_html_table(b, "Accuracy by size, brightness and cluster image");
    buf_printf(b, "<th scope=\"col\">%s cells of</th>", report_told(d));
    report_html_heads(b, "#cells|#accuracy|#Wilson interval, of cells");
    report_html_body(b);
    for (size_t i = 0; i < c->csv.n_row; i++)
        if (strcmp(report_field(c, i, "by"), "groups") != 0 &&
            report_number(c, i, "cells") > 0)
            part_row(c, i, b);
    buf_puts(b, "</tbody>\n");
    report_html_table_end(b);
    buf_puts(b, "<p class=\"mute\">Wilson's intervals count cells as if "
                "none were of one cluster image; where several are, they are "
                "too narrow.</p>\n");
    write_spread(c, b);
}

/* Mistakes between classes of one side; the others stand under the matrix. */
static void put_mistakes(const struct report_data *d,
                         const struct report_told_of *t, struct buf *b)
{
    const struct report_experiment *e = &d->experiment[t->list[0]];
    const bool two = e->screening && e->screening->two;
    const struct report_strip strip = {
        CELL_OTHER_WRONG,
        two ? "Mistaken for a class of the same side" : "Mistakes", MISTAKES};

    if (e->cells.there)
        report_matrix_put_strip(d, t, &strip, b);
}

void report_errors_own(const struct report_data *d, int i, struct buf *b)
{
    const struct report_told_of alone = {1, {i}};

    if (d->experiment[i].errors.there)
        write_table(d, &d->experiment[i].errors, b);
    put_mistakes(d, &alone, b);
}

void report_errors(const struct report_data *d, struct buf *b)
{
    struct report_told_of t;
    struct report_csv c;

    report_cells_headline(&t, d);
    if (t.n == 1)
        report_errors_own(d, t.list[0], b);
    if (t.n < 2)
        return;
    report_pooled_errors(&c, d, &t);
    if (c.there)
        write_table(d, &c, b);
    csv_release(&c.csv);
    put_mistakes(d, &t, b);
}
