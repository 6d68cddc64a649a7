#include "stages/explain/explained_network.h"

#include "base/spell.h"
#include "stages/explain/explain.h"

#include <math.h>
#include <omp.h>
#include <string.h>

/* What reads 'nd', if that is one node; NULL: none or several do. */
static const struct node *only_reader(const struct graph *g,
                                      const struct node *nd)
{
    const struct node *reader = NULL, *at;

    for (int j = 0; (at = graph_node_at(g, j)); j++)
        for (int k = 0; k < NN_MAX_IN; k++)
            if (at->in[k] == nd) {
                if (reader)
                    return NULL;
                reader = at;
            }
    return reader;
}

/* How many values of a channel reach what comes behind: layers with a stride may
 * skip some, of their input or of what is made of it point by point. */
static int points_of(const struct graph *g, const struct node *nd)
{
    int step = graph_read_step(g, nd);

    for (const struct node *r = only_reader(g, nd); r && r->op->in_place;
         r = only_reader(g, r))
        if (graph_read_step(g, r) > step)
            step = graph_read_step(g, r);
    return ((nd->out.h - 1) / step + 1) * ((nd->out.w - 1) / step + 1);
}

struct node *explain_layer(struct graph *g, const char *network,
                           const char *name, struct err *err)
{
    const char *names[GRAPH_MAX_NODES], *nearest;
    const bool own = strcmp(name, "auto") == 0;
    const int n = graph_n_node(g);
    const struct net *net = net_find(network, err);
    struct node *nd;

    if (!net)
        return NULL;
    nd = own ? net_cam_node(net, g) : graph_node(g, name);
    while (own && nd && nd->in[0] && points_of(g, nd) == 1)
        nd = nd->in[0];
    if (nd && points_of(g, nd) > 1)
        return nd;
    for (int i = 0; i < n; i++)
        names[i] = graph_node_at(g, i)->name;
    nearest = spell_nearest(name, names, (size_t)n);
    if (nd)
        err_set(err, ERR_USAGE,
                "explain.layers: %s of %s is a single point here; name a layer "
                "before it",
                name, network);
    else
        err_set(err, ERR_USAGE, "explain.layers: %s has no layer '%s'%s%s%s",
                network, name, nearest ? "; did you mean '" : "",
                nearest ? nearest : "", nearest ? "'?" : "");
    return NULL;
}

int explained_network_layers(struct gradients *g, const struct inference *net,
                             const struct word_list *names, struct err *err)
{
    struct node *node[GRADIENTS_LAYERS_MAX];

    for (int i = 0; i < names->n; i++) {
        node[i] =
            explain_layer(net->graph, net->info.network, names->word[i], err);
        if (!node[i])
            return -1;
    }
    return gradients_init(g, net->graph, node, names->n, err);
}

int explained_network_open(struct explained_network *n,
                           const struct explained_network_args *a,
                           struct err *err)
{
    struct inference_args p = {.path = a->model,
                               .network = a->network,
                               .data = a->data,
                               .batch = GRADIENTS_BATCH,
                               .memory = GRAPH_KEEP_ALL};

    *n = (struct explained_network){.scorer.threads = omp_get_max_threads()};
    if (inference_open(&n->net, &p, err) < 0 ||
        explained_network_layers(&n->gradients, &n->net, a->layers, err) < 0)
        return -1;
    p.batch = SCORER_BATCH;
    p.memory = GRAPH_INFER;
    p.bf16 = a->many_bf16;
    if (inference_open(&n->many, &p, err) < 0)
        return -1;
    n->scorer.graph = n->many.graph;
    return 0;
}

void explained_network_close(struct explained_network *n)
{
    gradients_release(&n->gradients);
    inference_close(&n->net);
    inference_close(&n->many);
}

/* --- random weights ------------------------------------------------------- */

/* Do two tensors belong to the same layer, "NAME/..."? */
static bool same_layer(const struct named_tensor *a,
                       const struct named_tensor *b)
{
    const size_t n = strcspn(a->name, "/");

    return n == strcspn(b->name, "/") && strncmp(a->name, b->name, n) == 0;
}

/* First of the tensors that 'share' of the layers, the last ones, have. */
static size_t first_of(const struct named_tensor *t, size_t n, double share)
{
    size_t layers = n > 0, want, met = 0;

    for (size_t i = 1; i < n; i++)
        layers += !same_layer(&t[i], &t[i - 1]);
    want = (size_t)ceil(share * (double)layers);
    for (size_t i = n; i > 0; i--) {
        if (i == n || !same_layer(&t[i - 1], &t[i]))
            met++;
        if (met > want)
            return i;
    }
    return 0;
}

static void copy_last(struct graph *to, struct graph *from, double share)
{
    const struct named_tensor *t, *f;
    size_t n, k;

    graph_tensors(to, &t, &n);
    graph_tensors(from, &f, &k);
    BUG_ON(n != k);
    for (size_t i = first_of(t, n, share); i < n; i++) {
        BUG_ON(t[i].len != f[i].len);
        memcpy(t[i].data, f[i].data, t[i].len * sizeof(*t[i].data));
    }
    graph_changed(to);
}

int explained_network_randomise(struct explained_network *n, double share,
                                uint64_t seed, struct err *err)
{
    const struct graph_args ga = {
        .max_batch = 1, .seed = seed, .memory = GRAPH_INFER};
    struct graph *fresh = model_fresh(&n->net.info, &ga, err);

    if (!fresh)
        return -1;
    copy_last(n->net.graph, fresh, share);
    copy_last(n->many.graph, fresh, share);
    graph_free(fresh);
    return 0;
}

void explained_network_gradients(struct explained_network *n,
                                 struct explainer_task *t)
{
    gradients_take(&n->gradients, t->x, t->target, t->n_target);
    t->input = n->net.info.input;
    t->layer = n->gradients.layer;
    t->n_layer = n->gradients.n_layer;
    t->graph = n->net.graph;
    t->gradients = &n->gradients;
    t->scorer = &n->scorer;
}
