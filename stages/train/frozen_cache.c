#define _DEFAULT_SOURCE /* posix_fallocate */
#include "stages/train/frozen_cache.h"

#include "nn/bf16.h"
#include "nn/gemm.h"
#include "run/frozen_cache_name.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* The files while they are made. */
struct cache_build {
    const struct frozen_cache_args *a; /* borrowed */
    struct frozen_layers frozen;       /* owned */
    struct frozen_cache *t;            /* borrowed: rows and shapes */
    char dir[FILE_PATH_MAX];
    int fd[FROZEN_LAYERS_MAX_BORDER], chunks; /* owned; -1: none */
    size_t n, n_chunk;                        /* samples, pieces of them */
    double *bad;                           /* owned: (n_chunk) 1: to be made */
    float *room[FROZEN_LAYERS_MAX_BORDER]; /* owned: a chunk of each value */
};

/* --- names and sizes -------------------------------------------------------*/

static void hash_cache(const struct cache_build *w, const char *arithmetic,
                       char hash[HASH_HEX])
{
    const struct frozen_layers_args *f = w->a->frozen;
    char text[128];
    struct hash h;

    snprintf(text, sizeof(text),
             "trunk 3, %d frozen, %d x %d, %zu samples, %s%s", f->shape.freeze,
             f->shape.h, f->shape.w, w->n, f->bf16 ? "bfloat16" : "float32",
             f->products_bf16 ? ", products in bf16" : "");
    hash_init(&h);
    hash_add_string(&h, text);
    hash_add_string(&h, arithmetic);
    hash_add_string(&h, f->net->name);
    for (int k = 0; k < w->frozen.n_border; k++)
        hash_add_string(&h, w->frozen.border[k]->name);
    hash_add_string(&h, f->shape.cut ? f->shape.cut : "");
    hash_add_string(&h, preprocess_name(f->input));
    hash_add_string(&h, w->a->data ? w->a->data : "");
    hash_add_string(&h, w->a->augment ? w->a->augment : "");
    frozen_layers_hash(&w->frozen, &h);
    hash_final(&h, hash);
}

/* Rows, or columns, that are kept of 'n'. */
static size_t kept_rows(int n, int step)
{
    return (size_t)((n + step - 1) / step);
}

static struct npy header_of(const struct cache_build *w, int k)
{
    const struct tensor *t = &w->t->shape[k];
    const int step = w->t->step[k];

    return (struct npy){.type = w->a->frozen->bf16 ? NPY_U16 : NPY_F32,
                        .n_dim = 4,
                        .dim = {w->n, kept_rows(t->h, step),
                                kept_rows(t->w, step), (size_t)t->c}};
}

static size_t item_size(const struct cache_build *w)
{
    return npy_item(w->a->frozen->bf16 ? NPY_U16 : NPY_F32);
}

static int npy_path(const struct cache_build *w, int k,
                    char path[FILE_PATH_MAX], struct err *err)
{
    return file_path(path, err, "%s/%s.npy", w->dir, w->frozen.border[k]->name);
}

/* Bytes of chunk i of value k; their place is behind the header. */
static size_t chunk_bytes(const struct cache_build *w, int k, size_t i)
{
    const size_t left = w->n - i * FROZEN_CACHE_CHUNK;

    return (left < FROZEN_CACHE_CHUNK ? left : FROZEN_CACHE_CHUNK) *
           w->t->row[k] * item_size(w);
}

static size_t chunk_offset(const struct cache_build *w, int k, size_t i)
{
    return NPY_HEADER + i * FROZEN_CACHE_CHUNK * w->t->row[k] * item_size(w);
}

/* --- files -----------------------------------------------------------------*/

static int open_file(const char *path, int *fd, struct err *err)
{
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    return *fd >= 0 ? 0
                    : err_set(err, ERR_SYSTEM, "cannot open '%s': %s", path,
                              strerror(errno));
}

static int open_files(struct cache_build *w, struct err *err)
{
    char path[FILE_PATH_MAX];

    if (file_dir_make(w->dir, err) < 0 ||
        file_path(path, err, "%s/chunks", w->dir) < 0 ||
        open_file(path, &w->chunks, err) < 0)
        return -1;
    for (int k = 0; k < w->frozen.n_border; k++)
        if (npy_path(w, k, path, err) < 0 ||
            open_file(path, &w->fd[k], err) < 0)
            return -1;
    return 0;
}

/* Is there room for what the files do not have yet? */
static bool has_room(const struct cache_build *w, size_t *need, size_t *space)
{
    struct statvfs fs;
    struct stat st;
    size_t have = 0;

    *need = w->n_chunk * HASH_BYTES;
    for (int k = 0; k < w->frozen.n_border; k++) {
        *need += NPY_HEADER + w->n * w->t->row[k] * item_size(w);
        if (fstat(w->fd[k], &st) == 0)
            have += (size_t)st.st_blocks * 512;
    }
    *need -= have < *need ? have : *need;
    if (fstatvfs(w->chunks, &fs) < 0)
        return true; /* it cannot be told */
    *space = (size_t)fs.f_bavail * fs.f_frsize;
    return *need <= *space;
}

/* On rank 0: sizes and headers; what is too long or too short is put right. */
static int reserve_files(const struct cache_build *w, struct err *err)
{
    for (int k = 0; k < w->frozen.n_border; k++) {
        const struct npy a = header_of(w, k);
        const size_t size = NPY_HEADER + npy_bytes(&a);
        char header[NPY_HEADER];
        int rc = posix_fallocate(w->fd[k], 0, (off_t)size);

        if (rc == EINVAL || rc == EOPNOTSUPP)
            rc = 0; /* a file system that cannot promise space */
        if (rc == 0 && ftruncate(w->fd[k], (off_t)size) < 0)
            rc = errno;
        if (rc)
            return err_set(err, ERR_SYSTEM,
                           "cannot reserve %zu bytes in '%.300s': %s", size,
                           w->dir, strerror(rc));
        npy_header(&a, header);
        if (file_pwrite(w->fd[k], header, sizeof(header), 0, err) < 0)
            return -1;
    }
    return 0;
}

/* Collective.  *room: may the cache be made? */
static int prepare_files(struct cache_build *w, bool *room, struct err *err)
{
    size_t need = 0, space = 0;
    char text[512];
    int rc = open_files(w, err);

    if (dist_agree(w->a->dist, rc, err) < 0)
        return -1;
    *room = true;
    if (w->a->dist->rank == 0) {
        *room = has_room(w, &need, &space);
        if (*room)
            rc = reserve_files(w, err);
        snprintf(text, sizeof(text),
                 "no room to keep what frozen layers put out: %zu bytes are "
                 "needed in '%.200s', %zu are free; they are computed in every "
                 "epoch",
                 need, w->a->dir, space);
        if (!*room)
            w->a->hooks.warn(w->a->hooks.self, text);
    }
    if (dist_agree(w->a->dist, rc, err) < 0)
        return -1;
    return dist_bcast(w->a->dist, room, sizeof(*room), err);
}

/* --- chunks ----------------------------------------------------------------*/

/* Is chunk i what its hash says? */
static bool is_good(const struct cache_build *w, size_t i)
{
    char hex[HASH_HEX], want[HASH_HEX] = "";
    unsigned char said[HASH_BYTES];
    struct hash h;
    bool read = true;

    hash_init(&h);
    for (int k = 0; k < w->frozen.n_border && read; k++) {
        const size_t bytes = chunk_bytes(w, k, i);
        char *data = malloc(bytes);

        read = data && pread(w->fd[k], data, bytes,
                             (off_t)chunk_offset(w, k, i)) == (ssize_t)bytes;
        if (read)
            hash_add(&h, data, bytes);
        free(data);
    }
    hash_final(&h, hex);
    read = read && pread(w->chunks, said, HASH_BYTES,
                         (off_t)(i * HASH_BYTES)) == HASH_BYTES;
    if (read)
        sodium_bin2hex(want, sizeof(want), said, HASH_BYTES);
    return strcmp(hex, want) == 0;
}

/* Collective.  Each rank looks at its share; all learn which are to be made. */
static int find_bad(struct cache_build *w, struct err *err)
{
    const size_t rank = (size_t)w->a->dist->rank;
    const size_t size = (size_t)w->a->dist->size;

#pragma omp parallel for num_threads(w->frozen.threads) schedule(dynamic)
    for (size_t i = rank; i < w->n_chunk; i += size)
        w->bad[i] = is_good(w, i) ? 0 : 1;
    return dist_sum(w->a->dist, w->bad, w->n_chunk, err);
}

/*
 * Squeeze n samples' value k into what is kept of it, in its own place: nothing
 * is written before what lies there has been read.
 */
static void compact_values(const struct cache_build *w, int k, size_t n)
{
    const struct tensor *t = &w->t->shape[k];
    const int step = w->t->step[k];
    const size_t c = (size_t)t->c, width = (size_t)t->w;
    void *block = w->room[k]; /* floats, then what is kept in their place */
    float *room = block;
    uint16_t *half = block;
    size_t at = 0;

    for (size_t i = 0; i < n; i++)
        for (int y = 0; y < t->h; y += step)
            for (int x = 0; x < t->w; x += step) {
                const float *from = room + i * tensor_row(t) +
                                    ((size_t)y * width + (size_t)x) * c;

                for (size_t j = 0; j < c; j++, at++)
                    if (w->a->frozen->bf16)
                        half[at] = bf16_of(from[j]);
                    else
                        room[at] = from[j];
            }
}

static int make_chunk(struct cache_build *w, size_t i, struct err *err)
{
    const uint8_t *image[FROZEN_CACHE_CHUNK];
    unsigned char bin[HASH_BYTES];
    char hex[HASH_HEX];
    size_t n = 0, bin_len = 0;
    struct hash h;

    for (; n < FROZEN_CACHE_CHUNK && i * FROZEN_CACHE_CHUNK + n < w->n; n++)
        image[n] = w->a->set->kept[i * FROZEN_CACHE_CHUNK + n];
    frozen_layers_rows(&w->frozen, image, n, w->room);
    hash_init(&h);
    for (int k = 0; k < w->frozen.n_border; k++) {
        compact_values(w, k, n);
        hash_add(&h, w->room[k], chunk_bytes(w, k, i));
        if (file_pwrite(w->fd[k], w->room[k], chunk_bytes(w, k, i),
                        chunk_offset(w, k, i), err) < 0)
            return -1;
    }
    hash_final(&h, hex);
    BUG_ON(sodium_hex2bin(bin, sizeof(bin), hex, HASH_HEX - 1, NULL, &bin_len,
                          NULL) != 0);
    return file_pwrite(w->chunks, bin, sizeof(bin), i * HASH_BYTES, err);
}

/* Collective.  The ranks take turns; after each round all hear of a fault, or
 * that rank 0 is to stop. */
static int make_chunks(struct cache_build *w, size_t n_bad, struct err *err)
{
    const struct trainer_hooks *hooks = &w->a->hooks;
    const size_t size = (size_t)w->a->dist->size;
    const bool lead = w->a->dist->rank == 0;
    size_t at = 0, done = 0;

    for (size_t round = 0; round * size < n_bad; round++) {
        int rc = 0;

        for (size_t r = 0; r < size && rc == 0; r++, at++) {
            while (at < w->n_chunk && w->bad[at] <= 0)
                at++;
            if (at < w->n_chunk && (int)r == w->a->dist->rank)
                rc = make_chunk(w, at, err);
        }
        if (lead && rc == 0 && hooks->stopping(hooks->self))
            rc = err_set(err, ERR_AGAIN,
                         "stopped before training; what frozen layers put out "
                         "is kept");
        if (dist_agree(w->a->dist, rc, err) < 0)
            return -1;
        done += size;
        if (lead)
            hooks->progress(hooks->self, (double)(done < n_bad ? done : n_bad),
                            (double)n_bad, "output of frozen layers");
    }
    return 0;
}

static int fill_chunks(struct cache_build *w, struct err *err)
{
    char text[256];
    size_t n_bad = 0;
    bool begun = false;

    if (find_bad(w, err) < 0)
        return -1;
    for (size_t i = 0; i < w->n_chunk; i++) {
        n_bad += w->bad[i] > 0;
        begun = begun || w->bad[i] <= 0;
    }
    snprintf(text, sizeof(text),
             "of what frozen layers put out %zu of %zu parts are missing or "
             "damaged and are made again",
             n_bad, w->n_chunk);
    if (n_bad && begun && w->a->dist->rank == 0)
        w->a->hooks.warn(w->a->hooks.self, text);
    return make_chunks(w, n_bad, err);
}

/* --- all -------------------------------------------------------------------*/

static int begin_build(struct cache_build *w, struct err *err)
{
    if (frozen_layers_init(&w->frozen, w->a->frozen, err) < 0)
        return -1;
    w->n_chunk = (w->n + FROZEN_CACHE_CHUNK - 1) / FROZEN_CACHE_CHUNK;
    w->bad = calloc(w->n_chunk + 1, sizeof(*w->bad));
    if (!w->bad)
        return err_set(err, ERR_SYSTEM, "no memory for %zu chunks", w->n_chunk);
    for (int k = 0; k < w->frozen.n_border; k++) {
        struct frozen_cache *t = w->t;
        struct npy a;

        t->shape[k] = w->frozen.border[k]->out;
        t->shape[k].n = 1;
        t->shape[k].data = NULL;
        t->step[k] = graph_border_step(w->frozen.graph[0], k);
        a = header_of(w, k);
        t->row[k] = a.dim[1] * a.dim[2] * a.dim[3];
        w->room[k] = malloc(FROZEN_CACHE_CHUNK * tensor_row(&t->shape[k]) *
                            sizeof(float));
        if (!w->room[k])
            return err_set(err, ERR_SYSTEM, "no memory for %d samples' values",
                           FROZEN_CACHE_CHUNK);
    }
    return 0;
}

/* Collective.  The directory, which is of rank 0's arithmetic: hosts that are
 * not alike would each have another. */
static int name_directory(struct cache_build *w, struct err *err)
{
    char arithmetic[GEMM_DESCRIPTION] = "", hash[HASH_HEX];

    graph_describe(w->frozen.graph[0], arithmetic);
    if (dist_bcast(w->a->dist, arithmetic, sizeof(arithmetic), err) < 0)
        return -1;
    hash_cache(w, arithmetic, hash);
    return frozen_cache_path(w->dir, w->a->dir, hash, err);
}

static int map_files(struct cache_build *w, struct err *err)
{
    char path[FILE_PATH_MAX];

    for (int k = 0; k < w->frozen.n_border; k++)
        if (npy_path(w, k, path, err) < 0 ||
            npy_map(&w->t->value[k], path, err) < 0)
            return -1;
    w->t->n_border = w->frozen.n_border;
    return 0;
}

static int build_cache(struct cache_build *w, struct err *err)
{
    int rc = begin_build(w, err);
    bool room = false;

    if (dist_agree(w->a->dist, rc, err) < 0 || name_directory(w, err) < 0 ||
        prepare_files(w, &room, err) < 0)
        return -1;
    if (!room)
        return 0;
    rc = fill_chunks(w, err);
    if (rc == 0)
        rc = map_files(w, err);
    return dist_agree(w->a->dist, rc, err);
}

int frozen_cache_open(struct frozen_cache *t, const struct frozen_cache_args *a,
                      struct err *err)
{
    struct cache_build w = {.a = a, .t = t, .chunks = -1};
    int rc;

    *t = (struct frozen_cache){.n_border = 0};
    w.n = a->set->n_kept;
    for (int k = 0; k < FROZEN_LAYERS_MAX_BORDER; k++)
        w.fd[k] = -1;
    rc = build_cache(&w, err);
    for (int k = 0; k < FROZEN_LAYERS_MAX_BORDER; k++) {
        if (w.fd[k] >= 0)
            close(w.fd[k]);
        free(w.room[k]);
    }
    if (w.chunks >= 0)
        close(w.chunks);
    free(w.bad);
    frozen_layers_release(&w.frozen);
    if (rc < 0)
        frozen_cache_close(t);
    return rc;
}

void frozen_cache_close(struct frozen_cache *t)
{
    for (int k = 0; k < FROZEN_LAYERS_MAX_BORDER; k++)
        npy_release(&t->value[k]);
    *t = (struct frozen_cache){.n_border = 0};
}

void frozen_cache_row(const struct frozen_cache *t, int k, size_t i, float *out)
{
    const struct tensor *s = &t->shape[k];
    const size_t c = (size_t)s->c, width = (size_t)s->w;
    const bool half = t->value[k].type == NPY_U16;
    const float *full = t->value[k].data;
    const uint16_t *bits = t->value[k].data;
    size_t at = i * t->row[k];

    for (int y = 0; y < s->h; y += t->step[k])
        for (int x = 0; x < s->w; x += t->step[k], at += c) {
            float *to = out + ((size_t)y * width + (size_t)x) * c;

            for (size_t j = 0; half && j < c; j++)
                to[j] = bf16_to(bits[at + j]);
            if (!half)
                memcpy(to, full + at, c * sizeof(*to));
        }
}
