/*
 * report_samples.c - how many cells of each class and split there are, and of
 * what size
 */
#include "stages/report/report_chosen.h"
#include "stages/report/report_html.h"
#include "stages/report/report_sections.h"

#include "charts/svg.h"
#include "config/variants.h"
#include "stats/proportion.h"

#include <stdlib.h>
#include <string.h>

static void count_row(const struct report_class *c, const char *name, int folds,
                      struct buf *b)
{
    const size_t *part = folds > 1 ? c->fold : c->split;

    report_html_put(b, "<tr><th scope=\"row\">%s</th>", name);
    for (int i = 0; i < (folds > 1 ? folds : (int)SPLIT_NONE); i++)
        report_html_cell_count(b, (double)part[i]);
    report_html_cell_count(b, (double)report_used(c));
    report_html_cell_count(b, (double)c->set_aside);
    buf_puts(b, "</tr>\n");
}

/* Cells of each class and split, or fold. */
static void count_table(const struct report_counts *n, struct buf *b)
{
    report_html_table(b, n->folds > 1 ? "Cells of each class and fold"
                                      : "Cells of each class and split");
    report_html_heads(b, "class");
    for (int i = 0; n->folds > 1 && i < n->folds; i++)
        buf_printf(b, "<th scope=\"col\" class=\"num\">fold %d</th>", i);
    if (n->folds < 2)
        report_html_heads(b, "#training|#validation|#test");
    report_html_heads(b, "#used|#set aside");
    report_html_body(b);
    for (int i = 0; i < n->n_class; i++)
        count_row(&n->of[i], n->of[i].name, n->folds, b);
    buf_puts(b, "</tbody>\n<tfoot>\n");
    count_row(&n->all, "all", n->folds, b);
    buf_puts(b, "</tfoot>\n");
    report_html_table_end(b);
    if (n->folds > 1 && n->untested)
        buf_puts(b, "<p class=\"mute\">Each fold validates once, the others "
                    "train, and none tests.</p>\n");
    else if (n->folds > 1)
        buf_puts(b, "<p class=\"mute\">Each fold is tested once: then the next "
                    "one validates and the others train.</p>\n");
}

/* How often what looks the same bears two labels. */
static void put_labels(const struct report_data *d, struct buf *b)
{
    const double pairs =
        report_json_number(d->stats.root, "near_duplicates.pairs_alike");
    const double other = report_json_number(
        d->stats.root, "near_duplicates.pairs_of_two_classes");

    double low, high;

    if (!(pairs > 0) || !(other >= 0))
        return;
    proportion_wilson((size_t)other, (size_t)pairs, &low, &high);
    buf_printf(b,
               "<p>Of %.0f pairs of pictures that look alike %.0f "
               "(%.1f&nbsp;%%; Wilson 95&nbsp;%% interval %.1f to "
               "%.1f&nbsp;%%) bear different labels. No classifier that sees "
               "the picture alone is right on both of such a pair: so much "
               "labels themselves are in doubt, as far as these pairs stand "
               "for all pictures.</p>\n",
               pairs, other, 100 * other / pairs, 100 * low, 100 * high);
}

/* --- sizes ---------------------------------------------------------------- */

/* Sizes of the usable pictures, from the index. */
struct sizes {
    double *w, *h; /* owned */
    int *label;    /* owned */
    size_t n;
};

static void list_sizes(const struct report_data *d, struct sizes *z)
{
    for (size_t i = 0; i < d->index.csv.n_row; i++) {
        const char *name = report_label(&d->index, i);
        int c = 0;

        z->w[z->n] = report_number(&d->index, i, "width");
        z->h[z->n] = report_number(&d->index, i, "height");
        while (c < d->counts.n_class && strcmp(d->counts.of[c].name, name) != 0)
            c++;
        z->label[z->n] = c;
        z->n += c < d->counts.n_class && z->w[z->n] > 0 && z->h[z->n] > 0;
    }
}

/* The square that pictures are brought to, in their own pixels. */
static double target_side(const struct config *c)
{
    return (double)(c->preprocess.aspect == ASPECT_SCALE ? c->preprocess.field
                                                         : c->preprocess.size);
}

/* The study of resolutions: scatter, density, the most common size. */
static void write_sizes(const struct report_data *d, struct buf *b)
{
    const size_t room = d->index.csv.n_row + 1;
    const char *name[CONFIG_CLASSES_MAX];
    struct sizes z = {.w = calloc(room, sizeof(*z.w)),
                      .h = calloc(room, sizeof(*z.h)),
                      .label = calloc(room, sizeof(*z.label))};

    for (int c = 0; c < d->counts.n_class; c++)
        name[c] = d->counts.of[c].name;
    if (z.w && z.h && z.label)
        list_sizes(d, &z);
    else
        b->failed = true;
    if (z.n) {
        buf_puts(b, "<figure>\n");
        buf_puts(b, "<div class=\"charts\">\n");
        svg_sizes(&(struct svg_sizes){.n = z.n,
                                      .w = z.w,
                                      .h = z.h,
                                      .label = z.label,
                                      .k = d->counts.n_class,
                                      .class_name = name,
                                      .target = target_side(d->config)},
                  b);
        buf_printf(b,
                   "</div>\n<figcaption>The ring is %s.</figcaption>\n"
                   "</figure>\n",
                   d->config->preprocess.aspect == ASPECT_SCALE
                       ? "the field that every picture is shown in"
                       : "the size that every picture is brought to");
    }
    free(z.w);
    free(z.h);
    free(z.label);
}

/* Are variants made anew in training, or in that of some variant? */
static bool trains_online(const struct report_data *d)
{
    struct config own;

    for (int i = 0; i < variants_count(d->config); i++) {
        variants_config(&own, d->config, variants_name(d->config, i));
        if (own.train.augment == AUGMENT_ONLINE)
            return true;
    }
    return false;
}

/* The cells that train, and their stored variants; of folds each trains on what
 * is made from its own ones. */
static void put_variants(const struct report_data *d, struct buf *b)
{
    const size_t n = d->augment.csv.n_row - d->augment_aside.n;

    if (d->counts.folds > 1)
        buf_printf(b,
                   "<p>There are %zu variants of all cells, of which each fold "
                   "trains on those of its own training cells, beside these "
                   "cells.</p>\n",
                   n);
    else
        buf_printf(b,
                   "<p>The network is trained on the %zu training cells and "
                   "%zu variants of them.</p>\n",
                   d->counts.all.split[SPLIT_TRAIN], n);
}

void report_samples(const struct report_data *d, struct buf *b)
{
    if (!d->index.there) {
        report_html_missing(b, "The list of images", d->index.why);
        return;
    }
    count_table(&d->counts, b);
    report_chosen_split(d, b);
    put_labels(d, b);
    if (d->augment.there)
        put_variants(d, b);
    else if (trains_online(d))
        report_html_put(b,
                        "<p>The network is trained on variants that are made "
                        "anew in every epoch, by recipe %s.</p>\n",
                        d->config->train.augment_recipe);
    else if (d->config->augment.variants > 0)
        report_html_missing(b, "The augmented training set", d->augment.why);
    write_sizes(d, b);
}
