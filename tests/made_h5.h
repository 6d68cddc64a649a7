/*
 * made_h5.h - weight files as versions of Keras write them, by libhdf5
 */
#ifndef TESTS_MADE_H5_H
#define TESTS_MADE_H5_H

#include "base/err.h"
#include "nn/safetensors.h"

#include <hdf5.h>
#include <stdlib.h>
#include <string.h>

enum { MADE_H5_WORDS = 1024, MADE_H5_WORD = 128 };

/* Names for an attribute. */
struct made_h5_words {
    char at[MADE_H5_WORDS][MADE_H5_WORD];
    size_t n;
};

static inline void made_h5_word(struct made_h5_words *w, const char *word)
{
    BUG_ON(w->n == MADE_H5_WORDS || strlen(word) >= MADE_H5_WORD);
    strcpy(w->at[w->n++], word);
}

static inline void made_h5_attribute(hid_t of, const char *name,
                                     const struct made_h5_words *w)
{
    const hsize_t dim = w->n;
    const hid_t space = H5Screate_simple(1, &dim, NULL);
    const hid_t type = H5Tcopy(H5T_C_S1);
    hid_t attr;

    H5Tset_size(type, MADE_H5_WORD);
    attr = H5Acreate2(of, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    BUG_ON(attr < 0 || H5Awrite(attr, type, w->at) < 0);
    H5Aclose(attr);
    H5Tclose(type);
    H5Sclose(space);
}

/* Equal numbers are stored compressed, in one piece. */
static inline hid_t made_h5_storage(const struct safetensors_tensor *t,
                                    const hsize_t *dim)
{
    const hid_t how = H5Pcreate(H5P_DATASET_CREATE);
    const char *x = t->data;
    const size_t n = safetensors_bytes(t);

    if (n > 4096 && memcmp(x, x + sizeof(float), n - sizeof(float)) == 0) {
        H5Pset_chunk(how, t->n_dim, dim);
        H5Pset_deflate(how, 1);
    }
    return how;
}

/* A dataset at a path below 'of', whose groups are made. */
static inline void made_h5_weight(hid_t of, const char *path,
                                  const struct safetensors_tensor *t)
{
    const hid_t links = H5Pcreate(H5P_LINK_CREATE);
    hsize_t dim[SAFETENSORS_MAX_DIMS];
    hid_t space, set, how;

    for (int i = 0; i < t->n_dim; i++)
        dim[i] = t->dim[i];
    space = H5Screate_simple(t->n_dim, dim, NULL);
    H5Pset_create_intermediate_group(links, 1);
    how = made_h5_storage(t, dim);
    set = H5Dcreate2(of, path, H5T_IEEE_F32LE, space, links, how, H5P_DEFAULT);
    BUG_ON(set < 0 || H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL,
                               H5P_DEFAULT, t->data) < 0);
    H5Dclose(set);
    H5Sclose(space);
    H5Pclose(how);
    H5Pclose(links);
}

/* A group below 'of', to be closed by H5Gclose(). */
static inline hid_t made_h5_group(hid_t of, const char *path)
{
    const hid_t links = H5Pcreate(H5P_LINK_CREATE);
    hid_t group;

    H5Pset_create_intermediate_group(links, 1);
    group = H5Gcreate2(of, path, links, H5P_DEFAULT, H5P_DEFAULT);
    BUG_ON(group < 0);
    H5Pclose(links);
    return group;
}

static inline hid_t made_h5_file(const char *path)
{
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);

    BUG_ON(file < 0);
    return file;
}

#endif
