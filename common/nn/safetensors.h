/*
 * safetensors.h - named tensors in one file
 *
 *     8 bytes   length n of the header, little-endian
 *     n bytes   JSON: {"__metadata__": {string: string, ...},
 *               name: {"dtype", "shape", "data_offsets": [begin, end]}, ...}
 *     rest      the tensors' bytes, little-endian, without holes
 *
 * Source: github.com/huggingface/safetensors, "Format".  Types read and
 * written here: F32, F64, I64, U64.
 */
#ifndef NN_SAFETENSORS_H
#define NN_SAFETENSORS_H

#include "base/buf.h"

#include <stddef.h>

enum {
    SAFETENSORS_MAX_HEADER = 16 << 20, /* bytes */
    SAFETENSORS_MAX_BYTES = 2000000000,
    SAFETENSORS_MAX_TENSORS = 16384,
    SAFETENSORS_MAX_META = 1024,
    SAFETENSORS_MAX_NAME = 512, /* bytes with NUL, of a tensor or a key */
    SAFETENSORS_MAX_DIMS = 8,
};

enum safetensors_type {
    SAFETENSORS_F32,
    SAFETENSORS_F64,
    SAFETENSORS_I64,
    SAFETENSORS_U64
};

struct safetensors_tensor {
    const char *name;
    enum safetensors_type type;
    int n_dim; /* 0 (a scalar) .. SAFETENSORS_MAX_DIMS */
    size_t dim[SAFETENSORS_MAX_DIMS];
    const void *data; /* aligned to 8; may be NULL if a dimension is 0 */
};

/* A string for people and programs: who made the file and from what. */
struct safetensors_meta {
    const char *key, *value; /* UTF-8 */
};

struct safetensors {
    struct safetensors_tensor *tensor; /* in the order of the header */
    size_t n_tensor;
    struct safetensors_meta *meta;
    size_t n_meta;
    void *bytes;  /* owned: tensor[].data points into it */
    void *header; /* owned: the names and strings */
};

/* Bytes of one element. */
size_t safetensors_item(enum safetensors_type type);

/* Bytes of all of t's elements. */
size_t safetensors_bytes(const struct safetensors_tensor *t);

/*
 * Replace 'path' by the tensors, atomically (see file_write()).  'f' is only
 * read; f->bytes and f->header are not used.  Equal arguments give equal
 * bytes: strings and tensors stand in the given order, but tensors of 8-byte
 * elements come before those of 4, so that every element is aligned.
 * Errors: ERR_USAGE too many or equal names, a name or string that is empty,
 * too long or not UTF-8; ERR_SYSTEM disk or memory.
 */
MUST_USE int safetensors_write(const struct safetensors *f, const char *path,
                               struct err *err);

/* Append the same bytes to 'out'.  Errors: ERR_USAGE as above; ERR_SYSTEM no
 * memory. */
MUST_USE int safetensors_pack(const struct safetensors *f, struct buf *out,
                              struct err *err);

/*
 * Read a whole file.  Release with safetensors_release().
 * Errors: ERR_INPUT not such a file, damaged, of another type or over a limit
 * above; the text names the tensor, or says what the file is instead
 * (file_kind.h).  ERR_SYSTEM.  *f is empty then.
 */
MUST_USE int safetensors_read(struct safetensors *f, const char *path,
                              struct err *err);

/* The same from 'size' bytes in memory, which are copied. */
MUST_USE int safetensors_parse(struct safetensors *f, const void *bytes,
                               size_t size, struct err *err);

/* The tensor of that name, or NULL. */
const struct safetensors_tensor *safetensors_find(const struct safetensors *f,
                                                  const char *name);

/* The metadata string of that key, or NULL. */
const char *safetensors_meta(const struct safetensors *f, const char *key);

void safetensors_release(struct safetensors *f);

#endif
