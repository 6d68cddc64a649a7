/* plan_check.c - words of the configuration that the program's tables know */
#include "run/plan_check.h"

#include "base/spell.h"
#include "config/regime.h"
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

int plan_check_words(const struct config *c, struct err *err)
{
    const char *regimes[CONFIG_LIST_MAX] = {NULL};

    for (size_t i = 0; regime_at(i); i++)
        regimes[i] = regime_at(i)->name;
    if (plan_check_list("train.networks", &c->train.networks, networks, err) <
            0 ||
        plan_check_list("train.regimes", &c->train.regimes, regimes, err) < 0)
        return -1;
    return plan_check_list("explain.methods", &c->explain.methods, explainers,
                           err);
}
