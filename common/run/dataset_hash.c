#include "run/dataset_hash.h"

#include "base/buf.h"
#include "base/csv.h"
#include "base/file.h"
#include "img/decode.h"
#include "img/pictures.h"
#include "img/tiff_tags.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>

struct entry {
    char *path; /* owned: relative to the dataset */
    int64_t size, time_ns;
    uint64_t inode;
    const char *odd;    /* static: why its content does not count, or NULL */
    const char *first;  /* borrowed: of a folder met before, its path then */
    char hex[HASH_HEX]; /* of its content; "" until known */
};

struct folder {
    dev_t dev;
    ino_t ino;
    char *path; /* owned: by which it was entered */
};

struct dataset {
    const char *root;    /* borrowed */
    bool named;          /* a table names its pictures */
    struct entry *entry; /* owned */
    size_t n, room;
    struct folder *folder; /* owned: those entered */
    size_t n_folder;
};

static void dataset_release(struct dataset *d)
{
    for (size_t i = 0; i < d->n; i++)
        free(d->entry[i].path);
    free(d->entry);
    for (size_t i = 0; i < d->n_folder; i++)
        free(d->folder[i].path);
    free(d->folder);
}

static int no_memory(struct err *err)
{
    return err_set(err, ERR_SYSTEM, "no memory for the list of files");
}

/* 'odd' NULL: a regular file. */
static int add_entry(struct dataset *d, const char *path, const struct stat *st,
                     const char *odd, struct err *err)
{
    struct entry *e;

    if (d->n == DATASET_MAX_FILES)
        return err_set(err, ERR_USAGE, "'%s' holds over %d files", d->root,
                       DATASET_MAX_FILES);
    if (d->n == d->room) {
        const size_t room = d->room ? 2 * d->room : 256;
        struct entry *grown = realloc(d->entry, room * sizeof(*grown));

        if (!grown)
            return no_memory(err);
        d->entry = grown;
        d->room = room;
    }
    e = &d->entry[d->n];
    *e = (struct entry){.odd = odd};
    if (!odd) {
        e->size = st->st_size;
        e->time_ns =
            (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
        e->inode = st->st_ino;
    }
    e->path = strdup(path);
    if (!e->path)
        return no_memory(err);
    d->n++;
    return 0;
}

/* Returns 1 if the folder was entered before, and by which path. */
static int enter_folder(struct dataset *d, const char *path,
                        const struct stat *st, const char **first,
                        struct err *err)
{
    char *own;

    for (size_t i = 0; i < d->n_folder; i++)
        if (d->folder[i].dev == st->st_dev && d->folder[i].ino == st->st_ino) {
            *first = d->folder[i].path;
            return 1;
        }
    if (!d->folder)
        d->folder = malloc(DATASET_MAX_FOLDERS * sizeof(*d->folder));
    if (!d->folder)
        return no_memory(err);
    if (d->n_folder == DATASET_MAX_FOLDERS)
        return err_set(err, ERR_USAGE, "'%s' holds over %d folders", d->root,
                       DATASET_MAX_FOLDERS);
    own = strdup(path);
    if (!own)
        return no_memory(err);
    d->folder[d->n_folder++] = (struct folder){st->st_dev, st->st_ino, own};
    return 0;
}

static bool is_contour(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot && strcmp(dot, ".dat") == 0;
}

static int list_folder(struct dataset *d, const char *path, int depth,
                       struct err *err);

static int walk_name(struct dataset *d, const char *path, bool cropped,
                     int depth, struct err *err)
{
    char full[FILE_PATH_MAX];
    const char *first;
    struct stat st;
    int old;

    if (file_path(full, err, "%s/%s", d->root, path) < 0)
        return -1;
    if (stat(full, &st) < 0)
        return add_entry(d, path, NULL, "broken", err);
    if (S_ISREG(st.st_mode))
        return cropped && !is_contour(path)
                   ? 0
                   : add_entry(d, path, &st, NULL, err);
    if (!S_ISDIR(st.st_mode))
        return add_entry(d, path, NULL, "special", err);
    old = enter_folder(d, path, &st, &first, err);
    if (old < 0 || (old && add_entry(d, path, NULL, "met before", err) < 0))
        return -1;
    if (old) {
        d->entry[d->n - 1].first = first;
        return 0;
    }
    if (depth == DATASET_MAX_DEPTH)
        return err_set(err, ERR_USAGE, "'%s': folders over %d deep", d->root,
                       DATASET_MAX_DEPTH);
    return list_folder(d, path, depth + 1, err);
}

static bool has_cropped(const struct dataset *d, const char *path, char **names,
                        size_t n)
{
    char full[FILE_PATH_MAX];
    struct err err;
    struct stat st;

    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], "CROPPED") == 0)
            return file_path(full, &err, "%s/%s/CROPPED", d->root, path) == 0 &&
                   stat(full, &st) == 0 && S_ISDIR(st.st_mode);
    return false;
}

/* List the folder 'path' below the dataset; "" is the dataset itself. */
static int list_folder(struct dataset *d, const char *path, int depth,
                       struct err *err)
{
    char full[FILE_PATH_MAX], below[FILE_PATH_MAX], **names = NULL;
    bool cropped;
    size_t n = 0;
    int rc = 0;

    if (file_path(full, err, "%s/%s", d->root, path) < 0)
        return -1;
    if (file_dir_list(full, &names, &n, err) < 0) {
        if (err->code != ERR_INPUT || depth == 0)
            return -1;
        return add_entry(d, path, NULL, "unreadable", err);
    }
    cropped = !d->named && has_cropped(d, path, names, n);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        if (names[i][0] == '.' || pictures_is_system(names[i]))
            continue;
        rc = file_path(below, err, "%s%s%s", path, *path ? "/" : "", names[i]);
        if (rc == 0)
            rc = walk_name(d, below, cropped, depth, err);
    }
    file_dir_list_free(names, n);
    return rc;
}

static int by_path(const void *a, const void *b)
{
    const struct entry *p = a, *q = b;

    return strcmp(p->path, q->path);
}

/* --- the cache ------------------------------------------------------------ */

/* Its last column gets another name when content is hashed otherwise. */
static const char cache_header[] = "path,size,mtime_ns,inode,hash";

/* Does row 'row' of the cache speak of the file as it is? */
static bool same_file(const struct csv *c, size_t row, const struct entry *e)
{
    char now[96], then[96];

    snprintf(now, sizeof(now), "%" PRId64 ",%" PRId64 ",%" PRIu64, e->size,
             e->time_ns, e->inode);
    snprintf(then, sizeof(then), "%.30s,%.30s,%.30s", csv_get(c, row, 1),
             csv_get(c, row, 2), csv_get(c, row, 3));
    return strcmp(now, then) == 0;
}

/* Both lists are in order of path, so one pass finds all. */
static void read_cache(struct dataset *d, const char *cache)
{
    struct csv c;
    struct err err;
    size_t row = 0;

    if (!cache || csv_read(&c, cache, &err) < 0)
        return;
    for (size_t i = 0; i < d->n && csv_column(&c, "hash") == 4; i++) {
        struct entry *e = &d->entry[i];

        while (row < c.n_row && strcmp(csv_get(&c, row, 0), e->path) < 0)
            row++;
        if (row < c.n_row && strcmp(csv_get(&c, row, 0), e->path) == 0 &&
            !e->odd && same_file(&c, row, e) &&
            strlen(csv_get(&c, row, 4)) == HASH_HEX - 1)
            snprintf(e->hex, HASH_HEX, "%s", csv_get(&c, row, 4));
    }
    csv_release(&c);
}

/*
 * A file that changed a moment ago might change again within its clock's
 * tick, so it is not remembered yet.
 */
static void write_cache(const struct dataset *d, const char *cache,
                        time_t start)
{
    const int64_t settled = ((int64_t)start - DATASET_SETTLED) * 1000000000;
    struct buf b = {0};
    struct err err;

    buf_printf(&b, "%s\n", cache_header);
    for (size_t i = 0; i < d->n; i++) {
        const struct entry *e = &d->entry[i];

        if (e->odd || e->time_ns > settled)
            continue;
        buf_csv(&b, e->path);
        buf_printf(&b, ",%" PRId64 ",%" PRId64 ",%" PRIu64 ",%s\n", e->size,
                   e->time_ns, e->inode, e->hex);
    }
    if (buf_check(&b, &err) == 0 && file_write(cache, b.data, b.len, &err) < 0)
        err.code = ERR_NONE; /* it only costs time */
    buf_release(&b);
}

/* --- all together --------------------------------------------------------- */

/*
 * Since samples of a TIFF are told by its tags, some are read that were not, or
 * otherwise; outputs that were made of them before are not to be used again.
 */
static bool is_read_anew(const char *bytes, size_t size)
{
    struct tiff_tags t;
    int colours, alpha;

    if (!tiff_tags_is(bytes, size) || !tiff_tags_read(&t, bytes, size))
        return false;
    colours = tiff_tags_colours(&t);
    alpha = tiff_tags_alpha(&t);
    return bytes[2] == '+' || bytes[3] == '+' || t.photometric == TIFF_CIELAB ||
           (t.photometric >= 0 && colours == 0) ||
           (colours > 0 && t.samples > colours &&
            (alpha != colours || t.samples > colours + 1));
}

/* Likewise what alpha makes clear in inks, which was put on black. */
static bool is_inked_anew(const char *bytes, size_t size)
{
    struct tiff_tags t;

    return tiff_tags_is(bytes, size) && tiff_tags_read(&t, bytes, size) &&
           t.photometric == TIFF_SEPARATED && tiff_tags_alpha(&t) >= 0;
}

/* Likewise names that were none of pictures. */
static bool is_named_anew(const char *path)
{
    static const char *const endings[] = {".dib", ".jpe", ".jfif"};
    const char *dot = strrchr(path, '.');

    for (size_t i = 0; dot && i < sizeof(endings) / sizeof(endings[0]); i++)
        if (strcasecmp(dot, endings[i]) == 0)
            return true;
    return false;
}

/* Hash of a file, and of how it is read where that has changed. */
static int hash_content(const char *path, char hex[HASH_HEX], struct err *err)
{
    struct err large;
    char *bytes;
    size_t size;

    if (!decode_is_image_name(path) ||
        file_read(path, DECODE_MAX_BYTES, &bytes, &size, &large) < 0)
        return hash_file(path, hex, err);
    hash_of(bytes, size, hex);
    if (is_named_anew(path) || is_read_anew(bytes, size))
        hash_mark(hex, "samples by tags, more endings");
    if (is_inked_anew(bytes, size))
        hash_mark(hex, "inks on white");
    free(bytes);
    return 0;
}

/* Hash what the cache did not know; *n_read counts. */
static int read_files(struct dataset *d, size_t *n_read, struct err *err)
{
    char full[FILE_PATH_MAX];

    for (size_t i = 0; i < d->n; i++) {
        struct entry *e = &d->entry[i];

        if (e->odd || e->hex[0])
            continue;
        (*n_read)++;
        if (file_path(full, err, "%s/%s", d->root, e->path) < 0)
            return -1;
        if (hash_content(full, e->hex, err) < 0) {
            if (err->code != ERR_INPUT)
                return -1;
            e->odd = "unreadable";
        }
    }
    return 0;
}

/* Likewise the contour of a nucleus, which was placed apart from its cell's. */
static bool is_placed_anew(const struct dataset *d, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *part = name + strspn(name, "0123456789");
    char cell[FILE_PATH_MAX];

    if (strncmp(part, "_nuc", 4) != 0 || !is_contour(part))
        return false;
    snprintf(cell, sizeof(cell), "%.*s_cyt%s", (int)(part - path), path,
             part + 4);
    return bsearch(&(struct entry){.path = cell}, d->entry, d->n,
                   sizeof(*d->entry), by_path);
}

static void sum_up(const struct dataset *d, char hex[HASH_HEX])
{
    struct hash h;

    hash_init(&h);
    for (size_t i = 0; i < d->n; i++) {
        hash_add_string(&h, d->entry[i].path);
        hash_add_string(&h,
                        d->entry[i].odd ? d->entry[i].odd : d->entry[i].hex);
        if (d->entry[i].first) /* or a link to another would be the same */
            hash_add_string(&h, d->entry[i].first);
        if (is_placed_anew(d, d->entry[i].path))
            hash_add_string(&h, "placed with its cell");
    }
    hash_final(&h, hex);
}

int dataset_hash(const char *path, bool named, const char *cache,
                 char hex[HASH_HEX], struct err *err)
{
    struct dataset d = {.root = path, .named = named};
    const char *first;
    const time_t start = time(NULL);
    struct stat st;
    size_t n_read = 0;
    int rc;

    if (stat(path, &st) < 0)
        return err_set(err, ERR_USAGE, "cannot read the dataset '%s': %s", path,
                       strerror(errno));
    rc = enter_folder(&d, "", &st, &first, err);
    if (rc == 0)
        rc = list_folder(&d, "", 0, err);
    if (rc == 0) {
        if (d.n > 1)
            qsort(d.entry, d.n, sizeof(*d.entry), by_path);
        read_cache(&d, cache);
        rc = read_files(&d, &n_read, err);
    }
    if (rc == 0) {
        sum_up(&d, hex);
        if (cache && n_read > 0)
            write_cache(&d, cache, start);
    } else if (err->code == ERR_INPUT) {
        err->code = ERR_USAGE;
    }
    dataset_release(&d);
    return rc;
}
