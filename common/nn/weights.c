/* weights.c - tensors by name against the network's own list of layers */
#include "nn/weights.h"

#include "nn/keras_h5.h"
#include "nn/weights_fit.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TENSOR_NAME = 2 * NN_NAME_MAX, MAGIC = 8 };

int weights_read(struct safetensors *f, const char *path, struct err *err)
{
    char magic[MAGIC];
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t n = fd < 0 ? 0 : read(fd, magic, sizeof(magic));

    if (fd >= 0)
        close(fd);
    if (n > 0 && keras_h5_is(magic, (size_t)n))
        return keras_h5_read(f, path, err);
    return safetensors_read(f, path, err);
}

/* --- which tensors there are -----------------------------------------------*/

/* "dense_1" is a "dense", "dense_relu" is not. */
static bool is_numbered(const char *layer, size_t n, const char *kind)
{
    const size_t k = strlen(kind);

    if (n < k || strncmp(layer, kind, k) != 0)
        return false;
    return n == k || (layer[k] == '_' &&
                      strspn(layer + k + 1, "0123456789") == n - k - 1);
}

bool weights_is_top(const char *tensor)
{
    static const char *const kinds[] = {
        "dense",  "batch_normalization", "fc1", "fc2", "predictions", "fc1000",
        "Logits", "projection"};
    const char *end = strrchr(tensor, '/');

    for (size_t i = 0; end && i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (is_numbered(tensor, (size_t)(end - tensor), kinds[i]))
            return true;
    return false;
}

bool weights_is_scaling(const char *tensor)
{
    return strncmp(tensor, WEIGHTS_INPUT_SCALING "/",
                   sizeof(WEIGHTS_INPUT_SCALING)) == 0 ||
           strncmp(tensor, WEIGHTS_SIZE_SCALING "/",
                   sizeof(WEIGHTS_SIZE_SCALING)) == 0;
}

static void slot_name(const struct net_layers *l, int i, int k,
                      char name[TENSOR_NAME])
{
    snprintf(name, TENSOR_NAME, "%s/%s", l->name[i], l->slot[i][k].suffix);
}

/* The slot of that name, or NULL. */
static const struct slot *find_slot(const struct net_layers *l,
                                    const char *tensor)
{
    const char *end = strrchr(tensor, '/');
    const size_t n = end ? (size_t)(end - tensor) : 0;

    for (int i = 0; end && i < l->n; i++)
        if (strncmp(l->name[i], tensor, n) == 0 && l->name[i][n] == '\0')
            for (int k = 0; k < l->n_slot[i]; k++)
                if (strcmp(l->slot[i][k].suffix, end + 1) == 0)
                    return &l->slot[i][k];
    return NULL;
}

static const struct net *named_net(const struct safetensors *f)
{
    const char *name = safetensors_meta(f, "network");
    struct err unknown;

    return name ? net_find(name, &unknown) : NULL;
}

/* How many tensors of 'f' the network has, less those that it lacks. */
static int score_network(const struct net *net, const struct safetensors *f,
                         struct err *err)
{
    struct net_layers *l = net_layers(net, err);
    int n, of = 0;

    if (!l)
        return -1;
    n = (int)weights_fit_count(net, l, f);
    for (int i = 0; i < l->n; i++)
        of += l->n_slot[i];
    free(l);
    return n == 0 ? 0 : 2 * n - of > 1 ? 2 * n - of : 1;
}

const struct net *weights_net(const struct safetensors *f, struct err *err)
{
    const struct net *best = named_net(f);
    int most = 0;

    for (size_t i = 0; !named_net(f) && net_at(i); i++) {
        const int n = score_network(net_at(i), f, err);

        if (n < 0)
            return NULL;
        if (n > most) {
            most = n;
            best = net_at(i);
        }
    }
    if (!best)
        err_set(err, ERR_INPUT,
                "the tensors are of no network here (the first is '%.100s')",
                f->n_tensor ? f->tensor[0].name : "none");
    return best;
}

int weights_open(struct safetensors *f, const char *path, const char *name,
                 struct weights_opened *w, struct err *err)
{
    struct err why = {0};

    *w = (struct weights_opened){0};
    if (weights_read(f, path, err) < 0)
        return -1;
    w->net = name ? net_find(name, err) : weights_net(f, &why);
    if (w->net && weights_fit(f, w->net, &w->left_out, &why) == 0)
        return 0;
    safetensors_release(f);
    return why.code ? err_set(err, why.code, "'%.200s': %.280s", path, why.text)
                    : -1;
}

/* --- checks ----------------------------------------------------------------*/

static void shape_text(int n, const size_t *dim, char *text, size_t size)
{
    size_t at = (size_t)snprintf(text, size, "(");

    for (int i = 0; i < n && at < size; i++)
        at += (size_t)snprintf(text + at, size - at, "%s%zu", i ? ", " : "",
                               dim[i]);
    if (at < size)
        snprintf(text + at, size - at, ")");
}

static int check_shape(const struct safetensors_tensor *t, const struct slot *s,
                       struct err *err)
{
    size_t dim[SAFETENSORS_MAX_DIMS] = {0};
    char is[128], wanted[128];

    for (int i = 0; i < s->n_dim; i++)
        dim[i] = (size_t)s->dim[i];
    if (t->type != SAFETENSORS_F32)
        return err_set(err, ERR_INPUT, "tensor '%.128s' is not of float32",
                       t->name);
    if (t->n_dim == s->n_dim &&
        memcmp(dim, t->dim, (size_t)s->n_dim * sizeof(*dim)) == 0)
        return 0;
    shape_text(t->n_dim, t->dim, is, sizeof(is));
    shape_text(s->n_dim, dim, wanted, sizeof(wanted));
    return err_set(err, ERR_INPUT, "tensor '%.128s' has shape %s, not %s",
                   t->name, is, wanted);
}

static size_t tensor_numbers(const struct safetensors_tensor *t)
{
    return safetensors_bytes(t) / safetensors_item(t->type);
}

/* Every number of a tensor of float32 is one. */
static int check_finite(const struct safetensors_tensor *t, struct err *err)
{
    const size_t n = t->type == SAFETENSORS_F32 ? tensor_numbers(t) : 0;
    const float *x = t->data;
    size_t bad = 0, first = 0;

    for (size_t i = 0; i < n; i++)
        if (!isfinite(x[i]) && bad++ == 0)
            first = i;
    return bad == 0
               ? 0
               : err_set(err, ERR_INPUT,
                         "tensor '%.128s': %zu of %zu numbers are not finite, "
                         "the first is %s",
                         t->name, bad, n, isnan(x[first]) ? "NaN" : "infinite");
}

/* Everything in the file is of the trunk or of a top, in the right shape. */
static int check_file(const struct net *net, const struct net_layers *l,
                      const struct safetensors *f, struct weights_count *c,
                      struct err *err)
{
    *c = (struct weights_count){0};
    for (size_t i = 0; i < f->n_tensor; i++) {
        const struct safetensors_tensor *t = &f->tensor[i];
        const struct slot *s = find_slot(l, t->name);

        if (s && check_shape(t, s, err) < 0)
            return -1;
        if (!s && !weights_is_top(t->name))
            return err_set(err, ERR_INPUT, "tensor '%.128s' is not one of %s's",
                           t->name, net->name);
        if (check_finite(t, err) < 0)
            return -1;
        *(s ? &c->tensors : &c->top_tensors) += 1;
        *(s ? &c->numbers : &c->top_numbers) += tensor_numbers(t);
    }
    return 0;
}

static int check_whole(const struct net *net, const struct net_layers *l,
                       const struct safetensors *f, struct err *err)
{
    char name[TENSOR_NAME];

    for (int i = 0; i < l->n; i++)
        for (int k = 0; k < l->n_slot[i]; k++) {
            slot_name(l, i, k, name);
            if (!safetensors_find(f, name))
                return err_set(err, ERR_INPUT,
                               "tensor '%.128s' of %s is missing", name,
                               net->name);
        }
    return 0;
}

int weights_check(const struct net *net, const struct safetensors *f,
                  struct weights_count *count, struct err *err)
{
    struct net_layers *l = net_layers(net, err);
    int rc = l ? 0 : -1;

    if (rc == 0)
        rc = check_file(net, l, f, count, err);
    if (rc == 0)
        rc = check_whole(net, l, f, err);
    free(l);
    return rc;
}

/* --- into a graph ----------------------------------------------------------*/

static bool fits_tensor(const struct named_tensor *nt,
                        const struct safetensors_tensor *t)
{
    bool same = t && t->type == SAFETENSORS_F32 && t->n_dim == nt->n_dim;

    for (int i = 0; same && i < nt->n_dim; i++)
        same = t->dim[i] == (size_t)nt->dim[i];
    return same;
}

int weights_load(struct graph *g, const struct net *net,
                 const struct safetensors *f, struct err *err)
{
    struct net_layers *l = net_layers(net, err);
    const struct named_tensor *list;
    struct weights_count count;
    size_t n;
    int rc = l ? check_file(net, l, f, &count, err) : -1;

    graph_tensors(g, &list, &n);
    for (size_t i = 0; i < n && rc == 0; i++) {
        const struct safetensors_tensor *t = safetensors_find(f, list[i].name);

        if (fits_tensor(&list[i], t))
            memcpy(list[i].data, t->data, safetensors_bytes(t));
        else if (find_slot(l, list[i].name))
            rc = err_set(err, ERR_INPUT, "tensor '%.128s' of %s is missing",
                         list[i].name, net->name);
    }
    free(l);
    return rc;
}
