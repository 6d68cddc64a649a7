/*
 * report_paper.c - the paper's tables in its own layout, this run beside it
 */
#include "config/variants.h"
#include "evaluation/about_cells.h"
#include "stages/report/report_folds.h"
#include "stages/report/report_html.h"
#include "stages/report/report_published.h"
#include "stages/report/report_screening.h"
#include "stages/report/report_sections.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *const figure_name[PUB_FIGURES] = {"precision", "recall",
                                                     "f1"};

/* What this run measured of one network and regime: means over seeds, of each
 * the test cells of all folds together. */
struct paper_mean {
    int n;     /* experiments */
    int folds; /* pooled in the last one; 0: none */
    double accuracy;
    double figure[PUBLISHED_CLASSES][PUB_FIGURES];
};

/* Figures of class 'name' in metrics.json, or NULL. */
static const json_t *class_scores(const json_t *metrics, const char *name)
{
    const json_t *list = report_json_at(metrics, "test.per_class");

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *s = json_array_get(list, i);
        const char *is = json_string_value(json_object_get(s, "class"));

        if (is && strcasecmp(is, name) == 0)
            return s;
    }
    return NULL;
}

static void add_experiment(struct paper_mean *m, const json_t *metrics)
{
    m->n++;
    m->accuracy += report_json_number(metrics, "test.accuracy");
    for (int c = 0; c < PUBLISHED_CLASSES; c++) {
        const json_t *s = class_scores(metrics, published_class[c]);

        for (int f = 0; f < PUB_FIGURES; f++)
            m->figure[c][f] += report_json_number(s, figure_name[f]);
    }
}

/* Figures of class 'name' over all folds, or NULL. */
static const struct scores *pooled_scores(const struct fold_summary *s,
                                          const char *name)
{
    for (int c = 0; c < s->pooled.k; c++)
        if (strcasecmp(s->class_name[c], name) == 0)
            return &s->pooled.of[c];
    return NULL;
}

static void add_folds(struct paper_mean *m, const struct fold_summary *s)
{
    if (s->evaluated == 0)
        return;
    m->n++;
    m->folds = s->evaluated;
    m->accuracy += s->pooled.accuracy;
    for (int c = 0; c < PUBLISHED_CLASSES; c++) {
        const struct scores *of = pooled_scores(s, published_class[c]);

        m->figure[c][PUB_PRECISION] += of ? of->precision : (double)NAN;
        m->figure[c][PUB_RECALL] += of ? of->recall : (double)NAN;
        m->figure[c][PUB_F1] += of ? of->f1 : (double)NAN;
    }
}

/* Of several variants the tables show that of the experiment that validation
 * prefers; if that is an ensemble of several, the first. */
static const char *shown_variant(const struct report_data *d)
{
    const char *best =
        d->best >= 0 ? d->experiment[d->best].train->variant : "";

    return *best || d->n_experiment == 0 ? best
                                         : d->experiment[0].train->variant;
}

static bool any_of(const struct report_data *d, const char *regime)
{
    for (int i = 0; i < d->n_experiment; i++)
        if (d->experiment[i].metrics.root &&
            strcmp(d->experiment[i].train->regime, regime) == 0)
            return true;
    return false;
}

static struct paper_mean mean_of_run(const struct report_data *d,
                                     const char *network, const char *regime)
{
    struct paper_mean m = {0};
    struct fold_summary s;

    for (int i = 0; i < d->n_experiment; i++) {
        const struct report_experiment *e = &d->experiment[i];

        if (strcmp(e->train->network, network) != 0 ||
            strcmp(e->train->regime, regime) != 0 ||
            strcmp(e->train->variant, shown_variant(d)) != 0)
            continue;
        if (report_folds_first(d, i)) {
            report_folds_summary(&s, d, i);
            add_folds(&m, &s);
        } else if (e->train->folds < 2 && e->metrics.root) {
            add_experiment(&m, e->metrics.root);
        }
    }
    m.accuracy /= m.n;
    for (int c = 0; c < PUBLISHED_CLASSES; c++)
        for (int f = 0; f < PUB_FIGURES; f++)
            m.figure[c][f] /= m.n;
    return m;
}

/* What the figures of a network are of, if not of one experiment. */
static void put_origin(const struct paper_mean *m, struct buf *b)
{
    if (m->n > 1 && m->folds)
        buf_printf(b,
                   " <br><span class=\"mute\">mean of %d, %d folds each</span>",
                   m->n, m->folds);
    else if (m->n > 1)
        buf_printf(b, " <br><span class=\"mute\">mean of %d</span>", m->n);
    else if (m->folds)
        buf_printf(b, " <br><span class=\"mute\">%d folds</span>", m->folds);
}

/* As the paper prints: two digits. */
static void share_cell(struct buf *b, const char *attributes, double v)
{
    if (isfinite(v))
        buf_printf(b, "<td class=\"num%s\">%.2f</td>", attributes, v);
    else
        buf_printf(b, "<td class=\"num%s\">&ndash;</td>", attributes);
}

static void accuracy_cell(struct buf *b, const char *attributes, int rows,
                          double v)
{
    buf_printf(b, "<td class=\"num%s\" rowspan=\"%d\">", attributes, rows);
    if (isfinite(v))
        buf_printf(b, "%.2f&nbsp;%%</td>", 100 * v);
    else
        buf_puts(b, "&ndash;</td>");
}

static void network_rows(const struct report_data *d,
                         const struct published_table *t, int i, struct buf *b)
{
    const struct published_name *name = &published_name[i];
    const struct published_network *p = &t->of[i];
    const struct paper_mean m = mean_of_run(d, name->network, t->regime);

    buf_printf(b, "<tbody>\n<tr><th scope=\"rowgroup\" rowspan=\"%d\">%s",
               PUBLISHED_CLASSES, name->title);
    put_origin(&m, b);
    buf_puts(b, "</th>");
    for (int c = 0; c < PUBLISHED_CLASSES; c++) {
        buf_printf(b, "%s<th scope=\"row\">%s</th>", c ? "<tr>" : "",
                   published_class[c]);
        for (int f = 0; f < PUB_FIGURES; f++) {
            share_cell(b, " here", m.figure[c][f]);
            share_cell(b, " mute", p->figure[c][f]);
        }
        if (c == 0) {
            accuracy_cell(b, " here", PUBLISHED_CLASSES, m.accuracy);
            accuracy_cell(b, " mute", PUBLISHED_CLASSES, p->accuracy);
        }
        buf_puts(b, "</tr>\n");
    }
    buf_puts(b, "</tbody>\n");
}

static void one_table(const struct report_data *d,
                      const struct published_table *t, const char *title,
                      struct buf *b)
{
    const bool any = any_of(d, t->regime);

    buf_printf(b, "<details%s>\n<summary>Table %s: %s%s</summary>\n",
               any ? " open" : "", t->number, title,
               any ? "" : " (this run has no such experiment)");
    if (*shown_variant(d))
        report_html_put(b, "<p class=\"mute\">Here: variant %s.</p>\n",
                        shown_variant(d));
    report_html_table(b, title);
    buf_puts(b,
             "<th scope=\"col\" rowspan=\"2\">classifier</th>"
             "<th scope=\"col\" rowspan=\"2\">class</th>"
             "<th scope=\"colgroup\" colspan=\"2\">precision</th>"
             "<th scope=\"colgroup\" colspan=\"2\">recall</th>"
             "<th scope=\"colgroup\" colspan=\"2\">F1</th>"
             "<th scope=\"colgroup\" colspan=\"2\">accuracy</th></tr>\n<tr>");
    for (int i = 0; i < PUB_FIGURES + 1; i++)
        report_html_heads(b, "#here|#paper");
    buf_puts(b, "</tr></thead>\n");
    for (int i = 0; i < PUBLISHED_NETWORKS; i++)
        network_rows(d, t, i, b);
    report_html_table_end(b);
    buf_puts(b, "</details>\n");
}

/* --- table IV ------------------------------------------------------------- */

/* 'own' has the interval of this run's accuracy; NULL: a published one. */
static void work_row(struct buf *b, const char *author, const char *method,
                     double accuracy, const struct grouped_share *own)
{
    report_html_put(b, "<tr><th scope=\"row\">%s</th><td>%s", author, method);
    buf_printf(b, "</td><td class=\"num\">%.2f&nbsp;%%", 100 * accuracy);
    if (own && isfinite(own->low))
        buf_printf(b, " <br><span class=\"mute\">%.1f to %.1f</span>",
                   100 * own->low, 100 * own->high);
    buf_puts(b, "</td></tr>\n");
}

/* One of this run's, or all folds of one where the first is at hand. */
static void own_row(const struct report_data *d, int i, struct buf *b)
{
    const struct report_experiment *e = &d->experiment[i];
    double accuracy = report_json_number(e->metrics.root, "test.accuracy");
    char name[PLAN_NAME_MAX + 64];
    struct grouped_share own;
    struct fold_summary s;

    snprintf(name, sizeof(name), "%s", e->name);
    if (e->train->folds > 1) {
        if (!report_folds_first(d, i))
            return;
        report_folds_summary(&s, d, i);
        if (s.evaluated < s.folds)
            snprintf(name, sizeof(name), "%s, %d of %d folds", s.name,
                     s.evaluated, s.folds);
        else
            snprintf(name, sizeof(name), "%s, all %d folds", s.name, s.folds);
        accuracy = s.evaluated ? s.pooled.accuracy : (double)NAN;
    }
    own = report_screening_accuracy(d, i);
    if (isfinite(accuracy))
        work_row(b, "this run", name, accuracy, &own);
}

static void other_works(const struct report_data *d, struct buf *b)
{
    static const struct {
        const char *author, *method;
        double accuracy;
    } work[] = {
        {"Pramanik et al.",
         "fuzzy distance-based ensemble of Inception V3, Inception ResNet V2 "
         "and MobileNet V2",
         0.9696},
        {"Manna et al.", "ensemble of Inception v3, DenseNet-169 and Xception",
         0.9543},
        {"Tripathi et al.", "fine-tuning (ResNet-152)", 0.9489},
        {"the paper", "fine-tuning (DenseNet-169)", 0.9717},
        {"the paper", "cost-sensitive learning (DenseNet-169)", 0.9729},
        {"the paper", "supervised contrastive learning (VGG16)", 0.9729},
    };

    buf_puts(b, "<details open>\n<summary>Table IV: comparison with previous "
                "works</summary>\n");
    report_html_table_sortable(b, "Comparison with previous works", false);
    report_html_heads(b, "author|method|#accuracy");
    report_html_body(b);
    for (size_t i = 0; i < sizeof(work) / sizeof(work[0]); i++)
        work_row(b, work[i].author, work[i].method, work[i].accuracy, NULL);
    for (int i = 0; i < d->n_experiment; i++)
        own_row(d, i, b);
    buf_puts(b, "</tbody>\n");
    report_html_table_end(b);
    buf_puts(b, "</details>\n");
}

/* --- what differs --------------------------------------------------------- */

/* Is the run of the paper's data set, as its configuration says? */
static bool is_sipakmed(const struct config *c)
{
    static const char name[] = "sipakmed";

    for (const char *s = c->dataset.name; *s; s++)
        if (strncasecmp(s, name, strlen(name)) == 0)
            return true;
    return false;
}

/* The paper's name of a network that it has, or NULL. */
static const char *published_title(const char *network)
{
    for (int i = 0; i < PUBLISHED_NETWORKS; i++)
        if (strcmp(published_name[i].network, network) == 0)
            return published_name[i].title;
    return NULL;
}

/* Is any experiment of a network and a regime that the paper has? */
static bool has_published(const struct report_data *d)
{
    for (int i = 0; i < d->n_experiment; i++) {
        const struct plan_step *t = d->experiment[i].train;

        for (int k = 0; published_title(t->network) && k < PUBLISHED_TABLES;
             k++)
            if (strcmp(t->regime, published_tables[k].regime) == 0)
                return true;
    }
    return false;
}

static const char *const split_text[] = {
    [SPLIT_BY_RANDOM] = "by cell, as theirs are",
    [SPLIT_BY_GROUP] = "by whole cluster images, which theirs are not",
    [SPLIT_BY_CSV] = "as a table gives it",
    [SPLIT_BY_FOLDERS] = "as folders give it"};

static const char *weights_text(const struct config *c)
{
    if (c->train.costs[0])
        return "prices mistakes by a matrix of its own";
    if (strcmp(c->train.class_weights, CONFIG_BALANCED) == 0)
        return "weighs classes by its training cells (theirs by the test "
               "cells)";
    if (strcmp(c->train.class_weights, CONFIG_BALANCED_TEST) == 0)
        return "weighs classes by the test cells, as theirs does, which leaks "
               "labels";
    return "weighs classes by numbers of the configuration";
}

/* Networks of the paper that had no pretrained weights to begin with. */
static void put_scratch(const struct report_data *d, struct buf *b)
{
    for (int i = 0; i < d->n_experiment; i++) {
        const struct report_experiment *e = &d->experiment[i];
        const char *title = published_title(e->train->network);

        if (title && strcmp(e->train->regime, "scratch") == 0)
            report_html_put(b,
                            " <strong>%s</strong> is %s trained from random "
                            "weights, which the paper has no table of.",
                            e->name, title);
    }
}

static void put_differences(const struct report_data *d, struct buf *b)
{
    struct config own;
    const struct config *const c = &own;

    variants_config(&own, d->config, shown_variant(d));
    report_html_put(b, "<p>This run, of profile <code>%s</code>: ",
                    config_word(c, "run", "profile"));
    buf_printf(b,
               "%zu test cells (theirs: 812) of %zu (the whole data set "
               "has 4,049), split %s",
               d->counts.tests, report_used(&d->counts.all),
               split_text[c->split.method]);
    if (any_of(d, "cost_sensitive"))
        buf_printf(b, "; cost-sensitive training %s", weights_text(c));
    if (any_of(d, "contrastive"))
        buf_printf(b, "; encoders of contrastive training begin with %s",
                   c->train.encoder == ENCODER_WEIGHTS
                       ? "pretrained weights, as the paper says"
                       : "random weights, as in the authors' notebooks");
    buf_puts(b, ".");
    put_scratch(d, b);
    buf_puts(b, "</p>\n");
}

void report_paper(const struct report_data *d, struct buf *b)
{
    static const char *const title[PUBLISHED_TABLES] = {
        "fine-tuning", "cost-sensitive learning", "contrastive learning"};

    if (about_cells_drawn(d->config)) {
        buf_puts(b, "<p>The cells of this run are drawn. What is measured on "
                    "them does not stand beside results on real smears, so "
                    "the paper's tables are left out.</p>\n");
        return;
    }
    if (!is_sipakmed(d->config) || !has_published(d))
        return;
    if (d->counts.untested) {
        buf_puts(b, "<p>No cell of this run tests. Its figures are of "
                    "validation cells and do not stand beside the paper's, "
                    "which are of test cells, so its tables are left "
                    "out.</p>\n");
        return;
    }
    buf_puts(
        b, "<p class=\"mute\">The paper's figures are of 812 test cells of "
           "SIPaKMeD, split at random over cells, each of one run; the "
           "95&nbsp;% interval of its best is 95.9 to 98.2&nbsp;%. This run's "
           "are of its own test split: compare them only where data and "
           "split are alike. Several experiments of a network are "
           "averaged, of each the test cells of all folds together.</p>\n");
    put_differences(d, b);
    for (int i = 0; i < PUBLISHED_TABLES; i++)
        one_table(d, &published_tables[i], title[i], b);
    other_works(d, b);
}
