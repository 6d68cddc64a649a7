/*
 * report_trust.c - which explainer to trust for what: the section of the page
 */
#include "page/page_glossary.h"
#include "stages/report/report_explainers.h"
#include "stages/report/report_html.h"
#include "stages/report/report_sections.h"

#include <math.h>
#include <string.h>

static const char *good_word(enum explainer_good good)
{
    return good == GOOD_HIGH ? "high" : good == GOOD_LOW ? "low" : "near 0";
}

static bool is_all(const struct explainer_row *r)
{
    return strcmp(r->class_name, "all") == 0;
}

/* By its name, where there is one. */
static void put_method(const struct explainer_row *r, struct buf *b)
{
    const struct glossary_word *w = page_glossary_find(r->method);

    report_html_text(b, w ? w->term : r->method);
}

static void put_range(const struct explainer_value *v, struct buf *b)
{
    if (isfinite(v->low) && isfinite(v->high))
        buf_printf(b, " <span class=\"mute\">%.3f to %.3f</span>", v->low,
                   v->high);
}

static void put_title(int f, const char *attributes, struct buf *b)
{
    const struct explainer_figure *figure = &explainer_figure[f];

    buf_printf(b, "<th scope=\"col\"%s>", attributes);
    page_glossary_put(figure->name, figure->title, b);
    buf_printf(b, " (%s)</th>", good_word(figure->good));
}

static void put_titles(const struct explainers *e, const char *attributes,
                       struct buf *b)
{
    for (int f = 0; f < EXPLAINER_FIGURES; f++)
        if (e->has[f])
            put_title(f, attributes, b);
    report_html_body(b);
}

/* --- every explainer ------------------------------------------------------ */

static void put_value(const struct explainers *e, size_t i, int f,
                      struct buf *b)
{
    const struct explainer_value *v = &e->row[i].value[f];
    const bool best = explainers_is_best(e, i, f);

    if (!isfinite(v->mean)) {
        buf_puts(b, "<td class=\"num\">&ndash;</td>");
        return;
    }
    buf_printf(b, "<td class=\"num%s\">%.3f", best ? " top" : "", v->mean);
    put_range(v, b);
    buf_puts(b, best ? " <strong>best</strong></td>" : "</td>");
}

/* Cells of the first figure of a table; a dash if there are none. */
static void put_cells(const struct explainer_row *r, enum report_table t,
                      struct buf *b)
{
    int f = 0;

    while (f < EXPLAINER_FIGURES - 1 &&
           (explainer_figure[f].table != t || !(r->value[f].cells > 0)))
        f++;
    report_html_cell_count(b, explainer_figure[f].table == t &&
                                      r->value[f].cells > 0
                                  ? r->value[f].cells
                                  : (double)NAN);
}

static bool has_table(const struct explainers *e, enum report_table t)
{
    for (int f = 0; f < EXPLAINER_FIGURES; f++)
        if (e->has[f] && explainer_figure[f].table == t)
            return true;
    return false;
}

static void put_row(const struct explainers *e, size_t i, struct buf *b)
{
    const struct explainer_row *r = &e->row[i];

    report_html_put(b,
                    "<tr><th scope=\"row\">%s</th><td>%s%s%s</td><td>%s</td>"
                    "<td>",
                    r->network, r->regime, *r->variant ? ", " : "", r->variant,
                    is_all(r) ? "all classes" : r->class_name);
    put_method(r, b);
    buf_puts(b, "</td>");
    report_html_cell_count(b, r->experiments);
    for (int t = 0; t < REPORT_TABLES; t++)
        if ((t == TABLE_FAITHFULNESS || t == TABLE_LOCALISATION) &&
            has_table(e, (enum report_table)t))
            put_cells(r, (enum report_table)t, b);
    for (int f = 0; f < EXPLAINER_FIGURES; f++)
        if (e->has[f])
            put_value(e, i, f, b);
    buf_puts(b, "</tr>\n");
}

static void put_table(const struct explainers *e, struct buf *b)
{
    report_html_table_sortable(b, "Explainers of all experiments", true);
    report_html_heads(b, "?network|?regime");
    buf_puts(b, "<th scope=\"col\" data-pick=\"all classes\">class</th>");
    report_html_heads(b, "?explainer|#experiments");
    if (has_table(e, TABLE_FAITHFULNESS))
        report_html_heads(b, "#cells");
    if (has_table(e, TABLE_LOCALISATION))
        report_html_heads(b, "#with contours");
    put_titles(e, " class=\"num\"", b);
    for (size_t i = 0; i < e->n; i++)
        if (is_all(&e->row[i]))
            put_row(e, i, b);
    for (size_t i = 0; i < e->n; i++)
        if (!is_all(&e->row[i]))
            put_row(e, i, b);
    buf_puts(b, "</tbody>\n");
    report_html_table_end(b);
}

/* --- the first of each figure --------------------------------------------- */

static void put_first(const struct explainers *e, size_t i, int f,
                      struct buf *b)
{
    const size_t best = explainers_best(e, i, f, e->n);
    const size_t next = best < e->n ? explainers_best(e, i, f, best) : best;
    const struct explainer_value *v, *w;

    if (best == e->n) {
        buf_puts(b, "<td>&ndash;</td>");
        return;
    }
    v = &e->row[best].value[f];
    buf_puts(b, "<td>");
    put_method(&e->row[best], b);
    if (next == e->n) {
        buf_puts(b, ", the only one</td>");
        return;
    }
    w = &e->row[next].value[f];
    buf_puts(b, v->mean == w->mean ? "; equals "
                : !isfinite(v->low) || !isfinite(w->low)
                    ? "; no interval, next is "
                : explainers_overlap(v, w) ? "; overlaps "
                                           : "; apart from ");
    put_method(&e->row[next], b);
    buf_puts(b, "</td>");
}

/* Is it the first row of its network and regime, over all classes? */
static bool opens_block(const struct explainers *e, size_t i)
{
    const struct explainer_row *r = &e->row[i];

    for (size_t k = 0; k < i; k++)
        if (is_all(&e->row[k]) && strcmp(e->row[k].network, r->network) == 0 &&
            strcmp(e->row[k].regime, r->regime) == 0 &&
            strcmp(e->row[k].variant, r->variant) == 0)
            return false;
    return is_all(r);
}

static void put_firsts(const struct explainers *e, struct buf *b)
{
    buf_puts(b, "<h3>Which explainer first</h3>\n"
                "<p class=\"mute\">The best of each figure over all classes, "
                "and whether its interval overlaps that of the next best. All "
                "are measured on the same cells: what is apart differs, what "
                "overlaps may.</p>\n");
    report_html_table_sortable(b, "Which explainer first", false);
    report_html_heads(b, "network|regime");
    put_titles(e, "", b);
    for (size_t i = 0; i < e->n; i++) {
        if (!opens_block(e, i))
            continue;
        report_html_put(b, "<tr><th scope=\"row\">%s</th><td>%s%s%s</td>",
                        e->row[i].network, e->row[i].regime,
                        *e->row[i].variant ? ", " : "", e->row[i].variant);
        for (int f = 0; f < EXPLAINER_FIGURES; f++)
            if (e->has[f])
                put_first(e, i, f, b);
        buf_puts(b, "</tr>\n");
    }
    buf_puts(b, "</tbody>\n");
    report_html_table_end(b);
}

void report_trust(const struct report_data *d, struct buf *b)
{
    struct explainers e;
    struct err err;

    if (!report_explained(d))
        return;
    if (explainers_init(&e, d, &err) < 0) { /* for want of memory */
        b->failed = true;
        return;
    }
    put_firsts(&e, b);
    buf_puts(b,
             "<h3>All explainers</h3>\n<p class=\"mute\">Means over maps of "
             "the predicted class with 95&nbsp;% intervals, experiments of a "
             "network and regime together; a cell counts once in each. Behind "
             "each figure stands what is good; <strong>best</strong> is the "
             "best mean of the explainers of that network, regime and class. "
             "Where a map lies says nothing of how faithful it is. Every "
             "figure of every experiment: <a "
             "href=\"explainers.csv\">explainers.csv</a>.</p>\n");
    put_table(&e, b);
    explainers_release(&e);
}
