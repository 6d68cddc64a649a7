#include "stages/preprocess/preprocess.h"

#include "base/file.h"
#include "img/decode.h"
#include "img/field.h"
#include "img/resize.h"
#include "img/vipslib.h"
#include "stages/preprocess/contour_files.h"
#include "stages/preprocess/data_report.h"
#include "stages/preprocess/fold_table.h"
#include "stages/preprocess/split_plan.h"
#include "store/contours.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRONT "file,label,group,split"

#define BACK "sha256,width,height,mean_r,mean_g,mean_b,std_r,std_g,std_b,status"

struct preprocess_job;

/* What is done with each picture.  ERR_INPUT never. */
typedef int (*turn_f)(struct preprocess_job *j, size_t i, struct err *err);

/* All that the threads share. */
struct preprocess_job {
    const struct preprocess_args *args; /* borrowed */
    struct find_images images;          /* owned */
    struct data_report found;           /* owned */
    struct buf *outlines;               /* owned: of each picture */
    struct store_writer *store;         /* owned */
    struct split_plan choice;           /* owned */
    uint8_t *black;                     /* owned: one picture, of zeros */
    turn_f turn;                        /* what is done now */
    size_t total;                       /* turns in all */
    size_t done;                        /* atomic */
    struct err err; /* critical: of the first that failed, which stops all */
};

/* --- one picture ---------------------------------------------------------- */

/* Size, means and standard deviations of the colours. */
static void measure_image(const struct image *im, float *feature)
{
    const size_t n = (size_t)im->w * (size_t)im->h;
    uint64_t sum[3] = {0}, squares[3] = {0};

    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < 3; c++) {
            const uint32_t v = im->px[3 * i + c];

            sum[c] += v;
            squares[c] += v * v;
        }
    feature[BASELINE_SIZE] = (float)im->w;
    feature[BASELINE_SIZE + 1] = (float)im->h;
    for (size_t c = 0; c < 3; c++) {
        const double mean = (double)sum[c] / (double)n;
        const double var = (double)squares[c] / (double)n - mean * mean;

        feature[BASELINE_COLOUR + c] = (float)mean;
        feature[BASELINE_COLOUR + 3 + c] = (float)sqrt(fmax(var, 0.0));
    }
}

/* Read, hash and look at picture i.  ERR_INPUT: set it aside. */
static int open_cell(const struct preprocess_job *j, size_t i, struct image *im,
                     struct err *err)
{
    struct read_image *cell = &j->found.cell[i];
    char path[FILE_PATH_MAX], *bytes = NULL;
    size_t size = 0;
    int rc;

    cell->read = (struct decoding){.most = -1};
    if (file_path(path, err, "%s/%s", j->args->dataset,
                  j->images.file[i].path) < 0 ||
        file_read(path, DECODE_MAX_BYTES, &bytes, &size, err) < 0)
        return -1;
    hash_of(bytes, size, cell->sha256);
    cell->read =
        (struct decoding){.bits = j->found.pictures.bits,
                          .upright = j->found.pictures.upright,
                          .jpeg = (int)j->args->config->preprocess.jpeg};
    rc = decode_bytes_as(im, bytes, size, &cell->read, err);
    free(bytes);
    if (rc == 0)
        cell->has_phash = perceptual_hash_of(im, &cell->phash);
    return rc;
}

/* A first look, where the split or the bits of samples depend on it. */
static int hash_ahead(struct preprocess_job *j, size_t i, struct err *err)
{
    struct image im = {0};
    struct err why = {0};

    if (open_cell(j, i, &im, &why) < 0) {
        j->found.cell[i].sha256[0] = '\0';
        if (why.code != ERR_INPUT)
            return err_set(err, why.code, "%s", why.text);
    }
    image_release(&im);
    return 0;
}

/* Contours are in the coordinates of pictures as they are stored. */
static bool is_turned(const struct preprocess_job *j, size_t i)
{
    return j->found.pictures.upright && j->found.cell[i].read.orientation > 1;
}

/* Open, measure and resize picture i.  ERR_INPUT: set it aside. */
static int read_cell(const struct preprocess_job *j, size_t i,
                     struct image *out, struct err *err)
{
    const struct picture_checks *p = &j->found.pictures;
    struct image im = {0};
    int rc = open_cell(j, i, &im, err);

    if (rc == 0)
        rc = j->found.cell[i].nuclei = field_nuclei(&im, err);
    if (rc >= 0) {
        measure_image(&im, j->found.cell[i].feature);
        rc = resize_as(out, &im, p->size, p->size, &p->resizing, err);
    }
    if (rc == 0 && !is_turned(j, i))
        rc = contour_files_put(
            &(struct contour_files){.dataset = j->args->dataset,
                                    .file = j->images.file[i].path,
                                    .row = i,
                                    .w = im.w,
                                    .h = im.h,
                                    .config = j->args->config},
            &j->outlines[i], err);
    image_release(&im);
    return rc;
}

/* The line of index.csv of picture i. */
static void put_record(const struct preprocess_job *j, size_t i, struct buf *b)
{
    const struct find_images_file *f = &j->images.file[i];
    const struct read_image *cell = &j->found.cell[i];
    const struct split_plan *c = &j->choice;

    buf_csv(b, f->path);
    buf_csv_next(b, j->images.class_name[f->label]);
    buf_csv_next(b, f->group);
    buf_printf(b, ",%s,", store_split_name(j->found.split[i]));
    if (c->fold && cell->aside)
        buf_puts(b, ",");
    else if (c->fold)
        buf_printf(b, "%d,", c->fold[i]);
    if (c->family) {
        near_duplicates_put(&j->images, c->family, i, b);
        buf_puts(b, ",");
    }
    buf_puts(b, cell->sha256);
    if (cell->aside) {
        buf_puts(b, ",,,,,,,,,");
        buf_csv(b, cell->aside);
        return;
    }
    for (int k = 0; k < BASELINE_FEATURES; k++)
        buf_printf(b, k < BASELINE_COLOUR ? ",%.0f" : ",%.3f",
                   (double)cell->feature[k]);
    buf_puts(b, ",ok");
}

static int make_row(struct preprocess_job *j, size_t i, struct err *err)
{
    struct read_image *cell = &j->found.cell[i];
    struct image im = {0};
    struct buf record = {0};
    struct err why = {0};
    const char *line;
    int rc = 0;

    if (read_cell(j, i, &im, &why) < 0) {
        if (why.code != ERR_INPUT)
            return err_set(err, why.code, "%s", why.text);
        cell->aside = strdup(why.text);
        if (!cell->aside)
            return err_set(err, ERR_SYSTEM, "no memory for a reason");
        split_plan_drop(&j->choice, i);
    }
    j->found.label[i] = cell->aside ? -1 : j->images.file[i].label;
    put_record(j, i, &record);
    rc = buf_check(&record, err);
    line = record.data;
    if (rc == 0)
        rc = store_put(j->store, i, 1, cell->aside ? j->black : im.px,
                       &j->found.label[i], &line, err);
    buf_release(&record);
    image_release(&im);
    return rc;
}

/* --- all of them ---------------------------------------------------------- */

/* Keep the first failure and stop the others. */
static void keep_failure(struct preprocess_job *j, const struct err *err)
{
#pragma omp critical(preprocess_fail)
    if (!j->err.code)
        j->err = *err;
}

static void one_turn(struct preprocess_job *j, size_t i)
{
    const struct preprocess_args *a = j->args;
    struct err err = {0};
    size_t done;
    bool failed;

#pragma omp critical(preprocess_fail)
    failed = j->err.code != ERR_NONE;
    if (failed)
        return;
    if (j->turn(j, i, &err) < 0)
        keep_failure(j, &err);
#pragma omp atomic capture
    done = ++j->done;
    if (omp_get_thread_num() == 0 && a->each && done < j->total &&
        !a->each(a->self, done, j->total)) {
        err_set(&err, ERR_AGAIN, "stopped after %zu of %zu pictures", done,
                j->total);
        keep_failure(j, &err);
    }
}

/* Do 'turn' with every picture. */
static int each_picture(struct preprocess_job *j, turn_f turn, struct err *err)
{
    j->turn = turn;
#pragma omp parallel
    {
#pragma omp for schedule(dynamic, 4)
        for (size_t i = 0; i < j->images.n; i++)
            one_turn(j, i);
        vipslib_end_thread();
    }
    if (j->err.code)
        return err_set(err, j->err.code, "%s", j->err.text);
    if (j->args->each)
        j->args->each(j->args->self, j->done, j->total);
    return 0;
}

/* How samples are read; with preprocess.bits auto all pictures are looked at
 * before. */
static int choose_reading(struct preprocess_job *j, struct err *err)
{
    const struct config *c = j->args->config;
    int bits;

    if (config_bits(c->preprocess.bits, &bits, err) < 0)
        return -1;
    j->total = j->images.n * (1 + (size_t)split_plan_compares(c) +
                              (size_t)(bits == CONFIG_BITS_AUTO));
    j->found.pictures.resizing = config_resizing(c);
    j->found.pictures.size = (int)c->preprocess.size;
    j->found.pictures.upright = c->preprocess.orientation == ORIENTATION_EXIF;
    j->found.pictures.bits = bits == CONFIG_BITS_AUTO ? 0 : bits;
    if (bits != CONFIG_BITS_AUTO)
        return 0;
    if (each_picture(j, hash_ahead, err) < 0)
        return -1;
    j->found.pictures.bits = picture_checks_bits(&j->found);
    return 0;
}

/* Split the pictures. */
static int plan_split(struct preprocess_job *j, struct err *err)
{
    struct split_plan *c = &j->choice;

    *c = (struct split_plan){.config = j->args->config,
                             .images = &j->images,
                             .cell = j->found.cell,
                             .split = j->found.split};
    if (split_plan_make(c, &j->found.warnings, err) < 0)
        return -1;
    j->found.families = split_plan_compares(c->config) ? &c->families : NULL;
    if (c->fold) {
        j->found.fold = c->fold;
        j->found.folds = (int)c->config->split.folds;
        j->found.fold_use = c->fold_use;
    }
    return 0;
}

/* Find the pictures, split them, and make room for them. */
static int open_job(struct preprocess_job *j, struct err *err)
{
    const struct config *c = j->args->config;
    const size_t side = (size_t)c->preprocess.size;
    char header[256];
    const struct store_args s = {
        .dir = j->args->out,
        .header = header,
        .h = side,
        .w = side,
        .n = j->images.n,
        .class_name = (const char(*)[CONFIG_NAME_MAX])j->images.class_name,
        .n_class = j->images.n_class,
    };
    struct buf early = {0};
    int rc;

    if (data_report_init(&j->found, &j->images, err) < 0)
        return -1;
    j->found.dataset = j->args->dataset;
    if (!file_exists(j->args->out))
        return err_set(err, ERR_SYSTEM, "there is no directory '%s'",
                       j->args->out);
    if (choose_reading(j, err) < 0)
        return -1;
    if (split_plan_compares(c) && each_picture(j, hash_ahead, err) < 0)
        return -1;
    if (plan_split(j, err) < 0)
        return -1;
    snprintf(header, sizeof(header), FRONT "%s%s," BACK,
             j->choice.fold ? ",fold" : "", j->choice.family ? ",family" : "");
    rc = split_plan_check(&j->choice, &early, err);
    buf_release(&early); /* it is said again when all are read */
    if (rc < 0)
        return -1;
    j->black = calloc(side * side, 3);
    j->outlines = calloc(j->images.n + 1, sizeof(*j->outlines));
    if (!j->black || !j->outlines)
        return err_set(err, ERR_SYSTEM, "no memory for a picture");
    return store_create(&j->store, &s, err);
}

/* The split once more, without what was set aside. */
static int check_rest(struct preprocess_job *j, struct err *err)
{
    const struct data_report *f = &j->found;
    struct err why = {0};

    if (split_plan_check(&j->choice, &j->found.warnings, &why) == 0)
        return 0;
    for (size_t i = 0; i < j->images.n; i++)
        if (f->cell[i].aside)
            return err_set(err, why.code, "%.150s: '%.150s' was set aside: %s",
                           why.text, j->images.file[i].path, f->cell[i].aside);
    return err_set(err, why.code, "%s", why.text);
}

/* Pictures of each class, a line: "A: 7, 7, 6 in folds 0 to 2". */
static void put_classes(const struct preprocess_job *j, struct buf *b)
{
    for (int c = 0; c < j->images.n_class; c++) {
        size_t n[DATA_REPORT_COUNTS];
        const int parts = data_report_count(&j->found, c, n);

        buf_printf(b, "%s:", j->images.class_name[c]);
        if (j->found.fold) {
            for (int k = 0; k < parts; k++)
                buf_printf(b, k ? ", %zu" : " %zu", n[k]);
            buf_printf(b, " in folds 0 to %d\n", parts - 1);
        } else {
            buf_printf(b, " %zu to train, %zu to validate, %zu to test\n",
                       n[SPLIT_TRAIN], n[SPLIT_VALIDATION], n[SPLIT_TEST]);
        }
    }
}

/* contours.csv, if there is anything to tell. */
static int write_outlines(struct preprocess_job *j, struct err *err)
{
    struct buf all = {0};

    buf_puts(&all, CONTOURS_HEADER);
    for (size_t i = 0; i < j->images.n; i++)
        buf_put(&all, j->outlines[i].data, j->outlines[i].len);
    if (all.failed || all.len > strlen(CONTOURS_HEADER))
        return buf_save(&all, j->args->out, CONTOURS_FILE, err);
    buf_release(&all);
    return 0;
}

static int close_job(struct preprocess_job *j, struct preprocess_summary *s,
                     struct err *err)
{
    struct store_writer *store = j->store;

    buf_put(&j->found.warnings, j->images.warnings.data,
            j->images.warnings.len);
    if (check_rest(j, err) < 0 || data_report_sum_up(&j->found, err) < 0 ||
        data_report_write(&j->found, j->args->out, err) < 0 ||
        write_outlines(j, err) < 0)
        return -1;
    s->n = j->images.n;
    s->n_aside = j->found.n_aside;
    s->n_ignored = j->images.n_ignored;
    s->n_duplicate = j->found.n_duplicate;
    s->n_near = j->found.checks.n_near;
    s->n_pair = j->found.checks.n_pair;
    s->n_pair_class = j->found.checks.n_pair_class;
    s->n_odd = j->found.checks.n_odd_size + j->found.checks.n_odd_light;
    s->families = j->choice.families;
    s->baseline = j->found.scores.test;
    s->folds = j->found.folds;
    buf_put(&s->classes, j->images.notes.data, j->images.notes.len);
    put_classes(j, &s->classes);
    s->warnings = j->found.warnings;
    j->found.warnings = (struct buf){0};
    j->store = NULL;
    return store_finish(store, err);
}

int preprocess_run(const struct preprocess_args *a,
                   struct preprocess_summary *summary, struct err *err)
{
    struct preprocess_job j = {.args = a};
    struct layout layout;
    int rc;

    *summary = (struct preprocess_summary){0};
    if (layout_init(&layout, a->config, err) < 0)
        return -1;
    rc = find_images_init(&j.images, a->dataset, &layout, err);
    layout_release(&layout);
    if (rc == 0 && fold_table_wanted(a->config))
        rc = fold_table_take(&j.images, a->config, err);
    if (rc == 0 &&
        (open_job(&j, err) < 0 || each_picture(&j, make_row, err) < 0 ||
         close_job(&j, summary, err) < 0))
        rc = -1;
    store_abandon(j.store);
    free(j.black);
    for (size_t i = 0; j.outlines && i < j.images.n; i++)
        buf_release(&j.outlines[i]);
    free(j.outlines);
    split_plan_release(&j.choice);
    if (j.found.cell)
        data_report_release(&j.found);
    find_images_release(&j.images);
    return rc;
}

void preprocess_summary_release(struct preprocess_summary *s)
{
    buf_release(&s->warnings);
    buf_release(&s->classes);
    *s = (struct preprocess_summary){0};
}
