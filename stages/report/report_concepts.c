/*
 * report_concepts.c - what a cytologist names of the cells, and which of it
 * each network reacts to: concept_means.csv and dose_response_means.csv of
 * stages/explain, concepts.h and dose_response.h
 */
#include "stages/report/report_concepts.h"
#include "stages/report/report_folds.h"
#include "stages/report/report_html.h"
#include "stages/report/report_pooled_means.h"
#include "stages/report/report_sections.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DOSES_MAX = 8, CURVE_W = 120, CURVE_H = 40, MISTAKES_LEAST = 3 };

/* A change for people. */
static const struct edit_title {
    const char *name, *title;
    double scale;     /* of the dose */
    const char *unit; /* behind it */
} edits[] = {
    {"nucleus_larger", "nucleus enlarged, ", 1, " times the area"},
    {"nucleus_paler", "nucleus paled by ", 100, " % of its excess density"},
    {"nucleus_darker", "nucleus darkened by ", 100, " % of its excess density"},
    {"halo_filled", "halo filled by ", 100, " %"},
    {"halo_made", "halo made, paler by ", 100, " % of the density"},
    {"cytoplasm_turned", "cytoplasm turned by ", 100,
     " % from pink to blue-green, or back"},
};

enum { EDITS = sizeof(edits) / sizeof(edits[0]) };

/* A mean and its interval in a table's row. */
struct shown_mean {
    double mean, low, high, cells; /* NaN: there is none */
};

static bool has_word(const struct report_csv *c, size_t row, const char *column,
                     const char *word)
{
    return strcmp(report_field(c, row, column), word) == 0;
}

static struct shown_mean mean_in(const struct report_csv *c, size_t row)
{
    return (struct shown_mean){
        report_number(c, row, "mean"), report_number(c, row, "low"),
        report_number(c, row, "high"), report_number(c, row, "cells")};
}

static void put_number(double v, int digits, struct buf *b)
{
    if (isfinite(v))
        buf_printf(b, "%.*f", digits, v);
    else
        buf_puts(b, "&ndash;");
}

static void put_cell(const struct shown_mean *m, int digits, struct buf *b)
{
    buf_puts(b, "<td class=\"num\">");
    put_number(m->mean, digits, b);
    if (isfinite(m->mean) && isfinite(m->low))
        buf_printf(b, " <br><span class=\"mute\">%.*f to %.*f</span>", digits,
                   m->low, digits, m->high);
    buf_puts(b, "</td>");
}

/* How many cells a share of them is; 0 of what is no share. */
static int count_of(const struct shown_mean *m)
{
    const double n = m->mean * m->cells + 0.5;

    return n > 0 && n < 1e9 ? (int)n : 0;
}

/* --- concepts by class ---------------------------------------------------- */

/* The row of a true and a predicted class and a concept; n_row: there is none.
 */
static size_t find_mean(const struct report_csv *c, const char *label,
                        const char *said, const char *concept)
{
    size_t i = 0;

    while (i < c->csv.n_row && !(has_word(c, i, "concept", concept) &&
                                 has_word(c, i, "predicted", said) &&
                                 strcmp(report_label(c, i), label) == 0))
        i++;
    return i;
}

/* Is row 'i' the first of a true class, whatever is said? */
static bool opens_class(const struct report_csv *c, size_t i)
{
    return has_word(c, i, "predicted", "all") &&
           has_word(c, i, "concept", "measured");
}

static void put_class(const struct report_csv *c, size_t row, struct buf *b)
{
    const struct shown_mean measured = mean_in(c, row);
    const char *label = report_label(c, row);

    report_html_put(b, "<tr><th scope=\"row\">%s</th>",
                    strcmp(label, "all") == 0 ? "all cells" : label);
    report_html_cell_count(b, count_of(&measured));
    for (int t = 0; t < REPORT_CONCEPTS; t++) {
        const struct shown_mean m =
            mean_in(c, find_mean(c, label, "all", report_concept[t].name));

        put_cell(&m, report_concept[t].digits, b);
    }
    buf_puts(b, "</tr>\n");
}

static void put_heads(bool brief, struct buf *b)
{
    for (int t = 0; t < REPORT_CONCEPTS; t++)
        if (report_concept[t].brief || !brief)
            report_html_put(b, "<th scope=\"col\" class=\"num\">%s</th>",
                            report_concept[t].title);
    report_html_body(b);
}

static void put_classes(const struct report_csv *c, struct buf *b)
{
    report_html_table_sortable(b, "What is measured, class by class", false);
    report_html_heads(b, "class|#measured");
    put_heads(false, b);
    for (size_t i = 0; i < c->csv.n_row; i++)
        if (opens_class(c, i))
            put_class(c, i, b);
    buf_puts(b, "</tbody>\n");
    report_html_table_end(b);
    buf_puts(b, "<ul class=\"mute\">\n");
    for (int t = 0; t < REPORT_CONCEPTS; t++)
        report_html_put(b, "<li><strong>%s</strong>: %s</li>\n",
                        report_concept[t].title, report_concept[t].meaning);
    buf_puts(b, "</ul>\n");
}

/* How many could not be measured. */
static void put_measured(const struct report_data *d, int i, int folds,
                         const struct report_csv *c, struct buf *b)
{
    char name[REPORT_POOLED_NAME];
    const struct shown_mean m =
        mean_in(c, find_mean(c, "all", "all", "measured"));

    report_pooled_name(d, i, folds, name);
    report_html_put(
        b,
        "<p>Nucleus and cytoplasm of %d of the %d %s cells of "
        "<code>%s</code>, by their contours where these came "
        "with the pictures, else by a segmentation that looks for "
        "what is dark, round and near the middle, and is wrong of many "
        "real cells (of 150 of SIPaKMeD about 121 nuclei were right to the "
        "eye): a cell, opened, shows its contours. Of the others "
        "<code>concepts.csv</code> says why not. Means and 95&nbsp;%% "
        "intervals over groups of cells drawn again%s.</p>\n",
        count_of(&m), count_of(&(struct shown_mean){1, 0, 0, m.cells}),
        report_told(d), name,
        folds > 1 ? ", of each fold and then of all of them together" : "");
}

static void put_mistake(const struct report_csv *c, size_t row, struct buf *b)
{
    const char *label = report_label(c, row);
    const char *said = report_field(c, row, "predicted");

    report_html_put(b, "<tr><th scope=\"row\">%s</th><td>%s</td>", label, said);
    report_html_cell_count(b, report_number(c, row, "cells"));
    for (int t = 0; t < REPORT_CONCEPTS; t++) {
        struct shown_mean m, usual;

        if (!report_concept[t].brief)
            continue;
        m = mean_in(c, find_mean(c, label, said, report_concept[t].name));
        usual = mean_in(c, find_mean(c, label, label, report_concept[t].name));
        buf_puts(b, "<td class=\"num\">");
        put_number(m.mean, report_concept[t].digits, b);
        buf_puts(b, " <span class=\"mute\">");
        put_number(usual.mean, report_concept[t].digits, b);
        buf_puts(b, "</span></td>");
    }
    buf_puts(b, "</tr>\n");
}

static bool is_mistake(const struct report_csv *c, size_t i)
{
    const char *said = report_field(c, i, "predicted");

    return has_word(c, i, "concept", "measured") && strcmp(said, "all") != 0 &&
           strcmp(report_label(c, i), "all") != 0 &&
           strcmp(said, report_label(c, i)) != 0 &&
           report_number(c, i, "cells") >= MISTAKES_LEAST;
}

/* What cells that are called something else have in common. */
static void put_mistakes(const struct report_csv *c, struct buf *b)
{
    bool any = false;

    for (size_t i = 0; i < c->csv.n_row; i++)
        any |= is_mistake(c, i);
    if (!any)
        return;
    buf_puts(b, "<h3>What was measured of the mistakes</h3>\n<p "
                "class=\"mute\">Three and more cells of a class that were "
                "called another when seen once, as the picture stands; pale "
                "figures are of the cells of the class that were called what "
                "they are.</p>\n");
    report_html_table_sortable(b, "Concepts of mistakes", false);
    report_html_heads(b, "class|called|#cells");
    put_heads(true, b);
    for (size_t i = 0; i < c->csv.n_row; i++)
        if (is_mistake(c, i))
            put_mistake(c, i, b);
    buf_puts(b, "</tbody>\n");
    report_html_table_end(b);
}

/* --- what each network reacts to ------------------------------------------ */

/* Rows of one edit and control over all classes, by rising dose. */
struct dose_curve {
    size_t row[DOSES_MAX];
    double dose[DOSES_MAX];
    size_t n;
};

static struct dose_curve find_curve(const struct report_csv *c,
                                    const char *edit, const char *control)
{
    struct dose_curve k = {.n = 0};

    for (size_t i = 0; i < c->csv.n_row && k.n < DOSES_MAX; i++) {
        const double dose = report_number(c, i, "dose");
        size_t at = k.n;

        if (!(dose >= 0) || !has_word(c, i, "edit", edit) ||
            !has_word(c, i, "control", control) ||
            !has_word(c, i, "class", "predicted") ||
            strcmp(report_label(c, i), "all") != 0)
            continue;
        for (; at > 0 && k.dose[at - 1] > dose; at--) {
            k.row[at] = k.row[at - 1];
            k.dose[at] = k.dose[at - 1];
        }
        k.row[at] = i;
        k.dose[at] = dose;
        k.n++;
    }
    return k;
}

/* The mean of a curve at a dose, or the only one it has. */
static struct shown_mean mean_at(const struct report_csv *c,
                                 const struct dose_curve *k, double dose)
{
    size_t i = 0;

    while (i < k->n && k->n > 1 && k->dose[i] < dose)
        i++;
    return mean_in(c, i < k->n ? k->row[i] : c->csv.n_row);
}

static void put_points(const struct report_csv *c, const struct dose_curve *k,
                       double most, const char *dashes, struct buf *b)
{
    buf_printf(b, "<polyline fill=\"none\" stroke=\"currentColor\"%s points=\"",
               dashes);
    buf_printf(b, "1,%d", CURVE_H / 2);
    for (size_t i = 0; i < k->n; i++) {
        const double v = report_number(c, k->row[i], "mean") / 2.0;

        buf_printf(b, " %.1f,%.1f", 1 + (CURVE_W - 2) * k->dose[i] / most,
                   CURVE_H * (0.5 - (isfinite(v) ? v : 0.0)));
    }
    buf_puts(b, "\"/>");
}

/* The probability's change over the dose, -1 to 1, and that of the ground. */
static void put_curve(const struct report_csv *c, const struct dose_curve *k,
                      const struct dose_curve *ground, struct buf *b)
{
    const double most = k->dose[k->n - 1];

    buf_printf(b,
               "<td><svg role=\"img\" width=\"%d\" height=\"%d\" "
               "viewBox=\"0 0 %d %d\" aria-label=\"Change at each dose: ",
               CURVE_W, CURVE_H, CURVE_W, CURVE_H);
    for (size_t i = 0; i < k->n; i++)
        buf_printf(b, "%s%.2f", i ? ", " : "",
                   report_number(c, k->row[i], "mean"));
    buf_printf(b,
               "\"><path d=\"M0 %dH%d\" stroke=\"currentColor\" "
               "stroke-opacity=\".25\"/>",
               CURVE_H / 2, CURVE_W);
    put_points(c, k, most, " stroke-width=\"2\"", b);
    put_points(c, ground, most, " stroke-dasharray=\"3 3\"", b);
    buf_puts(b, "</svg></td>");
}

/* Do the limits of 'm' leave out those of 'other'? */
static bool is_apart(const struct shown_mean *m, const struct shown_mean *other)
{
    return m->low > other->high || m->high < other->low;
}

static const char *reaction_word(const struct shown_mean *m,
                                 const struct shown_mean *ground,
                                 const struct shown_mean *trip)
{
    const struct shown_mean zero = {0, 0, 0, 0};

    if (!isfinite(m->low))
        return "too few groups";
    if (!is_apart(m, &zero))
        return "no";
    if (isfinite(trip->low) && !is_apart(m, trip))
        return "as to resampling";
    if (isfinite(ground->low) && !is_apart(m, ground))
        return "as to the ground";
    return "yes";
}

/* The class that gains most at a dose, if any does. */
static void put_gainer(const struct report_csv *c, size_t row, struct buf *b)
{
    size_t best = c->csv.n_row;

    for (size_t i = 0; i < c->csv.n_row; i++)
        if (has_word(c, i, "edit", report_field(c, row, "edit")) &&
            has_word(c, i, "control", "none") &&
            has_word(c, i, "dose", report_field(c, row, "dose")) &&
            strcmp(report_label(c, i), "all") == 0 &&
            !has_word(c, i, "class", "predicted") &&
            report_number(c, i, "mean") > 0 &&
            (best == c->csv.n_row ||
             report_number(c, i, "mean") > report_number(c, best, "mean")))
            best = i;
    buf_puts(b, "<td>");
    if (best < c->csv.n_row)
        report_html_put(b, "%s", report_field(c, best, "class"));
    if (best < c->csv.n_row)
        buf_printf(b, ", +%.3f", report_number(c, best, "mean"));
    buf_puts(b, "</td>");
}

static void put_reaction(const char *experiment, const struct report_csv *c,
                         const struct edit_title *t, struct buf *b)
{
    const struct dose_curve k = find_curve(c, t->name, "none");
    const struct dose_curve ground = find_curve(c, t->name, "ground");
    const struct dose_curve trip = find_curve(c, t->name, "round_trip");
    struct shown_mean m, g, r;

    if (k.n == 0 || !(k.dose[k.n - 1] > 0))
        return;
    m = mean_in(c, k.row[k.n - 1]);
    g = mean_at(c, &ground, k.dose[k.n - 1]);
    r = mean_at(c, &trip, k.dose[k.n - 1]);
    report_html_put(b, "<tr><th scope=\"row\">%s", t->title);
    buf_printf(b, "%g%s</th>", t->scale * k.dose[k.n - 1], t->unit);
    report_html_put(b, "<td>%s</td>", experiment);
    report_html_cell_count(b, m.cells);
    put_cell(&m, 3, b);
    put_cell(&g, 3, b);
    put_cell(&r, 3, b);
    report_html_put(b, "<td>%s</td>", reaction_word(&m, &g, &r));
    put_gainer(c, k.row[k.n - 1], b);
    put_curve(c, &k, &ground, b);
    buf_puts(b, "</tr>\n");
}

static void begin_reactions(struct buf *b)
{
    buf_puts(
        b, "<h3>What each network reacts to</h3>\n<p class=\"mute\">One thing "
           "is changed in the picture, and the probability of the class that "
           "was predicted before moves: its mean change at the largest dose, "
           "with 95&nbsp;% intervals. Beside it two controls: the ground "
           "about the cell made darker until the picture has changed as "
           "much, and the unchanged picture after the same way through the "
           "program (an enlarged nucleus made small again). It reacts if the "
           "interval leaves out 0 and those of both controls. Curves go over "
           "all doses, from -1 to 1; dashed is the ground. A change moves "
           "what the network says of a made picture, which need not look "
           "like any cell.</p>\n");
    report_html_table_sortable(b, "Reactions of the networks", true);
    report_html_heads(b, "change|?experiment|#cells|#change of the "
                         "probability|#of the ground|#of the round "
                         "trip|?reacts|gains most|curve");
    report_html_body(b);
}

/* --- the section ---------------------------------------------------------- */

/* Experiments that are told together with i, which is the first of them: all
 * folds of one, or it alone; none if it is a later fold. */
static struct report_told_of told_with(const struct report_data *d, int i)
{
    const int head = report_folds_head(d, i);
    struct report_told_of t = {1, {i}};

    if (head < 0)
        return t;
    t.n = 0;
    for (int k = 0; head == i && k < d->n_experiment; k++)
        if (t.n < CONFIG_FOLDS_MAX && report_folds_head(d, k) == head)
            t.list[t.n++] = k;
    return t;
}

/* Of the headline's experiment, else of the first that has concepts. */
static void write_concepts(const struct report_data *d, struct buf *b)
{
    for (int i = -1; i < d->n_experiment; i++) {
        const int head =
            i < 0 && d->best >= 0 ? report_folds_head(d, d->best) : -1;
        const int at = head >= 0 ? head : i < 0 ? d->best : i;
        struct report_told_of t;
        struct report_csv c;
        int folds;

        if (at < 0)
            continue;
        t = told_with(d, at);
        folds = report_pooled_means(&c, d, &t, "concept_means.csv");
        if (folds > 0) {
            put_measured(d, at, folds, &c, b);
            put_classes(&c, b);
            put_mistakes(&c, b);
        }
        csv_release(&c.csv);
        if (folds > 0)
            return;
    }
}

static void write_reactions(const struct report_data *d, struct buf *b)
{
    bool begun = false;

    for (int i = 0; i < d->n_experiment; i++) {
        const struct report_told_of t = told_with(d, i);
        char name[REPORT_POOLED_NAME];
        struct report_csv c;
        const int folds =
            report_pooled_means(&c, d, &t, "dose_response_means.csv");

        if (folds > 0) {
            if (!begun)
                begin_reactions(b);
            begun = true;
            report_pooled_name(d, i, folds, name);
            for (int k = 0; k < EDITS; k++)
                put_reaction(name, &c, &edits[k], b);
        }
        csv_release(&c.csv);
    }
    if (begun) {
        buf_puts(b, "</tbody>\n");
        report_html_table_end(b);
    }
}

void report_concepts(const struct report_data *d, struct buf *b)
{
    write_concepts(d, b);
    write_reactions(d, b);
}
