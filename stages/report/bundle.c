/* bundle.c - the JSON of a bundle, and its weights */
#include "stages/report/bundle.h"

#include "stages/report/report_headline.h"

#include "base/file.h"
#include "base/json.h"
#include "base/version.h"
#include "evaluation/about_cells.h"
#include "evaluation/inference.h"
#include "evaluation/test_accuracy.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MODEL_MAX_BYTES = 1 << 30 };

const char *bundle_meta(const struct safetensors *model, const char *key)
{
    const char *s = safetensors_meta(model, key);

    return s ? s : "";
}

static json_t *text_of(const struct safetensors *model, const char *key)
{
    return json_text(bundle_meta(model, key));
}

static json_t *number_of(const struct safetensors *model, const char *key)
{
    return json_integer(strtol(bundle_meta(model, key), NULL, 10));
}

/* --- metadata.json -------------------------------------------------------- */

/* Classes by the number of their output. */
static json_t *class_channels(const struct report_experiment *e)
{
    const json_t *list = json_object_get(e->metrics.root, "classes");
    json_t *j = json_object();
    char number[24];

    for (size_t i = 0; i < json_array_size(list); i++) {
        snprintf(number, sizeof(number), "%zu", i);
        json_object_set(j, number, json_array_get(list, i));
    }
    return j;
}

/* Metrics that have a value; 'own': those that have a path of their own. */
static void put_metrics(const struct report_experiment *e, bool own, json_t *j)
{
    for (const struct metric *m = metrics_table; m->name; m++) {
        const double v = report_metric(e->metrics.root, m);

        if (m->shown & SHOWN_IN_BUNDLE && (m->path != NULL) == own &&
            isfinite(v))
            json_object_set_new(j, m->name, json_real(v));
    }
}

static json_t *metrics_numbers(const struct report_experiment *e)
{
    const json_t *test = test_accuracy_part(e->metrics.root);
    json_t *j = json_object();
    struct grouped_share accuracy;
    struct buf words = {0};

    test_accuracy_read(&accuracy, e->metrics.root, e->screening);
    grouped_share_words(&accuracy, &words);
    put_metrics(e, false, j);
    if (json_object_get(test, "n"))
        json_object_set(j, "n", json_object_get(test, "n"));
    if (accuracy.basis != SHARE_NO_INTERVAL) {
        json_object_set_new(j, "accuracy_interval_95",
                            json_range(accuracy.low, accuracy.high));
        json_object_set_new(j, "accuracy_interval",
                            json_text(words.data ? words.data : ""));
    }
    buf_release(&words);
    put_metrics(e, true, j);
    return j;
}

static json_t *data_format(const struct report_data *d,
                           const struct report_experiment *e,
                           const struct safetensors *m)
{
    const size_t k =
        json_array_size(json_object_get(e->metrics.root, "classes"));

    return json_pack(
        "{s{s{ss ss ss si s[oo] ss s[ii] sb s{ss ss ss}}}"
        " s{s{ss ss sI s[ii] ss s[ii] sb so}}}",
        "inputs", "image", "type", "image", "format", "magnitude", "modality",
        about_cells_drawn(d->config) ? "drawn, in the manner of a Pap smear"
                                     : "Pap smear, light microscopy",
        "num_channels", 3, "spatial_shape", number_of(m, "height"),
        number_of(m, "width"), "dtype", "uint8", "value_range", 0, 255,
        "is_patch_data", 0, "channel_def", "0", "R", "1", "G", "2", "B",
        "outputs", "pred", "type", "probability", "format", "classes",
        "num_channels", (json_int_t)k, "spatial_shape", 1, 1, "dtype",
        "float32", "value_range", 0, 1, "is_patch_data", 0, "channel_def",
        class_channels(e));
}

const char *bundle_cell(const struct config *c)
{
    return about_cells_drawn(c)
               ? "Class of a drawn cell"
               : "Class of a single cell cropped from a Pap smear";
}

const char *bundle_use(const struct config *c)
{
    return about_cells_drawn(c)
               ? "trying the program; not a medical device, not for diagnosis"
               : "research; not a medical device, not for diagnosis";
}

/* What the cells are, and what the keys of section dataset say. */
static void put_data(const struct report_data *d, json_t *j)
{
    const struct config *c = d->config;
    const struct {
        const char *name, *value;
    } said[] = {{"data_name", c->dataset.name},
                {"data_source",
                 *c->dataset.source ? c->dataset.source : c->dataset.path},
                {"data_licence", c->dataset.licence},
                {"data_note", c->dataset.note}};
    struct buf b = {0};

    about_cells(c, report_used(&d->counts.all), &b);
    json_object_set_new(j, "data", json_text(b.data ? b.data : ""));
    buf_release(&b);
    for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
        if (*said[i].value)
            json_object_set_new(j, said[i].name, json_text(said[i].value));
}

static json_t *model_metadata(const struct report_data *d,
                              const struct report_experiment *e,
                              const struct safetensors *m)
{
    const char *licence = d->config->dataset.licence;
    json_t *j = json_pack(
        "{ss s{ss} ss ss ss ss ss ss ss}", "version", PAPLINE_VERSION,
        "changelog", PAPLINE_VERSION, "trained by Papline", "papline_version",
        PAPLINE_VERSION, "task", "cervical cell classification", "description",
        bundle_cell(d->config), "authorship", "see the run", "copyright",
        *licence                       ? licence
        : about_cells_drawn(d->config) ? "drawn by Papline"
                                       : "see the data's licence",
        "data_type",
        about_cells_drawn(d->config) ? "drawings of single cells"
                                     : "images of single cells",
        "intended_use", bundle_use(d->config));

    if (!j)
        return NULL;
    put_data(d, j);
    json_object_set_new(j, "experiment", json_text(e->name));
    json_object_set_new(j, "network", text_of(m, "network"));
    json_object_set_new(j, "regime", json_text(e->train->regime));
    if (*e->train->variant)
        json_object_set_new(j, "variant", json_text(e->train->variant));
    json_object_set_new(j, "seed", json_integer((json_int_t)e->train->seed));
    json_object_set_new(j, "training_key", json_text(e->train->hash));
    json_object_set_new(j, "arithmetic", text_of(m, "arithmetic"));
    json_object_set_new(j, "image_classes",
                        json_string("RGB, 8 bits a channel"));
    json_object_set(j, "label_classes",
                    json_object_get(e->metrics.root, "classes"));
    json_object_set_new(j, "pred_classes", class_channels(e));
    json_object_set_new(j, "eval_metrics", metrics_numbers(e));
    if (d->counts.untested)
        json_object_set_new(j, "eval_split", json_text(report_told(d)));
    json_object_set_new(j, "network_data_format", data_format(d, e, m));
    return j;
}

/* --- inference.json ------------------------------------------------------- */

static json_t *inference_json(const struct report_data *d,
                              const struct report_experiment *e,
                              const struct safetensors *m)
{
    json_t *j = json_pack("{ss ss ss ss}", "bundle_root", ".", "model",
                          "$bundle_root/models/model.safetensors", "program",
                          "papline", "command", "papline predict . IMAGE...");
    json_t *input =
        json_pack("{so so ss so so so}", "height", number_of(m, "height"),
                  "width", number_of(m, "width"), "channels", "RGB", "resize",
                  text_of(m, "resize"), "aspect", text_of(m, "aspect"),
                  "preprocess", text_of(m, "input"));

    if (!j)
        return NULL;
    if (*bundle_meta(m, "field"))
        json_object_set_new(input, "field", number_of(m, "field"));
    if (*bundle_meta(m, "bits"))
        json_object_set_new(input, "bits", number_of(m, "bits"));
    if (*bundle_meta(m, "orientation"))
        json_object_set_new(input, "orientation", text_of(m, "orientation"));
    if (*bundle_meta(m, "jpeg"))
        json_object_set_new(input, "jpeg", number_of(m, "jpeg"));
    json_object_set_new(j, "network", text_of(m, "network"));
    json_object_set_new(j, "cut", text_of(m, "cut"));
    json_object_set_new(j, "head", text_of(m, "head"));
    json_object_set_new(j, "input", input);
    json_object_set_new(j, "activation", json_string("softmax"));
    json_object_set(j, "classes", json_object_get(e->metrics.root, "classes"));
    json_object_set_new(j, "decisions", bundle_decisions(d, e));
    return j;
}

/* --- files ---------------------------------------------------------------- */

/* DIR/folder/name, whose folder is made. */
static int file_place(char path[FILE_PATH_MAX], const char *dir,
                      const char *folder, const char *name, struct err *err)
{
    if (file_path(path, err, "%s/%s", dir, folder) < 0 ||
        file_dir_make(path, err) < 0)
        return -1;
    return file_path(path, err, "%s/%s/%s", dir, folder, name);
}

/* Empties 'b'. */
static int put_text(struct buf *b, const char *dir, const char *folder,
                    const char *name, struct err *err)
{
    char path[FILE_PATH_MAX];
    int rc = -1;

    if (buf_check(b, err) == 0 && file_place(path, dir, folder, name, err) == 0)
        rc = file_write(path, b->data, b->len, err);
    buf_release(b);
    return rc;
}

static int put_json(json_t *root, const char *dir, const char *name,
                    struct err *err)
{
    struct buf b = {0};

    if (json_put(root, &b, err) < 0) {
        buf_release(&b);
        return -1;
    }
    return put_text(&b, dir, "configs", name, err);
}

/* A step that is done again leaves this one alone: it renames. */
static int put_link(const char *from, const char *dir, const char *name,
                    struct err *err)
{
    char path[FILE_PATH_MAX], *bytes = NULL;
    size_t size;
    int rc = -1;

    if (file_place(path, dir, "models", name, err) < 0 ||
        file_dir_remove(path, err) < 0)
        return -1;
    if (!file_exists(from) || link(from, path) == 0)
        return 0;
    if (file_read(from, MODEL_MAX_BYTES, &bytes, &size, err) == 0)
        rc = file_write(path, bytes, size, err);
    free(bytes);
    return rc;
}

/* What its evaluation knows of its training cells. */
static int put_cells(const struct report_data *d,
                     const struct report_experiment *e, const char *dir,
                     struct err *err)
{
    char cells[FILE_PATH_MAX];

    if (!e->evaluate)
        return 0;
    return file_path(cells, err, "%s/%s/training_cells.npy", d->run_dir,
                     e->evaluate->dir) < 0
               ? -1
               : put_link(cells, dir, "training_cells.npy", err);
}

static int write_files(const struct report_data *d,
                       const struct report_experiment *e,
                       const struct safetensors *m, const char *model,
                       const char *dir, struct err *err)
{
    struct buf card = {0};

    bundle_card(d, e, m, &card);
    if (put_text(&card, dir, "docs", "README.md", err) < 0 ||
        put_json(model_metadata(d, e, m), dir, "metadata.json", err) < 0 ||
        put_json(inference_json(d, e, m), dir, "inference.json", err) < 0)
        return -1;
    return put_cells(d, e, dir, err) < 0
               ? -1
               : put_link(model, dir, "model.safetensors", err);
}

int bundle_write(const struct report_data *d, const struct report_experiment *e,
                 const char *dir, struct err *err)
{
    struct safetensors m = {0};
    char model[FILE_PATH_MAX];
    struct err missing;
    int rc;

    if (!e->metrics.root ||
        file_path(model, &missing, "%s/%s/%s", d->run_dir, e->train->dir,
                  inference_file(d->config)) < 0 ||
        safetensors_read(&m, model, &missing) < 0)
        return 1;
    rc = write_files(d, e, &m, model, dir, err);
    safetensors_release(&m);
    return rc;
}
