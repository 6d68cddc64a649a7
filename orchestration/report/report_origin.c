/*
 * report_origin.c - what the data were, and where each part came from
 */
#include "orchestration/report/report_html.h"

#include "base/file.h"
#include "base/json.h"
#include "base/machine.h"
#include "base/version.h"
#include "charts/svg.h"
#include "img/vipslib.h"
#include "nn/gemm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { YAML_MAX = 1 << 20, KEY_SHOWN = 13 };

/* --- samples --------------------------------------------------------------- */

static void count_row(const struct report_class *c, const char *name, int folds,
                      struct buf *b)
{
    const size_t *part = folds > 1 ? c->fold : c->split;

    buf_puts(b, "<tr><th scope=\"row\">");
    html_text(b, name);
    buf_puts(b, "</th>");
    for (int i = 0; i < (folds > 1 ? folds : (int)SPLIT_NONE); i++)
        html_cell_count(b, (double)part[i]);
    html_cell_count(b, (double)report_used(c));
    html_cell_count(b, (double)c->set_aside);
    buf_puts(b, "</tr>\n");
}

/* Cells of each class and split, or fold. */
static void count_table(const struct report_counts *n, struct buf *b)
{
    html_table(b, n->folds > 1 ? "Cells of each class and fold"
                               : "Cells of each class and split");
    buf_puts(b, "<thead><tr><th scope=\"col\">class</th>");
    for (int i = 0; n->folds > 1 && i < n->folds; i++)
        buf_printf(b, "<th scope=\"col\" class=\"num\">fold %d</th>", i);
    if (n->folds < 2)
        buf_puts(b, "<th scope=\"col\" class=\"num\">training</th>"
                    "<th scope=\"col\" class=\"num\">validation</th>"
                    "<th scope=\"col\" class=\"num\">test</th>");
    buf_puts(b, "<th scope=\"col\" class=\"num\">used</th>"
                "<th scope=\"col\" class=\"num\">set aside</th></tr></thead>\n"
                "<tbody>\n");
    for (int i = 0; i < n->n_class; i++)
        count_row(&n->of[i], n->of[i].name, n->folds, b);
    buf_puts(b, "</tbody>\n<tfoot>\n");
    count_row(&n->all, "all", n->folds, b);
    buf_puts(b, "</tfoot>\n");
    html_table_end(b);
    if (n->folds > 1)
        buf_puts(b, "<p class=\"mute\">Each fold is tested once: then the next "
                    "one validates and the others train.</p>\n");
}

/* --- sizes ----------------------------------------------------------------- */

/* Sizes of the usable pictures, from the index. */
struct sizes {
    double *w, *h; /* owned */
    int *label;    /* owned */
    size_t n;
};

static void list_sizes(const struct report_data *d, struct sizes *z)
{
    for (size_t i = 0; i < d->index.csv.n_row; i++) {
        const char *name = report_field(&d->index, i, "class");
        int c = 0;

        z->w[z->n] = report_number(&d->index, i, "width");
        z->h[z->n] = report_number(&d->index, i, "height");
        while (c < d->counts.n_class && strcmp(d->counts.of[c].name, name) != 0)
            c++;
        z->label[z->n] = c;
        z->n += c < d->counts.n_class && z->w[z->n] > 0 && z->h[z->n] > 0;
    }
}

/* The study of resolutions: scatter, density, the most common size. */
static void sizes(const struct report_data *d, struct buf *b)
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
        buf_puts(b, "<figure>\n<div class=\"scroll\" role=\"region\" "
                    "tabindex=\"0\" aria-label=\"Sizes of the pictures\">\n");
        svg_sizes(
            &(struct svg_sizes){.n = z.n,
                                .w = z.w,
                                .h = z.h,
                                .label = z.label,
                                .k = d->counts.n_class,
                                .class_name = name,
                                .target = (double)d->config->preprocess.size},
            false, b);
        buf_puts(
            b, "</div>\n<figcaption>The ring is the size that every picture is "
               "brought to.</figcaption>\n</figure>\n");
    }
    free(z.w);
    free(z.h);
    free(z.label);
}

/* How fresh variants are made. */
static void tell_fresh(const char *recipe, struct buf *b)
{
    buf_puts(b, "<p>The network is trained on variants that are made anew in "
                "every epoch, by recipe ");
    html_text(b, recipe);
    buf_puts(b, ".</p>\n");
}

void report_samples(const struct report_data *d, struct buf *b)
{
    buf_puts(b, "<section class=\"card\" id=\"samples\" "
                "aria-labelledby=\"h-samples\">\n"
                "<h2 id=\"h-samples\">Cells</h2>\n");
    if (!d->index.there) {
        html_missing(b, "The list of images", d->index.why);
        buf_puts(b, "</section>\n");
        return;
    }
    count_table(&d->counts, b);
    if (d->augment.there)
        buf_printf(b,
                   "<p>The network is trained on %zu images made from the "
                   "training cells.</p>\n",
                   d->augment.csv.n_row - d->augment_aside.n);
    else if (d->config->train.augment == AUGMENT_ONLINE)
        tell_fresh(d->config->train.augment_recipe, b);
    else if (d->config->augment.variants > 0)
        html_missing(b, "The augmented training set", d->augment.why);
    sizes(d, b);
    buf_puts(b, "</section>\n");
}

/* --- origin ---------------------------------------------------------------- */

static void text_cell(const json_t *m, const char *key, struct buf *b)
{
    const char *s = json_string_value(json_object_get(m, key));

    buf_puts(b, "<td>");
    html_text(b, s ? s : "");
    buf_puts(b, "</td>");
}

/* The hash of the model's file, of a training. */
static void model_cell(const json_t *m, struct buf *b)
{
    const json_t *list = json_object_get(m, "files");

    buf_puts(b, "<td><code>");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *f = json_array_get(list, i);
        const char *name = json_string_value(json_object_get(f, "name"));
        const char *hex = json_string_value(json_object_get(f, "sha256"));

        if (name && hex && strcmp(name, "model.safetensors") == 0)
            svg_text(b, hex, KEY_SHOWN);
    }
    buf_puts(b, "</code></td>");
}

/* Every file's hash lies beside the page. */
static void manifest_cell(const json_t *m, const struct plan_node *nd,
                          struct buf *b)
{
    const size_t n = json_array_size(json_object_get(m, "files"));

    buf_puts(b, "<td>");
    if (n) {
        buf_puts(b, "<a href=\"../");
        html_text(b, nd->dir);
        buf_printf(b, "/manifest.json\">%zu file%s</a>", n, n > 1 ? "s" : "");
    }
    buf_puts(b, "</td>");
}

static void node_row(const struct report_data *d, const struct plan_node *nd,
                     struct buf *b)
{
    char path[FILE_PATH_MAX];
    struct err err;
    json_t *m = NULL;
    const char *key;

    if (file_path(path, &err, "%s/%s/manifest.json", d->run_dir, nd->dir) == 0)
        m = json_read(path, REPORT_JSON_MAX, 0, &err);
    key = json_string_value(json_object_get(m, "key"));
    buf_puts(b, "<tr><th scope=\"row\">");
    html_text(b, nd->name);
    buf_puts(b, "</th><td>");
    if (!key)
        buf_puts(b, "<span class=\"missing\">not complete</span>");
    else if (strcmp(key, nd->key) != 0)
        buf_puts(b, "made with other settings");
    else if (nd->stale)
        buf_puts(b, "<span class=\"missing\">damaged</span>");
    else
        buf_puts(b, "complete");
    buf_puts(b, "</td><td><code>");
    svg_text(b, key ? key : "", KEY_SHOWN);
    buf_puts(b, "</code></td>");
    text_cell(m, "program", b);
    text_cell(m, "host", b);
    text_cell(m, "machine", b);
    text_cell(m, "started", b);
    text_cell(m, "finished", b);
    html_cell_count(b, report_json_number(m, "seconds"));
    html_cell_count(b, report_json_number(m, "resumed"));
    model_cell(m, b);
    manifest_cell(m, nd, b);
    buf_puts(b, "</tr>\n");
    json_decref(m);
}

/* One table of every node of the plan. */
static void nodes(const struct report_data *d, struct buf *b)
{
    html_table_sortable(b, "Where each part came from", true);
    buf_puts(
        b,
        "<thead><tr><th scope=\"col\">part</th>"
        "<th scope=\"col\" data-pick=\"\">state</th><th scope=\"col\">key</th>"
        "<th scope=\"col\">program</th><th scope=\"col\">host</th>"
        "<th scope=\"col\">machine</th><th scope=\"col\">started</th>"
        "<th scope=\"col\">finished</th>"
        "<th scope=\"col\" class=\"num\">seconds</th>"
        "<th scope=\"col\" class=\"num\">resumed</th>"
        "<th scope=\"col\">model's sha256</th><th scope=\"col\">hashes</th>"
        "</tr></thead>\n<tbody>\n");
    for (int i = 0; i < d->plan->n_node; i++)
        if (strcmp(d->plan->node[i].stage, "report") != 0)
            node_row(d, &d->plan->node[i], b);
    buf_puts(b, "</tbody>\n");
    html_table_end(b);
}

/* The configuration as it was written into the run, else as it is now. */
static void configuration(const struct report_data *d, struct buf *b)
{
    char path[FILE_PATH_MAX], *text = NULL;
    size_t size = 0;
    struct err err = {0};
    struct buf now = {0};

    buf_puts(b, "<details>\n<summary>Configuration (run.yaml)</summary>\n"
                "<pre tabindex=\"0\"><code>");
    if (file_path(path, &err, "%s/run.yaml", d->run_dir) < 0 ||
        file_read(path, YAML_MAX, &text, &size, &err) < 0)
        config_write(d->config, &now);
    html_lines(b, text ? text : now.data ? now.data : "");
    buf_puts(b, "</code></pre>\n</details>\n");
    b->failed = b->failed || now.failed;
    buf_release(&now);
    free(text);
}

void report_provenance(const struct report_data *d, struct buf *b)
{
    char arithmetic[GEMM_DESCRIPTION], machine[MACHINE_TEXT];

    buf_puts(b, "<section class=\"card\" id=\"origin\" "
                "aria-labelledby=\"h-origin\">\n"
                "<h2 id=\"h-origin\">Where this comes from</h2>\n"
                "<p>Run <code>");
    html_text(b, d->run_dir);
    gemm_describe(arithmetic);
    machine_describe(machine);
    buf_puts(b, "</code>, page written by Papline " PAPLINE_VERSION
                " with libvips ");
    html_text(b, vipslib_version());
    buf_puts(b, " and ");
    html_text(b, arithmetic);
    buf_puts(b, " on ");
    html_text(b, machine);
    buf_puts(b, ".</p>\n");
    report_journal(d, b);
    nodes(d, b);
    configuration(d, b);
    buf_puts(b, "</section>\n");
}
