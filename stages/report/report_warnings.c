/*
 * report_warnings.c - what a reader must know before the figures
 */
#include "evaluation/test_accuracy.h"
#include "stages/report/report.h"
#include "stages/report/report_folds.h"
#include "stages/report/report_headline.h"
#include "stages/report/report_html.h"
#include "stages/report/report_screening.h"
#include "stages/report/report_sections.h"

#include <string.h>

enum { REMARKS = 50, FOLDED = 3 };

static void set_aside(const struct report_reasons *r, const char *what,
                      const char *example, struct buf *b)
{
    if (r->n == 0)
        return;
    buf_printf(b,
               "<li><strong>%zu %s%s set aside</strong> and not used:\n<ul>\n",
               r->n, what, r->n == 1 ? " was" : "s were");
    for (int i = 0; i < r->n_list; i++)
        report_html_put(b,
                        "<li>%zu &times; %s <span class=\"mute\">(%s%s<code>%s"
                        "</code>)</span></li>\n",
                        r->list[i].n, r->list[i].text,
                        r->list[i].n > 1 ? "e.g. " : "", example,
                        r->list[i].example);
    if (r->n_other)
        buf_printf(b, "<li>%zu &times; other reasons, see index.csv</li>\n",
                   r->n_other);
    buf_puts(b, "</ul></li>\n");
}

static void warn_duplicates(const struct report_data *d, struct buf *b)
{
    const struct report_counts *c = &d->counts;

    if (c->twins)
        buf_printf(b,
                   "<li><strong>%zu files are exact copies across %s</strong>",
                   c->twins, c->folds > 1 ? "folds" : "splits");
    if (c->twins_trained)
        buf_printf(b, ": of %zu of %zu %s cells a copy was trained on",
                   c->twins_trained, report_told_cells(d), report_told(d));
    if (c->twins)
        report_html_put(b,
                        " (e.g. <code>%s</code> and <code>%s</code>).</li>\n",
                        c->twin[0], c->twin[1]);
    if (c->conflicts)
        buf_printf(b,
                   "<li><strong>%zu files are exact copies under different "
                   "classes</strong>: one of the labels is wrong.</li>\n",
                   c->conflicts);
}

static void warn_groups(const struct report_data *d, struct buf *b)
{
    const struct report_counts *c = &d->counts;

    if (!c->shared_groups)
        return;
    buf_printf(b,
               "<li><strong>%zu group%s cells in more than one "
               "%s</strong>%s: %zu of %zu %s cells come from a picture "
               "that was also trained on, and cells of one picture look "
               "alike, so the accuracy flatters. Use <code>split.method: "
               "group</code>.</li>\n",
               c->shared_groups, c->shared_groups == 1 ? " has" : "s have",
               c->folds > 1 ? "fold" : "split",
               d->config->split.method == SPLIT_BY_RANDOM
                   ? ", because the split is random over cells"
                   : "",
               c->leaked, report_told_cells(d), report_told(d));
}

/* Is there a vote whose members validation weighs? */
static bool weighs_votes(const struct report_data *d)
{
    for (int i = 0; i < d->n_experiment; i++)
        if (report_weighs_votes(d, &d->experiment[i]))
            return true;
    return false;
}

/* Figures of validation are for choosing. */
static void warn_untested(const struct report_data *d, struct buf *b)
{
    if (d->counts.untested)
        buf_printf(b,
                   "<li><strong>No cell tests</strong>: every figure is of "
                   "validation cells%s%s%s. They "
                   "serve to choose between experiments and are no result; "
                   "thresholds, temperatures and prediction sets, which are "
                   "fitted on them, are not told.</li>\n",
                   d->counts.folds > 1 ? ", each validated in one fold" : "",
                   report_chose_epoch(d) ? ", by which the epoch was chosen"
                                         : "",
                   weighs_votes(d)
                       ? "; the weights of weighted_vote are fitted on them"
                       : "");
}

static void warn_folds(const struct report_counts *c, struct buf *b)
{
    for (int f = 0; c->folds > 1 && f < c->folds; f++)
        if (c->all.fold[f] == 0)
            buf_printf(b,
                       "<li><strong>Fold %d is empty</strong>: it %s "
                       "nothing.</li>\n",
                       f, c->untested ? "validates" : "tests");
}

static void warn_splits(const struct report_counts *c, struct buf *b)
{
    static const char *const without[SPLIT_NONE] = {
        "nothing can be learnt",
        "the best epoch and the best network cannot be chosen",
        "there is no honest accuracy"};

    for (int s = 0; c->folds < 2 && s < SPLIT_NONE; s++)
        if (c->all.split[s] == 0)
            buf_printf(b,
                       "<li><strong>The %s split is empty</strong>: %s.</li>\n",
                       store_split_name((enum split)s), without[s]);
}

/* Classes with too few test cells for their figures to mean much, with folds
 * in all of them. */
static void small_classes(const struct report_counts *c, struct buf *b)
{
    int n = 0;

    for (int i = 0; i < c->n_class && c->tests > 0; i++) {
        const size_t tests =
            c->folds > 1 ? report_used(&c->of[i]) : c->of[i].split[SPLIT_TEST];

        if (tests >= REPORT_SMALL_CLASS)
            continue;
        buf_puts(b, n++ ? ", "
                        : "<li><strong>Few test cells</strong>, so the figures "
                          "of these classes say little: ");
        report_html_put(b, "%s (%zu%s)", c->of[i].name, tests,
                        c->folds > 1 ? " in all folds" : "");
    }
    buf_puts(b, n ? ".</li>\n" : "");
}

/* Classes with enough in all folds, but not in each. */
static void small_folds(const struct report_counts *c, struct buf *b)
{
    int n = 0;

    for (int i = 0; i < c->n_class && c->folds > 1 && !c->untested; i++) {
        const struct report_class *of = &c->of[i];
        size_t least = of->fold[0], most = of->fold[0];

        for (int f = 1; f < c->folds; f++) {
            least = of->fold[f] < least ? of->fold[f] : least;
            most = of->fold[f] > most ? of->fold[f] : most;
        }
        if (least >= REPORT_SMALL_CLASS || report_used(of) < REPORT_SMALL_CLASS)
            continue;
        buf_puts(b, n++ ? ", "
                        : "<li><strong>Few test cells in single "
                          "folds</strong>, so there the figures of these "
                          "classes say little, pooled they are of more: ");
        report_html_put(b, "%s (%zu to %zu of %zu)", of->name, least, most,
                        report_used(of));
    }
    buf_puts(b, n ? ".</li>\n" : "");
}

static void warn_baseline(const struct report_data *d, struct buf *b)
{
    struct headline h;
    double base;

    if (d->best < 0)
        return;
    headline_of(&h, d);
    base = report_json_number(h.base, h.told);
    if (h.test.n > 0 && h.test.low <= base)
        buf_printf(b,
                   "<li><strong>Not clearly better than colour and "
                   "size</strong>: the interval of the best network begins at "
                   "%.1f&nbsp;%%, the baseline reaches %.1f&nbsp;%%.</li>\n",
                   100 * h.test.low, 100 * base);
}

/* Validation far above test: what validation chose is not what test sees. */
static void warn_gaps(const struct report_data *d, struct buf *b)
{
    for (int i = 0; i < d->n_experiment; i++) {
        const struct report_experiment *e = &d->experiment[i];
        const struct grouped_share test = report_screening_accuracy(d, i);
        const double checked = headline_validation(d, i);
        const double gap = 100 * (checked - grouped_share_value(&test));
        char name[PLAN_NAME_MAX + 16];

        if ((e->train->folds > 1 && !report_folds_first(d, i)) ||
            !(gap >= REPORT_GAP_POINTS))
            continue;
        report_folds_name(d, i, name);
        report_html_put(b,
                        "<li><strong>%s is right far more often on the "
                        "validation split</strong>, %f, than on the test "
                        "split, %f",
                        name, checked, grouped_share_value(&test));
        buf_printf(b,
                   ": %.1f points less. The two differ, or too few groups of "
                   "cells are in them; do not expect the validation figure of "
                   "new cells.</li>\n",
                   gap);
    }
}

/* "Experiment E is incomplete: training missing."; nothing of a whole one. */
static bool put_incomplete(const struct report_experiment *e, struct buf *b)
{
    const char *what[3];
    int n = 0;

    if (!e->history.there && !report_is_ensemble(e))
        what[n++] = "training";
    if (!e->metrics.root)
        what[n++] = "evaluation";
    if (!e->scores.there && !report_is_ensemble(e))
        what[n++] = "explanations";
    if (n == 0)
        return false;
    report_html_put(
        b, "<li>Experiment <strong>%s</strong> is incomplete: ", e->name);
    for (int j = 0; j < n; j++)
        buf_printf(b, "%s%s", j ? ", " : "", what[j]);
    buf_puts(b, " missing.</li>\n");
    return true;
}

/* Of many a line that unfolds. */
static void warn_parts(const struct report_data *d, struct buf *b)
{
    struct buf list = {0};
    int n = 0;

    for (int i = 0; i < d->n_experiment; i++)
        n += put_incomplete(&d->experiment[i], &list);
    if (n > FOLDED)
        buf_printf(b,
                   "<li><details><summary>%d of %d experiments are "
                   "incomplete</summary>\n<ul>\n",
                   n, d->n_experiment);
    buf_take(b, &list);
    buf_puts(b, n > FOLDED ? "</ul></details></li>\n" : "");
}

/* 0/0 in the test figures. */
static void warn_undefined(const struct report_data *d, struct buf *b)
{
    struct buf all = {0};
    size_t n = 0;

    for (int i = 0; i < d->n_experiment; i++) {
        const json_t *list = json_object_get(
            test_accuracy_part(d->experiment[i].metrics.root), "notes");

        for (size_t j = 0; j < json_array_size(list); j++) {
            const char *s = json_string_value(json_array_get(list, j));

            n++;
            report_html_put(&all, "<li>%s: %s</li>\n", d->experiment[i].name,
                            s ? s : "");
        }
    }
    if (n) {
        buf_printf(b,
                   "<li><details><summary>%zu remark%s on figures that are "
                   "undefined or say little</summary>\n<ul>\n",
                   n, n == 1 ? "" : "s");
        buf_take(b, &all);
        buf_puts(b, "</ul></details></li>\n");
    }
}

/* Pictures that a table of folds does not name, whole fields, samples read too
 * dark, pictures that show nothing. */
static void warn_samples(const struct report_data *d, struct buf *b)
{
    const json_t *stats = d->stats.root;
    const int found =
        (int)json_integer_value(json_object_get(stats, "bits_found"));
    json_t *blank = json_object_get(stats, "without_content"), *n;
    const json_int_t unnamed =
        json_integer_value(json_object_get(stats, "not_in_split_csv"));
    const char *what;
    json_int_t all = 0;

    if (unnamed > 0)
        buf_printf(b,
                   "<li><strong>%lld picture%s left out</strong>: "
                   "<code>split.csv</code> does not name %s.</li>\n",
                   (long long)unnamed, unnamed == 1 ? " is" : "s are",
                   unnamed == 1 ? "it" : "them");
    if (json_object_get(stats, "fields"))
        buf_printf(
            b,
            "<li><strong>%lld images look like whole fields of several "
            "cells</strong>, not like crops of one.</li>\n",
            (long long)json_integer_value(json_object_get(stats, "fields")));
    if (found > 0 && found < 16 && !json_object_get(stats, "bits"))
        buf_printf(b,
                   "<li><strong>16-bit images use %d bits</strong> and were "
                   "read %d times too dark. <code>preprocess.bits: %d</code> "
                   "scales them.</li>\n",
                   found, 1 << (16 - found), found);
    json_object_foreach(blank, what, n)
    {
        all += json_integer_value(n);
    }
    if (all > 0)
        buf_printf(b,
                   "<li><strong>%lld image%s without content</strong>, of one "
                   "colour, almost black or almost white, and used like the "
                   "others.</li>\n",
                   (long long)all, all == 1 ? " is" : "s are");
}

/* What preparing the images found odd, in its own words. */
static void warn_preparation(const struct report_data *d, struct buf *b)
{
    const json_t *list = json_object_get(d->stats.root, "warnings");
    const size_t n = json_array_size(list);

    if (n == 0)
        return;
    buf_printf(b,
               "<li><details><summary>%zu remark%s from preparing the "
               "images</summary>\n<ul>\n",
               n, n == 1 ? "" : "s");
    for (size_t i = 0; i < n && i < REMARKS; i++) {
        const char *s = json_string_value(json_array_get(list, i));

        report_html_put(b, "<li>%s</li>\n", s ? s : "");
    }
    if (n > REMARKS)
        buf_printf(b, "<li>%zu more, see data/stats.json</li>\n", n - REMARKS);
    buf_puts(b, "</ul></details></li>\n");
}

/* Outputs that are there, but are not those of this configuration. */
static void warn_stale(const struct report_data *d, struct buf *b)
{
    int n = 0;

    for (int i = 0; i < d->plan->n_step; i++) {
        if (!d->plan->step[i].stale)
            continue;
        buf_puts(b, n++ ? ", "
                        : "<li><strong>Left out</strong>, as what is there is "
                          "of another configuration, or damaged: ");
        report_html_text(b, d->plan->step[i].name);
    }
    buf_puts(b, n ? ". <code>papline run</code> makes it.</li>\n" : "");
}

/* Labels of test cells that trained. */
static void warn_leak(const struct report_data *d, struct buf *b)
{
    int n = 0;

    for (int i = 0; i < d->n_experiment; i++) {
        if (!report_leaks(d, &d->experiment[i]))
            continue;
        buf_puts(b,
                 n++ ? ", "
                     : "<li><strong>Test labels were used to train</strong>: "
                       "classes are weighed by how many test cells each has, "
                       "as the notebooks of the paper's authors do "
                       "(<code>train.class_weights: balanced_test</code>): ");
        report_html_text(b, d->experiment[i].name);
    }
    buf_puts(b, n ? ". <code>balanced</code> counts the training cells.</li>\n"
                  : "");
}

void report_warnings(const struct report_data *d, struct buf *b)
{
    struct buf list = {0};

    warn_stale(d, &list);
    if (!d->index.there)
        buf_puts(&list, "<li>The images are not prepared yet.</li>\n");
    set_aside(&d->aside, "file", "", &list);
    set_aside(&d->augment_aside, "augmented image", "of source ", &list);
    report_troubles(d, &list);
    warn_duplicates(d, &list);
    warn_groups(d, &list);
    warn_leak(d, &list);
    if (d->index.there) {
        warn_untested(d, &list);
        warn_splits(&d->counts, &list);
        warn_folds(&d->counts, &list);
        small_classes(&d->counts, &list);
        small_folds(&d->counts, &list);
    }
    warn_samples(d, &list);
    warn_preparation(d, &list);
    warn_baseline(d, &list);
    warn_gaps(d, &list);
    warn_parts(d, &list);
    warn_undefined(d, &list);
    report_html_list(b, &list);
}
