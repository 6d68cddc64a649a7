/* safetensors.c - the header is JSON by jansson; its checks are ours */
#include "nn/safetensors_private.h"

#include "base/file.h"
#include "base/file_kind.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    size_t item;
} types[] = {[SAFETENSORS_F32] = {"F32", 4},
             [SAFETENSORS_F64] = {"F64", 8},
             [SAFETENSORS_I64] = {"I64", 8},
             [SAFETENSORS_U64] = {"U64", 8}};

enum { N_TYPE = sizeof(types) / sizeof(types[0]) };

size_t safetensors_item(enum safetensors_type type)
{
    return types[type].item;
}

const char *safetensors_word(enum safetensors_type type)
{
    return types[type].name;
}

size_t safetensors_bytes(const struct safetensors_tensor *t)
{
    size_t bytes = safetensors_item(t->type);

    for (int i = 0; i < t->n_dim; i++)
        bytes *= t->dim[i];
    return bytes;
}

/* --- reading ---------------------------------------------------------------*/

/* An integer 0 .. max in *n; -1 if 'j' is something else. */
static int get_size(const json_t *j, size_t max, size_t *n)
{
    if (!json_is_integer(j) || json_integer_value(j) < 0 ||
        (uintmax_t)json_integer_value(j) > max)
        return -1;
    *n = (size_t)json_integer_value(j);
    return 0;
}

static int get_type(struct safetensors_tensor *t, const json_t *j,
                    struct err *err)
{
    const char *word = json_string_value(j);

    for (int i = 0; i < N_TYPE && word; i++)
        if (strcmp(word, types[i].name) == 0) {
            t->type = (enum safetensors_type)i;
            return 0;
        }
    return err_set(err, ERR_INPUT,
                   "tensor '%.64s' has type %.16s; F32, F64, I64 and U64 are "
                   "read",
                   t->name, word ? word : "(none)");
}

/* Shape, with a bounded product, whatever the order of its factors. */
static int get_shape(struct safetensors_tensor *t, const json_t *j,
                     struct err *err)
{
    size_t bytes = safetensors_item(t->type);

    if (!json_is_array(j) || json_array_size(j) > SAFETENSORS_MAX_DIMS)
        return err_set(err, ERR_INPUT,
                       "tensor '%.64s' has no shape of at most %d dimensions",
                       t->name, SAFETENSORS_MAX_DIMS);
    t->n_dim = (int)json_array_size(j);
    for (int i = 0; i < t->n_dim; i++) {
        if (get_size(json_array_get(j, (size_t)i), SAFETENSORS_MAX_BYTES,
                     &t->dim[i]) < 0 ||
            (t->dim[i] && bytes > SAFETENSORS_MAX_BYTES / t->dim[i]))
            return err_set(err, ERR_INPUT,
                           "tensor '%.64s' has a shape of over %d bytes",
                           t->name, SAFETENSORS_MAX_BYTES);
        bytes *= t->dim[i] ? t->dim[i] : 1;
    }
    return 0;
}

/* A tensor and the span of bytes that it claims. */
struct claim {
    size_t begin, end;
    const char *name;
};

static int get_span(const struct safetensors_tensor *t, const json_t *j,
                    size_t size, struct claim *c, struct err *err)
{
    if (!json_is_array(j) || json_array_size(j) != 2 ||
        get_size(json_array_get(j, 0), size, &c->begin) < 0 ||
        get_size(json_array_get(j, 1), size, &c->end) < 0 || c->begin > c->end)
        return err_set(err, ERR_INPUT,
                       "tensor '%.64s' has no span within the %zu bytes of "
                       "data",
                       t->name, size);
    if (c->end - c->begin != safetensors_bytes(t))
        return err_set(err, ERR_INPUT,
                       "tensor '%.64s' spans %zu bytes, its shape needs %zu",
                       t->name, c->end - c->begin, safetensors_bytes(t));
    if (c->begin % safetensors_item(t->type))
        return err_set(err, ERR_INPUT,
                       "tensor '%.64s' begins at %zu, not a multiple of %zu",
                       t->name, c->begin, safetensors_item(t->type));
    c->name = t->name;
    return 0;
}

static int by_span(const void *a, const void *b)
{
    const struct claim *x = a, *y = b;

    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return x->end == y->end ? 0 : x->end < y->end ? -1 : 1;
}

/* The spans, in order, fill 'size' bytes without overlap or hole. */
static int check_spans(struct claim *c, size_t n, size_t size, struct err *err)
{
    size_t at = 0;

    if (n > 1)
        qsort(c, n, sizeof(*c), by_span);
    for (size_t i = 0; i < n; i++) {
        if (c[i].begin != at)
            return err_set(err, ERR_INPUT,
                           "tensor '%.64s' begins at %zu, %s the end of the "
                           "one before (%zu)",
                           c[i].name, c[i].begin,
                           c[i].begin < at ? "which overlaps" : "behind", at);
        at = c[i].end;
    }
    if (at != size)
        return err_set(err, ERR_INPUT,
                       "the tensors end at %zu, the data at %zu", at, size);
    return 0;
}

/* Tensors of 'root', whose bytes are the 'size' ones at 'data'. */
static int get_tensors(struct safetensors *f, json_t *root, const char *data,
                       size_t size, struct err *err)
{
    struct claim *c = calloc(json_object_size(root) + 1, sizeof(*c));
    const char *name;
    json_t *j;
    size_t n = 0;
    int rc = -1;

    if (!c || !f->tensor) {
        err_set(err, ERR_SYSTEM, "no memory for a header of %zu tensors",
                json_object_size(root));
        goto out;
    }
    json_object_foreach(root, name, j)
    {
        struct safetensors_tensor *t = &f->tensor[n];

        if (strcmp(name, "__metadata__") == 0)
            continue;
        *t = (struct safetensors_tensor){.name = name};
        if (get_type(t, json_object_get(j, "dtype"), err) < 0 ||
            get_shape(t, json_object_get(j, "shape"), err) < 0 ||
            get_span(t, json_object_get(j, "data_offsets"), size, &c[n], err) <
                0)
            goto out;
        t->data = data + c[n++].begin;
    }
    f->n_tensor = n;
    rc = check_spans(c, n, size, err);
out:
    free(c);
    return rc;
}

static int get_meta(struct safetensors *f, json_t *root, struct err *err)
{
    json_t *meta = json_object_get(root, "__metadata__"), *j;
    const char *key;

    if (!meta)
        return 0;
    if (!json_is_object(meta) || json_object_size(meta) > SAFETENSORS_MAX_META)
        return err_set(err, ERR_INPUT,
                       "the metadata is not an object of at most %d strings",
                       SAFETENSORS_MAX_META);
    f->meta = calloc(json_object_size(meta) + 1, sizeof(*f->meta));
    if (!f->meta)
        return err_set(err, ERR_SYSTEM, "no memory for metadata");
    json_object_foreach(meta, key, j)
    {
        if (!json_is_string(j))
            return err_set(err, ERR_INPUT, "metadata '%.64s' is not a string",
                           key);
        f->meta[f->n_meta++] = (struct safetensors_meta){
            .key = key, .value = json_string_value(j)};
    }
    return 0;
}

/* The header's JSON text in 'size' bytes of file: its length, or 0. */
static size_t header_length(const unsigned char *p, size_t size,
                            struct err *err)
{
    uint64_t n = 0;

    if (size < LENGTH_BYTES + 2) {
        err_set(err, ERR_INPUT, "%zu bytes are too few for a safetensors file",
                size);
        return 0;
    }
    for (int i = 0; i < LENGTH_BYTES; i++)
        n |= (uint64_t)p[i] << (8 * i);
    if (n < 2 || n > SAFETENSORS_MAX_HEADER || n > size - LENGTH_BYTES ||
        p[LENGTH_BYTES] != '{') {
        err_set(err, ERR_INPUT,
                "not a safetensors file: header of %ju bytes (at most %d, in a "
                "file of %zu)",
                (uintmax_t)n, SAFETENSORS_MAX_HEADER, size);
        return 0;
    }
    return (size_t)n;
}

/* Parse 'size' bytes; f->bytes takes over 'bytes', also on failure. */
static int parse_bytes(struct safetensors *f, char *bytes, size_t size,
                       struct err *err)
{
    const size_t n = header_length((unsigned char *)bytes, size, err);
    const size_t skip = LENGTH_BYTES + n;
    json_error_t bad;
    json_t *root;

    f->bytes = bytes;
    if (n == 0)
        return -1;
    root = json_loadb(bytes + LENGTH_BYTES, n, JSON_REJECT_DUPLICATES, &bad);
    f->header = root;
    if (!root)
        return err_set(err, ERR_INPUT, "header, byte %d: %s", bad.position,
                       bad.text);
    if (json_object_size(root) > SAFETENSORS_MAX_TENSORS)
        return err_set(err, ERR_INPUT, "%zu tensors, at most %d are read",
                       json_object_size(root), SAFETENSORS_MAX_TENSORS);
    if (skip % ALIGN) /* not written here */
        memmove(bytes, bytes + skip, size - skip);
    f->tensor = calloc(json_object_size(root) + 1, sizeof(*f->tensor));
    if (get_meta(f, root, err) < 0)
        return -1;
    return get_tensors(f, root, skip % ALIGN ? bytes : bytes + skip,
                       size - skip, err);
}

int safetensors_parse(struct safetensors *f, const void *bytes, size_t size,
                      struct err *err)
{
    char *copy;

    *f = (struct safetensors){0};
    if (size > SAFETENSORS_MAX_BYTES)
        return err_set(err, ERR_INPUT, "%zu bytes, at most %d are read", size,
                       SAFETENSORS_MAX_BYTES);
    copy = malloc(size + 1);
    if (!copy)
        return err_set(err, ERR_SYSTEM, "no memory for %zu bytes", size);
    if (size)
        memcpy(copy, bytes, size);
    if (parse_bytes(f, copy, size, err) < 0) {
        safetensors_release(f);
        return -1;
    }
    return 0;
}

int safetensors_read(struct safetensors *f, const char *path, struct err *err)
{
    struct err why = {0};
    const char *kind;
    char *bytes = NULL;
    size_t size = 0;

    *f = (struct safetensors){0};
    if (file_read(path, SAFETENSORS_MAX_BYTES, &bytes, &size, err) < 0)
        return -1;
    if (parse_bytes(f, bytes, size, &why) == 0)
        return 0;
    safetensors_release(f);
    kind = why.code == ERR_INPUT ? file_kind_at(path) : NULL;
    return kind ? err_set(err, ERR_INPUT,
                          "'%.200s' is no safetensors file, it is %s", path,
                          kind)
                : err_set(err, why.code, "'%.200s': %.250s", path, why.text);
}

const struct safetensors_tensor *safetensors_find(const struct safetensors *f,
                                                  const char *name)
{
    for (size_t i = 0; i < f->n_tensor; i++)
        if (strcmp(f->tensor[i].name, name) == 0)
            return &f->tensor[i];
    return NULL;
}

const char *safetensors_meta(const struct safetensors *f, const char *key)
{
    for (size_t i = 0; i < f->n_meta; i++)
        if (strcmp(f->meta[i].key, key) == 0)
            return f->meta[i].value;
    return NULL;
}

void safetensors_release(struct safetensors *f)
{
    free(f->tensor);
    free(f->meta);
    free(f->bytes);
    json_decref(f->header);
    *f = (struct safetensors){0};
}
