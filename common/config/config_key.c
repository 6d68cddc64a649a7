/* config_key.c - find a key; check, store and print its value */
#include "config/config_key.h"

#include "base/spell.h"
#include "base/utf8.h"
#include "config/variants.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(enum split_method) == sizeof(int), "enums are ints");

/* What a check of one value needs. */
struct check {
    const struct config_key *key;
    const char *where;
    struct err *err;
};

/* --- which key ------------------------------------------------------------ */

const struct config_key *config_key_find(const struct config_key_table *t,
                                         const char *section, const char *name)
{
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->key[i].section, section) == 0 &&
            strcmp(t->key[i].name, name) == 0)
            return &t->key[i];
    return NULL;
}

const char *config_key_nearest(const struct config_key_table *t,
                               const char *section, const char *name)
{
    const char *words[CONFIG_KEYS_MAX];
    char full[SPELL_MAX + 1];

    snprintf(full, sizeof(full), "%ss", name);
    if (config_key_find(t, section, full))
        return config_key_find(t, section, full)->full; /* now a list */
    for (size_t i = 0; i < t->n; i++) {
        if (strcmp(t->key[i].name, name) == 0)
            return t->key[i].full; /* right key, wrong section */
        words[i] = t->key[i].full;
    }
    snprintf(full, sizeof(full), "%s.%s", section, name);
    return spell_nearest(full, words, t->n);
}

bool config_key_section_exists(const struct config_key_table *t,
                               const char *section)
{
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->key[i].section, section) == 0)
            return true;
    return false;
}

const char *config_key_section_nearest(const struct config_key_table *t,
                                       const char *section)
{
    const char *words[CONFIG_KEYS_MAX];

    for (size_t i = 0; i < t->n; i++)
        words[i] = t->key[i].section;
    return spell_nearest(section, words, t->n);
}

/* --- its value ------------------------------------------------------------ */

void config_key_value_release(struct config_key_value *v)
{
    for (int i = 0; i < v->n; i++)
        free(v->text[i]);
    *v = (struct config_key_value){0};
}

const char *config_key_snippet(char out[CONFIG_KEY_SNIPPET], const char *s)
{
    size_t n = 0;

    for (; n < CONFIG_KEY_SNIPPET - 4 && s[n]; n++)
        out[n] = (unsigned char)s[n] < ' ' || s[n] == 0x7f ? '?' : s[n];
    snprintf(out + n, CONFIG_KEY_SNIPPET - n, "%s", s[n] ? "..." : "");
    return out;
}

static int refuse_value(const struct check *k, const char *text,
                        const char *what)
{
    char cut[CONFIG_KEY_SNIPPET];

    return err_set(k->err, ERR_USAGE, "%s: %s: '%s' %s", k->where, k->key->full,
                   config_key_snippet(cut, text), what);
}

static int out_of_range(const struct check *k, const char *text)
{
    char cut[CONFIG_KEY_SNIPPET];

    return err_set(k->err, ERR_USAGE, "%s: %s: %s is out of range %.15g..%.15g",
                   k->where, k->key->full, config_key_snippet(cut, text),
                   k->key->min, k->key->max);
}

static int parse_int(const struct check *k, const char *text, int64_t *out)
{
    char *end;
    long long v;

    if (k->key->words && strcmp(text, k->key->words[0]) == 0) {
        *out = -1;
        return 0;
    }
    errno = 0;
    v = strtoll(text, &end, 10);
    if (end == text || *end || *text == ' ' || *text == '\n' || *text == '\t')
        return refuse_value(k, text,
                            k->key->words ? "is not a whole number, nor auto"
                                          : "is not a whole number");
    if (errno || (double)v < k->key->min || (double)v > k->key->max)
        return out_of_range(k, text);
    *out = v;
    return 0;
}

static int parse_real(const struct check *k, const char *text, double *out)
{
    char *end;
    double v;

    v = strtod(text, &end);
    if (end == text || *end || text[strspn(text, "+-.0123456789eE")])
        return refuse_value(k, text, "is not a number");
    if (!(v >= k->key->min && v <= k->key->max))
        return out_of_range(k, text);
    *out = v;
    return 0;
}

static int parse_string(const struct check *k, const char *text, char *out,
                        size_t room)
{
    uint32_t point;

    if (strlen(text) >= room)
        return err_set(k->err, ERR_USAGE,
                       "%s: %s: %zu bytes of text, at most %zu", k->where,
                       k->key->full, strlen(text), room - 1);
    for (const char *s = text; *s;) {
        const size_t n = utf8_length(s, &point);

        if (n == 0)
            return refuse_value(k, text, "is not UTF-8");
        s += n;
    }
    snprintf(out, room, "%s", text);
    return 0;
}

/* Words that become parts of paths and of experiments' names, or patterns of
 * such. */
static int parse_name(const struct check *k, const char *text, char *out,
                      size_t room)
{
    static const char all[] = "*?abcdefghijklmnopqrstuvwxyz"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    const bool pattern = k->key->type == KEY_PATTERNS;
    const char *allowed = pattern ? all : all + 2;

    if (*text == '\0')
        return refuse_value(k, text, "is empty, a name is needed");
    if (text[strspn(text, allowed)] || *text == '.' || *text == '-')
        return refuse_value(
            k, text,
            pattern ? "is not a name of letters, digits, '-', '_' and '.', nor "
                      "a pattern with * and ?"
                    : "is not a name of letters, digits, '-', '_' and '.'");
    return parse_string(k, text, out, room);
}

static int parse_enum(const struct check *k, const char *text, int *out)
{
    const char *const *w = k->key->words;
    char all[128] = "", cut[CONFIG_KEY_SNIPPET];
    size_t used = 0, n = 0;
    const char *meant;

    if (k->key->was && strcmp(k->key->was, text) == 0) {
        *out = 0;
        return 0;
    }
    for (; w[n]; n++) {
        if (strcmp(w[n], text) == 0) {
            *out = (int)n;
            return 0;
        }
        used += (size_t)snprintf(all + used, sizeof(all) - used, "%s%s",
                                 n ? ", " : "", w[n]);
        BUG_ON(used >= sizeof(all));
    }
    meant = spell_nearest(text, w, n);
    return err_set(k->err, ERR_USAGE, "%s: %s: '%s' is not one of %s%s%s%s",
                   k->where, k->key->full, config_key_snippet(cut, text), all,
                   meant ? "; did you mean " : "", meant ? meant : "",
                   meant ? "?" : "");
}

static int parse_names(const struct check *k, const struct config_key_value *v,
                       struct word_list *out)
{
    *out = (struct word_list){.n = v->n};
    for (int i = 0; i < v->n; i++) {
        if (parse_name(k, v->text[i], out->word[i], CONFIG_NAME_MAX) < 0)
            return -1;
        for (int j = 0; j < i; j++)
            if (strcmp(out->word[i], out->word[j]) == 0)
                return refuse_value(k, v->text[i], "is listed twice");
    }
    return 0;
}

static int parse_ints(const struct check *k, const struct config_key_value *v,
                      struct int_list *out)
{
    memset(out, 0, sizeof(*out)); /* with its padding */
    out->n = v->n;
    for (int i = 0; i < v->n; i++) {
        if (parse_int(k, v->text[i], &out->value[i]) < 0)
            return -1;
        for (int j = 0; j < i; j++)
            if (out->value[i] == out->value[j])
                return refuse_value(k, v->text[i], "is listed twice");
    }
    return 0;
}

char config_key_bracket(const struct config_key *k)
{
    if (k->type == KEY_VARIANTS)
        return '{';
    return k->type == KEY_NAMES || k->type == KEY_PATTERNS ||
                   k->type == KEY_INTS
               ? '['
               : '\0';
}

static bool is_list(const struct config_key *k)
{
    return config_key_bracket(k) == '[';
}

static int check_kind(const struct check *k, const struct config_key_value *v)
{
    if (is_list(k->key) && !v->list)
        return refuse_value(k, v->text[0], "is no list; write [a, b]");
    if (!is_list(k->key) && v->list)
        return err_set(k->err, ERR_USAGE, "%s: %s: a list, but takes one value",
                       k->where, k->key->full);
    if (v->n == 0)
        return err_set(k->err, ERR_USAGE, "%s: %s: the list is empty", k->where,
                       k->key->full);
    return 0;
}

int config_key_set(void *c, const struct config_key *key,
                   const struct config_key_value *v, const char *where,
                   struct err *err)
{
    const struct check k = {.key = key, .where = where, .err = err};
    void *at = (char *)c + key->offset;
    struct word_list names;
    struct int_list ints;
    int rc = -1;

    if (check_kind(&k, v) < 0)
        return -1;
    switch (key->type) {
    case KEY_INT:
        return parse_int(&k, v->text[0], at);
    case KEY_REAL:
        return parse_real(&k, v->text[0], at);
    case KEY_STRING:
        return parse_string(&k, v->text[0], at, key->room);
    case KEY_NAME:
        return parse_name(&k, v->text[0], at, key->room);
    case KEY_ENUM:
        return parse_enum(&k, v->text[0], at);
    case KEY_NAMES:
    case KEY_PATTERNS:
        if ((rc = parse_names(&k, v, &names)) == 0)
            *(struct word_list *)at = names;
        break;
    case KEY_INTS:
        if ((rc = parse_ints(&k, v, &ints)) == 0)
            *(struct int_list *)at = ints;
        break;
    case KEY_VARIANTS: /* which config_yaml.c takes */
        return refuse_value(&k, v->text[0],
                            "is no set of variants; write {plain: {}, longer: "
                            "{epochs: 10}}");
    }
    return rc;
}

void config_key_defaults(const struct config_key_table *t, void *c)
{
    const struct config_key *k = t->key;
    struct err err = {0};

    for (size_t i = 0; i < t->n; i++) {
        char text[128];
        struct config_key_value v = {
            .list = is_list(&k[i]),
            .n = 1,
            .text = {text},
        };

        if (k[i].type == KEY_VARIANTS) /* there are none */
            continue;
        snprintf(text, sizeof(text), "%s", k[i].initial);
        for (char *s = text; v.list && (s = strstr(s, ", ")); s++) {
            *s = '\0';
            v.text[v.n++] = s + 2;
        }
        BUG_ON(config_key_set(c, &k[i], &v, "default", &err) < 0);
    }
}

/* The shortest digits, 6 or more, that read back as 'v'. */
static void put_real(struct buf *out, double v)
{
    char text[32];

    for (int digits = 6; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, v);
        if (strtod(text, NULL) == v)
            break;
    }
    buf_puts(out, text);
}

void config_key_text(const void *c, const struct config_key *k, struct buf *out)
{
    const void *at = (const char *)c + k->offset;
    const struct word_list *names = at;
    const struct int_list *ints = at;

    switch (k->type) {
    case KEY_INT:
        if (k->words && *(const int64_t *)at < 0)
            buf_puts(out, k->words[0]);
        else
            buf_printf(out, "%lld", (long long)*(const int64_t *)at);
        break;
    case KEY_REAL:
        put_real(out, *(const double *)at);
        break;
    case KEY_STRING:
    case KEY_NAME:
        buf_puts(out, at);
        break;
    case KEY_ENUM:
        buf_puts(out, k->words[*(const int *)at]);
        break;
    case KEY_NAMES:
    case KEY_PATTERNS:
        for (int i = 0; i < names->n; i++)
            buf_printf(out, "%s%s", i ? ", " : "[", names->word[i]);
        buf_puts(out, "]");
        break;
    case KEY_INTS:
        for (int i = 0; i < ints->n; i++)
            buf_printf(out, "%s%lld", i ? ", " : "[",
                       (long long)ints->value[i]);
        buf_puts(out, "]");
        break;
    case KEY_VARIANTS:
        variants_text(at, out);
        break;
    }
}

/* Needs no quotes anywhere in YAML. */
static bool is_plain(const char *s)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./";

    return *s && (strchr(letters, *s) || strchr("./", *s)) &&
           !s[strspn(s, allowed)];
}

/* One character of a double-quoted YAML scalar. */
static void put_quoted(struct buf *out, const char *s, size_t n, uint32_t point)
{
    if (point == '"' || point == '\\')
        buf_printf(out, "\\%c", (char)point);
    else if (point < ' ' || (point >= 0x7f && point <= 0xa0))
        buf_printf(out, "\\x%02x", point);
    else if (point == 0x2028 || point == 0x2029 || point == 0xfeff ||
             (point & 0xfffe) == 0xfffe)
        buf_printf(out, point > 0xffff ? "\\U%08x" : "\\u%04x", point);
    else
        buf_put(out, s, n);
}

/* A list of patterns; a * that begins a word would be an alias. */
static void put_patterns(struct buf *out, const struct word_list *l)
{
    for (int i = 0; i < l->n; i++) {
        const char *quote = is_plain(l->word[i]) ? "" : "\"";

        buf_printf(out, "%s%s%s%s", i ? ", " : "[", quote, l->word[i], quote);
    }
    buf_puts(out, "]");
}

void config_key_yaml(const void *c, const struct config_key *k, struct buf *out)
{
    const char *s = (const char *)c + k->offset;
    uint32_t point = 0;

    if (k->type == KEY_VARIANTS || k->type == KEY_PATTERNS) {
        if (k->type == KEY_VARIANTS)
            variants_yaml((const struct variant_list *)(const void *)s, out);
        else
            put_patterns(out, (const struct word_list *)(const void *)s);
        return;
    }
    if (k->type != KEY_STRING || is_plain(s)) {
        config_key_text(c, k, out);
        return;
    }
    buf_puts(out, "\"");
    while (*s) {
        size_t n = utf8_length(s, &point);

        if (n == 0) /* cannot be read back, which reading will say */
            n = point = 1;
        put_quoted(out, s, n, point);
        s += n;
    }
    buf_puts(out, "\"");
}
