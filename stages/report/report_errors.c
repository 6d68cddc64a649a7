/*
 * report_errors.c - where an experiment is wrong: by size, brightness, picture,
 * and what it mistakes
 */
#include "stages/report/report_html.h"
#include "stages/report/report_matrix.h"
#include "stages/report/report_sections.h"

#include <math.h>
#include <string.h>

enum { MISTAKES = 24 };

static const char *row_field(const struct report_experiment *e, size_t row,
                             const char *name)
{
    return report_field(&e->errors, row, name);
}

static double row_number(const struct report_experiment *e, size_t row,
                         const char *name)
{
    return report_number(&e->errors, row, name);
}

/* What the cells of a row have in common. */
static void name_part(const struct report_experiment *e, size_t row,
                      struct buf *b)
{
    const char *by = row_field(e, row, "by");
    const double from = row_number(e, row, "from"),
                 to = row_number(e, row, "to");

    if (strcmp(by, "picture") == 0) {
        buf_puts(b, strcmp(row_field(e, row, "part"), "new") == 0
                        ? "cluster image not trained on"
                        : "cluster image that was also trained on");
        return;
    }
    report_html_text(b, by);
    if (isfinite(from) && isfinite(to))
        buf_printf(b, " %.0f to %.0f%s", from, to,
                   strcmp(by, "size") == 0 ? "&nbsp;px" : "");
}

static void part_row(const struct report_experiment *e, size_t row,
                     struct buf *b)
{
    buf_puts(b, "<tr><th scope=\"row\">");
    name_part(e, row, b);
    buf_puts(b, "</th>");
    report_html_cell_count(b, row_number(e, row, "cells"));
    report_html_cell_percent(b, row_number(e, row, "accuracy"));
    report_html_put(b, "<td class=\"num\">%f to %f</td></tr>\n",
                    row_number(e, row, "low"), row_number(e, row, "high"));
}

/* The row of the groups' accuracies that is called 'part'; NaN: none. */
static double of_groups(const struct report_experiment *e, const char *part,
                        const char *column)
{
    for (size_t i = 0; i < e->errors.csv.n_row; i++)
        if (strcmp(row_field(e, i, "by"), "groups") == 0 &&
            strcmp(row_field(e, i, "part"), part) == 0)
            return row_number(e, i, column);
    return (double)NAN;
}

static void write_spread(const struct report_experiment *e, struct buf *b)
{
    const double n = of_groups(e, "mean", "cells");

    if (!(n > 1))
        return;
    buf_printf(
        b, "<p>Over the %.0f cluster images (or cells without one): mean ", n);
    report_html_put(
        b,
        "%f, deviation %f, a quarter of them at most %f, the worst %f.</p>\n",
        of_groups(e, "mean", "accuracy"), of_groups(e, "deviation", "accuracy"),
        of_groups(e, "lower quartile", "accuracy"),
        of_groups(e, "least", "accuracy"));
}

static void write_table(const struct report_data *d,
                        const struct report_experiment *e, struct buf *b)
{
    report_html_table(b, "Accuracy by size, brightness and cluster image");
    buf_printf(b, "<th scope=\"col\">%s cells of</th>", report_told(d));
    report_html_heads(b, "#cells|#accuracy|#Wilson interval, of cells");
    report_html_body(b);
    for (size_t i = 0; i < e->errors.csv.n_row; i++)
        if (strcmp(row_field(e, i, "by"), "groups") != 0 &&
            row_number(e, i, "cells") > 0)
            part_row(e, i, b);
    buf_puts(b, "</tbody>\n");
    report_html_table_end(b);
    write_spread(e, b);
}

/* Mistakes between classes of one side; the others stand under the matrix. */
static void put_mistakes(const struct report_data *d, int i, struct buf *b)
{
    const bool two =
        d->experiment[i].screening && d->experiment[i].screening->two;
    const struct report_told_of alone = {1, {i}};
    const struct report_strip strip = {
        CELL_OTHER_WRONG,
        two ? "Mistaken for a class of the same side" : "Mistakes", MISTAKES};

    if (d->experiment[i].cells.there)
        report_matrix_put_strip(d, &alone, &strip, b);
}

void report_errors_own(const struct report_data *d, int i, struct buf *b)
{
    if (d->experiment[i].errors.there)
        write_table(d, &d->experiment[i], b);
    put_mistakes(d, i, b);
}

/* With folds of each, as quarters of sizes differ between them. */
void report_errors(const struct report_data *d, struct buf *b)
{
    struct report_told_of t;

    report_cells_headline(&t, d);
    for (int k = 0; k < t.n; k++) {
        if (t.n > 1)
            report_html_put(b, "<details>\n<summary>%s</summary>\n",
                            d->experiment[t.list[k]].name);
        report_errors_own(d, t.list[k], b);
        buf_puts(b, t.n > 1 ? "</details>\n" : "");
    }
}
