/* experiment_name.c - put together, and taken apart from both ends */
#include "run/experiment_name.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct experiment_name experiment_name_of(const char *network,
                                          const char *regime,
                                          const char *variant, int64_t seed)
{
    struct experiment_name e = {.seed = seed, .fold = EXPERIMENT_NO_FOLD};

    snprintf(e.network, sizeof(e.network), "%s", network);
    snprintf(e.regime, sizeof(e.regime), "%s", regime);
    snprintf(e.variant, sizeof(e.variant), "%s", variant);
    return e;
}

void experiment_name_in_fold(char out[EXPERIMENT_NAME_MAX], const char *name,
                             int fold)
{
    snprintf(out, EXPERIMENT_NAME_MAX, "%.230s-f%d", name, fold);
}

void experiment_name_make(char out[EXPERIMENT_NAME_MAX],
                          const struct experiment_name *e)
{
    char all[EXPERIMENT_NAME_MAX];

    snprintf(all, sizeof(all), "%s-%s%s%s-s%lld", e->network, e->regime,
             *e->variant ? "-" : "", e->variant, (long long)e->seed);
    if (e->fold >= 0)
        experiment_name_in_fold(out, all, e->fold);
    else
        memcpy(out, all, sizeof(all));
}

/* The number behind '-' and 'letter' at the end of the first n bytes of a
 * name, of which *n are left then; -1: it does not end so. */
static int64_t take_number(const char *name, size_t *n, char letter)
{
    size_t at = *n;
    char *end;
    long long v;

    while (at > 0 && name[at - 1] >= '0' && name[at - 1] <= '9')
        at--;
    if (at == *n || at < 3 || name[at - 1] != letter || name[at - 2] != '-' ||
        (name[at] == '0' && *n > at + 1))
        return -1;
    errno = 0;
    v = strtoll(name + at, &end, 10);
    if (errno || end != name + *n)
        return -1;
    *n = at - 2;
    return v;
}

/* The word in front of the next '-'; false: none, or it is too long. */
static bool take_word(const char **s, const char *end, char *out, size_t room)
{
    const char *dash = memchr(*s, '-', (size_t)(end - *s));
    const size_t n = (size_t)((dash ? dash : end) - *s);

    if (n == 0 || n >= room)
        return false;
    memcpy(out, *s, n);
    *s += n + (dash != NULL);
    return true;
}

bool experiment_name_parse(struct experiment_name *e, const char *name)
{
    size_t n = strlen(name);
    const char *s = name, *end;
    int64_t fold;

    *e = (struct experiment_name){.fold = EXPERIMENT_NO_FOLD};
    fold = take_number(name, &n, 'f');
    if (fold >= CONFIG_FOLDS_MAX)
        return false;
    if (fold >= 0)
        e->fold = (int)fold;
    e->seed = take_number(name, &n, 's');
    end = name + n;
    if (e->seed < 0 || !take_word(&s, end, e->network, sizeof(e->network)) ||
        !take_word(&s, end, e->regime, sizeof(e->regime)) ||
        end - s >= CONFIG_VARIANT_NAME || end[-1] == '-')
        return false;
    memcpy(e->variant, s, (size_t)(end - s));
    return true;
}

int experiment_name_fold(const char *name)
{
    size_t n = strlen(name);
    const int64_t fold = take_number(name, &n, 'f');

    return fold >= 0 && fold < CONFIG_FOLDS_MAX ? (int)fold
                                                : EXPERIMENT_NO_FOLD;
}

void experiment_name_pooled(char out[EXPERIMENT_NAME_MAX], const char *name)
{
    char all[EXPERIMENT_NAME_MAX];
    size_t n = strlen(name);

    if (experiment_name_fold(name) >= 0)
        take_number(name, &n, 'f');
    snprintf(all, sizeof(all), "%.*s", (int)n, name);
    memcpy(out, all, sizeof(all));
}
