#include "nn/weights_order.h"

#include <stdlib.h>
#include <string.h>

enum { CLASSES = 3 };

/* What Keras calls the classes of a trunk's layers with weights, and their
 * first weight. */
static const struct layer_class {
    const char *word, *first;
} classes[CLASSES] = {
    {"conv2d", "kernel:0"},
    {"depthwise_conv2d", "depthwise_kernel:0"},
    {"batch_normalization", "gamma:0"},
};

/* A layer of the file. */
struct order_layer {
    struct weights_order_name name; /* of its first tensor */
    int class;                      /* -1: another */
    long number;                    /* within its class */
    size_t first, n;                /* its tensors */
};

struct order {
    struct weights_map *m;
    struct order_layer *layer; /* owned; in the order of the file */
    size_t n;
    int *ways;                        /* owned, (m->l->n + 1) */
    struct weights_place *good;       /* owned, of a holder that fits */
    const struct order_layer *holder; /* the first layer of that one; or NULL */
};

/* A variable's number; -1: it is none. */
static int variable_number(const char *word)
{
    const size_t n = strspn(word, "0123456789");

    return n > 0 && n < 6 && word[n] == '\0' ? atoi(word) : -1;
}

bool weights_order_cut(const char *tensor, struct weights_order_name *name)
{
    const char *vars = strstr(tensor, "/vars/"), *next, *bar, *end;

    while (vars && (next = strstr(vars + 1, "/vars/")) != NULL)
        vars = next;
    if (!vars || variable_number(vars + strlen("/vars/")) < 0)
        return false;
    *name = (struct weights_order_name){
        .tensor = tensor,
        .n_path = (size_t)(vars - tensor),
        .variable = variable_number(vars + strlen("/vars/"))};
    bar = memchr(tensor, '|', name->n_path);
    if (bar) {
        name->layer = bar + 1;
        name->n_layer = (size_t)(vars - bar) - 1;
    }
    end = bar ? bar : vars;
    while (end > tensor && end[-1] != '/')
        end--;
    name->n_holder = (size_t)(end - tensor);
    return true;
}

/* "conv2d_12" is number 12 of its class. */
static void find_class(struct order_layer *y)
{
    const char *word = y->name.tensor + y->name.n_holder;
    size_t n = y->name.n_path - y->name.n_holder;

    if (y->name.layer)
        n -= y->name.n_layer + 1;
    y->class = -1;
    for (int c = 0; c < CLASSES; c++) {
        const size_t k = strlen(classes[c].word);

        if (n < k || memcmp(word, classes[c].word, k) != 0)
            continue;
        if (n == k)
            y->class = c;
        else if (word[k] == '_' && n < k + 8 &&
                 strspn(word + k + 1, "0123456789") == n - k - 1) {
            y->class = c;
            y->number = strtol(word + k + 1, NULL, 10);
        }
    }
}

bool weights_order_is_trunk(const struct weights_order_name *name)
{
    struct order_layer y = {.name = *name};

    find_class(&y);
    return y.class >= 0;
}

static bool same_path(const struct weights_order_name *a,
                      const struct weights_order_name *b)
{
    return a->n_path == b->n_path &&
           memcmp(a->tensor, b->tensor, a->n_path) == 0;
}

static bool same_holder(const struct order_layer *a,
                        const struct order_layer *b)
{
    return a->name.n_holder == b->name.n_holder &&
           memcmp(a->name.tensor, b->name.tensor, a->name.n_holder) == 0;
}

/* Tensors of a layer follow each other, in order; else its class is unknown. */
static void list_layers(struct order *o)
{
    const struct safetensors *f = o->m->f;

    for (size_t i = 0; i < f->n_tensor; i++) {
        struct order_layer y = {.first = i};

        if (!weights_order_cut(f->tensor[i].name, &y.name))
            continue;
        if (o->n == 0 || !same_path(&o->layer[o->n - 1].name, &y.name)) {
            find_class(&y);
            o->layer[o->n++] = y;
        }
        if ((size_t)y.name.variable != o->layer[o->n - 1].n++)
            o->layer[o->n - 1].class = -1;
    }
}

/* For qsort(): holders by name, in them classes, in these numbers. */
static int by_number(const void *a, const void *b)
{
    const struct order_layer *p = a, *q = b;
    const size_t n = p->name.n_holder < q->name.n_holder ? p->name.n_holder
                                                         : q->name.n_holder;
    const int c = memcmp(p->name.tensor, q->name.tensor, n);

    if (c)
        return c;
    if (p->name.n_holder != q->name.n_holder)
        return p->name.n_holder < q->name.n_holder ? -1 : 1;
    if (p->class != q->class)
        return p->class < q->class ? -1 : 1;
    return p->number < q->number ? -1 : p->number > q->number;
}

/* --- one class in one holder ---------------------------------------------- */

/* The class of the network's layer i; -1: it has no weights. */
static int class_of(const struct net_layers *l, int i)
{
    for (int c = 0; l->n_slot[i] > 0 && c < CLASSES; c++)
        if (strcmp(l->slot[i][0].suffix, classes[c].first) == 0)
            return c;
    BUG_ON(l->n_slot[i] > 0);
    return -1;
}

/* The layer's tensors have the shapes of the network's layer i. */
static bool has_shapes(const struct order *o, const struct order_layer *y,
                       int i)
{
    const struct net_layers *l = o->m->l;

    if (y->n != (size_t)l->n_slot[i])
        return false;
    for (int k = 0; k < l->n_slot[i]; k++) {
        const struct safetensors_tensor *t =
            &o->m->f->tensor[y->first + (size_t)k];
        const struct slot *s = &l->slot[i][k];

        if (t->n_dim != s->n_dim)
            return false;
        for (int d = 0; d < s->n_dim; d++)
            if (t->dim[d] != (size_t)s->dim[d])
                return false;
    }
    return true;
}

/*
 * In how many ways the network's layers of class c are some of y[0 .. n-1], in
 * this order; 2 stands for more.  *want: how many layers these are.
 */
static int count_ways(const struct order *o, const struct order_layer *y,
                      size_t n, int c, int *want)
{
    const struct net_layers *l = o->m->l;
    int index[GRAPH_MAX_NODES], m = 0;

    for (int i = 0; i < l->n; i++)
        if (class_of(l, i) == c)
            index[m++] = i;
    *want = m;
    memset(o->ways, 0, ((size_t)m + 1) * sizeof(*o->ways));
    o->ways[0] = 1;
    for (size_t j = 0; j < n; j++)
        for (int k = m; k > 0; k--)
            if (o->ways[k - 1] && has_shapes(o, &y[j], index[k - 1])) {
                o->ways[k] += o->ways[k - 1];
                o->ways[k] = o->ways[k] < 2 ? o->ways[k] : 2;
            }
    return o->ways[m];
}

/* The one way: each layer is the next that has the shapes. */
static void take_way(struct order *o, const struct order_layer *y, size_t n,
                     int c)
{
    const struct net_layers *l = o->m->l;
    size_t j = 0;

    for (int i = 0; i < l->n; i++) {
        if (class_of(l, i) != c)
            continue;
        while (j < n && !has_shapes(o, &y[j], i))
            j++;
        BUG_ON(j == n);
        for (size_t k = 0; k < y[j].n; k++)
            o->m->to[y[j].first + k] = (struct weights_place){i, (int)k};
        j++;
    }
}

static int refuse_way(const struct order *o, const struct order_layer *y,
                      size_t n, int c, int ways, int want, struct err *err)
{
    const char *net = o->m->net->name;
    const int holder = (int)y->name.n_holder;

    if (n < (size_t)want)
        return err_set(err, ERR_INPUT, "'%.*s' has %zu layers %s, %s has %d",
                       holder, y->name.tensor, n, classes[c].word, net, want);
    return err_set(err, ERR_INPUT,
                   "the %zu layers %s in '%.*s' can be %s's %d in %s; layers "
                   "have no names in this file, save it as legacy .h5",
                   n, classes[c].word, holder, y->name.tensor, net, want,
                   ways ? "several ways" : "no order, by their shapes");
}

/* --- holders --------------------------------------------------------------- */

/* The layers y[0 .. n-1] of one holder; those of a class follow each other. */
static int fit_holder(struct order *o, const struct order_layer *y, size_t n,
                      struct err *err)
{
    size_t i = 0;

    while (i < n && y[i].class < 0)
        i++;
    for (int c = 0; c < CLASSES; c++) {
        const struct order_layer *first = i < n ? &y[i] : y;
        size_t k = 0;
        int want, ways;

        while (i + k < n && first[k].class == c)
            k++;
        ways = count_ways(o, first, k, c, &want);
        if (ways != 1)
            return refuse_way(o, first, k, c, ways, want, err);
        take_way(o, first, k, c);
        i += k;
    }
    return 0;
}

/* A holder fits: it is the only one, or it cannot be told which is meant. */
static int keep_holder(struct order *o, const struct order_layer *y,
                       struct err *err)
{
    if (o->holder)
        return err_set(
            err, ERR_INPUT, "%s is there twice, in '%.*s' and in '%.*s'",
            o->m->net->name, (int)o->holder->name.n_holder,
            o->holder->name.tensor, (int)y->name.n_holder, y->name.tensor);
    o->holder = y;
    memcpy(o->good, o->m->to, o->m->f->n_tensor * sizeof(*o->good));
    return 0;
}

static void clear_places(struct weights_map *m)
{
    for (size_t i = 0; i < m->f->n_tensor; i++)
        m->to[i].layer = -1;
}

/* What the holder with most layers of a trunk lacks is what is said. */
static int fit_holders(struct order *o, struct err *err)
{
    size_t most = 0;
    struct err why = {0};

    for (size_t i = 0, n; i < o->n; i += n) {
        struct err lacks = {0};
        size_t known = 0;

        for (n = 0; i + n < o->n && same_holder(&o->layer[i], &o->layer[i + n]);
             n++)
            known += o->layer[i + n].class >= 0;
        clear_places(o->m);
        if (known == 0)
            continue;
        if (fit_holder(o, &o->layer[i], n, &lacks) == 0) {
            if (keep_holder(o, &o->layer[i], err) < 0)
                return -1;
        } else if (known > most) {
            most = known;
            why = lacks;
        }
    }
    if (o->holder)
        return 0;
    return most ? err_set(err, ERR_INPUT, "%s", why.text)
                : err_set(err, ERR_INPUT,
                          "there is no layer of a class that %s has",
                          o->m->net->name);
}

int weights_order_map(struct weights_map *m, struct err *err)
{
    const size_t n = m->f->n_tensor + 1;
    struct order o = {.m = m,
                      .layer = calloc(n, sizeof(*o.layer)),
                      .good = calloc(n, sizeof(*o.good)),
                      .ways = calloc((size_t)m->l->n + 1, sizeof(*o.ways))};
    int rc = -1;

    if (!o.layer || !o.good || !o.ways) {
        err_set(err, ERR_SYSTEM, "no memory for %zu layers", n);
        goto out;
    }
    list_layers(&o);
    qsort(o.layer, o.n, sizeof(*o.layer), by_number);
    rc = fit_holders(&o, err);
    if (rc == 0) {
        memcpy(m->to, o.good, m->f->n_tensor * sizeof(*m->to));
        m->prefix = o.holder->name.tensor;
        m->n_prefix = o.holder->name.n_holder;
    } else {
        clear_places(m);
    }
out:
    free(o.layer);
    free(o.good);
    free(o.ways);
    return rc;
}
