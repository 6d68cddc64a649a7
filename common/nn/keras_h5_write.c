/* keras_h5_write.c - the file is made in memory, then written at once */
#include "base/file.h"
#include "nn/keras_h5.h"

#include <hdf5.h>
#include <stdlib.h>
#include <string.h>

enum { GROW = 4 << 20 };

/* libhdf5's handles, closed in the order of this list. */
struct writing {
    hid_t access, file, creation;
    hid_t dataset; /* how one is made: without the time, which would make equal
                      weights unequal files */
    hid_t top; /* the group that holds the layers: of weights alone the root */
};

static size_t longest_name(const char *const *s, size_t n)
{
    size_t most = 1;

    for (size_t i = 0; i < n; i++)
        most = strlen(s[i]) > most ? strlen(s[i]) : most;
    return most;
}

/* Strings of one length, padded by NULs, as NumPy's "S"; none: an empty array
 * of float64, as Keras writes. */
static int put_strings(hid_t of, const char *name, const char *const *s,
                       size_t n)
{
    const size_t len = longest_name(s, n);
    const hsize_t dim = n;
    const hid_t space = H5Screate_simple(1, &dim, NULL);
    const hid_t type = H5Tcopy(n ? H5T_C_S1 : H5T_IEEE_F64LE);
    char *all = calloc(n + 1, len);
    hid_t attr;
    int rc = -1;

    if (n) {
        H5Tset_size(type, len);
        H5Tset_strpad(type, H5T_STR_NULLPAD);
    }
    attr = H5Acreate2(of, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    for (size_t i = 0; all && i < n; i++)
        memcpy(all + i * len, s[i], strlen(s[i]));
    if (all && attr >= 0 && (n == 0 || H5Awrite(attr, type, all) >= 0))
        rc = 0;
    free(all);
    H5Aclose(attr);
    H5Tclose(type);
    H5Sclose(space);
    return rc;
}

static int put_string(hid_t of, const char *name, const char *s)
{
    const hid_t space = H5Screate(H5S_SCALAR), type = H5Tcopy(H5T_C_S1);
    hid_t attr;
    int rc;

    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    attr = H5Acreate2(of, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    rc = attr >= 0 && H5Awrite(attr, type, &s) >= 0 ? 0 : -1;
    H5Aclose(attr);
    H5Tclose(type);
    H5Sclose(space);
    return rc;
}

static int put_weight(const struct writing *w, hid_t group,
                      const struct safetensors_tensor *t)
{
    hsize_t dim[SAFETENSORS_MAX_DIMS];
    hid_t space, set;
    int rc;

    for (int i = 0; i < t->n_dim; i++)
        dim[i] = t->dim[i];
    space = H5Screate_simple(t->n_dim, dim, NULL);
    set = H5Dcreate2(group, t->name, H5T_IEEE_F32LE, space, w->creation,
                     w->dataset, H5P_DEFAULT);
    rc = set >= 0 && H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL,
                              H5P_DEFAULT, t->data) >= 0
             ? 0
             : -1;
    H5Dclose(set);
    H5Sclose(space);
    return rc;
}

static int put_layer(const struct writing *w, const struct keras_layer *l)
{
    const char *names[KERAS_H5_MAX_WEIGHTS];
    const hid_t group =
        H5Gcreate2(w->top, l->name, w->creation, H5P_DEFAULT, H5P_DEFAULT);
    int rc = group >= 0 && l->n_weight <= KERAS_H5_MAX_WEIGHTS ? 0 : -1;

    for (size_t i = 0; i < l->n_weight && rc == 0; i++)
        names[i] = l->weight[i].name;
    if (rc == 0)
        rc = put_strings(group, "weight_names", names, l->n_weight);
    for (size_t i = 0; i < l->n_weight && rc == 0; i++)
        rc = put_weight(w, group, &l->weight[i]);
    H5Gclose(group);
    return rc;
}

/* What wrote the file, as a group or the root says it. */
static int put_version(hid_t of)
{
    return put_string(of, "backend", "tensorflow") < 0 ||
                   put_string(of, "keras_version", "2.12.0") < 0
               ? -1
               : 0;
}

static int put_layers(const struct writing *w, const struct keras_model *m)
{
    const char **names = calloc(m->n_layer + 1, sizeof(*names));
    int rc = names && w->top >= 0 ? 0 : -1;

    for (size_t i = 0; i < m->n_layer && rc == 0; i++)
        names[i] = m->layer[i].name;
    if (rc == 0 && (put_strings(w->top, "layer_names", names, m->n_layer) < 0 ||
                    put_version(w->top) < 0))
        rc = -1;
    for (size_t i = 0; i < m->n_layer && rc == 0; i++)
        rc = put_layer(w, &m->layer[i]);
    free(names);
    return rc;
}

static int put_model(struct writing *w, const struct keras_model *m)
{
    int rc;

    if (w->file < 0 || put_version(w->file) < 0 ||
        put_string(w->file, "model_config", m->config) < 0 ||
        put_string(w->file, "papline", m->about) < 0)
        return -1;
    w->top = H5Gcreate2(w->file, "model_weights", w->creation, H5P_DEFAULT,
                        H5P_DEFAULT);
    rc = put_layers(w, m);
    H5Gclose(w->top);
    return rc;
}

/* The finished file's bytes, to be freed; NULL if that failed. */
static void *file_image(const struct writing *w, size_t *size)
{
    ssize_t n;
    void *bytes;

    if (H5Fflush(w->file, H5F_SCOPE_GLOBAL) < 0)
        return NULL;
    n = H5Fget_file_image(w->file, NULL, 0);
    bytes = n > 0 ? malloc((size_t)n) : NULL;
    if (bytes && H5Fget_file_image(w->file, bytes, (size_t)n) != n) {
        free(bytes);
        bytes = NULL;
    }
    *size = n > 0 ? (size_t)n : 0;
    return bytes;
}

int keras_h5_write(const struct keras_model *m, const char *path,
                   struct err *err)
{
    struct writing w = {.access = H5Pcreate(H5P_FILE_ACCESS),
                        .creation = H5Pcreate(H5P_LINK_CREATE),
                        .dataset = H5Pcreate(H5P_DATASET_CREATE)};
    void *bytes = NULL;
    size_t size = 0;
    int rc;

    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    H5Pset_fapl_core(w.access, GROW, 0); /* in memory alone */
    H5Pset_create_intermediate_group(w.creation, 1);
    H5Pset_obj_track_times(w.dataset, false);
    w.file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, w.access);
    w.top = w.file;
    if ((m->config ? put_model(&w, m) : put_layers(&w, m)) == 0)
        bytes = file_image(&w, &size);
    H5Fclose(w.file);
    H5Pclose(w.dataset);
    H5Pclose(w.creation);
    H5Pclose(w.access);
    rc = bytes ? file_write(path, bytes, size, err)
               : err_set(err, ERR_SYSTEM, "libhdf5 cannot make '%.200s'", path);
    free(bytes);
    return rc;
}
