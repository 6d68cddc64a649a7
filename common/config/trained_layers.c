#include "config/trained_layers.h"

#include <stdlib.h>
#include <string.h>

static const char from_word[] = "from ";

static bool is_word(const char *text, const char *word)
{
    return strcmp(text, word) == 0;
}

/* The layer of "from LAYER"; NULL: the text says something else. */
static const char *from_layer(const char *text)
{
    const size_t n = strlen(from_word);

    return strncmp(text, from_word, n) == 0 ? text + n : NULL;
}

/* What is wrong with the value of a key. */
static int refuse(const char *key, const struct err *why, struct err *err)
{
    return err_set(err, why->code, "%s: %.300s", key, why->text);
}

static const char *find_cut(const struct net *net, const struct config *c,
                            const struct regime *r)
{
    if (is_word(c->train.cut, "paper"))
        return r->does & REGIME_CUTS ? net->paper_cut : NULL;
    return is_word(c->train.cut, "none") ? NULL : c->train.cut;
}

/* How many layers are before 'layer'; 0 if none of them has weights. */
static int count_before(const struct net *net, const char *layer,
                        struct err *err)
{
    const int n = net_layer_index(net, layer, err);
    struct net_layers *l = n < 0 ? NULL : net_layers(net, err);
    bool weights = false;

    if (!l)
        return -1;
    for (int i = 0; i < n; i++)
        weights = weights || l->n_slot[i] > 0;
    free(l);
    return weights ? n : 0;
}

/* A trunk that ends before its first layer that learns has none. */
static int check_order(const struct net *net, const char *layer,
                       const char *cut, struct err *err)
{
    const int end = cut ? net_layer_index(net, cut, err) : -1;
    const int first = end < 0 ? -1 : net_layer_index(net, layer, err);

    if (!cut)
        return 0;
    if (end < 0 || first < 0)
        return -1;
    if (first > end)
        return err_set(err, ERR_USAGE,
                       "the trunk of %s is cut at '%s', before '%s': none of "
                       "it would learn; that is called head",
                       net->name, cut, layer);
    return 0;
}

/* What the authors froze; of a trunk that is cut elsewhere than theirs there
 * must be more. */
static int count_paper(const struct net *net, const struct config *c,
                       const struct regime *r, const char *cut, struct err *err)
{
    const bool own = cut && !is_word(c->train.cut, "paper");
    const int end = own ? net_layer_index(net, cut, err) : -1;

    if (r->does & REGIME_CONTRASTS)
        return 0;
    if (own && end < 0)
        return -1;
    if (own && regime_starts(r, c) && net->paper_freeze > end)
        return err_set(err, ERR_USAGE,
                       "the trunk of %s is cut at '%s', and paper freezes all "
                       "of it; say from LAYER, all or head",
                       net->name, cut);
    return net->paper_freeze;
}

/* What train.trainable says, whatever the weights are. */
static int count_named(const struct net *net, const struct config *c,
                       const struct regime *r, const char *cut, struct err *err)
{
    const char *text = c->train.trainable, *layer = from_layer(text);

    if (is_word(text, "all"))
        return 0;
    if (is_word(text, "paper"))
        return count_paper(net, c, r, cut, err);
    if (is_word(text, "head"))
        return net_count_layers(net, err);
    if (!layer)
        return err_set(err, ERR_USAGE,
                       "'%.64s' is none of paper, head, all, from LAYER", text);
    if (check_order(net, layer, cut, err) < 0)
        return -1;
    return count_before(net, layer, err);
}

int trained_layers_init(struct trained_layers *t, const struct net *net,
                        const struct config *c, const struct regime *r,
                        struct err *err)
{
    struct err why;

    t->cut = find_cut(net, c, r);
    t->freeze = count_named(net, c, r, t->cut, &why);
    if (t->freeze < 0)
        return refuse("train.trainable", &why, err);
    if (!regime_starts(r, c))
        t->freeze = 0;
    return 0;
}

/* Is there such a layer, and can the trunk end with it? */
static int check_cut(const struct net *net, const struct config *c,
                     struct err *err)
{
    const char *cut = c->train.cut;
    const int side = (int)c->preprocess.size;
    struct err why;
    struct graph *g;

    if (is_word(cut, "paper") || is_word(cut, "none"))
        return 0;
    g = net_new(
        net,
        &(struct net_args){.h = side, .w = side, .cut = cut, .head = HEAD_POOL},
        &(struct graph_args){.max_batch = 1, .threads = 1, .sizes = true},
        &why);
    graph_free(g);
    return g ? 0 : refuse("train.cut", &why, err);
}

/* Of one network: in every regime. */
static int check_network(const struct net *net, const struct config *c,
                         struct err *err)
{
    struct trained_layers t;

    if (check_cut(net, c, err) < 0)
        return -1;
    for (int i = 0; i < c->train.regimes.n; i++) {
        const struct regime *r = regime_listed(c, i);

        if (r && trained_layers_init(&t, net, c, r, err) < 0)
            return -1;
    }
    return 0;
}

int trained_layers_check(const struct config *c, struct err *err)
{
    struct err unknown;

    if (is_word(c->train.trainable, "paper") && is_word(c->train.cut, "paper"))
        return 0;
    for (int i = 0; i < c->train.networks.n; i++) {
        const struct net *net = net_find(c->train.networks.word[i], &unknown);

        if (net && check_network(net, c, err) < 0)
            return -1;
    }
    return 0;
}
