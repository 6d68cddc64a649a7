/*
 * npy.h - NumPy .npy files: a header, then a C-contiguous array
 *
 * Version 1.0, little-endian, no Fortran order.  Types: uint8, uint16,
 * int32, float32.
 * Source: numpy.lib.format documentation.
 */
#ifndef BASE_NPY_H
#define BASE_NPY_H

#include "base/err.h"

#include <stddef.h>

enum { NPY_MAX_DIMS = 4, NPY_HEADER = 128 };

enum npy_type { NPY_U8, NPY_I32, NPY_F32, NPY_U16 };

struct npy {
    enum npy_type type;
    int n_dim; /* 1 .. NPY_MAX_DIMS */
    size_t dim[NPY_MAX_DIMS];
    const void *data; /* borrowed: in the mapping, or given to npy_write() */
    void *map;        /* owned: the mapped file, NULL if none */
    size_t map_size;
};

/* Bytes of one element, and of all of them. */
size_t npy_item(enum npy_type type);
size_t npy_bytes(const struct npy *a);

/* The header for 'a': always NPY_HEADER bytes. */
void npy_header(const struct npy *a, char header[NPY_HEADER]);

/* Replace 'path' by header and data, atomically.  ERR_SYSTEM. */
MUST_USE int npy_write(const struct npy *a, const char *path, struct err *err);

/*
 * Map a file read-only; its pages are shared by every process on the host.
 * Errors: ERR_INPUT not such a file, or shorter than its header says;
 * ERR_SYSTEM.
 */
MUST_USE int npy_map(struct npy *a, const char *path, struct err *err);

void npy_release(struct npy *a);

#endif
