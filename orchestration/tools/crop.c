#include "orchestration/tools/crop.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"
#include "img/decode.h"
#include "img/pictures.h"
#include "img/png.h"
#include "orchestration/tools/crop_boxes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct crop_job {
    const struct crop_args *args; /* borrowed */
    struct pictures list;         /* owned: the fields */
    size_t *below;                /* owned: (list.n) as pictures_add_word() */
    struct crop_table table;      /* owned; without one all zero */
    struct buf csv;               /* owned */
    size_t n_cut, n_bad;          /* cells; cells and fields */
    size_t n_none;                /* pictures without a cell */
};

/* What is cut out of a field. */
struct cut {
    int x, y, w, h;
};

/* Its box and the margin, inside the field.  false: the box is not. */
static bool find_cut(const struct crop_job *j, const struct image *im,
                     const struct crop_box *b, struct cut *c)
{
    const int m = j->args->margin;
    const double left = fmax(0, floor(b->left) - m);
    const double top = fmax(0, floor(b->top) - m);

    if (b->right <= 0 || b->bottom <= 0 || b->left >= im->w || b->top >= im->h)
        return false;
    *c = (struct cut){
        .x = (int)left,
        .y = (int)top,
        .w = (int)(fmin(im->w, ceil(b->right) + m) - left),
        .h = (int)(fmin(im->h, ceil(b->bottom) + m) - top),
    };
    return true;
}

/* LABEL/FOLDER/NNN_MM.png of a cell of field i. */
static int name_crop(const struct crop_job *j, size_t i,
                     const struct crop_box *b, char name[FILE_PATH_MAX],
                     struct err *err)
{
    const char *field = j->list.path[i] + j->below[i];
    const char *slash = strrchr(field, '/');
    const char *dot = strrchr(slash ? slash : field, '.');
    const int n = dot ? (int)(dot - field) : (int)strlen(field);

    return file_path(name, err, "%s%s%.*s_%s.png", b->label,
                     b->label[0] ? "/" : "", n, field, b->name);
}

static int write_crop(const struct crop_job *j, const struct image *im,
                      const char *name, struct err *err)
{
    char path[FILE_PATH_MAX], *slash;

    if (file_path(path, err, "%s/%s", j->args->dir, name) < 0)
        return -1;
    slash = strrchr(path, '/');
    *slash = '\0';
    if (file_dir_make(path, err) < 0)
        return -1;
    *slash = '/';
    return png_write(im, path, err);
}

static int cut_cell(struct crop_job *j, size_t i, const struct image *im,
                    const struct crop_box *b, struct err *err)
{
    char name[FILE_PATH_MAX];
    struct image crop;
    struct cut c;
    int rc;

    if (!find_cut(j, im, b, &c)) {
        log_warn("cell %s of '%s' is not in its %d x %d pixels", b->name,
                 j->list.path[i], im->w, im->h);
        j->n_bad++;
        return 0;
    }
    if (name_crop(j, i, b, name, err) < 0 ||
        image_init(&crop, c.w, c.h, err) < 0)
        return -1;
    for (int y = 0; y < c.h; y++)
        memcpy(image_row(&crop, y), image_row(im, c.y + y) + 3 * c.x,
               (size_t)c.w * 3);
    rc = write_crop(j, &crop, name, err);
    image_release(&crop);
    buf_csv(&j->csv, name);
    buf_csv_next(&j->csv, j->list.path[i]);
    buf_printf(&j->csv, ",%d,%d,%d,%d", c.x, c.y, c.w, c.h);
    buf_csv_next(&j->csv, b->label);
    buf_puts(&j->csv, "\n");
    j->n_cut++;
    return rc;
}

/* Too dark, as preprocessing says of such a data set? */
static void warn_bits(const char *path, const struct decoding *d)
{
    if (d->most > 0 && decode_bits_of(d->most) <= DECODE_BITS_MOST)
        log_warn("'%s' has 16-bit samples of which none needs more than %d "
                 "bits: its crops may be too dark",
                 path, decode_bits_of(d->most));
}

static int cut_cells(struct crop_job *j, size_t i, const struct crop_boxes *b,
                     struct err *err)
{
    struct decoding d = {.most = -1};
    struct image im = {0};
    struct err why = {0};
    int rc = 0;

    if (decode_read_as(&im, j->list.path[i], &d, &why) < 0) {
        if (why.code != ERR_INPUT)
            return err_set(err, why.code, "%s", why.text);
        log_warn("%s", why.text);
        j->n_bad++;
        return 0;
    }
    warn_bits(j->list.path[i], &d);
    for (size_t k = 0; rc == 0 && k < b->n; k++)
        rc = cut_cell(j, i, &im, &b->box[k], err);
    image_release(&im);
    return rc;
}

static int cut_field(struct crop_job *j, size_t i, struct err *err)
{
    const char *path = j->list.path[i];
    struct crop_boxes b = {0};
    int rc = j->args->contours
                 ? crop_boxes_of_contours(&b, path, &j->n_bad, err)
                 : crop_boxes_of_table(&b, &j->table, path, err);

    if (rc == 0 && b.n == 0)
        j->n_none++;
    if (rc == 0 && b.n > 0)
        rc = cut_cells(j, i, &b, err);
    crop_boxes_release(&b);
    return rc;
}

/* --- all of them ---------------------------------------------------------- */

/* Fields whose crops would be called alike, as 001.bmp and 001.png. */
static int check_names(const struct crop_job *j, struct err *err)
{
    char **name = calloc(j->list.n + 1, sizeof(*name));
    int rc = name ? 0 : err_set(err, ERR_SYSTEM, "no memory for names");

    for (size_t i = 0; rc == 0 && i < j->list.n; i++) {
        char *dot;

        name[i] = strdup(j->list.path[i] + j->below[i]);
        if (!name[i])
            rc = err_set(err, ERR_SYSTEM, "no memory for names");
        else if ((dot = strrchr(name[i], '.')) && !strchr(dot, '/'))
            *dot = '\0';
    }
    if (rc == 0)
        qsort(name, j->list.n, sizeof(*name), file_by_name);
    for (size_t i = 1; rc == 0 && i < j->list.n; i++)
        if (strcmp(name[i - 1], name[i]) == 0)
            rc = err_set(err, ERR_USAGE,
                         "the crops of two fields would both be called "
                         "'%.200s_...'; cut them into two directories",
                         name[i]);
    for (size_t i = 0; name && i < j->list.n; i++)
        free(name[i]);
    free(name);
    return rc;
}

/* Crops of another time would stay beside those of this one: a cell whose label
 * was mended would be of both classes. */
static int check_dir(const char *dir, struct err *err)
{
    char path[FILE_PATH_MAX];

    if (file_path(path, err, "%s/crops.csv", dir) < 0)
        return -1;
    return file_exists(path)
               ? err_set(err, ERR_USAGE,
                         "'%.300s' holds crops already (crops.csv), which "
                         "would stay: give another directory, or remove it",
                         dir)
               : 0;
}

static int open_fields(struct crop_job *j, struct err *err)
{
    const struct crop_args *a = j->args;
    char path[FILE_PATH_MAX];

    if (!a->dir || a->contours == (a->boxes != NULL))
        return err_set(err, ERR_USAGE,
                       "crop needs -o DIR and either --contours or --boxes "
                       "FILE");
    if (check_dir(a->dir, err) < 0)
        return -1;
    if (a->boxes && crop_table_read(&j->table, a->boxes, err) < 0)
        return -1;
    for (int i = 0; i < a->n_field; i++)
        if (pictures_add_word(&j->list, a->field[i], &j->below, err) < 0)
            return -1;
    if (check_names(j, err) < 0)
        return -1;
    for (size_t i = 0; a->boxes && i < j->list.n; i++)
        if (crop_table_claim(&j->table, j->list.path[i], err) < 0)
            return -1;
    buf_puts(&j->csv, "file,field,x,y,width,height,label\n");
    if (file_dir_make(a->dir, err) < 0 ||
        file_path(path, err, "%s/crops.csv", a->dir) < 0)
        return -1;
    /* so that crops of one that was stopped are seen to be some */
    return file_write(path, j->csv.data, j->csv.len, err);
}

static int sum_up(struct crop_job *j, struct err *err)
{
    size_t lost = 0;

    for (size_t i = 0; j->table.used && i < j->table.csv.n_row; i++)
        lost += !j->table.used[i];
    if (j->n_cut == 0)
        return err_set(err, ERR_USAGE, "there is no cell to cut: no %s",
                       j->args->contours
                           ? "contours NNN_cytMM.dat lie beside NNN.bmp"
                           : "row of the table names one of the pictures");
    if (buf_save(&j->csv, j->args->dir, "crops.csv", err) < 0)
        return -1;
    log_info("%zu cells of %zu pictures are in '%s'; %zu pictures have none",
             j->n_cut, j->list.n, j->args->dir, j->n_none);
    if (lost > 0)
        log_warn("%zu rows of the table are of pictures that were not given",
                 lost);
    return j->n_bad == 0
               ? 0
               : err_set(err, ERR_INPUT,
                         "%zu cells or fields could not be read or cut",
                         j->n_bad);
}

int crop_run(const struct crop_args *a, struct err *err)
{
    struct crop_job j = {.args = a};
    int rc = open_fields(&j, err);

    for (size_t i = 0; rc == 0 && i < j.list.n; i++)
        rc = cut_field(&j, i, err);
    if (rc == 0)
        rc = sum_up(&j, err);
    crop_table_release(&j.table);
    pictures_release(&j.list);
    free(j.below);
    buf_release(&j.csv);
    return rc;
}
