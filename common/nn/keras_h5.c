/* keras_h5.c - reading; all of it up to keras_h5_read() runs in a child */
#include "nn/keras_h5_private.h"

#include "base/file.h"
#include "base/isolate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    NAME = KERAS_H5_NAME,
    N_META = KERAS_H5_META,
    PARTS = 256,        /* layer_names0 .. */
    SQUEEZE = 1100,     /* deflate makes at most 1032 bytes of one */
    SLACK = 1 << 20,    /* bytes that any file may claim */
    CHUNK = 512 << 20,  /* bytes of a chunk in memory */
    MEMORY = 256 << 20, /* of libhdf5 for itself */
};

static const char *const meta_key[N_META] = {"keras_version", "backend"};

/* --- names: attributes -----------------------------------------------------*/

/* Strings of a fixed length, with or without a NUL, into 'to'. */
static int fixed_strings(hid_t attr, hid_t type, size_t n, char (*to)[NAME])
{
    const size_t len = H5Tget_size(type);
    char *all;

    if (len == 0 || len >= NAME)
        return -1;
    all = calloc(n, len);
    if (!all || H5Aread(attr, type, all) < 0)
        return -1;
    for (size_t i = 0; i < n; i++) {
        memcpy(to[i], all + i * len, len);
        to[i][len] = '\0';
    }
    free(all);
    return 0;
}

static int variable_strings(hid_t attr, size_t n, char (*to)[NAME])
{
    const hid_t type = H5Tcopy(H5T_C_S1);
    char **all = calloc(n, sizeof(*all));
    int rc = 0;

    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    if (!all || H5Aread(attr, type, all) < 0) {
        H5Tset_cset(type, H5T_CSET_ASCII);
        if (!all || H5Aread(attr, type, all) < 0)
            return -1;
    }
    for (size_t i = 0; i < n && rc == 0; i++)
        if (!all[i] || strlen(all[i]) >= NAME)
            rc = -1;
        else
            memcpy(to[i], all[i], strlen(all[i]) + 1);
    return rc;
}

/* Append the strings of one attribute.  An empty array of any type is none. */
int keras_h5_strings(hid_t of, const char *name, size_t most,
                     struct keras_h5_names *s)
{
    const hid_t attr = H5Aopen(of, name, H5P_DEFAULT);
    const hid_t type = H5Aget_type(attr), space = H5Aget_space(attr);
    const hssize_t n = H5Sget_simple_extent_npoints(space);
    char(*more)[NAME];
    int rc;

    if (attr < 0 || n < 0 || (size_t)n > most - s->n)
        return -1;
    if (n == 0)
        return 0;
    if (H5Tget_class(type) != H5T_STRING)
        return -1;
    more = realloc(s->at, (s->n + (size_t)n) * sizeof(*s->at));
    if (!more)
        return -1;
    s->at = more;
    rc = H5Tis_variable_str(type) > 0
             ? variable_strings(attr, (size_t)n, s->at + s->n)
             : fixed_strings(attr, type, (size_t)n, s->at + s->n);
    s->n += (size_t)n;
    return rc;
}

/* The attribute 'name', or name0, name1, ... */
static int read_strings(hid_t of, const char *name, size_t most,
                        struct keras_h5_names *s)
{
    char part[64];

    if (H5Aexists(of, name) > 0)
        return keras_h5_strings(of, name, most, s);
    for (int i = 0; i < PARTS; i++) {
        snprintf(part, sizeof(part), "%s%d", name, i);
        if (H5Aexists(of, part) <= 0)
            return i ? 0 : -1;
        if (keras_h5_strings(of, part, most, s) < 0)
            return -1;
    }
    return 0;
}

/* --- what a weight is called -----------------------------------------------*/

/* Words of Keras 1 and what they have become. */
static const char *const kinds[][2] = {
    {"_W", "kernel"},
    {"_b", "bias"},
    {"_gamma", "gamma"},
    {"_beta", "beta"},
    {"_running_mean", "moving_mean"},
    {"_running_std", "moving_variance"}, /* it always was the variance */
};

/* "block1_conv1_W_1:0" of "block1_conv1": the kind behind the layer's name. */
static const char *old_kind(const char *layer, const char *weight)
{
    const size_t n = strlen(layer);

    if (strncmp(weight, layer, n) != 0)
        return NULL;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        const size_t k = strlen(kinds[i][0]);
        const char *end = weight + n + k;

        if (strncmp(weight + n, kinds[i][0], k) == 0 &&
            strspn(end, "_0123456789:") == strlen(end))
            return kinds[i][1];
    }
    return NULL;
}

/*
 * "LAYER/kernel:0": from where the layer's name stands in the weight's.  Where
 * it does not stand there, the layer is a network of its own, and the weight
 * has the name of a layer of that: "LAYER/INNER/kernel:0".
 */
static int canonical_name(const char *layer, const char *weight,
                          char name[NAME])
{
    const size_t n = strlen(layer);
    const char *kind = old_kind(layer, weight), *at = weight;

    if (kind)
        return snprintf(name, NAME, "%s/%s:0", layer, kind) < NAME ? 0 : -1;
    while (at && !(strncmp(at, layer, n) == 0 && at[n] == '/')) {
        at = strchr(at, '/');
        at = at ? at + 1 : NULL;
    }
    if (at)
        return snprintf(name, NAME, "%s", at) < NAME ? 0 : -1;
    return snprintf(name, NAME, "%s/%s", layer, weight) < NAME ? 0 : -1;
}

/* --- weights: datasets -----------------------------------------------------*/

/* Only what Keras writes: no data outside of the file, no huge pieces. */
static int check_storage(hid_t set, const char *name, struct err *err)
{
    const hid_t how = H5Dget_create_plist(set);
    const H5D_layout_t layout = H5Pget_layout(how);
    hsize_t chunk[SAFETENSORS_MAX_DIMS];
    double bytes = 8;
    int n = 0;

    if (how < 0 || layout == H5D_VIRTUAL || layout == H5D_LAYOUT_ERROR ||
        H5Pget_external_count(how) != 0)
        return err_set(err, ERR_INPUT, "weight '%.200s' is not in this file",
                       name);
    if (layout == H5D_CHUNKED)
        n = H5Pget_chunk(how, SAFETENSORS_MAX_DIMS, chunk);
    if (n > SAFETENSORS_MAX_DIMS)
        n = -1;
    for (int i = 0; i < n; i++)
        bytes *= (double)chunk[i];
    if (n < 0 || bytes > CHUNK)
        return err_set(err, ERR_INPUT,
                       "weight '%.200s' is stored in pieces of over %d MB",
                       name, CHUNK >> 20);
    return 0;
}

static int get_shape(struct keras_h5_reader *r, hid_t set,
                     struct safetensors_tensor *t, struct err *err)
{
    const hid_t space = H5Dget_space(set);
    const int n = H5Sget_simple_extent_ndims(space);
    hsize_t dim[SAFETENSORS_MAX_DIMS];
    size_t bytes = sizeof(float);

    if (H5Tget_class(H5Dget_type(set)) != H5T_FLOAT || n < 0 ||
        n > SAFETENSORS_MAX_DIMS ||
        H5Sget_simple_extent_dims(space, dim, NULL) != n)
        return err_set(err, ERR_INPUT,
                       "weight '%.200s' is no array of floats with at most %d "
                       "dimensions",
                       t->name, SAFETENSORS_MAX_DIMS);
    t->n_dim = n;
    for (int i = 0; i < n; i++) {
        if (dim[i] && bytes > r->room / dim[i])
            return err_set(err, ERR_INPUT,
                           "weight '%.200s' claims more than its file can hold",
                           t->name);
        bytes *= (size_t)dim[i];
        t->dim[i] = (size_t)dim[i];
    }
    r->room -= bytes;
    return 0;
}

int keras_h5_add(struct keras_h5_reader *r, hid_t set, const char *name,
                 struct err *err)
{
    struct safetensors_tensor *t = &r->tensor[r->n_tensor];
    void *data;

    for (size_t i = 0; i < r->n_tensor; i++)
        if (strcmp(r->tensor[i].name, name) == 0)
            return err_set(err, ERR_INPUT, "weight '%.200s' is there twice",
                           name);
    if (r->n_tensor == r->max_tensor)
        return err_set(err, ERR_INPUT, "over %zu weights", r->max_tensor);
    *t = (struct safetensors_tensor){.name = strdup(name),
                                     .type = SAFETENSORS_F32};
    if (!t->name)
        return err_set(err, ERR_SYSTEM, "no memory for a name");
    if (get_shape(r, set, t, err) < 0 || check_storage(set, name, err) < 0)
        return -1;
    data = calloc(1, safetensors_bytes(t) + sizeof(float));
    t->data = data;
    if (!data)
        return err_set(err, ERR_SYSTEM, "no memory for weight '%.200s'", name);
    if (safetensors_bytes(t) &&
        H5Dread(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0)
        return err_set(err, ERR_INPUT,
                       "weight '%.200s' cannot be read; it is damaged", name);
    r->n_tensor++;
    return 0;
}

static int read_layer(struct keras_h5_reader *r, const char *layer,
                      struct err *err)
{
    const hid_t group = H5Gopen2(r->top, layer, H5P_DEFAULT);
    struct keras_h5_names s = {0};
    char name[NAME];

    if (group < 0 ||
        read_strings(group, "weight_names", KERAS_H5_MAX_WEIGHTS, &s))
        return err_set(err, ERR_INPUT,
                       "layer '%.200s' has no list of at most %d weights",
                       layer, KERAS_H5_MAX_WEIGHTS);
    for (size_t i = 0; i < s.n; i++) {
        const hid_t set = H5Dopen2(group, s.at[i], H5P_DEFAULT);

        if (set < 0 || canonical_name(layer, s.at[i], name) < 0)
            return err_set(err, ERR_INPUT,
                           "layer '%.100s' has no readable weight '%.200s'",
                           layer, s.at[i]);
        if (keras_h5_add(r, set, name, err) < 0)
            return -1;
        H5Dclose(set);
    }
    free(s.at);
    H5Gclose(group);
    return 0;
}

/* --- the file --------------------------------------------------------------*/

static void read_meta(struct keras_h5_reader *r)
{
    for (int i = 0; i < N_META; i++) {
        struct keras_h5_names s = {0};

        if (H5Aexists(r->top, meta_key[i]) > 0 &&
            keras_h5_strings(r->top, meta_key[i], 1, &s) == 0 && s.n == 1)
            memcpy(r->meta[i], s.at[0], NAME);
        free(s.at);
    }
}

/* The layers of a list: of the file, or of one part of a whole model's. */
static int read_listed(struct keras_h5_reader *r, struct err *err)
{
    if (read_strings(r->top, "layer_names", KERAS_H5_MAX_LAYERS, &r->layers) <
        0)
        return err_set(err, ERR_INPUT,
                       "is no weight file of Keras: there is no list of at "
                       "most %d layer_names",
                       KERAS_H5_MAX_LAYERS);
    read_meta(r);
    for (size_t i = 0; i < r->layers.n; i++)
        if (read_layer(r, r->layers.at[i], err) < 0)
            return -1;
    return 0;
}

/* Whichever of the two layouts it is. */
static int read_layers(struct keras_h5_reader *r, const char *path,
                       struct err *err)
{
    const hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);

    if (file < 0)
        return err_set(err, ERR_INPUT, "is not an HDF5 file, or damaged");
    r->top = H5Gopen2(file, "/", H5P_DEFAULT);
    if (r->top >= 0 && H5Lexists(r->top, "model_weights", H5P_DEFAULT) > 0)
        r->top = H5Gopen2(file, "/model_weights", H5P_DEFAULT);
    else if (r->top >= 0 && keras_h5_has_groups(r->top))
        return keras_h5_read_groups(r, r->top, err);
    return read_listed(r, err);
}

static int pack_weights(const struct keras_h5_reader *r, struct buf *out,
                        struct err *err)
{
    struct safetensors_meta meta[N_META];
    struct safetensors f = {
        .tensor = r->tensor, .n_tensor = r->n_tensor, .meta = meta};

    for (int i = 0; i < N_META; i++)
        if (r->meta[i][0])
            meta[f.n_meta++] =
                (struct safetensors_meta){meta_key[i], r->meta[i]};
    return safetensors_pack(&f, out, err);
}

struct keras_h5_file {
    const char *path;
    size_t size; /* of the file */
};

static size_t most_bytes(const struct keras_h5_file *j)
{
    const size_t most = SAFETENSORS_MAX_BYTES - SAFETENSORS_MAX_HEADER;

    return j->size > (most - SLACK) / SQUEEZE ? most
                                              : j->size * SQUEEZE + SLACK;
}

static int read_file(const void *arg, struct buf *out, struct err *err)
{
    const struct keras_h5_file *j = arg;
    struct keras_h5_reader r = {.room = most_bytes(j),
                                .max_tensor = SAFETENSORS_MAX_TENSORS - 1};

    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    H5PLset_loading_state(0);         /* no code from elsewhere */
    H5Lunregister(H5L_TYPE_EXTERNAL); /* no other files */
    r.tensor = calloc(r.max_tensor, sizeof(*r.tensor));
    if (!r.tensor)
        return err_set(err, ERR_SYSTEM, "no memory for a list of weights");
    if (read_layers(&r, j->path, err) < 0)
        return -1;
    return pack_weights(&r, out, err);
}

bool keras_h5_is(const void *bytes, size_t n)
{
    static const char magic[8] = "\211HDF\r\n\032\n";

    return n >= sizeof(magic) && memcmp(bytes, magic, sizeof(magic)) == 0;
}

int keras_h5_read(struct safetensors *f, const char *path, struct err *err)
{
    struct keras_h5_file j = {.path = path};
    struct isolate_limits limits = {.seconds = KERAS_H5_SECONDS};
    struct buf out = {0};
    struct err why = {0};
    int rc;

    *f = (struct safetensors){0};
    if (file_size(path, &j.size, err) < 0)
        return -1;
    limits.result = most_bytes(&j) + SAFETENSORS_MAX_HEADER;
    limits.memory = 4 * most_bytes(&j) + CHUNK + MEMORY;
    rc = isolate(read_file, &j, &limits, &out, &why);
    if (rc == 0)
        rc = safetensors_parse(f, out.data, out.len, &why);
    buf_release(&out);
    return rc == 0 ? 0
                   : err_set(err, why.code, "'%.200s': %.280s", path, why.text);
}
