/* keras_h5_groups.c - Keras 3's own layout: a group of numbered weights each */
#include "nn/keras_h5_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DEPTH = 24, /* of groups in groups */
    MAX_GROUPS = 1 << 16,
    VARIABLES = 64 /* of a layer */
};

/* Where reading has come to. */
struct walk {
    struct keras_h5_reader *r;
    char path[KERAS_H5_NAME]; /* of the group in hand, without a '/' in front */
    size_t n_group;
    int depth;
    struct err *err;
};

bool keras_h5_has_groups(hid_t root)
{
    return H5Aexists(root, "layer_names") <= 0 &&
           H5Aexists(root, "layer_names0") <= 0 &&
           (H5Lexists(root, "layers", H5P_DEFAULT) > 0 ||
            H5Lexists(root, "_layer_checkpoint_dependencies", H5P_DEFAULT) >
                0 ||
            H5Lexists(root, "vars", H5P_DEFAULT) > 0);
}

/* What the layer is called, if the file says so: "|NAME", or "". */
static void layer_name(hid_t vars, char name[KERAS_H5_NAME])
{
    struct keras_h5_names s = {0};

    name[0] = '\0';
    if (H5Aexists(vars, "name") > 0 &&
        keras_h5_strings(vars, "name", 1, &s) == 0 && s.n == 1 && s.at[0][0])
        snprintf(name, KERAS_H5_NAME, "|%.*s", KERAS_H5_NAME - 2, s.at[0]);
    free(s.at);
}

/* Weights are numbers with a fraction; states of generators are not. */
static bool holds_floats(hid_t set)
{
    const hid_t type = H5Dget_type(set);
    const bool floats = H5Tget_class(type) == H5T_FLOAT;

    H5Tclose(type);
    return floats;
}

/* Variables 0, 1, ... of the group "vars" of the layer at w->path. */
static int read_variables(struct walk *w, hid_t vars)
{
    char number[16], layer[KERAS_H5_NAME], name[2 * KERAS_H5_NAME + 32];
    int rc = 0;

    layer_name(vars, layer);
    for (int i = 0; rc == 0 && i < VARIABLES; i++) {
        hid_t set;

        snprintf(number, sizeof(number), "%d", i);
        if (H5Lexists(vars, number, H5P_DEFAULT) <= 0)
            break;
        snprintf(name, sizeof(name), "%s%s/vars/%d", w->path, layer, i);
        if (strlen(name) >= KERAS_H5_NAME)
            return err_set(w->err, ERR_INPUT,
                           "weight '%.200s' has a name of over %d bytes", name,
                           KERAS_H5_NAME - 1);
        set = H5Dopen2(vars, number, H5P_DEFAULT);
        if (set < 0)
            return err_set(w->err, ERR_INPUT,
                           "weight '%.200s' cannot be read; it is damaged",
                           name);
        if (holds_floats(set))
            rc = keras_h5_add(w->r, set, name, w->err);
        H5Dclose(set);
    }
    return rc;
}

static herr_t visit_link(hid_t group, const char *name, const H5L_info_t *link,
                         void *self);

static int visit_group(struct walk *w, hid_t group)
{
    if (++w->n_group > MAX_GROUPS || w->depth == DEPTH)
        return err_set(w->err, ERR_INPUT,
                       "over %d groups, or over %d in each other", MAX_GROUPS,
                       DEPTH);
    w->depth++;
    if (H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, visit_link, w) < 0)
        return w->err->code ? -1
                            : err_set(w->err, ERR_INPUT,
                                      "group '%.200s' cannot be read; it is "
                                      "damaged",
                                      w->path);
    w->depth--;
    return 0;
}

/* Go on below 'name', unless it is a dataset or the optimiser's. */
static herr_t visit_link(hid_t group, const char *name, const H5L_info_t *link,
                         void *self)
{
    struct walk *w = self;
    const size_t n = strlen(w->path), room = sizeof(w->path) - n;
    hid_t below;
    int rc;

    if (link->type != H5L_TYPE_HARD || (!n && strcmp(name, "optimizer") == 0))
        return 0;
    below = H5Oopen(group, name, H5P_DEFAULT);
    if (below < 0)
        return -1;
    if (H5Iget_type(below) != H5I_GROUP) {
        rc = 0;
    } else if (strcmp(name, "vars") == 0) {
        rc = read_variables(w, below);
    } else if (strchr(name, '|') || snprintf(w->path + n, room, "%s%s",
                                             n ? "/" : "", name) >= (int)room) {
        rc = err_set(w->err, ERR_INPUT, "a group is called '%.200s'", name);
    } else {
        rc = visit_group(w, below);
        w->path[n] = '\0';
    }
    H5Oclose(below);
    return rc;
}

int keras_h5_read_groups(struct keras_h5_reader *r, hid_t root, struct err *err)
{
    struct walk w = {.r = r, .err = err};

    if (visit_group(&w, root) < 0)
        return -1;
    return r->n_tensor > 0
               ? 0
               : err_set(err, ERR_INPUT,
                         "is no weight file of Keras: there is no list of at "
                         "most %d layer_names, and no group 'vars' has a "
                         "weight",
                         KERAS_H5_MAX_LAYERS);
}
