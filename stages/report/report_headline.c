/* report_headline.c - what it is of, and how it is shown */
#include "stages/report/report_headline.h"

#include "evaluation/test_accuracy.h"
#include "stages/report/report_folds.h"
#include "stages/report/report_html.h"
#include "stages/report/report_screening.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

double report_metric(const json_t *metrics, const struct metric *m)
{
    static const char test[] = "test.";
    const json_t *part = test_accuracy_part(metrics);

    if (!m->path)
        return report_json_number(part, m->name);
    if (strncmp(m->path, test, strlen(test)) == 0)
        return report_json_number(part, m->path + strlen(test));
    return report_json_number(metrics, m->path);
}

/* --- what it is of -------------------------------------------------------- */

double headline_validation(const struct report_data *d, int i)
{
    double right = 0, all = 0;

    for (int k = 0; k < d->n_experiment; k++) {
        const json_t *m = d->experiment[k].metrics.root;
        const double v = report_json_number(m, "validation.accuracy");
        const double n = report_json_number(m, "validation.n");

        if (!plan_same_experiment(d->experiment[k].train,
                                  d->experiment[i].train) ||
            !(n > 0) || !isfinite(v))
            continue;
        right += n * v;
        all += n;
    }
    return all > 0 ? right / all : 0;
}

int headline_choose(const struct report_data *d)
{
    int best = -1;
    double most = -1.0;

    for (int i = 0; i < d->n_experiment; i++) {
        const double score = headline_validation(d, i);

        if (d->experiment[i].metrics.root && score > most) {
            best = i;
            most = score;
        }
    }
    return best;
}

/* Are there two that are not folds of one? */
static bool has_several(const struct report_data *d)
{
    for (int i = 1; i < d->n_experiment; i++)
        if (!plan_same_experiment(d->experiment[i].train,
                                  d->experiment[0].train))
            return true;
    return false;
}

static void pool_folds(struct headline *h, const struct report_data *d,
                       int head)
{
    const json_t *list = report_json_at(d->baseline.root, "folds");
    const struct fold_figure *accuracy;
    struct fold_summary s;

    report_folds_summary(&s, d, head);
    accuracy = &s.metric[METRIC_ACCURACY];
    snprintf(h->name, sizeof(h->name), "%s", s.name);
    h->folds = s.folds;
    h->evaluated = s.evaluated;
    h->folds_test = (struct report_range){accuracy->least, accuracy->most};
    if (h->base && !list) {
        h->base = NULL;
        h->base_why = "data/baseline.json is of the first fold alone";
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const double v = report_json_number(json_array_get(list, i), h->told);

        h->folds_base.least = fmin(h->folds_base.least, v);
        h->folds_base.most = fmax(h->folds_base.most, v);
    }
}

void headline_of(struct headline *h, const struct report_data *d)
{
    const struct report_experiment *e = &d->experiment[d->best];
    const struct report_range none = {(double)NAN, (double)NAN};
    const int head = report_folds_head(d, d->best);

    *h = (struct headline){.chosen = has_several(d),
                           .told = report_told(d),
                           .folds = 1,
                           .evaluated = 1,
                           .folds_test = none,
                           .folds_base = none,
                           .base = d->baseline.root,
                           .base_why = d->baseline.why};
    snprintf(h->name, sizeof(h->name), "%s", e->name);
    h->test = report_screening_accuracy(d, head >= 0 ? head : d->best);
    if (head >= 0)
        pool_folds(h, d, head);
}

/* --- how it is shown ------------------------------------------------------ */

/* A scale of 0 to 100 %: the interval as a band, accuracy and baseline as
 * marks. */
static void draw_scale(const struct grouped_share *r, double base,
                       struct buf *b)
{
    buf_puts(b, "<div class=\"scale\" role=\"img\" aria-label=\"The accuracy "
                "with its interval and the baseline on a scale from 0 to 100 "
                "percent\">\n");
    if (isfinite(r->low))
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
               100 * grouped_share_value(r));
    for (int i = 0; i <= 100; i += 25)
        buf_printf(b, "<span>%d&nbsp;%%</span>", i);
    buf_puts(b, "</p>\n");
}

/* "; single folds 90.1 % to 93.4 %". */
static void put_range(const struct report_range *r, struct buf *b)
{
    if (!isfinite(r->least))
        return;
    report_html_put(b, "; single folds %f to %f", r->least, r->most);
}

/* The baseline beside it, on the same cells. */
static void put_base(const struct headline *h, struct buf *b)
{
    report_html_put(b,
                    "<div class=\"figure base\">%f</div>\n<p>is what a "
                    "classifier reaches that knows a cell's mean colour and "
                    "size alone",
                    report_json_number(h->base, h->told));
    put_range(&h->folds_base, b);
    buf_puts(b, ".</p>\n");
    if (!h->base) {
        report_html_missing(b, "The baseline", h->base_why);
        return;
    }
    if (strcmp(h->told, "test") == 0)
        report_html_put(
            b,
            "<p class=\"mute\">Colour alone %f, size alone %f, on the "
            "%s.</p>\n",
            report_json_number(h->base, "colour_only_test"),
            report_json_number(h->base, "size_only_test"),
            h->folds > 1 ? "test cells of all folds" : "same test cells");
}

static void put_best(const struct headline *h, struct buf *b)
{
    const struct grouped_share *r = &h->test;

    report_html_put(b, "<div class=\"figure\">%f</div>\n<p>",
                    grouped_share_value(r));
    if (r->n > 0) {
        buf_printf(b, "of the %s cells%s are classified right: %zu of %zu; ",
                   h->told, h->folds > 1 ? " of all folds" : "", r->k, r->n);
        grouped_share_words(r, b);
        put_range(&h->folds_test, b);
    } else {
        buf_puts(b, "there is no test cell");
    }
    report_html_put(b, ".</p>\n<p class=\"mute\">%s", h->name);
    if (h->chosen)
        buf_puts(b, ", the experiment that does best on the validation split");
    if (h->chosen && h->folds > 1)
        buf_puts(b, " of all folds");
    if (h->evaluated < h->folds)
        buf_printf(b, "; %d of %d folds are evaluated", h->evaluated, h->folds);
    buf_puts(b, "</p>\n");
}

void report_headline(const struct report_data *d, struct buf *b)
{
    struct headline h;

    if (d->best >= 0) {
        headline_of(&h, d);
        buf_puts(b, "<div class=\"headline\">\n<div>\n");
        put_best(&h, b);
        buf_puts(b, "</div>\n<div>\n");
        put_base(&h, b);
        buf_puts(b, "</div>\n</div>\n");
        if (h.test.n > 0)
            draw_scale(&h.test, report_json_number(h.base, h.told), b);
    } else {
        report_html_missing(b, "The accuracy",
                            "no experiment is evaluated yet");
    }
}
