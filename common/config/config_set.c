/* config_set.c - "section.key=value" of the command line */
#include "config/config_yaml_private.h"

#include "base/spell.h"

#include <string.h>

/* Key whose value is being read; for --set, where there is just one. */
struct set_reader {
    struct yaml_reader r; /* first, so that a reader leads here */
    const struct config_key *key;
};

static int take_set_list(struct yaml_reader *r)
{
    const struct config_key *k = ((struct set_reader *)r)->key;
    struct config_key_value v = {0};
    bool usable;
    int rc;

    if (yaml_next(r) < 0 || yaml_next(r) < 0 || yaml_next(r) < 0)
        return YAML_STOP;
    if (k->type == KEY_VARIANTS)
        return yaml_take_variants(r, k) < 0 ? YAML_STOP : yaml_next(r);
    rc = yaml_take_value(r, k->full, &v, &usable);
    if (rc == 0)
        rc = yaml_next(r); /* text behind the list is found here */
    if (rc == 0 && usable)
        yaml_set_key(r, k, &v, 0);
    config_key_value_release(&v);
    return rc;
}

/* Scalars are taken as they stand, so that paths need no YAML quotes. */
static int set_value(struct set_reader *s, const char *text)
{
    struct config_key_value v = {.n = 1};
    int rc;

    if (*text && *text == config_key_bracket(s->key))
        return yaml_parse(&s->r, text, strlen(text), take_set_list);
    v.text[0] = strdup(text);
    if (!v.text[0])
        return err_set(s->r.faults.err, ERR_SYSTEM, "--set: no memory");
    rc = yaml_store(&s->r, s->key, &v, 0, s->r.faults.err);
    config_key_value_release(&v);
    return rc;
}

/* Of "train.variants.wide.mixup", the variant; *name is its key then.  Without
 * one the reader has none. */
static int find_variant(struct yaml_reader *r, const char *section,
                        const char **name)
{
    char word[YAML_MAX_WORD], cut[CONFIG_KEY_SNIPPET];
    const char *known[CONFIG_VARIANTS_MAX], *dot = strchr(*name, '.'), *meant;
    struct variant_list *l = &((struct config *)r->c)->train.variants;
    const struct config_key *k;

    snprintf(word, sizeof(word), "%.*s", (int)strcspn(*name, "."), *name);
    k = config_key_find(r->table, section, word);
    if (!k || k->type != KEY_VARIANTS || !dot)
        return 0;
    snprintf(word, sizeof(word), "%.*s", (int)strcspn(dot + 1, "."), dot + 1);
    *name = dot + 1 + strlen(word);
    *name += **name == '.';
    for (int i = 0; i < l->n; i++) {
        known[i] = l->of[i].name;
        if (strcmp(known[i], word) == 0)
            r->variant = &l->of[i];
    }
    if (r->variant)
        return 0;
    meant = spell_nearest(word, known, (size_t)l->n);
    return err_set(r->faults.err, ERR_USAGE,
                   "--set: %s: there is no '%s'%s%s%s; --set '%s={NAME: {...}, "
                   "...}' names all",
                   k->full, config_key_snippet(cut, word),
                   meant ? "; did you mean " : "", meant ? meant : "",
                   meant ? "?" : "", k->full);
}

int config_take_set(struct config *c, const char *text, struct err *err)
{
    struct set_reader s = {.r = {.faults = {.name = "--set", .err = err},
                                 .table = &config_key_run,
                                 .c = c}};
    const char *equals = strchr(text, '='), *dot = strchr(text, '.');
    char section[YAML_MAX_WORD], word[YAML_MAX_WORD], cut[CONFIG_KEY_SNIPPET];
    const char *name = word;

    if (!equals || !dot || dot > equals || dot == text || equals == dot + 1 ||
        equals - text >= YAML_MAX_WORD)
        return err_set(err, ERR_USAGE, "--set: '%s' is not section.key=value",
                       config_key_snippet(cut, text));
    snprintf(section, sizeof(section), "%.*s", (int)(dot - text), text);
    snprintf(word, sizeof(word), "%.*s", (int)(equals - dot - 1), dot + 1);
    if (find_variant(&s.r, section, &name) < 0)
        return -1;
    s.key = yaml_find_key(&s.r, section, name, 0);
    if (!s.key)
        return -1;
    return set_value(&s, equals + 1);
}
