/* predict_command.c - read pictures, ask the network, write what it says */
#include "stages/explain/predict_command.h"

#include "base/file.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/spell.h"
#include "evaluation/model_picture.h"
#include "img/resize.h"
#include "stages/explain/predict_decisions.h"
#include "stages/explain/predict_page.h"
#include "stages/explain/predict_private.h"
#include "stages/explain/predict_unlike.h"
#include "stats/binary.h"
#include "stats/calibration.h"
#include "worker/scheduler_link.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FEW_CHECKED = 20 }; /* validation cells, of which 5 % are not one */

struct predict_command {
    const struct predict_command_args *args;
    FILE *out;
    char model[FILE_PATH_MAX];      /* its file */
    struct inference net;           /* folded */
    struct predict_painter painter; /* only with a method */
    char **aside;    /* owned, (n): why a picture could not be read, or NULL */
    uint8_t *pixels; /* owned: (PREDICT_BATCH, h, w, 3) */
    float *p;        /* owned: (PREDICT_BATCH, n_class) */
    struct predict_columns columns;
    struct predict_decisions decisions; /* only if asked for */
    double threshold;                   /* likewise */
    struct predict_unlike unlike;       /* likewise */
    int asked; /* class that is explained; -1: the predicted one */
    char (*picture)[FILE_PATH_MAX]; /* owned: (n_method) of the line in hand */
    struct progress progress;
    struct cell_size size[PREDICT_BATCH];   /* of the pictures as they came */
    struct decoding read_as[PREDICT_BATCH]; /* what reading them found */
    int nuclei[PREDICT_BATCH];   /* of whole fields (img/field.h), else 0 */
    size_t n_fields;             /* of these */
    size_t n_shrunk;             /* pictures that are larger than the field */
    size_t n_wide, n_turned;     /* of 16-bit samples; with an orientation */
    int most;                    /* of those samples */
    size_t at[PREDICT_BATCH];    /* pictures of this batch */
    size_t n;                    /* how many */
    size_t read, shown, n_aside; /* of the list */
    struct buf csv;              /* owned: predictions.csv */
    struct predict_page page;    /* only if asked for */
};

static size_t picture_bytes(const struct predict_command *t)
{
    return (size_t)t->net.info.h * (size_t)t->net.info.w * 3;
}

/* --- the model ------------------------------------------------------------ */

static int open_model(struct predict_command *t, struct err *err)
{
    static const char what[] = "; give a bundle's directory, or a model that "
                               "training wrote, "
                               "RUN/train/EXPERIMENT/model.safetensors";
    const struct inference_args p = {.path = t->model,
                                     .batch = PREDICT_BATCH,
                                     .memory = GRAPH_INFER,
                                     .bf16 = t->args->bf16};
    struct err why = {0};

    if (model_path(t->model, t->args->model, &why) < 0 ||
        inference_open(&t->net, &p, &why) < 0)
        return err_set(err, why.code, "%.400s%s", why.text,
                       why.code == ERR_INPUT ? what : "");
    if (!inference_classifies(&t->net))
        return err_set(err, ERR_USAGE,
                       "'%.200s' is an encoder, it tells no classes apart%s",
                       t->args->model, what);
    return 0;
}

static int make_room(struct predict_command *t, struct err *err)
{
    const size_t n = t->args->list->n;
    int width = 0;

    t->aside = calloc(n + 1, sizeof(*t->aside));
    t->pixels = malloc(PREDICT_BATCH * picture_bytes(t));
    t->p = malloc(PREDICT_BATCH * sizeof(*t->p) * (size_t)t->net.info.n_class);
    t->picture = calloc(PREDICT_METHODS_MAX, sizeof(*t->picture));
    if (!t->aside || !t->pixels || !t->p || !t->picture)
        return err_set(err, ERR_SYSTEM, "no memory for %zu pictures", n);
    for (size_t i = 0; i < n; i++) {
        const int w = (int)strlen(t->args->list->path[i]);

        width = w > width ? w : width;
    }
    t->columns = (struct predict_columns){
        &t->net.info, t->args,
        width < PREDICT_NAME_WIDTH ? width : PREDICT_NAME_WIDTH};
    return 0;
}

/* --- what is asked of its bundle ------------------------------------------ */

/* A number, or what is stored. */
static int find_threshold(struct predict_command *t, struct err *err)
{
    const char *word = t->args->threshold;
    char *end;

    if (!t->decisions.two)
        return err_set(err, ERR_USAGE,
                       "--threshold: '%.200s' does not say which classes are "
                       "abnormal; set evaluate.normal, .benign and .abnormal",
                       t->args->model);
    t->threshold = t->decisions.threshold;
    if (strcmp(word, "stored") != 0)
        t->threshold = strtod(word, &end);
    else if (isnan(t->threshold))
        return err_set(err, ERR_USAGE,
                       "--threshold: '%.200s' has none, for validation had no "
                       "abnormal cell; give a number",
                       t->args->model);
    else
        return 0;
    return end != word && !*end && t->threshold >= 0 && t->threshold <= 1
               ? 0
               : err_set(err, ERR_USAGE,
                         "--threshold '%.64s' is neither stored nor a number "
                         "within 0 .. 1",
                         word);
}

static int find_decisions(struct predict_command *t, struct err *err)
{
    const struct predict_command_args *a = t->args;
    struct predict_decisions *d = &t->decisions;

    if (!a->calibrated && !a->threshold && !a->sets && !a->unlike)
        return 0;
    if (predict_decisions_read(d, a->model, &t->net.info, err) < 0)
        return -1;
    if ((a->calibrated && d->temperature <= 0) || (a->sets && d->sets.k == 0))
        return err_set(err, ERR_USAGE,
                       "%s: '%.200s' has none, for there was no validation "
                       "cell to fit it on",
                       a->sets && d->sets.k == 0 ? "--sets" : "--calibrated",
                       a->model);
    if (!d->one_view && (a->calibrated || a->threshold || a->sets))
        log_warn("what '%s' decides by was fitted on averages over several "
                 "views of each cell (evaluate.views); here each is seen once",
                 a->model);
    if (a->threshold && find_threshold(t, err) < 0)
        return -1;
    if (a->unlike && d->k > 0 && d->n_checked < FEW_CHECKED)
        log_warn("only %zu validation cells say which distances are large",
                 d->n_checked);
    return a->unlike ? predict_unlike_init(&t->unlike, a->model, t->model,
                                           &t->net.info, d, PREDICT_BATCH, err)
                     : 0;
}

/* The class that is to be explained. */
static int find_class(struct predict_command *t, struct err *err)
{
    const struct model_info *m = &t->net.info;
    const char *name[MODEL_MAX_CLASSES], *wanted = t->args->class_name, *meant;

    t->asked = -1;
    for (int c = 0; c < m->n_class; c++) {
        name[c] = m->class_name[c];
        if (wanted && strcmp(name[c], wanted) == 0)
            t->asked = c;
    }
    if (!wanted || t->asked >= 0)
        return 0;
    meant = spell_nearest(wanted, name, (size_t)m->n_class);
    return err_set(
        err, ERR_USAGE, "--class: the model has no class '%.64s'%s%s%s", wanted,
        meant ? "; did you mean '" : "", meant ? meant : "", meant ? "'?" : "");
}

/* --- reading -------------------------------------------------------------- */

/* Into place 'to' of the batch. */
static int read_picture(struct predict_command *t, const char *path, size_t to,
                        struct err *err)
{
    struct model_picture p;
    const int rc = model_picture_read(&p, &t->net.info, path, err);

    t->read_as[to] = p.read_as;
    if (rc < 0)
        return -1;
    t->size[to] = p.size;
    t->nuclei[to] = p.nuclei;
    memcpy(t->pixels + to * picture_bytes(t), p.image.px,
           image_bytes(&p.image));
    model_picture_release(&p);
    return 0;
}

/* Count what is odd about a picture that was read. */
static void count_reading(struct predict_command *t, const struct decoding *d)
{
    t->n_turned += d->orientation != 1;
    t->n_wide += d->most >= 0;
    t->most = d->most > t->most ? d->most : t->most;
}

/* What all pictures together show. */
static void warn_reading(const struct predict_command *t)
{
    const struct model_info *m = &t->net.info;
    const int bits = decode_bits_of(t->most);

    if (t->n_wide > 0 && m->bits == 0 && bits <= DECODE_BITS_MOST)
        log_warn("no sample of the %zu 16-bit pictures is over %d: they use "
                 "%d bits, but the model reads all 16, so they may be too dark",
                 t->n_wide, (1 << bits) - 1, bits);
    if (t->n_fields > 0)
        log_warn("%zu of %zu pictures look like whole fields of several cells; "
                 "a model of single cells can say nothing of them: cut the "
                 "cells out first, see papline crop --help",
                 t->n_fields, t->args->list->n);
    if (t->n_shrunk > 0)
        log_warn("%zu of %zu pictures are larger than the model's field, %d "
                 "pixels, and are shown smaller than those it was trained on",
                 t->n_shrunk, t->args->list->n, m->resizing.field);
    if (t->n_turned > 0 && !m->upright)
        log_warn("%zu pictures have an EXIF orientation; they are used as they "
                 "are stored, as in training",
                 t->n_turned);
}

/* Picture 'i' of the list was read into place 'from', or not: take it into the
 * batch, or set it aside. */
static int take_picture(struct predict_command *t, size_t i, size_t from,
                        const struct err *why, struct err *err)
{
    const struct model_info *m = &t->net.info;
    const size_t bytes = picture_bytes(t);

    if (why->code == ERR_NONE) {
        memmove(t->pixels + t->n * bytes, t->pixels + from * bytes, bytes);
        t->size[t->n] = t->size[from];
        t->nuclei[t->n] = t->nuclei[from];
        count_reading(t, &t->read_as[from]);
        t->n_fields += t->nuclei[t->n] > 0;
        t->n_shrunk += resize_is_shrunk(&m->resizing, t->size[t->n].w,
                                        t->size[t->n].h, m->w, m->h);
        t->at[t->n++] = i;
        return 0;
    }
    if (why->code == ERR_SYSTEM)
        return err_set(err, ERR_SYSTEM, "%s", why->text);
    t->n_aside++;
    t->aside[i] = strdup(why->text);
    return t->aside[i] ? 0 : err_set(err, ERR_SYSTEM, "no memory for a reason");
}

/* Fill the batch; pictures that cannot be read do not shorten it. */
static int fill_batch(struct predict_command *t, struct err *err)
{
    const struct pictures *list = t->args->list;
    struct err why[PREDICT_BATCH];

    t->n = 0;
    while (t->n < PREDICT_BATCH && t->read < list->n) {
        const size_t room = PREDICT_BATCH - t->n, left = list->n - t->read;
        const size_t first = t->n, n = left < room ? left : room;

#pragma omp parallel for schedule(dynamic)
        for (size_t j = 0; j < n; j++) {
            why[j] = (struct err){0};
            if (read_picture(t, list->path[t->read + j], first + j, &why[j]) <
                0)
                BUG_ON(why[j].code == ERR_NONE);
        }
        for (size_t j = 0; j < n; j++)
            if (take_picture(t, t->read + j, first + j, &why[j], err) < 0)
                return -1;
        t->read += n;
    }
    return 0;
}

/* --- lines ---------------------------------------------------------------- */

/* What explains number 'slot' of the batch, as pictures and for the page. */
static int explain_picture(struct predict_command *t, size_t i, size_t slot,
                           int target, struct err *err)
{
    const struct predict_command_args *a = t->args;
    struct explainer_map map;

    if (t->painter.n_method > 0)
        explain_picture_look(&t->painter.look,
                             t->pixels + slot * picture_bytes(t),
                             &t->size[slot], target);
    for (int m = 0; m < t->painter.n_method; m++) {
        if (predict_painter_map(&t->painter, m, &map, err) < 0 ||
            (a->page && predict_page_map(&t->page, m, &map, err) < 0))
            return -1;
        if (a->dir && (predict_painter_name(t->picture[m], a, i, m, err) < 0 ||
                       predict_painter_write(&t->painter, m, &map,
                                             t->picture[m], err) < 0))
            return -1;
    }
    return 0;
}

/* What the bundle decides about it. */
static void decide(const struct predict_command *t, double *p, bool *set,
                   struct predict_line *l)
{
    const int k = t->net.info.n_class;
    const struct outcomes one = {.n = 1, .k = k, .p = p};

    binary_scores(&one, t->decisions.abnormal, &l->abnormal);
    l->raised = l->abnormal >= t->threshold;
    if (t->args->sets)
        l->n_set = conformal_set(&t->decisions.sets, p, set);
    if (t->args->calibrated)
        temperature_apply(t->decisions.temperature, p, 1, k, p);
}

static int no_output(struct err *err)
{
    if (scheduler_link_signalled())
        return err_set(err, ERR_AGAIN, "stopped by a signal");
    return err_set(err, ERR_SYSTEM, "cannot write the predictions: %s",
                   strerror(errno));
}

/* Write a line to the table or as JSON, and keep it for the files. */
static int put_line(struct predict_command *t, const struct predict_line *l,
                    const struct predict_page_picture *shown, struct err *err)
{
    struct buf b = {0};
    int rc = 0;

    if (t->args->json)
        rc = predict_json(&t->columns, l, &b, err);
    else
        predict_row(&t->columns, l, &b);
    if (t->args->dir || t->args->csv)
        predict_csv(&t->columns, l, &t->csv);
    if (rc == 0 && t->args->page)
        rc = predict_page_add(&t->page, l, shown, err);
    if (rc == 0)
        rc = buf_check(&b, err);
    if (rc == 0 && fwrite(b.data, 1, b.len, t->out) != b.len)
        rc = no_output(err);
    buf_release(&b);
    return rc;
}

/* The line of picture i, number 'slot' of the batch. */
static int tell_picture(struct predict_command *t, size_t i, size_t slot,
                        struct err *err)
{
    const int k = t->net.info.n_class;
    const float *said = t->p + slot * (size_t)k;
    double p[MODEL_MAX_CLASSES], as_said[MODEL_MAX_CLASSES];
    bool set[MODEL_MAX_CLASSES];
    struct predict_line l = {.file = t->args->list->path[i],
                             .p = p,
                             .said = as_said,
                             .predicted = inference_class(said, k),
                             .set = set,
                             .picture = t->picture};
    const struct predict_page_picture shown = {
        t->pixels + slot * picture_bytes(t), t->size[slot],
        t->asked >= 0 ? t->asked : l.predicted, t->nuclei[slot] > 0};

    for (int c = 0; c < k; c++)
        p[c] = as_said[c] = (double)said[c];
    decide(t, p, set, &l);
    if (t->args->unlike) {
        l.distance = t->unlike.distance[slot];
        l.beyond = t->unlike.beyond[slot];
    }
    return explain_picture(t, i, slot, shown.target, err) < 0
               ? -1
               : put_line(t, &l, &shown, err);
}

/* Lines of the pictures up to number 'end' of the list; those that were read
 * are the batch. */
static int write_lines(struct predict_command *t, size_t end, struct err *err)
{
    size_t slot = 0;

    for (; t->shown < end; t->shown++) {
        const struct predict_line aside = {
            .file = t->args->list->path[t->shown], .aside = t->aside[t->shown]};

        if (scheduler_link_signalled())
            return err_set(err, ERR_AGAIN,
                           "stopped by a signal after %zu of %zu pictures",
                           t->shown, t->args->list->n);
        if ((aside.aside ? put_line(t, &aside, NULL, err)
                         : tell_picture(t, t->shown, slot, err)) < 0)
            return -1;
        slot += !aside.aside;
        if (t->args->progress)
            progress_report(&t->progress, (double)(t->shown + 1),
                            (double)t->args->list->n, "");
    }
    return 0;
}

static int all_batches(struct predict_command *t, struct err *err)
{
    const uint8_t *image[PREDICT_BATCH];

    do {
        if (fill_batch(t, err) < 0)
            return -1;
        for (size_t j = 0; j < t->n; j++)
            image[j] = t->pixels + j * picture_bytes(t);
        if (t->n > 0 &&
            inference_images(&t->net,
                             &(struct inference_images){image, t->size, t->n},
                             t->p, err) < 0)
            return -1;
        if (t->args->unlike && t->n > 0)
            predict_unlike_measure(&t->unlike, t->pixels, t->n);
        if (write_lines(t, t->read, err) < 0)
            return -1;
        if (fflush(t->out) != 0)
            return no_output(err);
    } while (t->read < t->args->list->n);
    return 0;
}

static int write_files(struct predict_command *t, struct err *err)
{
    const struct predict_command_args *a = t->args;

    if (a->page && predict_page_write(&t->page, a->page, err) < 0)
        return -1;
    if (a->dir && buf_save(&t->csv, a->dir, "predictions.csv", err) < 0)
        return -1;
    return a->csv ? file_write(a->csv, t->csv.data, t->csv.len, err) : 0;
}

static int begin_files(struct predict_command *t, struct err *err)
{
    struct buf head = {0};
    int rc;

    if (open_model(t, err) < 0 || find_decisions(t, err) < 0 ||
        find_class(t, err) < 0 || make_room(t, err) < 0 ||
        (t->args->n_method > 0 &&
         predict_painter_init(&t->painter, t->model, t->args, &t->net, err) <
             0) ||
        (t->args->page &&
         predict_page_init(&t->page, &t->columns, &t->decisions, t->threshold,
                           err) < 0))
        return -1;
    predict_csv_head(&t->columns, &t->csv);
    predict_head(&t->columns, &head);
    rc = buf_check(&head, err);
    if (rc == 0 && !t->args->json)
        fputs(head.data, t->out);
    buf_release(&head);
    progress_begin(&t->progress, "predict");
    return rc;
}

int predict_command_run(const struct predict_command_args *a, FILE *out,
                        size_t *n_aside, struct err *err)
{
    struct predict_command t = {.args = a, .out = out};
    int rc = -1;

    if (begin_files(&t, err) == 0 && all_batches(&t, err) == 0) {
        warn_reading(&t);
        rc = write_files(&t, err);
    }
    *n_aside = t.n_aside;
    for (size_t i = 0; t.aside && i < a->list->n; i++)
        free(t.aside[i]);
    free(t.aside);
    free(t.pixels);
    free(t.p);
    free(t.picture);
    buf_release(&t.csv);
    predict_page_release(&t.page);
    predict_painter_release(&t.painter);
    predict_unlike_release(&t.unlike);
    predict_decisions_release(&t.decisions);
    inference_close(&t.net);
    return rc;
}
