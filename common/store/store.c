/* store.c - reading an image store; store_writer.c writes one */
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const split_names[] = {[SPLIT_TRAIN] = "train",
                                          [SPLIT_VALIDATION] = "validation",
                                          [SPLIT_TEST] = "test",
                                          [SPLIT_NONE] = ""};

const char *store_split_name(enum split s)
{
    BUG_ON(s > SPLIT_NONE);
    return split_names[s];
}

enum split store_split_parse(const char *word)
{
    for (int i = SPLIT_TRAIN; i < SPLIT_NONE; i++)
        if (strcmp(word, split_names[i]) == 0)
            return (enum split)i;
    return SPLIT_NONE;
}

int store_fold_parse(const char *word)
{
    char *end;
    const long fold = strtol(word, &end, 10);

    return end == word || *end || strpbrk(word, "+-") || fold < 0 ||
                   fold >= CONFIG_FOLDS_MAX
               ? -1
               : (int)fold;
}

static int map_arrays(struct store *s, const char *dir, struct err *err)
{
    char path[FILE_PATH_MAX];
    const struct npy *a = &s->images, *b = &s->labels;

    if (file_path(path, err, "%s/images.npy", dir) < 0 ||
        npy_map(&s->images, path, err) < 0)
        return -1;
    if (a->type != NPY_U8 || a->n_dim != 4 || a->dim[3] != 3 || a->dim[1] < 1 ||
        a->dim[1] > STORE_MAX_SIDE || a->dim[2] < 1 ||
        a->dim[2] > STORE_MAX_SIDE || a->dim[0] > STORE_MAX_SAMPLES)
        return err_set(err, ERR_INPUT, "'%s' is not uint8 (n, h, w, 3)", path);
    s->n = a->dim[0];
    s->h = a->dim[1];
    s->w = a->dim[2];
    if (file_path(path, err, "%s/labels.npy", dir) < 0 ||
        npy_map(&s->labels, path, err) < 0)
        return -1;
    if (b->type != NPY_I32 || b->n_dim != 1 || b->dim[0] != s->n)
        return err_set(err, ERR_INPUT, "'%s' is not int32 (%zu)", path, s->n);
    return 0;
}

/* One class a line, each once. */
static int add_class(struct store *s, const char *path, const char *name,
                     struct err *err)
{
    if (s->n_class == CONFIG_CLASSES_MAX)
        return err_set(err, ERR_INPUT, "'%s': more than %d classes", path,
                       CONFIG_CLASSES_MAX);
    if (!*name || strlen(name) >= CONFIG_NAME_MAX)
        return err_set(err, ERR_INPUT,
                       "'%s': line %d is not a name of 1..%d bytes", path,
                       s->n_class + 1, CONFIG_NAME_MAX - 1);
    for (int i = 0; i < s->n_class; i++)
        if (strcmp(s->class_name[i], name) == 0)
            return err_set(err, ERR_INPUT, "'%s': class '%s' stands twice",
                           path, name);
    snprintf(s->class_name[s->n_class++], CONFIG_NAME_MAX, "%s", name);
    return 0;
}

static int read_classes(struct store *s, const char *dir, struct err *err)
{
    char path[FILE_PATH_MAX], *text = NULL, *end;
    size_t size;
    int rc = 0;

    if (file_path(path, err, "%s/classes.txt", dir) < 0 ||
        file_read(path, CONFIG_CLASSES_MAX * CONFIG_NAME_MAX, &text, &size,
                  err) < 0)
        return -1;
    if (strlen(text) != size)
        rc = err_set(err, ERR_INPUT, "'%s' holds a zero byte", path);
    for (char *line = text; rc == 0 && *line; line = end + 1) {
        end = strchr(line, '\n');
        if (!end) {
            rc = err_set(err, ERR_INPUT, "'%s' is cut short", path);
            break;
        }
        *end = '\0';
        rc = add_class(s, path, line, err);
    }
    free(text);
    return rc;
}

/* Column 'name' of the index. */
static int find_column(const struct store *s, const char *path,
                       const char *name, struct err *err)
{
    const int column = csv_column(&s->index, name);

    if (column < 0)
        err_set(err, ERR_INPUT, "'%s' has no column '%s'", path, name);
    return column;
}

static int read_index(struct store *s, const char *dir, int *class_column,
                      struct err *err)
{
    char path[FILE_PATH_MAX];

    if (file_path(path, err, "%s/index.csv", dir) < 0 ||
        csv_read(&s->index, path, err) < 0)
        return -1;
    if (s->index.n_row != s->n)
        return err_set(err, ERR_INPUT,
                       "'%s' describes %zu images, images.npy has %zu", path,
                       s->index.n_row, s->n);
    s->fold_column = csv_column(&s->index, "fold");
    s->fold_use = store_fold_use(&s->index);
    s->family_column = csv_column(&s->index, "family");
    s->width_column = csv_column(&s->index, "width");
    s->height_column = csv_column(&s->index, "height");
    s->folds = 1;
    s->split_column = find_column(s, path, "split", err);
    s->status_column =
        s->split_column < 0 ? -1 : find_column(s, path, "status", err);
    if (s->status_column < 0)
        return -1;
    *class_column = csv_label_column(&s->index);
    return *class_column < 0 ? find_column(s, path, "label", err) : 0;
}

/* Label, class, split and status of row 'i' must agree. */
static int check_row(const struct store *s, const char *dir, size_t i,
                     int class_column, struct err *err)
{
    const char *status = csv_get(&s->index, i, (size_t)s->status_column);
    const char *split = csv_get(&s->index, i, (size_t)s->split_column);
    const char *name = csv_get(&s->index, i, (size_t)class_column);
    const int label = store_label(s, i);
    const bool good = strcmp(status, "ok") == 0;

    if (label < -1 || label >= s->n_class)
        return err_set(err, ERR_INPUT,
                       "'%s': label %d of image %zu, there are %d classes", dir,
                       label, i, s->n_class);
    if (good != (label >= 0))
        return err_set(err, ERR_INPUT,
                       "'%s': image %zu has label %d but status '%.100s'", dir,
                       i, label, status);
    if (good && strcmp(name, s->class_name[label]) != 0)
        return err_set(err, ERR_INPUT,
                       "'%s': image %zu is '%.100s' in index.csv, but its "
                       "label %d is '%s'",
                       dir, i, name, label, s->class_name[label]);
    if (*split && store_split_parse(split) == SPLIT_NONE)
        return err_set(err, ERR_INPUT, "'%s': image %zu is of split '%.100s'",
                       dir, i, split);
    return 0;
}

int store_open(struct store *s, const char *dir, struct err *err)
{
    int class_column = -1, rc = -1;

    *s = (struct store){0};
    if (file_path(s->dir, err, "%s", dir) == 0 &&
        map_arrays(s, dir, err) == 0 && read_classes(s, dir, err) == 0)
        rc = read_index(s, dir, &class_column, err);
    for (size_t i = 0; rc == 0 && i < s->n; i++)
        rc = check_row(s, dir, i, class_column, err);
    if (rc < 0)
        store_close(s);
    return rc;
}

void store_close(struct store *s)
{
    npy_release(&s->images);
    npy_release(&s->labels);
    csv_release(&s->index);
    *s = (struct store){0};
}

const uint8_t *store_image(const struct store *s, size_t i)
{
    BUG_ON(i >= s->n);
    return (const uint8_t *)s->images.data + i * s->h * s->w * 3;
}

int store_label(const struct store *s, size_t i)
{
    int32_t label;

    BUG_ON(i >= s->n);
    memcpy(&label, (const char *)s->labels.data + i * sizeof(label),
           sizeof(label));
    return label;
}

int store_fold(const struct store *s, size_t i)
{
    if (s->fold_column < 0)
        return -1;
    return store_fold_parse(csv_get(&s->index, i, (size_t)s->fold_column));
}

enum split store_fold_split(int of, int fold, int folds, enum fold_use use)
{
    if (of < 0)
        return SPLIT_NONE;
    if (use == FOLDS_VALIDATE)
        return of == fold ? SPLIT_VALIDATION : SPLIT_TRAIN;
    return of == fold                 ? SPLIT_TEST
           : of == (fold + 1) % folds ? SPLIT_VALIDATION
                                      : SPLIT_TRAIN;
}

enum split store_split(const struct store *s, size_t i)
{
    if (s->folds > 1)
        return store_fold_split(store_fold(s, i), s->fold, s->folds,
                                s->fold_use);
    return store_split_parse(csv_get(&s->index, i, (size_t)s->split_column));
}

enum fold_use store_fold_use(const struct csv *index)
{
    const int fold = csv_column(index, "fold");
    const int split = csv_column(index, "split");

    for (size_t i = 0; fold >= 0 && i < index->n_row; i++)
        if (store_fold_parse(csv_field(index, i, fold)) == 0)
            return store_split_parse(csv_field(index, i, split)) ==
                           SPLIT_VALIDATION
                       ? FOLDS_VALIDATE
                       : FOLDS_TEST;
    return FOLDS_TEST;
}

enum split store_told_split(const struct store *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (store_label(s, i) >= 0 && store_split(s, i) == SPLIT_TEST)
            return SPLIT_TEST;
    return SPLIT_VALIDATION;
}

int store_use_fold(struct store *s, int fold, int folds, struct err *err)
{
    BUG_ON(folds < 1 || fold < 0 || fold >= folds);
    if (folds > 1 && s->fold_column < 0)
        return err_set(err, ERR_INPUT, "'%s/index.csv' has no column 'fold'",
                       s->dir);
    for (size_t i = 0; i < s->n && folds > 1; i++)
        if (store_label(s, i) >= 0 &&
            (store_fold(s, i) < 0 || store_fold(s, i) >= folds))
            return err_set(err, ERR_INPUT,
                           "image %zu of the store is in fold '%.20s', there "
                           "are %d",
                           i, csv_get(&s->index, i, (size_t)s->fold_column),
                           folds);
    s->fold = fold;
    s->folds = folds;
    return 0;
}

/* Pixels in a column of row i; 0: it is no such number. */
static int pixels_in(const struct store *s, size_t i, int column)
{
    const char *text = csv_field(&s->index, i, column);
    char *end;
    const long v = strtol(text, &end, 10);

    return end == text || *end || v < 1 || v > STORE_MAX_CROP ? 0 : (int)v;
}

struct cell_size store_size(const struct store *s, size_t i)
{
    return (struct cell_size){.w = pixels_in(s, i, s->width_column),
                              .h = pixels_in(s, i, s->height_column)};
}

int store_has_sizes(const struct store *s, struct err *err)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct cell_size size = store_size(s, i);

        if (store_label(s, i) >= 0 && (size.w == 0 || size.h == 0))
            return err_set(err, ERR_INPUT,
                           "'%s/index.csv' does not tell width and height of "
                           "image %zu, which inputs.size needs",
                           s->dir, i);
    }
    return 0;
}

bool store_trains(const struct store *s, size_t i)
{
    if (store_label(s, i) < 0)
        return false;
    return s->fold_column < 0 ? store_split(s, i) == SPLIT_TRAIN
                              : store_fold(s, i) >= 0;
}
