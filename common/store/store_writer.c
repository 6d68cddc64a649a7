/*
 * store_writer.c - writing an image store, from any thread, across crashes
 *
 * images.npy has its full size from the start, so a disk too small is found at
 * once and rows go to their places in any order.  Labels and records wait in
 * memory for store_finish(); rows.log keeps those of synced rows until then.
 */
#include "store/store.h"

#include "store/store_images.h"
#include "store/store_log.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct store_writer {
    char dir[FILE_PATH_MAX];
    char *header; /* owned */
    size_t n, h, w;
    char class_name[CONFIG_CLASSES_MAX][CONFIG_NAME_MAX];
    int n_class;
    size_t columns; /* of index.csv */
    int images;     /* open file, -1: none */
    struct store_log log;
    pthread_mutex_t sync; /* one syncs at a time */
    pthread_mutex_t lock; /* of all below, and of the log */
    char **record;        /* owned: (n), NULL for a row never put */
    int32_t *label;       /* owned: (n) */
    size_t *unsynced;     /* owned: (n_unsynced <= n) rows, in order of put */
    size_t n_unsynced;
    bool lost;         /* pixels could not be synced */
    bool *is_unsynced; /* owned: (n) */
    uint8_t *zero;     /* owned: a black image */
};

/* --- what is in a store --------------------------------------------------- */

static size_t image_bytes(const struct store_writer *w)
{
    return w->h * w->w * 3;
}

/* Step over one field of a CSV line; NULL if it is malformed. */
static const char *skip_field(const char *s)
{
    if (*s != '"')
        return s + strcspn(s, ",\r\n");
    for (s++; *s; s++)
        if (*s == '"' && *++s != '"')
            return s; /* behind the closing quote */
    return NULL;
}

/* Fields of one CSV line, and where the last begins.  0: not one line. */
static size_t count_fields(const char *s, const char **last)
{
    for (size_t n = 1;; n++) {
        *last = s;
        s = skip_field(s);
        if (!s || (*s && *s != ','))
            return 0;
        if (*s++ == '\0')
            return n;
    }
}

/* Check one row; *usable tells whether it is set aside. */
static int check_row(const struct store_writer *w, size_t row, int label,
                     const char *record, bool *usable, struct err *err)
{
    const char *status;
    const size_t fields = count_fields(record, &status);

    if (strlen(record) > STORE_MAX_RECORD)
        return err_set(err, ERR_INPUT,
                       "row %zu: a record of %zu bytes, at most %d", row,
                       strlen(record), STORE_MAX_RECORD);
    if (fields != w->columns)
        return err_set(err, ERR_INPUT,
                       "row %zu: a record of %zu fields, the header has %zu",
                       row, fields, w->columns);
    if (label < -1 || label >= w->n_class)
        return err_set(err, ERR_INPUT,
                       "row %zu: label %d, there are %d classes", row, label,
                       w->n_class);
    *usable = strcmp(status, "ok") == 0 || strcmp(status, "\"ok\"") == 0;
    if (*usable && label < 0)
        return err_set(err, ERR_INPUT, "row %zu: status ok, but no label", row);
    return 0;
}

/* Hash of all that two writers of one store agree on. */
static void shape_hash(const struct store_writer *w, char hex[HASH_HEX])
{
    struct hash h;
    char text[128];

    hash_init(&h);
    snprintf(text, sizeof(text), "%zu,%zu,%zu,%d", w->n, w->h, w->w,
             w->n_class);
    hash_add_string(&h, text);
    hash_add_string(&h, w->header);
    for (int i = 0; i < w->n_class; i++)
        hash_add_string(&h, w->class_name[i]);
    hash_final(&h, hex);
}

/* --- opening -------------------------------------------------------------- */

static int check_class(const struct store_args *a, int i, struct err *err)
{
    const char *name = a->class_name[i];

    if (!*name || strpbrk(name, "\r\n"))
        return err_set(err, ERR_INPUT,
                       "class %d has no name, or one with a line end", i);
    for (int j = 0; j < i; j++)
        if (strcmp(a->class_name[j], name) == 0)
            return err_set(err, ERR_INPUT, "class '%s' stands twice", name);
    return 0;
}

static int check_args(const struct store_args *a, struct err *err)
{
    if (a->n > STORE_MAX_SAMPLES || a->h < 1 || a->h > STORE_MAX_SIDE ||
        a->w < 1 || a->w > STORE_MAX_SIDE)
        return err_set(err, ERR_INPUT,
                       "a store of %zu images of %zux%zu; at most %d of %dx%d",
                       a->n, a->h, a->w, STORE_MAX_SAMPLES, STORE_MAX_SIDE,
                       STORE_MAX_SIDE);
    if (a->n_class < 0 || a->n_class > CONFIG_CLASSES_MAX)
        return err_set(err, ERR_INPUT, "%d classes, at most %d", a->n_class,
                       CONFIG_CLASSES_MAX);
    for (int i = 0; i < a->n_class; i++)
        if (check_class(a, i, err) < 0)
            return -1;
    return 0;
}

static struct store_writer *writer_new(const struct store_args *a,
                                       struct err *err)
{
    struct store_writer *w = calloc(1, sizeof(*w));
    const char *last;

    if (!w) {
        err_set(err, ERR_SYSTEM, "no memory for a store");
        return NULL;
    }
    w->images = w->log.fd = -1;
    pthread_mutex_init(&w->sync, NULL);
    pthread_mutex_init(&w->lock, NULL);
    w->n = a->n;
    w->h = a->h;
    w->w = a->w;
    w->n_class = a->n_class;
    for (int i = 0; i < a->n_class; i++)
        snprintf(w->class_name[i], CONFIG_NAME_MAX, "%s", a->class_name[i]);
    w->columns = count_fields(a->header, &last);
    BUG_ON(strcmp(last, "status") != 0);
    w->header = strdup(a->header);
    w->record = calloc(a->n + 1, sizeof(*w->record));
    w->label = calloc(a->n + 1, sizeof(*w->label));
    w->unsynced = calloc(a->n + 1, sizeof(*w->unsynced));
    w->is_unsynced = calloc(a->n + 1, sizeof(*w->is_unsynced));
    w->zero = calloc(1, image_bytes(w));
    if (!w->header || !w->record || !w->label || !w->zero || !w->unsynced ||
        !w->is_unsynced)
        err_set(err, ERR_SYSTEM, "no memory for a store of %zu images", a->n);
    else if (file_path(w->dir, err, "%s", a->dir) == 0)
        return w;
    store_abandon(w);
    return NULL;
}

static void discard_rows(struct store_writer *w)
{
    for (size_t i = 0; i < w->n; i++) {
        free(w->record[i]);
        w->record[i] = NULL;
    }
}

/* Take over a row of rows.log. */
static int recall_row(void *self, uint64_t row, int label, const char *record,
                      struct err *err)
{
    struct store_writer *w = self;
    bool usable;
    char *copy;

    if (row >= w->n)
        return err_set(err, ERR_INPUT, "no such row");
    if (check_row(w, row, label, record, &usable, err) < 0)
        return -1;
    copy = strdup(record);
    if (!copy)
        return err_set(err, ERR_SYSTEM, "no memory for records");
    free(w->record[row]);
    w->record[row] = copy;
    w->label[row] = label;
    return 0;
}

int store_create(struct store_writer **out, const struct store_args *a,
                 struct err *err)
{
    const struct npy images = {
        .type = NPY_U8, .n_dim = 4, .dim = {a->n, a->h, a->w, 3}};
    char path[FILE_PATH_MAX], shape[HASH_HEX];
    struct store_writer *w;
    bool fresh;

    if (check_args(a, err) < 0)
        return -1;
    w = writer_new(a, err);
    if (!w)
        return -1;
    shape_hash(w, shape);
    if (file_path(path, err, "%s/rows.log", w->dir) < 0 ||
        store_log_read(&w->log, path, shape, recall_row, w, err) < 0)
        goto fail;
    fresh = w->log.size == 0;
    w->images = store_images_open(w->dir, &images, &fresh, err);
    if (w->images < 0)
        goto fail;
    if (fresh) {
        discard_rows(w);
        w->log.size = 0;
    }
    if (store_log_open(&w->log, path, shape, err) < 0 ||
        file_sync(w->dir, err) < 0)
        goto fail;
    *out = w;
    return 0;
fail:
    store_abandon(w);
    return -1;
}

/* --- rows ----------------------------------------------------------------- */

static int check_range(const struct store_writer *w, size_t first, size_t count,
                       struct err *err)
{
    if (first > w->n || count > w->n - first)
        return err_set(err, ERR_INPUT,
                       "rows %zu..%zu do not fit a store of %zu rows", first,
                       first + count, w->n);
    return 0;
}

/* Say in which file of the store writing failed. */
static int name_file(const struct store_writer *w, const char *file,
                     struct err *err)
{
    const struct err why = *err;

    return err_set(err, why.code, "'%s/%s': %s", w->dir, file, why.text);
}

static int write_row(struct store_writer *w, size_t row, const uint8_t *pixels,
                     struct err *err)
{
    const size_t size = image_bytes(w);

    if (file_pwrite(w->images, pixels, size, NPY_HEADER + row * size, err) < 0)
        return name_file(w, "images.npy", err);
    return 0;
}

static int put_row(struct store_writer *w, size_t row, const uint8_t *pixels,
                   int label, const char *record, struct err *err)
{
    bool usable = false;
    char *copy;

    if (check_row(w, row, label, record, &usable, err) < 0 ||
        write_row(w, row, usable ? pixels : w->zero, err) < 0)
        return -1;
    copy = strdup(record);
    if (!copy)
        return err_set(err, ERR_SYSTEM, "no memory for records");
    pthread_mutex_lock(&w->lock);
    free(w->record[row]);
    w->record[row] = copy;
    w->label[row] = usable ? label : -1;
    if (!w->is_unsynced[row])
        w->unsynced[w->n_unsynced++] = row;
    w->is_unsynced[row] = true;
    pthread_mutex_unlock(&w->lock);
    return 0;
}

int store_put(struct store_writer *w, size_t first, size_t count,
              const uint8_t *pixels, const int *label,
              const char *const *record, struct err *err)
{
    if (check_range(w, first, count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (put_row(w, first + i, pixels + i * image_bytes(w), label[i],
                    record[i], err) < 0)
            return -1;
    return 0;
}

/* The first 'n' unsynced rows are safe now. */
static void mark_synced(struct store_writer *w, size_t n)
{
    for (size_t i = 0; i < n; i++)
        w->is_unsynced[w->unsynced[i]] = false;
    w->n_unsynced -= n;
    memmove(w->unsynced, w->unsynced + n, w->n_unsynced * sizeof(*w->unsynced));
}

/* Rows that others put while the pixels are synced wait for the next time. */
int store_sync(struct store_writer *w, struct err *err)
{
    struct buf b = {0};
    size_t n;
    int rc;

    pthread_mutex_lock(&w->sync);
    pthread_mutex_lock(&w->lock);
    n = w->n_unsynced;
    pthread_mutex_unlock(&w->lock);
    rc = w->lost ? -1 : fdatasync(w->images);
    if (rc < 0)
        err_set(err, ERR_SYSTEM, "cannot sync '%s/images.npy': %s", w->dir,
                w->lost ? "it failed before" : strerror(errno));
    w->lost = rc < 0;
    pthread_mutex_lock(&w->lock);
    for (size_t i = 0; rc == 0 && i < n; i++)
        store_log_entry(&b, w->unsynced[i], w->label[w->unsynced[i]],
                        w->record[w->unsynced[i]]);
    if (rc == 0 && store_log_append(&w->log, &b, err) < 0)
        rc = name_file(w, "rows.log", err);
    if (rc == 0)
        mark_synced(w, n);
    pthread_mutex_unlock(&w->lock);
    pthread_mutex_unlock(&w->sync);
    buf_release(&b);
    return rc;
}

bool store_has(const struct store_writer *w, size_t i)
{
    return i < w->n && w->record[i];
}

/* --- the end -------------------------------------------------------------- */

/* Blacken rows that never came: a crash may have left something there. */
static int blacken_missing(struct store_writer *w, struct err *err)
{
    for (size_t i = 0; i < w->n; i++) {
        if (w->record[i])
            continue;
        w->label[i] = -1;
        if (write_row(w, i, w->zero, err) < 0)
            return -1;
    }
    if (fsync(w->images) < 0)
        return err_set(err, ERR_SYSTEM, "cannot sync '%s/images.npy': %s",
                       w->dir, strerror(errno));
    return 0;
}

static int write_labels(const struct store_writer *w, struct err *err)
{
    const struct npy a = {
        .type = NPY_I32, .n_dim = 1, .dim = {w->n}, .data = w->label};
    char path[FILE_PATH_MAX];

    if (file_path(path, err, "%s/labels.npy", w->dir) < 0)
        return -1;
    return npy_write(&a, path, err);
}

static int write_index(const struct store_writer *w, struct err *err)
{
    struct buf b = {0};
    int rc;

    buf_printf(&b, "%s\n", w->header);
    for (size_t i = 0; i < w->n; i++) {
        if (w->record[i]) {
            buf_puts(&b, w->record[i]);
        } else {
            for (size_t k = 1; k < w->columns; k++)
                buf_puts(&b, ",");
            buf_puts(&b, "missing");
        }
        buf_puts(&b, "\n");
    }
    if (b.len > CSV_MAX_BYTES)
        rc = err_set(err, ERR_SYSTEM, "index.csv of %zu bytes, at most %d",
                     b.len, CSV_MAX_BYTES);
    else
        rc = buf_save(&b, w->dir, "index.csv", err);
    buf_release(&b);
    return rc;
}

static int write_classes(const struct store_writer *w, struct err *err)
{
    struct buf b = {0};

    for (int i = 0; i < w->n_class; i++)
        buf_printf(&b, "%s\n", w->class_name[i]);
    return buf_save(&b, w->dir, "classes.txt", err);
}

int store_finish(struct store_writer *w, struct err *err)
{
    char path[FILE_PATH_MAX];
    int rc = -1;

    if (blacken_missing(w, err) == 0 && write_labels(w, err) == 0 &&
        write_index(w, err) == 0 && write_classes(w, err) == 0 &&
        file_path(path, err, "%s/rows.log", w->dir) == 0) {
        rc = 0;
        if (unlink(path) < 0 && errno != ENOENT)
            rc = err_set(err, ERR_SYSTEM, "cannot remove '%s': %s", path,
                         strerror(errno));
    }
    store_abandon(w);
    return rc;
}

void store_abandon(struct store_writer *w)
{
    if (!w)
        return;
    if (w->record)
        discard_rows(w);
    if (w->images >= 0)
        close(w->images);
    store_log_close(&w->log);
    pthread_mutex_destroy(&w->lock);
    pthread_mutex_destroy(&w->sync);
    free(w->header);
    free(w->record);
    free(w->label);
    free(w->unsynced);
    free(w->is_unsynced);
    free(w->zero);
    free(w);
}
