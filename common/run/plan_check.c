/* plan_check.c - words of the configuration that the program's tables know */
#include "run/plan_check.h"

#include "base/spell.h"
#include "config/regime.h"
#include "config/trained_layers.h"
#include "config/variants.h"
#include "nn/nets.h"

#include <stdio.h>
#include <string.h>

static const char *const networks[] = {
#define NET(name) #name,
#include "nn/nets.def"
#undef NET
    NULL};

static const char *const explainers[] = {
#define EXPLAINER(name, title) #name,
#include "config/explainers.def"
#undef EXPLAINER
    NULL};

static int check_word(const char *key, const char *word,
                      const char *const *known, struct err *err)
{
    const char *meant;
    char all[256] = "";
    size_t n = 0;

    for (; known[n]; n++) {
        const size_t at = strlen(all);

        snprintf(all + at, sizeof(all) - at, "%s%s", n ? ", " : "", known[n]);
    }
    meant = spell_nearest(word, known, n);
    if (meant && strcmp(meant, word) == 0)
        return 0;
    if (meant)
        return err_set(err, ERR_USAGE, "%s: there is no '%s'; did you mean %s?",
                       key, word, meant);
    return err_set(err, ERR_USAGE, "%s: there is no '%s'; known: %s", key, word,
                   all);
}

int plan_check_list(const char *key, const struct word_list *given,
                    const char *const *known, struct err *err)
{
    for (int i = 0; i < given->n; i++)
        if (check_word(key, given->word[i], known, err) < 0)
            return -1;
    return 0;
}

/* Its trunk may end before the first layer whose styles would be mixed. */
static int refuse_styles(const struct regime *r, const struct net *net,
                         const char *cut, struct err *err)
{
    const int n = net_count_styles(net, cut, 0, err);

    if (n < 0)
        return -1;
    if (n == 0 && cut)
        return err_set(err, ERR_USAGE,
                       "train.mixstyle: the trunk of %s is cut at '%s', before "
                       "the layers behind which styles would be mixed; cut it "
                       "later by train.cut, or leave it 0",
                       net->name, cut);
    return err_set(err, ERR_USAGE,
                   "train.mixstyle: regime %s freezes all layers of %s behind "
                   "which styles would be mixed; with train.trainable: all "
                   "they learn, or leave it 0",
                   r->name, net->name);
}

/* Does any layer learn behind which styles are mixed? */
static int check_styles(const struct config *c, const struct regime *r,
                        const struct net *net, struct err *err)
{
    struct trained_layers layers;
    int n;

    if (trained_layers_init(&layers, net, c, r, err) < 0)
        return -1;
    n = net_count_styles(net, layers.cut, layers.freeze, err);
    if (n != 0)
        return n < 0 ? -1 : 0;
    return refuse_styles(r, net, layers.cut, err);
}

/* The words are known. */
static int check_mixstyle(const struct config *c, struct err *err)
{
    for (int i = 0; i < c->train.regimes.n; i++)
        for (int k = 0; k < c->train.networks.n; k++) {
            const struct net *net = net_find(c->train.networks.word[k], err);

            if (!net || check_styles(c, regime_listed(c, i), net, err) < 0)
                return -1;
        }
    return 0;
}

/* Each variant's way of training. */
static int check_variants(const struct config *c, struct err *err)
{
    struct config own;

    for (int i = 0; i < variants_count(c); i++) {
        variants_config(&own, c, variants_name(c, i));
        if (own.train.mixstyle > 0 && check_mixstyle(&own, err) < 0)
            return -1;
    }
    return 0;
}

int plan_check_words(const struct config *c, struct err *err)
{
    const char *regimes[CONFIG_LIST_MAX] = {NULL};

    for (size_t i = 0; regime_at(i); i++)
        regimes[i] = regime_at(i)->name;
    if (plan_check_list("train.networks", &c->train.networks, networks, err) <
            0 ||
        plan_check_list("train.regimes", &c->train.regimes, regimes, err) < 0)
        return -1;
    if (check_variants(c, err) < 0)
        return -1;
    return plan_check_list("explain.methods", &c->explain.methods, explainers,
                           err);
}
