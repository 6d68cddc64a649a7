/* safetensors_write.c - a file's header, and its tensors from where they lie */
#include "nn/safetensors_private.h"

#include "base/file.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Put 'value' (taken over) under 'key' of 'to'. */
static int add_member(json_t *to, const char *key, json_t *value,
                      struct err *err)
{
    if (!key || !key[0] || strlen(key) >= SAFETENSORS_MAX_NAME ||
        json_object_get(to, key)) {
        json_decref(value);
        return err_set(err, ERR_USAGE,
                       "name '%.64s' is empty, over %d bytes or not unique",
                       key ? key : "", SAFETENSORS_MAX_NAME - 1);
    }
    if (json_object_set_new(to, key, value) < 0)
        return err_set(err, ERR_USAGE, "name or string of '%.64s' is not UTF-8",
                       key);
    return 0;
}

static json_t *describe_tensor(const struct safetensors_tensor *t, size_t begin)
{
    json_t *shape = json_array();

    for (int i = 0; i < t->n_dim; i++)
        json_array_append_new(shape, json_integer((json_int_t)t->dim[i]));
    return json_pack("{s:s, s:o, s:[I,I]}", "dtype", safetensors_word(t->type),
                     "shape", shape, "data_offsets", (json_int_t)begin,
                     (json_int_t)(begin + safetensors_bytes(t)));
}

/* Fill 'root'; *size grows to the bytes of the data. */
static int make_header(const struct safetensors *f, json_t *root, size_t *size,
                       struct err *err)
{
    json_t *meta = json_object();

    if (add_member(root, "__metadata__", meta, err) < 0)
        return -1;
    for (size_t i = 0; i < f->n_meta; i++)
        if (add_member(meta, f->meta[i].key, json_string(f->meta[i].value),
                       err) < 0)
            return -1;
    for (size_t item = 8; item >= 4; item /= 2)
        for (size_t i = 0; i < f->n_tensor; i++) {
            const struct safetensors_tensor *t = &f->tensor[i];

            if (safetensors_item(t->type) != item)
                continue;
            if (safetensors_bytes(t) > MAX_DATA - *size)
                return err_set(err, ERR_USAGE, "tensors of over %d bytes",
                               MAX_DATA);
            if (add_member(root, t->name, describe_tensor(t, *size), err) < 0)
                return -1;
            *size += safetensors_bytes(t);
        }
    return 0;
}

static void add_header(const char *text, size_t n, struct buf *out)
{
    const size_t padded = (n + ALIGN - 1) / ALIGN * ALIGN;
    char length[LENGTH_BYTES];

    for (int i = 0; i < LENGTH_BYTES; i++)
        length[i] = (char)((uint64_t)padded >> (8 * i) & 0xff);
    buf_put(out, length, sizeof(length));
    buf_put(out, text, n);
    buf_put(out, "        ", padded - n);
}

/* Append what stands before the tensors. */
static int pack_header(const struct safetensors *f, struct buf *out,
                       struct err *err)
{
    json_t *root = json_object();
    char *text = NULL;
    size_t size = 0, n;
    int rc = -1;

    if (f->n_tensor > SAFETENSORS_MAX_TENSORS - 1 ||
        f->n_meta > SAFETENSORS_MAX_META) {
        err_set(err, ERR_USAGE, "%zu tensors and %zu strings, over the limit",
                f->n_tensor, f->n_meta);
        goto out;
    }
    if (make_header(f, root, &size, err) < 0)
        goto out;
    text = json_dumps(root, JSON_COMPACT);
    n = text ? strlen(text) : 0;
    if (!text) {
        err_set(err, ERR_SYSTEM, "no memory for a header");
        goto out;
    }
    if (n > SAFETENSORS_MAX_HEADER) {
        err_set(err, ERR_USAGE, "header of %zu bytes, at most %d", n,
                SAFETENSORS_MAX_HEADER);
        goto out;
    }
    add_header(text, n, out);
    rc = buf_check(out, err);
out:
    json_decref(root);
    free(text);
    return rc;
}

/* The tensors' bytes in the order of the file; returns how many pieces. */
static size_t list_parts(const struct safetensors *f, struct file_part *part)
{
    size_t n = 0;

    for (size_t item = 8; item >= 4; item /= 2)
        for (size_t i = 0; i < f->n_tensor; i++) {
            const struct safetensors_tensor *t = &f->tensor[i];

            if (safetensors_item(t->type) == item)
                part[n++] = (struct file_part){t->data, safetensors_bytes(t)};
        }
    return n;
}

/*
 * Header and tensors as pieces of a file.  The caller frees *part.
 *   header [out] bytes of the first piece; the caller releases it
 */
static int make_parts(const struct safetensors *f, struct buf *header,
                      struct file_part **part, size_t *n, struct err *err)
{
    *part = NULL;
    if (pack_header(f, header, err) < 0)
        return -1;
    *part = calloc(f->n_tensor + 1, sizeof(**part));
    if (!*part)
        return err_set(err, ERR_SYSTEM, "no memory for %zu tensors",
                       f->n_tensor);
    **part = (struct file_part){header->data, header->len};
    *n = 1 + list_parts(f, *part + 1);
    return 0;
}

int safetensors_pack(const struct safetensors *f, struct buf *out,
                     struct err *err)
{
    struct buf header = {0};
    struct file_part *part;
    size_t n;
    int rc = make_parts(f, &header, &part, &n, err);

    for (size_t i = 0; rc == 0 && i < n; i++)
        buf_put(out, part[i].data, part[i].size);
    if (rc == 0)
        rc = buf_check(out, err);
    free(part);
    buf_release(&header);
    return rc;
}

int safetensors_write(const struct safetensors *f, const char *path,
                      struct err *err)
{
    struct buf header = {0};
    struct file_part *part;
    size_t n;
    int rc = make_parts(f, &header, &part, &n, err);

    if (rc == 0)
        rc = file_write_parts(path, part, n, err);
    free(part);
    buf_release(&header);
    return rc;
}
