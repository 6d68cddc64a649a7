/* weights_fit.c - places by name, then the file as if it had our names */
#include "nn/weights_fit.h"

#include "nn/weights.h"
#include "nn/weights_order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TENSOR_NAME = 2 * NN_NAME_MAX };

/* --- one name -------------------------------------------------------------- */

/* Keras 3 has no slash in a layer's name, Keras 2 had some. */
static bool same_layer(const char *ours, const char *name, size_t n)
{
    size_t i = 0;

    while (i < n && ours[i] &&
           (ours[i] == name[i] || (ours[i] == '/' && name[i] == '_')))
        i++;
    return i == n && ours[i] == '\0';
}

/* "kernel" is "kernel:0", and of a depthwise layer "depthwise_kernel:0". */
static bool same_kind(const char *ours, const char *kind)
{
    const size_t n = strcspn(ours, ":"), k = strcspn(kind, ":");

    if (kind[k] && strcmp(kind + k, ":0") != 0)
        return false;
    if (n == k && memcmp(ours, kind, n) == 0)
        return true;
    return strcmp(ours, "depthwise_kernel:0") == 0 && k == strlen("kernel") &&
           memcmp(kind, "kernel", k) == 0;
}

static int find_layer(const struct net_layers *l, const char *name, size_t n)
{
    for (int i = 0; i < l->n; i++)
        if (l->n_slot[i] > 0 && same_layer(l->name[i], name, n))
            return i;
    return -1;
}

/* Place of a tensor in groups that says what its layer is called. */
static struct weights_place place_named(const struct net_layers *l,
                                        const struct weights_order_name *name,
                                        size_t *prefix)
{
    struct weights_place p = {-1, name->variable};

    *prefix = name->n_holder;
    if (name->layer)
        p.layer = find_layer(l, name->layer, name->n_layer);
    if (p.layer >= 0 && p.slot >= l->n_slot[p.layer])
        p.layer = -1;
    return p;
}

/* Place of a tensor by its name, behind as little as can be: the longest part
 * of the name that is a layer's counts. */
static struct weights_place find_place(const struct net_layers *l,
                                       const char *tensor, size_t *prefix)
{
    const char *end = strrchr(tensor, '/'), *at = tensor;
    struct weights_order_name name;

    if (weights_order_cut(tensor, &name))
        return place_named(l, &name, prefix);
    while (end && at && at < end) {
        const int i = find_layer(l, at, (size_t)(end - at));

        *prefix = (size_t)(at - tensor);
        for (int k = 0; i >= 0 && k < l->n_slot[i]; k++)
            if (same_kind(l->slot[i][k].suffix, end + 1))
                return (struct weights_place){i, k};
        at = strchr(at, '/');
        at = at ? at + 1 : NULL;
    }
    return (struct weights_place){-1, 0};
}

/* --- all of them ----------------------------------------------------------- */

/* What stands before the layers' names in some tensors. */
struct holder {
    const char *prefix; /* borrowed */
    size_t n_prefix, n; /* bytes; tensors */
};

static bool is_behind(const char *tensor, const char *prefix, size_t n)
{
    return strncmp(tensor, prefix, n) == 0;
}

static void count_holder(struct holder *h, size_t *n, const char *tensor,
                         size_t n_prefix)
{
    size_t i = 0;

    while (i < *n && !(h[i].n_prefix == n_prefix &&
                       is_behind(tensor, h[i].prefix, n_prefix)))
        i++;
    if (i == *n)
        h[(*n)++] = (struct holder){tensor, n_prefix, 0};
    h[i].n++;
}

/* The one with most tensors of the network. */
static int choose_holder(struct weights_map *m, const struct holder *h,
                         size_t n, struct err *err)
{
    const struct holder *best = h, *second = NULL;

    for (size_t i = 1; i < n; i++)
        if (h[i].n > best->n)
            best = &h[i];
    for (size_t i = 0; i < n; i++)
        if (&h[i] != best && h[i].n == best->n)
            second = &h[i];
    if (second)
        return err_set(err, ERR_INPUT,
                       "%s is there twice, in '%.*s' and in '%.*s'",
                       m->net->name, (int)best->n_prefix, best->prefix,
                       (int)second->n_prefix, second->prefix);
    m->prefix = best->prefix;
    m->n_prefix = best->n_prefix;
    return 0;
}

/* Places by name; *n: how many there are. */
static int map_names(struct weights_map *m, size_t *n, struct err *err)
{
    struct holder *h = calloc(m->f->n_tensor + 1, sizeof(*h));
    size_t *prefix = calloc(m->f->n_tensor + 1, sizeof(*prefix)), k = 0;
    int rc = 0;

    *n = 0;
    if (!h || !prefix)
        rc = err_set(err, ERR_SYSTEM, "no memory for names of tensors");
    for (size_t i = 0; rc == 0 && i < m->f->n_tensor; i++) {
        const char *tensor = m->f->tensor[i].name;

        m->to[i] = find_place(m->l, tensor, &prefix[i]);
        if (m->to[i].layer >= 0)
            count_holder(h, &k, tensor, prefix[i]);
    }
    if (rc == 0 && k > 0)
        rc = choose_holder(m, h, k, err);
    for (size_t i = 0; rc == 0 && i < m->f->n_tensor; i++) {
        if (prefix[i] != m->n_prefix ||
            !is_behind(m->f->tensor[i].name, m->prefix, m->n_prefix))
            m->to[i].layer = -1;
        *n += m->to[i].layer >= 0;
    }
    free(h);
    free(prefix);
    return rc;
}

static bool has_groups(const struct safetensors *f)
{
    struct weights_order_name name;

    for (size_t i = 0; i < f->n_tensor; i++)
        if (weights_order_cut(f->tensor[i].name, &name))
            return true;
    return false;
}

/* All places; *n: how many there are. */
static int map_tensors(struct weights_map *m, size_t *n, struct err *err)
{
    *n = 0;
    m->prefix = "";
    m->n_prefix = 0;
    if (map_names(m, n, err) < 0)
        return -1;
    if (*n > 0 || !has_groups(m->f))
        return 0;
    if (weights_order_map(m, err) < 0)
        return -1;
    for (size_t i = 0; i < m->f->n_tensor; i++)
        *n += m->to[i].layer >= 0;
    return 0;
}

size_t weights_fit_count(const struct net *net, const struct net_layers *l,
                         const struct safetensors *f)
{
    struct weights_map m = {.net = net,
                            .l = l,
                            .f = f,
                            .to = calloc(f->n_tensor + 1, sizeof(*m.to))};
    struct err no = {0};
    size_t n = 0;

    if (m.to && map_tensors(&m, &n, &no) < 0)
        n = 0;
    free(m.to);
    return n;
}

/* --- the file anew --------------------------------------------------------- */

/* The name of a tensor without a place, if it is of a classifier; it may need
 * the ":0" that Keras 3 leaves out. */
static bool top_name(const struct weights_map *m, const char *tensor,
                     char name[TENSOR_NAME])
{
    if (is_behind(tensor, m->prefix, m->n_prefix) &&
        weights_is_top(tensor + m->n_prefix))
        tensor += m->n_prefix;
    return weights_is_top(tensor) &&
           snprintf(name, TENSOR_NAME, "%s%s", tensor,
                    strchr(tensor, ':') ? "" : ":0") < TENSOR_NAME;
}

/*
 * Is a tensor without a place one of a layer around the network?  Behind the
 * same prefix it is one that the network lacks, unless it scales an input; but
 * groups say by their class whether the network could have it.
 */
static bool is_outside(const struct weights_map *m, const char *tensor)
{
    struct weights_order_name name;

    if (is_behind(tensor, m->prefix, m->n_prefix) &&
        weights_is_scaling(tensor + m->n_prefix))
        return true;
    if (weights_order_cut(tensor, &name))
        return !name.layer || name.n_holder != m->n_prefix ||
               !is_behind(tensor, m->prefix, m->n_prefix) ||
               (find_layer(m->l, name.layer, name.n_layer) < 0 &&
                !weights_order_is_trunk(&name));
    return m->n_prefix > 0 && !is_behind(tensor, m->prefix, m->n_prefix);
}

/* Name and keep tensor i, or leave it out. */
static bool keep_tensor(const struct weights_map *m, size_t i,
                        char name[SAFETENSORS_MAX_NAME])
{
    const struct weights_place p = m->to[i];
    const char *tensor = m->f->tensor[i].name;

    if (p.layer >= 0) {
        snprintf(name, TENSOR_NAME, "%s/%s", m->l->name[p.layer],
                 m->l->slot[p.layer][p.slot].suffix);
        return true;
    }
    if (top_name(m, tensor, name))
        return true;
    snprintf(name, SAFETENSORS_MAX_NAME, "%s", tensor);
    return !is_outside(m, tensor);
}

/* The tensors that are kept, under their new names, in out->tensor and
 * name[]; *changed: they are not what they were. */
static int rename_tensors(const struct weights_map *m, struct safetensors *out,
                          char (*name)[SAFETENSORS_MAX_NAME], bool *changed,
                          struct err *err)
{
    for (size_t i = 0; i < m->f->n_tensor; i++) {
        char *to = name[out->n_tensor];

        if (!keep_tensor(m, i, to) ||
            (m->to[i].layer < 0 && safetensors_find(out, to))) {
            *changed = true;
            continue;
        }
        if (safetensors_find(out, to))
            return err_set(err, ERR_INPUT,
                           "two tensors are '%.128s', the second is '%.128s'",
                           to, m->f->tensor[i].name);
        *changed = *changed || strcmp(to, m->f->tensor[i].name) != 0;
        out->tensor[out->n_tensor] = m->f->tensor[i];
        out->tensor[out->n_tensor++].name = to;
    }
    return 0;
}

/* Put the renamed tensors in the place of the file's. */
static int replace_file(struct safetensors *f, const struct safetensors *by,
                        struct err *err)
{
    struct buf bytes = {0};
    struct safetensors anew;
    int rc = safetensors_pack(by, &bytes, err);

    if (rc == 0)
        rc = safetensors_parse(&anew, bytes.data, bytes.len, err);
    buf_release(&bytes);
    if (rc < 0)
        return -1;
    safetensors_release(f);
    *f = anew;
    return 0;
}

static int fit_tensors(struct safetensors *f, struct weights_map *m,
                       size_t *left_out, struct err *err)
{
    struct safetensors out = *f;
    char(*name)[SAFETENSORS_MAX_NAME] = calloc(f->n_tensor + 1, sizeof(*name));
    bool changed = false;
    int rc = -1;

    out.n_tensor = 0;
    out.tensor = calloc(f->n_tensor + 1, sizeof(*out.tensor));
    if (!name || !out.tensor)
        err_set(err, ERR_SYSTEM, "no memory for names of tensors");
    else
        rc = rename_tensors(m, &out, name, &changed, err);
    if (rc == 0 && changed) {
        *left_out = f->n_tensor - out.n_tensor;
        rc = replace_file(f, &out, err);
    }
    free(out.tensor);
    free(name);
    return rc;
}

int weights_fit(struct safetensors *f, const struct net *net, size_t *left_out,
                struct err *err)
{
    struct net_layers *l = net_layers(net, err);
    struct weights_map m = {.net = net,
                            .l = l,
                            .f = f,
                            .to = calloc(f->n_tensor + 1, sizeof(*m.to))};
    size_t n = 0;
    int rc = -1;

    *left_out = 0;
    if (l && !m.to)
        err_set(err, ERR_SYSTEM, "no memory for names of tensors");
    else if (l)
        rc = map_tensors(&m, &n, err);
    if (rc == 0 && n > 0)
        rc = fit_tensors(f, &m, left_out, err);
    free(l);
    free(m.to);
    return rc;
}
