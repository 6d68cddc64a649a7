/* bundle_card.c - the model card: what a model is for, and what it is worth */
#include "stages/report/bundle.h"
#include "stages/report/report.h"

#include "base/version.h"
#include "evaluation/about_cells.h"
#include "evaluation/test_accuracy.h"
#include "export/torch_write.h"

#include <math.h>
#include <string.h>

/* Text that Markdown leaves as it is; a line end becomes a space. */
static void md_text(struct buf *b, const char *s)
{
    for (; *s; s++) {
        if (strchr("\\`*_{}[]<>#|&", *s))
            buf_puts(b, "\\");
        buf_put(b, (unsigned char)*s < 0x20 ? " " : s, 1);
    }
}

static void md_percent(struct buf *b, double share)
{
    if (isfinite(share))
        buf_printf(b, "%.1f %%", 100 * share);
    else
        buf_puts(b, "-");
}

static void put_item(struct buf *b, const char *name, const char *value)
{
    if (!*value)
        return;
    buf_printf(b, "- %s: ", name);
    md_text(b, value);
    buf_puts(b, "\n");
}

/* What 'put' says, between two texts; nothing of nothing. */
static void md_sentence(const struct screening *s,
                        void (*put)(const struct screening *s, struct buf *out),
                        const char *open, const char *close, struct buf *b)
{
    struct buf text = {0};

    put(s, &text);
    if (text.len > 0) {
        buf_puts(b, open);
        md_text(b, text.data);
        buf_puts(b, close);
    }
    b->failed |= text.failed;
    buf_release(&text);
}

/* What the cells are, what the model tells, what it missed. */
static void put_head(const struct report_data *d,
                     const struct report_experiment *e, struct buf *b)
{
    struct buf text = {0};

    buf_puts(b, "# ");
    md_text(b, e->name);
    buf_puts(b, "\n\n");
    about_cells(d->config, report_used(&d->counts.all), &text);
    md_text(b, text.data ? text.data : "");
    b->failed |= text.failed;
    buf_release(&text);
    buf_printf(b, "\n\n%s.\n\n", bundle_cell(d->config));
    if (e->screening)
        md_sentence(e->screening, screening_put_found, "", "\n\n", b);
}

static void put_use(const struct config *c, struct buf *b)
{
    buf_puts(b, "\nUse it: `papline predict models/model.safetensors "
                "IMAGE...`\n\n## Intended use\n\n");
    if (about_cells_drawn(c))
        buf_puts(b, "Trying the program. The model has seen no real cell, and "
                    "what it says of one has not been measured. Not a medical "
                    "device; not for diagnosis.\n\n");
    else
        buf_puts(b, "Research on the classification of cervical cells, on "
                    "crops of one cell each, stained, scanned and cropped as "
                    "those it was trained on. Not a medical device; not for "
                    "diagnosis; not for whole slides or clusters of cells. "
                    "What it says of another laboratory's cells has not been "
                    "measured.\n\n");
}

/* How other programs run it. */
static void put_elsewhere(const struct safetensors *m, struct buf *b)
{
    const bool sized = *bundle_meta(m, "log_width_mean");

    buf_printf(
        b,
        "## In other programs\n\n"
        "`papline weights export models/model.safetensors -o OUT` writes "
        "it for ONNX Runtime (`model.onnx`), Keras and TensorFlow.js "
        "(`model.h5`), and with `--torch` for PyTorch "
        "(`torch.safetensors`). Each takes pictures of %s x %s pixels "
        "as they are once decoded and resized, R, G, B of 0 to 255; "
        "scaling is part of it, and the file says the classes and how "
        "pictures come to that size.\n\n"
        "```python\nimport onnxruntime\n\n"
        "session = onnxruntime.InferenceSession(\"model.onnx\")\n"
        "p = session.run(None, {\"image\": image%s})[0]"
        "  # uint8 (n, h, w, 3)%s\n```\n\n"
        "PyTorch builds it from the file by this:\n\n```python\n",
        bundle_meta(m, "width"), bundle_meta(m, "height"),
        sized ? ", \"size\": size" : "",
        sized ? "; float32 (n, 2), pixels" : "");
    torch_write_loader(b);
    buf_puts(b, "```\n\n");
}

static void put_details(const struct report_experiment *e,
                        const struct safetensors *m, struct buf *b)
{
    buf_puts(b, "## Model\n\n");
    put_item(b, "network", bundle_meta(m, "network"));
    put_item(b, "cut at", bundle_meta(m, "cut"));
    put_item(b, "head", bundle_meta(m, "head"));
    put_item(b, "trained by", e->train->regime);
    put_item(b, "variant of the training", e->train->variant);
    buf_printf(b, "- seed: %lld\n", (long long)e->train->seed);
    put_item(b, "epoch of the weights", bundle_meta(m, "epoch"));
    put_item(b, "of so many epochs averaged, that one the last",
             bundle_meta(m, "averaged_epochs"));
    put_item(b, "input, pixels", bundle_meta(m, "width"));
    put_item(b, "brought to size by", bundle_meta(m, "resize"));
    put_item(b, "aspect ratio", bundle_meta(m, "aspect"));
    put_item(b, "field, pixels of the picture", bundle_meta(m, "field"));
    put_item(b, "bits used of 16-bit samples", bundle_meta(m, "bits"));
    put_item(b, "orientation", bundle_meta(m, "orientation"));
    put_item(b, "made JPEG before, of quality", bundle_meta(m, "jpeg"));
    put_item(b, "preprocessing of the input", bundle_meta(m, "input"));
    put_item(b, "arithmetic", bundle_meta(m, "arithmetic"));
    put_item(b, "content hash of the training", e->train->hash);
    put_item(b, "program", "Papline " PAPLINE_VERSION);
}

static void class_row(const json_t *s, const char *name, struct buf *b)
{
    buf_puts(b, "| ");
    md_text(b, name ? name : "?");
    for (int i = 0; i < 3; i++) {
        buf_puts(b, " | ");
        md_percent(b, report_json_number(
                          s, (const char *[]){"precision", "recall", "f1"}[i]));
    }
    buf_printf(b, " | %.0f |\n", report_json_number(s, "support"));
}

/* A validation figure far above test is remarked on. */
static void put_validation(const struct grouped_share *test,
                           const struct report_experiment *e, struct buf *b)
{
    const double v = report_json_number(e->metrics.root, "validation.accuracy");
    const double n = report_json_number(e->metrics.root, "validation.n");
    const double gap = 100 * (v - grouped_share_value(test));

    if (n > 0 && gap >= REPORT_GAP_POINTS)
        buf_printf(b,
                   "On the validation split it is %.1f %%, %.1f points more: "
                   "do not expect that of new cells.\n\n",
                   100 * v, gap);
}

static void put_figures(const struct report_data *d,
                        const struct report_experiment *e, struct buf *b)
{
    const json_t *test = test_accuracy_part(e->metrics.root);
    const json_t *list = json_object_get(test, "per_class");
    struct grouped_share accuracy;

    test_accuracy_read(&accuracy, e->metrics.root, e->screening);
    buf_printf(b, "## Figures\n\nOn the %s split: accuracy ", report_told(d));
    md_percent(b, grouped_share_value(&accuracy));
    buf_puts(b, " (");
    grouped_share_words(&accuracy, b);
    buf_puts(b,
             "). A classifier that knows a cell's size and mean colour alone "
             "reaches ");
    md_percent(b, report_json_number(report_baseline(d, e), report_told(d)));
    buf_puts(b, ".\n\n");
    if (d->counts.untested)
        buf_printf(b,
                   "No cell tested this model: %s, so the figures are no "
                   "result.\n\n",
                   report_chose_epoch(d)
                       ? "the epoch was chosen by these cells"
                       : "these cells serve to choose between experiments");
    put_validation(&accuracy, e, b);
    if (e->screening) {
        md_sentence(e->screening, screening_put_classes, "", "\n\n", b);
        md_sentence(e->screening, screening_put_threshold, "- ", "\n", b);
        md_sentence(e->screening, screening_put_sets, "- ", "\n", b);
    }
    buf_puts(b, "\n| class | precision | recall | F1 | cells |\n"
                "|---|---:|---:|---:|---:|\n");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *s = json_array_get(list, i);

        class_row(s, json_string_value(json_object_get(s, "class")), b);
    }
    class_row(json_object_get(test, "weighted"), "weighted mean", b);
    buf_puts(b, "\nFurther figures are in `configs/metadata.json`.\n\n");
}

static void put_data(const struct report_data *d,
                     const struct report_experiment *e, struct buf *b)
{
    const struct report_counts *n = &d->counts;

    buf_puts(b, "## Data\n\n");
    if (e->train->folds > 1)
        buf_printf(b,
                   "The model is of fold %d of %d, counted from 0: that fold "
                   "%s, the others trained.\n\n",
                   e->train->fold, e->train->folds,
                   d->counts.untested ? "validated it"
                                      : "tests it, the next one validated");
    buf_puts(b, "| class | training | validation | test | set aside "
                "|\n|---|---:|---:|---:|---:|\n");
    for (int i = 0; i < n->n_class; i++) {
        const struct report_class *c = &n->of[i];

        buf_puts(b, "| ");
        md_text(b, c->name);
        for (int s = 0; s < SPLIT_NONE; s++)
            buf_printf(b, " | %zu",
                       report_cells(n, c, e->train->fold, (enum split)s));
        buf_printf(b, " | %zu |\n", c->set_aside);
    }
    buf_puts(b, "\n");
}

static void put_caveats(const struct report_data *d,
                        const struct report_experiment *e, struct buf *b)
{
    const struct report_counts *n = &d->counts;
    const char *all = n->folds > 1 ? " of all folds" : "";

    buf_puts(b, "## Caveats\n\n");
    if (n->leaked)
        buf_printf(b,
                   "- %zu of %zu %s cells%s come from a picture that was "
                   "also trained on: the accuracy flatters.\n",
                   n->leaked, report_told_cells(d), report_told(d), all);
    if (report_leaks(d, e))
        buf_puts(b, "- Classes were weighed by how many test cells each has, "
                    "so labels of the test split leaked into training.\n");
    if (n->twins)
        buf_printf(b, "- %zu files are exact copies across %s.\n", n->twins,
                   n->folds > 1 ? "folds" : "splits");
    for (int i = 0; i < n->n_class; i++) {
        const size_t tests =
            report_cells(n, &n->of[i], e->train->fold, SPLIT_TEST);

        if (tests >= REPORT_SMALL_CLASS || n->untested)
            continue;
        buf_puts(b, "- Few test cells of ");
        md_text(b, n->of[i].name);
        buf_printf(b, ": %zu.\n", tests);
    }
    buf_puts(b, "- Probabilities are as trained; whether they mean what they "
                "say is told by the expected calibration error.\n");
    if (!about_cells_drawn(d->config))
        buf_puts(b,
                 "- Nothing is known of age, ethnicity or illness of the women "
                 "the cells come from, so nothing of how the model differs "
                 "between them.\n");
}

void bundle_card(const struct report_data *d, const struct report_experiment *e,
                 const struct safetensors *model, struct buf *b)
{
    put_head(d, e, b);
    put_details(e, model, b);
    put_use(d->config, b);
    put_elsewhere(model, b);
    put_figures(d, e, b);
    put_data(d, e, b);
    put_caveats(d, e, b);
}
