/*
 * report_results.c - the figures: headline, all experiments, one experiment
 */
#include "orchestration/report.h"
#include "orchestration/report_html.h"

#include "run/svg.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Accuracy and interval of a split in metrics.json; NaN where missing. */
struct result {
    double n, correct, accuracy, low, high;
};

static struct result result_of(const json_t *metrics, const char *split)
{
    const json_t *s = report_json_at(metrics, split);
    const json_t *range = json_object_get(s, "interval");
    struct result r = {
        report_json_number(s, "n"), report_json_number(s, "correct"),
        report_json_number(s, "accuracy"), (double)NAN, (double)NAN};

    if (json_array_size(range) == 2) {
        r.low = json_number_value(json_array_get(range, 0));
        r.high = json_number_value(json_array_get(range, 1));
    }
    if (!(r.n > 0))
        r.accuracy = r.low = r.high = (double)NAN;
    return r;
}

static double baseline_accuracy(const struct report_data *d)
{
    return report_json_number(d->baseline.root, "test");
}

/* --- headline -------------------------------------------------------------- */

/* A scale of 0 to 100 %: the interval as a band, accuracy and baseline as
 * marks. */
static void draw_scale(const struct result *r, double base, struct buf *b)
{
    buf_puts(b, "<div class=\"scale\" role=\"img\" aria-label=\"The accuracy "
                "with its interval and the baseline on a scale from 0 to 100 "
                "percent\">\n");
    buf_printf(b,
               "<span class=\"band\" style=\"left:%.2f%%;width:%.2f%%\">"
               "</span>\n",
               100 * r->low, fmax(0.4, 100 * (r->high - r->low)));
    if (isfinite(base))
        buf_printf(b, "<span class=\"base\" style=\"left:%.2f%%\"></span>\n",
                   100 * base);
    buf_printf(b,
               "<span style=\"left:%.2f%%\"></span>\n</div>\n"
               "<p class=\"ticks\" aria-hidden=\"true\">",
               100 * r->accuracy);
    for (int i = 0; i <= 100; i += 25)
        buf_printf(b, "<span>%d&nbsp;%%</span>", i);
    buf_puts(b, "</p>\n");
}

static void headline_best(const struct report_data *d, struct buf *b)
{
    const struct report_experiment *e = &d->experiment[d->best];
    const struct result r = result_of(e->metrics.root, "test");
    const double base = baseline_accuracy(d);

    buf_puts(b, "<div class=\"headline\">\n<div>\n<div class=\"figure\">");
    html_percent(b, r.accuracy);
    buf_puts(b, "</div>\n<p>");
    if (r.n > 0) {
        buf_printf(b, "of the test cells are classified right: %.0f of %.0f; ",
                   r.correct, r.n);
        buf_puts(b, "95&nbsp;% interval ");
        html_percent(b, r.low);
        buf_puts(b, " to ");
        html_percent(b, r.high);
    } else {
        buf_puts(b, "there is no test cell");
    }
    buf_puts(b, ".</p>\n<p class=\"mute\">");
    html_text(b, e->name);
    if (d->n_experiment > 1)
        buf_puts(b, ", the experiment that does best on the validation split");
    buf_puts(b, "</p>\n</div>\n<div>\n<div class=\"figure base\">");
    html_percent(b, base);
    buf_puts(b, "</div>\n<p>is what a classifier reaches that knows a cell's "
                "mean colour and size alone.</p>\n");
    if (!d->baseline.root) {
        html_missing(b, "The baseline", d->baseline.why);
    } else {
        buf_puts(b, "<p class=\"mute\">Colour alone ");
        html_percent(b,
                     report_json_number(d->baseline.root, "colour_only_test"));
        buf_puts(b, ", size alone ");
        html_percent(b, report_json_number(d->baseline.root, "size_only_test"));
        buf_puts(b, ", on the same test cells.</p>\n");
    }
    buf_puts(b, "</div>\n</div>\n");
    if (r.n > 0)
        draw_scale(&r, base, b);
}

void report_headline(const struct report_data *d, struct buf *b)
{
    buf_puts(b, "<section class=\"card\" aria-labelledby=\"h-headline\">\n"
                "<h2 id=\"h-headline\">Accuracy</h2>\n");
    if (d->best >= 0)
        headline_best(d, b);
    else
        html_missing(b, "The accuracy", "no experiment is evaluated yet");
    buf_puts(b, "</section>\n");
}

/* --- all experiments ------------------------------------------------------- */

static void result_row(const struct report_data *d, int i, struct buf *b)
{
    const struct report_experiment *e = &d->experiment[i];
    const json_t *mean = report_json_at(e->metrics.root, "test.weighted");
    const struct result test = result_of(e->metrics.root, "test");
    const struct result check = result_of(e->metrics.root, "validation");

    buf_printf(b, "<tr><th scope=\"row\"><a href=\"#experiment-%d\">", i + 1);
    html_text(b, e->name);
    buf_puts(b, "</a></th>");
    if (!e->metrics.root) {
        buf_puts(b, "<td colspan=\"7\" class=\"missing\">missing: ");
        html_text(b, e->metrics.why);
        buf_puts(b, "</td></tr>\n");
        return;
    }
    html_cell_percent(b, test.accuracy);
    buf_puts(b, "<td class=\"num\">");
    html_percent(b, test.low);
    buf_puts(b, " to ");
    html_percent(b, test.high);
    buf_puts(b, "</td>");
    html_cell_percent(b, report_json_number(mean, "precision"));
    html_cell_percent(b, report_json_number(mean, "recall"));
    html_cell_percent(b, report_json_number(mean, "f1"));
    html_cell_count(b, test.n);
    html_cell_percent(b, check.accuracy);
    buf_puts(b, "</tr>\n");
}

void report_results(const struct report_data *d, struct buf *b)
{
    buf_puts(b, "<section class=\"card\" id=\"results\" "
                "aria-labelledby=\"h-results\">\n"
                "<h2 id=\"h-results\">All experiments</h2>\n");
    buf_puts(b, "<p class=\"mute\">On the test split; precision, recall and F1 "
                "weighted by class size; Wilson 95&nbsp;% interval.</p>\n");
    html_table(b, "Results of all experiments");
    buf_puts(b, "<thead><tr><th scope=\"col\">experiment</th>"
                "<th scope=\"col\" class=\"num\">accuracy</th>"
                "<th scope=\"col\" class=\"num\">interval</th>"
                "<th scope=\"col\" class=\"num\">precision</th>"
                "<th scope=\"col\" class=\"num\">recall</th>"
                "<th scope=\"col\" class=\"num\">F1</th>"
                "<th scope=\"col\" class=\"num\">test cells</th>"
                "<th scope=\"col\" class=\"num\">validation accuracy</th></tr>"
                "</thead>\n<tbody>\n");
    for (int i = 0; i < d->n_experiment; i++)
        result_row(d, i, b);
    if (d->n_experiment == 0)
        buf_puts(b, "<tr><td colspan=\"8\" class=\"missing\">the plan has no "
                    "experiment</td></tr>\n");
    buf_puts(b, "<tr><th scope=\"row\">colour and size alone</th>");
    html_cell_percent(b, baseline_accuracy(d));
    buf_puts(b, "<td class=\"num mute\" colspan=\"6\">baseline</td></tr>\n"
                "</tbody>\n");
    html_table_end(b);
    buf_puts(b, "</section>\n");
}

/* --- one experiment -------------------------------------------------------- */

static void score_row(const json_t *s, const char *name, struct buf *b)
{
    buf_puts(b, "<tr><th scope=\"row\">");
    html_text(b, name);
    buf_puts(b, "</th>");
    html_cell_percent(b, report_json_number(s, "precision"));
    html_cell_percent(b, report_json_number(s, "recall"));
    html_cell_percent(b, report_json_number(s, "f1"));
    html_cell_count(b, report_json_number(s, "support"));
    buf_puts(b, "</tr>\n");
}

static void class_table(const json_t *test, struct buf *b)
{
    const json_t *list = json_object_get(test, "per_class");

    buf_puts(b, "<h3>Each class of the test split</h3>\n");
    html_table(b, "Scores of each class");
    buf_puts(b, "<thead><tr><th scope=\"col\">class</th>"
                "<th scope=\"col\" class=\"num\">precision</th>"
                "<th scope=\"col\" class=\"num\">recall</th>"
                "<th scope=\"col\" class=\"num\">F1</th>"
                "<th scope=\"col\" class=\"num\">cells</th></tr></thead>\n"
                "<tbody>\n");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *s = json_array_get(list, i);
        const char *name = json_string_value(json_object_get(s, "class"));

        score_row(s, name ? name : "?", b);
    }
    buf_puts(b, "</tbody>\n<tfoot>\n");
    score_row(json_object_get(test, "weighted"), "weighted mean", b);
    score_row(json_object_get(test, "macro"), "plain mean", b);
    buf_puts(b, "</tfoot>\n");
    html_table_end(b);
}

/* The matrix of metrics.json, if it is whole. */
static bool read_confusion(const json_t *metrics, size_t *count,
                           const char **name, int *k)
{
    const json_t *classes = json_object_get(metrics, "classes");
    const json_t *rows = report_json_at(metrics, "test.confusion");
    const size_t n = json_array_size(classes);

    if (n < 1 || n > CONFIG_CLASSES_MAX || json_array_size(rows) != n)
        return false;
    *k = (int)n;
    for (size_t i = 0; i < n; i++) {
        const json_t *row = json_array_get(rows, i);

        name[i] = json_string_value(json_array_get(classes, i));
        if (!name[i] || json_array_size(row) != n)
            return false;
        for (size_t j = 0; j < n; j++) {
            const json_int_t v = json_integer_value(json_array_get(row, j));

            count[i * n + j] = v > 0 ? (size_t)v : 0;
        }
    }
    return true;
}

static void confusion(const struct report_experiment *e, struct buf *b)
{
    size_t count[CONFIG_CLASSES_MAX * CONFIG_CLASSES_MAX];
    const char *name[CONFIG_CLASSES_MAX];
    struct svg_confusion c = {"", 0, name, count};

    buf_puts(b, "<h3>Which class is taken for which</h3>\n");
    if (!read_confusion(e->metrics.root, count, name, &c.k)) {
        html_missing(b, "The confusion matrix", "metrics.json has none");
        return;
    }
    buf_puts(b, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
                "aria-label=\"Confusion matrix\">\n");
    svg_confusion(&c, false, b);
    buf_puts(b, "</div>\n");
}

static int curves(const struct report_experiment *e, struct buf *b,
                  struct err *err)
{
    static const char *const column[] = {"epoch", "loss", "val_loss",
                                         "accuracy", "val_accuracy"};
    const size_t n = e->history.csv.n_row;
    double *v;

    buf_puts(b, "<h3>How it learnt</h3>\n");
    if (!e->history.there) {
        html_missing(b, "The history of training", e->history.why);
        return 0;
    }
    v = calloc(5 * n + 1, sizeof(*v));
    if (!v)
        return err_set(err, ERR_SYSTEM, "no memory for %zu epochs", n);
    for (size_t c = 0; c < 5; c++)
        for (size_t i = 0; i < n; i++)
            v[c * n + i] = report_number(&e->history, i, column[c]);
    buf_puts(b, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
                "aria-label=\"Training curves\">\n");
    svg_curves(
        &(struct svg_curves){"", n, v, v + n, v + 2 * n, v + 3 * n, v + 4 * n},
        false, b);
    buf_puts(b, "</div>\n");
    free(v);
    return 0;
}

static int experiment(const struct report_data *d, int i, struct buf *b,
                      struct err *err)
{
    const struct report_experiment *e = &d->experiment[i];
    size_t room = REPORT_PICTURE_BYTES / (size_t)d->n_experiment;
    const char *model =
        json_string_value(report_json_at(e->metrics.root, "model"));

    buf_printf(b,
               "<section class=\"card\" id=\"experiment-%d\" "
               "aria-labelledby=\"h-experiment-%d\">\n"
               "<h2 id=\"h-experiment-%d\">",
               i + 1, i + 1, i + 1);
    html_text(b, e->name);
    buf_puts(b, "</h2>\n<p class=\"mute\">");
    html_text(b, e->train->network);
    buf_puts(b, ", ");
    html_text(b, e->train->regime);
    buf_printf(b, ", seed %lld", (long long)e->train->seed);
    if (model) {
        buf_puts(b, ", weights: ");
        html_text(b, model);
    }
    buf_puts(b, "</p>\n");
    if (e->metrics.root) {
        class_table(report_json_at(e->metrics.root, "test"), b);
        confusion(e, b);
        if (report_errors(d, e, &room, b, err) < 0)
            return -1;
    } else {
        html_missing(b, "The evaluation", e->metrics.why);
    }
    if (!report_is_ensemble(e) &&
        (curves(e, b, err) < 0 || report_gallery(d, e, room, b, err) < 0))
        return -1;
    buf_puts(b, "</section>\n");
    return 0;
}

int report_experiments(const struct report_data *d, struct buf *b,
                       struct err *err)
{
    for (int i = 0; i < d->n_experiment; i++)
        if (experiment(d, i, b, err) < 0)
            return -1;
    return 0;
}
