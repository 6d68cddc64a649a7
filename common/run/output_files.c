#include "run/output_files.h"

#include "base/file.h"
#include "base/json.h"
#include "run/output.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

json_t *output_files_read(const char *path, size_t max, struct err *err)
{
    char *text = NULL;
    size_t size;
    struct stat st;
    json_t *j;

    if (file_read(path, max, &text, &size, err) < 0) {
        if (lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
            (size_t)st.st_size <= max)
            err->code = ERR_SYSTEM; /* it is there, but is not to be had */
        return NULL;
    }
    j = json_parse(path, text, size, JSON_REJECT_DUPLICATES, err);
    free(text);
    if (j && !json_is_object(j)) {
        err_set(err, ERR_INPUT, "'%s' is not a JSON object", path);
        json_decref(j);
        j = NULL;
    }
    return j;
}

/* --- what large files looked like ----------------------------------------- */

void output_files_stamp(char stamp[OUTPUT_STAMP], const struct stat *st)
{
    snprintf(stamp, OUTPUT_STAMP, "%jd %jd.%09ld %jd.%09ld %ju",
             (intmax_t)st->st_size, (intmax_t)st->st_mtim.tv_sec,
             st->st_mtim.tv_nsec, (intmax_t)st->st_ctim.tv_sec,
             st->st_ctim.tv_nsec, (uintmax_t)st->st_ino);
}

bool output_files_seen(const json_t *seen, const char *name, const char *stamp)
{
    const char *was = json_string_value(json_object_get(seen, name));

    return was && strcmp(was, stamp) == 0;
}

json_t *output_files_recall(const char *dir)
{
    char path[FILE_PATH_MAX];
    struct err err;
    json_t *seen = NULL;

    if (file_path(path, &err, "%s/" OUTPUT_SEEN, dir) == 0 && file_exists(path))
        seen = output_files_read(path, OUTPUT_MANIFEST_MAX, &err);
    return seen ? seen : json_object();
}

void output_files_remember(const char *dir, const json_t *seen)
{
    char path[FILE_PATH_MAX];
    struct err err;

    if (file_path(path, &err, "%s/" OUTPUT_SEEN, dir) < 0 ||
        json_write(path, seen, JSON_INDENT(1), &err) < 0)
        return; /* then all is read again next time */
}

void output_files_note(const struct output_files *f, const char *dir)
{
    json_t *seen = json_object();

    for (size_t i = 0; i < f->n; i++)
        if (f->file[i].size > OUTPUT_SMALL)
            json_object_set_new(seen, f->file[i].name,
                                json_string(f->file[i].stamp));
    output_files_remember(dir, seen);
    json_decref(seen);
}

/* --- the list ------------------------------------------------------------- */

static int add_file(struct output_files *f, const char *name, struct err *err)
{
    /* grows when the count is a power of two */
    if ((f->n & (f->n - 1)) == 0) {
        struct output_file *grown =
            realloc(f->file, (f->n ? 2 * f->n : 1) * sizeof(*grown));

        if (!grown)
            return err_set(err, ERR_SYSTEM, "no memory for a list of files");
        f->file = grown;
    }
    if (f->n == OUTPUT_MAX_FILES)
        return err_set(err, ERR_INPUT, "over %d files in an output",
                       OUTPUT_MAX_FILES);
    f->file[f->n] = (struct output_file){.name = strdup(name)};
    if (!f->file[f->n].name)
        return err_set(err, ERR_SYSTEM, "no memory for a list of files");
    f->n++;
    return 0;
}

static int list_folder(struct output_files *f, const char *dir,
                       const char *below, int depth, struct err *err);

static int walk_name(struct output_files *f, const char *dir, const char *name,
                     int depth, struct err *err)
{
    char path[FILE_PATH_MAX];
    struct stat st;

    if (strcmp(name, OUTPUT_MANIFEST) == 0 || strcmp(name, OUTPUT_BEGUN) == 0 ||
        strncmp(name, OUTPUT_SEEN, strlen(OUTPUT_SEEN)) == 0)
        return 0;
    if (file_path(path, err, "%s/%s", dir, name) < 0)
        return -1;
    if (lstat(path, &st) < 0)
        return err_set(err, ERR_SYSTEM, "cannot see '%s': %s", path,
                       strerror(errno));
    if (S_ISREG(st.st_mode))
        return add_file(f, name, err);
    if (!S_ISDIR(st.st_mode))
        return 0;
    if (depth == OUTPUT_MAX_DEPTH)
        return err_set(err, ERR_INPUT, "'%s': folders over %d deep", path,
                       OUTPUT_MAX_DEPTH);
    return list_folder(f, dir, name, depth + 1, err);
}

static int list_folder(struct output_files *f, const char *dir,
                       const char *below, int depth, struct err *err)
{
    char path[FILE_PATH_MAX], **names = NULL;
    size_t n = 0;
    int rc = 0;

    if (file_path(path, err, "%s/%s", dir, below) < 0 ||
        file_dir_list(path, &names, &n, err) < 0)
        return -1;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        rc = file_path(path, err, "%s%s%s", below, *below ? "/" : "", names[i]);
        if (rc == 0)
            rc = walk_name(f, dir, path, depth, err);
    }
    file_dir_list_free(names, n);
    return rc;
}

static int by_name(const void *a, const void *b)
{
    const struct output_file *p = a, *q = b;

    return strcmp(p->name, q->name);
}

static bool is_part(const char *name)
{
    static const char parts[] = OUTPUT_PARTS "/";

    return strncmp(name, parts, sizeof(parts) - 1) == 0;
}

static void drop_parts(struct output_files *f)
{
    size_t n = 0;

    for (size_t i = 0; i < f->n; i++) {
        if (is_part(f->file[i].name))
            free(f->file[i].name);
        else
            f->file[n++] = f->file[i];
    }
    f->n = n;
}

int output_files_list(struct output_files *f, const char *dir, bool parts,
                      struct err *err)
{
    *f = (struct output_files){0};
    if (list_folder(f, dir, "", 0, err) < 0) {
        output_files_release(f);
        return -1;
    }
    if (!parts)
        drop_parts(f);
    if (f->n > 1)
        qsort(f->file, f->n, sizeof(*f->file), by_name);
    return 0;
}

/* Sync a file and the folder it is in. */
static int sync_file(const char *path, struct err *err)
{
    char dir[FILE_PATH_MAX];

    if (file_sync(path, err) < 0)
        return -1;
    file_parent(dir, path);
    return file_sync(dir, err);
}

int output_files_hash(struct output_files *f, const char *dir, struct err *err)
{
    char path[FILE_PATH_MAX];
    struct stat st;

    for (size_t i = 0; i < f->n; i++) {
        if (file_path(path, err, "%s/%s", dir, f->file[i].name) < 0 ||
            sync_file(path, err) < 0)
            return -1;
        if (stat(path, &st) < 0) /* before it is read: what comes later shows */
            return err_set(err, ERR_SYSTEM, "cannot see '%s': %s", path,
                           strerror(errno));
        if (hash_file(path, f->file[i].hex, err) < 0)
            return -1;
        f->file[i].size = (size_t)st.st_size;
        output_files_stamp(f->file[i].stamp, &st);
    }
    return 0;
}

bool output_files_temporary(const char *name)
{
    const char *tail = strrchr(name, '.');

    return tail && strncmp(tail, ".tmp", 4) == 0 && tail[4] &&
           !tail[4 + strspn(tail + 4, "0123456789")];
}

void output_files_release(struct output_files *f)
{
    for (size_t i = 0; i < f->n; i++)
        free(f->file[i].name);
    free(f->file);
    *f = (struct output_files){0};
}
