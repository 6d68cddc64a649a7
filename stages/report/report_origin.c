/*
 * report_origin.c - where each part came from
 */
#include "stages/report/report_html.h"
#include "stages/report/report_sections.h"

#include "base/file.h"
#include "base/json.h"
#include "base/machine.h"
#include "base/version.h"
#include "charts/svg.h"
#include "evaluation/inference.h"
#include "img/vipslib.h"
#include "nn/gemm.h"
#include "run/output.h"

#include <stdlib.h>
#include <string.h>

enum { YAML_MAX = 1 << 20, HASH_SHOWN = 13 };

static void text_cell(const json_t *m, const char *key, struct buf *b)
{
    const char *s = json_string_value(json_object_get(m, key));

    report_html_put(b, "<td>%s</td>", s ? s : "");
}

/* The hash of the model's file that is evaluated, of a training. */
static void model_cell(const struct report_data *d, const json_t *m,
                       struct buf *b)
{
    const json_t *list = json_object_get(m, "files");

    buf_puts(b, "<td><code>");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *f = json_array_get(list, i);
        const char *name = json_string_value(json_object_get(f, "name"));
        const char *hex = json_string_value(json_object_get(f, "sha256"));

        if (name && hex && strcmp(name, inference_file(d->config)) == 0)
            svg_text(b, hex, HASH_SHOWN);
    }
    buf_puts(b, "</code></td>");
}

/* Every file's hash lies beside the page. */
static void manifest_cell(const json_t *m, const struct plan_step *step,
                          struct buf *b)
{
    const size_t n = json_array_size(json_object_get(m, "files"));

    buf_puts(b, "<td>");
    if (n)
        report_html_put(b, "<a href=\"../%s/manifest.json\">%zu file%s</a>",
                        step->dir, n, n > 1 ? "s" : "");
    buf_puts(b, "</td>");
}

static void step_row(const struct report_data *d, const struct plan_step *step,
                     struct buf *b)
{
    char path[FILE_PATH_MAX];
    struct err err;
    json_t *m = NULL;
    const char *hash;

    if (file_path(path, &err, "%s/%s/manifest.json", d->run_dir, step->dir) ==
        0)
        m = json_read(path, REPORT_JSON_MAX, 0, &err);
    hash = json_string_value(json_object_get(m, "key"));
    report_html_put(b, "<tr><th scope=\"row\">%s</th><td>", step->name);
    if (!hash)
        buf_puts(b, "<span class=\"missing\">not complete</span>");
    else if (!output_is_of(hash, step))
        buf_puts(b, "made with other settings");
    else if (step->stale)
        buf_puts(b, "<span class=\"missing\">damaged</span>");
    else
        buf_puts(b, "complete");
    buf_puts(b, "</td><td><code>");
    svg_text(b, hash ? hash : "", HASH_SHOWN);
    buf_puts(b, "</code></td>");
    text_cell(m, "program", b);
    text_cell(m, "host", b);
    text_cell(m, "machine", b);
    text_cell(m, "started", b);
    text_cell(m, "finished", b);
    report_html_cell_count(b, report_json_number(m, "seconds"));
    report_html_cell_count(b, report_json_number(m, "resumed"));
    model_cell(d, m, b);
    manifest_cell(m, step, b);
    buf_puts(b, "</tr>\n");
    json_decref(m);
}

/* One table of every step of the plan. */
static void write_steps(const struct report_data *d, struct buf *b)
{
    report_html_table_sortable(b, "Where each part came from", true);
    report_html_heads(b, "part|?state|content hash|program|host|machine|"
                         "started|finished|#seconds|#resumed|model's sha256|"
                         "hashes");
    report_html_body(b);
    for (int i = 0; i < d->plan->n_step; i++)
        if (d->plan->step[i].stage->id != STAGE_REPORT)
            step_row(d, &d->plan->step[i], b);
    buf_puts(b, "</tbody>\n");
    report_html_table_end(b);
}

/* The configuration as it was written into the run, else as it is now. */
static void write_configuration(const struct report_data *d, struct buf *b)
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
    report_html_lines(b, text ? text : now.data ? now.data : "");
    buf_puts(b, "</code></pre>\n</details>\n");
    b->failed = b->failed || now.failed;
    buf_release(&now);
    free(text);
}

/* A part that a reader may open; nothing of nothing. */
static void put_folded(const char *id, const char *title, struct buf *inside,
                       struct buf *b)
{
    const bool any = inside->len > 0;

    if (any)
        report_html_put(b, "<details id=\"%s\">\n<summary>%s</summary>\n", id,
                        title);
    buf_take(b, inside);
    buf_puts(b, any ? "</details>\n" : "");
}

void report_origin(const struct report_data *d, struct buf *b)
{
    char arithmetic[GEMM_DESCRIPTION], machine[MACHINE_TEXT];
    struct buf timeline = {0}, steps = {0};

    gemm_describe(arithmetic);
    machine_describe(machine);
    report_html_put(
        b,
        "<p>Run <code>%s</code>, page written by Papline " PAPLINE_VERSION
        " with libvips %s and %s on %s.</p>\n",
        d->run_dir, vipslib_version(), arithmetic, machine);
    report_html_put(
        b,
        "<p>The same again, from the same pictures and weights: <code>papline "
        "run %s/run.yaml --run NEW</code>; the seeds are in it. Parts with "
        "equal content hashes have equal settings, data and versions.</p>\n",
        d->run_dir);
    report_journal(d, b);
    report_timeline(d, &timeline);
    put_folded("timeline", "Where the time went", &timeline, b);
    write_steps(d, &steps);
    put_folded("steps", "Each part: its content hash, program, machine, time",
               &steps, b);
    write_configuration(d, b);
}
