/* predict_page_write.c - what stands around the pictures of the page */
#include "stages/explain/predict_page.h"

#include "base/file.h"
#include "base/json.h"
#include "base/version.h"
#include "charts/svg.h"
#include "evaluation/class_groups.h"
#include "img/heat_colours.h"
#include "page/page_embed.h"
#include "page/page_glossary.h"
#include "page/page_heat.h"
#include "stages/explain/explainer.h"
#include "stages/explain/predict_unlike.h"

enum { WORDS_MAX = MODEL_MAX_CLASSES + PREDICT_METHODS_MAX + 3 };

static const char *const style_line[] = {
#include "common/page/page.css.inc"
#include "common/page/page_cells.css.inc"
#include "common/page/page_print.css.inc"
};

/* In the order in which they run. */
static const char *const script_line[] = {
#include "common/page/page.js.inc"
#include "common/page/page_lists.js.inc"
#include "common/page/page_view.js.inc"
};

static const struct page_embed_text style = {
    style_line, sizeof(style_line) / sizeof(style_line[0])};
static const struct page_embed_text script = {
    script_line, sizeof(script_line) / sizeof(script_line[0])};

static void put_text(struct buf *b, const char *s)
{
    svg_text(b, s, SIZE_MAX);
}

/* --- what the script reads ------------------------------------------------ */

static json_t *class_names(const struct model_info *m)
{
    json_t *list = json_array();

    for (int c = 0; c < m->n_class; c++)
        json_array_append_new(list, json_text(m->class_name[c]));
    return list;
}

static json_t *class_words(const struct predict_page *g)
{
    const struct model_info *m = g->columns->model;
    json_t *all = json_object();

    for (int c = 0; c < m->n_class; c++) {
        const struct glossary_word *w = page_glossary_class(m->class_name[c]);
        const char *side = !g->decisions->two          ? ""
                           : g->decisions->abnormal[c] ? "abnormal"
                                                       : "other";
        json_t *name = json_text(m->class_name[c]);

        json_object_set_new(
            all, json_string_value(name),
            json_pack("{s:s, s:s}", "side", side, "says", w ? w->says : ""));
        json_decref(name);
    }
    return all;
}

static json_t *method_words(const struct predict_command_args *ask)
{
    json_t *all = json_object();

    for (int m = 0; m < ask->n_method; m++) {
        const struct glossary_word *w = page_glossary_find(ask->method[m]);

        json_object_set_new(all, ask->method[m],
                            json_pack("{s:s, s:s}", "name",
                                      w ? w->term : ask->method[m], "says",
                                      w ? w->says : ""));
    }
    return all;
}

/* The root, which has what was kept of the pictures. */
static json_t *root_data(const struct predict_page *g)
{
    const struct predict_command_args *ask = g->columns->ask;
    const struct model_info *m = g->columns->model;
    json_t *one = json_pack("{s:o, s:s, s:o, s:O, s:O, s:O, s:O}", "name",
                            json_text(ask->model), "split", "", "classes",
                            class_names(m), "cells", g->line, "maps", g->map,
                            "facts", g->fact, "nearest", g->nearest);

    return json_pack(
        "{s:[i, i], s:f, s:o, s:o, s:{s:s, s:s}, s:O, s:[o]}", "size", m->w,
        m->h, "coverage", ask->sets ? g->decisions->sets.coverage : 0.0,
        "classes", class_words(g), "methods", method_words(ask), "missing",
        "maps",
        ask->n_method > 0 ? "Its maps are left out to keep the page small."
                          : "No map was asked for: --explain METHOD.",
        "nearest", "Nobody asked how far it is from them: --unlike.", "cells",
        g->cell, "experiments", one);
}

/* --- parts ---------------------------------------------------------------- */

static void put_count(struct buf *b, size_t n, const char *what)
{
    if (n > 0)
        buf_printf(b, " %zu %s.", n, what);
}

static void put_lead(const struct predict_page *g, struct buf *b)
{
    const struct model_info *m = g->columns->model;
    const char *between = ": ";

    buf_printf(b, "<p class=\"lead\">%zu picture%s", g->n,
               g->n == 1 ? "" : "s");
    for (int c = 0; c < m->n_class; c++) {
        if (g->n_of[c] == 0)
            continue;
        buf_printf(b, "%s%zu ", between, g->n_of[c]);
        put_text(b, m->class_name[c]);
        between = ", ";
    }
    buf_puts(b, ".");
    put_count(b, g->n_raised, "raised as abnormal");
    put_count(b, g->n_refer,
              "to refer to a person, for their set is not one "
              "class");
    put_count(b, g->n_unlike, "unlike the training cells");
    put_count(b, g->n_fields,
              "like a whole field of several cells, of which a model of "
              "single cells can say nothing");
    put_count(b, g->n_aside, "set aside");
    buf_puts(b, "</p>\n");
}

/* The sections that there are. */
static void put_list(const struct predict_page *g, struct buf *b)
{
    buf_puts(b, "<nav aria-label=\"Sections\"><ul>\n"
                "<li><a href=\"#pictures\">Pictures</a></li>\n");
    if (g->n_aside > 0)
        buf_puts(b, "<li><a href=\"#aside\">Set aside</a></li>\n");
    buf_puts(b, "<li><a href=\"#words\">Words</a></li>\n</ul></nav>\n");
}

static void put_head(const struct predict_page *g, struct buf *b)
{
    const char *model = g->columns->ask->model;

    buf_puts(b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
                "<meta charset=\"utf-8\">\n"
                "<meta name=\"viewport\" content=\"width=device-width, "
                "initial-scale=1\">\n");
    page_embed_policy(&script, b);
    buf_puts(b, "<title>Predictions of ");
    put_text(b, model);
    buf_puts(b, " &ndash; Papline</title>\n");
    page_embed_style(&style, b);
    buf_puts(b, "</head>\n<body>\n"
                "<a class=\"skip\" href=\"#main\">Skip to the pictures</a>\n"
                "<header>\n<h1>What the model says</h1>\n<p class=\"mute\">");
    put_text(b, model);
    buf_puts(b, "</p>\n");
    put_lead(g, b);
    put_list(g, b);
    buf_puts(b, "</header>\n<main id=\"main\">\n");
}

static void open_section(const char *id, const char *title, struct buf *b)
{
    buf_printf(b,
               "<section class=\"card\" id=\"%s\" aria-labelledby=\"h-%s\">\n"
               "<h2 id=\"h-%s\">%s</h2>\n",
               id, id, id, title);
}

/* What is over the pictures. */
static void put_legend(const struct predict_command_args *ask,
                       const uint8_t rgb[256][3], struct buf *b)
{
    buf_puts(b, "<p>Over each picture lies a map of ");
    page_glossary_put_term(ask->method[0], b);
    buf_puts(b, ask->n_method > 1 ? " (or of the method chosen below)" : "");
    buf_puts(b, ", what speaks for ");
    put_text(b,
             ask->class_name ? ask->class_name : "the class that it is called");
    buf_puts(b, ". ");
    page_heat_put_bar(rgb, b);
    buf_puts(b, "</p>\n<p class=\"mute\">A map shows where a network looks, "
                "not whether that is a good reason.</p>\n");
}

/* What the words under pictures mean, of the options that were given. */
static void put_reading(const struct predict_page *g, struct buf *b)
{
    const struct predict_command_args *ask = g->columns->ask;

    buf_puts(b, "<ul>\n<li>The percentage is the probability of the class that "
                "a picture is called, ");
    if (ask->calibrated)
        page_glossary_put("temperature", "calibrated", b);
    else
        buf_puts(b, "as the network gives it (<code>--calibrated</code> makes "
                    "it one to be believed)");
    buf_puts(b, ". Each picture was seen once, as it stands.</li>\n");
    if (ask->threshold)
        buf_printf(b,
                   "<li><strong>raised</strong>: its abnormal classes together "
                   "have %.1f&nbsp;%% or more before calibration.</li>\n",
                   100 * g->threshold);
    if (ask->sets) {
        buf_puts(b, "<li><strong>refer</strong>: its ");
        page_glossary_put("prediction_set", "set", b);
        buf_printf(b,
                   ", made to hold the true class of %g&nbsp;%% of cells, "
                   "is not one class.</li>\n",
                   100 * g->decisions->sets.coverage);
    }
    if (ask->unlike)
        buf_printf(b,
                   "<li><strong>unlike</strong>: farther from the training "
                   "cells than %g&nbsp;%% of the validation cells.</li>\n",
                   100 * PREDICT_UNLIKE);
    if ((ask->calibrated || ask->threshold || ask->sets) &&
        !g->decisions->one_view)
        buf_puts(b, "<li>What it decides by was fitted on averages over "
                    "several views of each cell, and is not quite right for "
                    "one.</li>\n");
    buf_puts(b, "</ul>\n");
}

static void put_pictures(struct predict_page *g, const uint8_t rgb[256][3],
                         struct buf *b)
{
    const struct predict_command_args *ask = g->columns->ask;

    open_section("pictures", "Pictures", b);
    if (ask->n_method > 0)
        put_legend(ask, rgb, b);
    put_reading(g, b);
    buf_puts(b, "<div class=\"viewer\" data-methods=\"");
    for (int m = 0; m < ask->n_method; m++)
        buf_printf(b, "%s%s", m ? " " : "", ask->method[m]);
    buf_puts(b, "\">\n<div class=\"strip\">\n");
    buf_take(b, &g->figures);
    buf_puts(b, "</div>\n</div>\n");
    if (g->n_left_out > 0)
        buf_printf(b,
                   "<p class=\"missing\">%zu pictures and their maps are left "
                   "out to keep the page under 20&nbsp;MB.</p>\n",
                   g->n_left_out);
    buf_puts(b, "</section>\n");
}

static void put_aside(struct predict_page *g, struct buf *b)
{
    if (g->n_aside == 0)
        return;
    open_section("aside", "Set aside", b);
    buf_puts(b, "<ul>\n");
    buf_take(b, &g->aside);
    buf_puts(b, "</ul>\n</section>\n");
}

/* --- words ---------------------------------------------------------------- */

struct page_words {
    const struct glossary_word *word[WORDS_MAX];
    int n;
};

/* Each once, if it is one. */
static void add_word(struct page_words *list, const struct glossary_word *w)
{
    for (int i = 0; i < list->n; i++)
        if (list->word[i] == w)
            return;
    if (w)
        list->word[list->n++] = w;
}

static void put_words(const struct predict_page *g, struct buf *b)
{
    const struct predict_command_args *ask = g->columns->ask;
    const struct model_info *m = g->columns->model;
    struct page_words list = {.n = 0};

    for (int c = 0; c < m->n_class; c++)
        add_word(&list, page_glossary_class(m->class_name[c]));
    for (int i = 0; i < ask->n_method; i++)
        add_word(&list, page_glossary_find(ask->method[i]));
    add_word(&list, page_glossary_find("temperature"));
    add_word(&list, page_glossary_find("prediction_set"));
    add_word(&list, page_glossary_find("distance"));
    open_section("words", "Words", b);
    buf_puts(b, "<dl class=\"words\">\n");
    for (int i = 0; i < list.n; i++)
        page_glossary_put_entry(list.word[i], b);
    buf_puts(b, "</dl>\n</section>\n");
}

/* --- all ------------------------------------------------------------------ */

static void put_page(struct predict_page *g, struct buf *b)
{
    uint8_t rgb[256][3];
    const uint8_t(*const colours)[3] = (const uint8_t(*)[3])rgb;
    struct buf defs = {0};

    heat_colours_even(rgb);
    put_head(g, b);
    put_pictures(g, colours, b);
    put_aside(g, b);
    put_words(g, b);
    buf_puts(b, "</main>\n<footer>\n<p>Written by Papline " PAPLINE_VERSION
                "; how good the model is on cells that it has not seen stands "
                "in the report of its run, and beside it in its "
                "bundle.</p>\n<p>For research. Not a medical device, not "
                "for diagnosis.</p>\n</footer>\n");
    page_heat_put_filter(colours, &defs);
    buf_take(&defs, &g->defs);
    page_embed_defs(&defs, b);
    page_embed_cells(root_data(g), b);
    page_embed_script(&script, b);
    buf_puts(b, "</body>\n</html>\n");
}

int predict_page_write(struct predict_page *g, const char *path,
                       struct err *err)
{
    struct buf b = {0};
    int rc;

    put_page(g, &b);
    rc = buf_check(&b, err);
    if (rc == 0)
        rc = file_write(path, b.data, b.len, err);
    buf_release(&b);
    return rc;
}
