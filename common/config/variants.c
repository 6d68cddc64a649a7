/* variants.c - kept as settings, each "section.key=value" and a zero byte */
#include "config/variants.h"

#include <stdio.h>
#include <string.h>

/* The next setting behind s, or NULL. */
static const char *next_set(const char *s)
{
    s += strlen(s) + 1;
    return *s ? s : NULL;
}

static const char *first_set(const struct variant *v)
{
    return v->sets[0] ? v->sets : NULL;
}

int variants_count(const struct config *c)
{
    return c->train.variants.n > 0 ? c->train.variants.n : 1;
}

const char *variants_name(const struct config *c, int i)
{
    return c->train.variants.n > 0 ? c->train.variants.of[i].name : "";
}

static const struct variant *find_variant(const struct variant_list *l,
                                          const char *name)
{
    for (int i = 0; i < l->n; i++)
        if (strcmp(l->of[i].name, name) == 0)
            return &l->of[i];
    return NULL;
}

void variants_config(struct config *out, const struct config *c,
                     const char *name)
{
    const struct variant *v = find_variant(&c->train.variants, name);
    struct err err;

    BUG_ON(*name && !v);
    *out = *c;
    memset(&out->train.variants, 0, sizeof(out->train.variants));
    for (const char *s = v ? first_set(v) : NULL; s; s = next_set(s))
        BUG_ON(config_take_set(out, s, &err) < 0); /* it was checked */
}

/* --- building ------------------------------------------------------------- */

/* A part of experiments' names, which end in -sSEED and -fFOLD. */
static bool is_name(const char *s)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

    const size_t n = strlen(s);

    return n > 0 && n < CONFIG_VARIANT_NAME && s[0] != '-' && s[n - 1] != '-' &&
           !s[strspn(s, allowed)];
}

struct variant *variants_add(struct variant_list *l, const char *name,
                             const char *where, struct err *err)
{
    char cut[CONFIG_KEY_SNIPPET];
    struct variant *v = &l->of[l->n];

    config_key_snippet(cut, name);
    if (!is_name(name))
        err_set(err, ERR_USAGE,
                "%s: train.variants: '%s' is not a name of at most %d letters, "
                "digits, '-' and '_'; '-' stands neither first nor last",
                where, cut, CONFIG_VARIANT_NAME - 1);
    else if (find_variant(l, name))
        err_set(err, ERR_USAGE, "%s: train.variants: '%s' is given twice",
                where, cut);
    else if (l->n == CONFIG_VARIANTS_MAX)
        err_set(err, ERR_USAGE, "%s: train.variants: more than %d", where,
                CONFIG_VARIANTS_MAX);
    else {
        memset(v, 0, sizeof(*v));
        snprintf(v->name, sizeof(v->name), "%s", name);
        l->n++;
        return v;
    }
    return NULL;
}

int variants_check_key(const struct config_key *k, const char *where,
                       struct err *err)
{
    if (k->role == KEY_RESULT)
        return 0;
    return err_set(err, ERR_USAGE, "%s: %s: %s", where, k->full,
                   k->role == KEY_EXPERIMENT
                       ? "is an axis of the experiments itself, and the same "
                         "for all variants"
                       : "decides no result or names a file, and is the same "
                         "for all variants");
}

/* Drop the setting of 'k', if there is one. */
static void drop_set(struct variant *v, const struct config_key *k)
{
    const size_t n = strlen(k->full);

    for (const char *s = first_set(v); s; s = next_set(s)) {
        const size_t at = (size_t)(s - v->sets), size = strlen(s) + 1;

        if (strncmp(s, k->full, n) != 0 || s[n] != '=')
            continue;
        memmove(v->sets + at, v->sets + at + size, sizeof(v->sets) - at - size);
        memset(v->sets + sizeof(v->sets) - size, 0, size);
        return;
    }
}

static size_t used_bytes(const struct variant *v)
{
    size_t used = 0;

    for (const char *s = first_set(v); s; s = next_set(s))
        used += strlen(s) + 1;
    return used;
}

int variants_put(struct variant *v, const struct config_key *k,
                 const struct config_key_value *value, const char *where,
                 struct err *err)
{
    struct config checked;
    struct buf text = {0};
    size_t used;
    int rc = 0;

    if (variants_check_key(k, where, err) < 0)
        return -1;
    config_init(&checked);
    if (config_key_set(&checked, k, value, where, err) < 0)
        return -1;
    buf_printf(&text, "%s=", k->full);
    config_key_text(&checked, k, &text);
    BUG_ON(text.failed);
    drop_set(v, k);
    used = used_bytes(v);
    if (used + text.len + 2 > sizeof(v->sets))
        rc = err_set(err, ERR_USAGE,
                     "%s: %s: the values of one variant take more than %zu "
                     "bytes",
                     where, k->full, sizeof(v->sets) - 2);
    else
        memcpy(v->sets + used, text.data, text.len);
    buf_release(&text);
    return rc;
}

/* --- printing ------------------------------------------------------------- */

/* "{learning_rate: 0.0003, mixup: 0.2}" */
static void put_sets(const struct variant *v, struct buf *out)
{
    struct config c;
    struct err err;

    config_init(&c);
    buf_puts(out, "{");
    for (const char *s = first_set(v); s; s = next_set(s)) {
        char section[CONFIG_NAME_MAX], name[CONFIG_NAME_MAX];
        const size_t dot = strcspn(s, "."), n = strcspn(s, "=") - dot - 1;
        const struct config_key *k;

        snprintf(section, sizeof(section), "%.*s", (int)dot, s);
        snprintf(name, sizeof(name), "%.*s", (int)n, s + dot + 1);
        k = config_key_find(&config_key_run, section, name);
        BUG_ON(!k || config_take_set(&c, s, &err) < 0);
        buf_printf(out, "%s%s: ", s == v->sets ? "" : ", ", name);
        config_key_yaml(&c, k, out);
    }
    buf_puts(out, "}");
}

void variants_text(const struct variant_list *l, struct buf *out)
{
    buf_puts(out, "{");
    for (int i = 0; i < l->n; i++) {
        buf_printf(out, "%s%s: ", i ? ", " : "", l->of[i].name);
        put_sets(&l->of[i], out);
    }
    buf_puts(out, "}");
}

void variants_yaml(const struct variant_list *l, struct buf *out)
{
    if (l->n == 0)
        buf_puts(out, "{}");
    for (int i = 0; i < l->n; i++) {
        buf_printf(out, "\n    %s: ", l->of[i].name);
        put_sets(&l->of[i], out);
    }
}
