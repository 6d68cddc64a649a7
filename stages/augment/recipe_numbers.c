/* recipe_numbers.c - operations and their numbers, from the text of a recipe */
#include "base/spell.h"
#include "recipe_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_KNOWN = 64, SNIPPET = 64 };

const char *recipe_word(const yaml_node_t *n)
{
    const char *s = (const char *)n->data.scalar.value;

    return n->type == YAML_SCALAR_NODE && strlen(s) == n->data.scalar.length
               ? s
               : NULL;
}

/* Printable and short. */
static const char *printable_snippet(char out[SNIPPET], const char *s)
{
    size_t n = 0;

    for (; s && n < SNIPPET - 1 && s[n]; n++)
        out[n] = (unsigned char)s[n] < ' ' || s[n] == 0x7f ? '?' : s[n];
    out[n] = '\0';
    return out;
}

void recipe_unknown(struct recipe_reader *d, const yaml_node_t *at,
                    const char *what, const char *const *known, size_t n)
{
    const char *word = recipe_word(at), *meant;
    char cut[SNIPPET];

    printable_snippet(cut, word ? word : "(no word)");
    meant = spell_nearest(cut, known, n);
    RECIPE_FAULT(d, at, "%s: there is no '%s'%s%s%s", what, cut,
                 meant ? "; did you mean " : "", meant ? meant : "",
                 meant ? "?" : "");
}

/* --- numbers -------------------------------------------------------------- */

static bool read_number(struct recipe_reader *d, const yaml_node_t *n,
                        const char *what, float *x)
{
    const char *s = recipe_word(n);
    char *end = NULL, cut[SNIPPET];

    *x = 0;
    if (s && *s && !s[strspn(s, "+-.0123456789eE")])
        *x = strtof(s, &end);
    if (end && end != s && !*end && isfinite(*x))
        return true;
    RECIPE_FAULT(d, n, "%s: '%s' is not a number", what,
                 printable_snippet(cut, s ? s : "..."));
    return false;
}

bool recipe_number(struct recipe_reader *d, const yaml_node_t *n,
                   const char *what, const struct recipe_range *limit, float *x)
{
    if (!read_number(d, n, what, x))
        return false;
    if (*x >= limit->lo && *x <= limit->hi)
        return true;
    RECIPE_FAULT(d, n, "%s: %g is out of range %g..%g", what, (double)*x,
                 (double)limit->lo, (double)limit->hi);
    return false;
}

static void take_word(struct recipe_reader *d, const yaml_node_t *n,
                      const char *what, const struct augment_param *p,
                      struct recipe_range *out)
{
    const char *known[MAX_KNOWN], *s = recipe_word(n);
    size_t count;
    const char *const *words = augment_words(p, &count);

    BUG_ON(count >= MAX_KNOWN);
    if (s && strcmp(s, "any") == 0) {
        *out = (struct recipe_range){0, (float)(count - 1)};
        return;
    }
    for (size_t i = 0; i < count; i++) {
        known[i] = words[i];
        if (s && strcmp(s, words[i]) == 0) {
            *out = (struct recipe_range){(float)i, (float)i};
            return;
        }
    }
    known[count] = "any";
    recipe_unknown(d, n, what, known, count + 1);
}

static void take_range(struct recipe_reader *d, const yaml_node_t *n,
                       const char *what, const struct augment_param *p,
                       struct recipe_range *out)
{
    const struct recipe_range limit = {p->min, p->max};
    float x[2];
    int two = 0;

    if (n->type == YAML_SEQUENCE_NODE) {
        const yaml_node_item_t *first = n->data.sequence.items.start;

        two = 1;
        if (n->data.sequence.items.top - first != 2) {
            RECIPE_FAULT(d, n, "%s: a range is [low, high], of two numbers",
                         what);
            return;
        }
        if (!recipe_number(d, recipe_node_at(d, first[0]), what, &limit,
                           &x[0]) ||
            !recipe_number(d, recipe_node_at(d, first[1]), what, &limit, &x[1]))
            return;
    } else if (!recipe_number(d, n, what, &limit, &x[0])) {
        return;
    }
    *out = (struct recipe_range){x[0], x[two]};
    if (out->lo > out->hi)
        RECIPE_FAULT(d, n, "%s: %g is above %g", what, (double)out->lo,
                     (double)out->hi);
    if (p->words && (floorf(out->lo) < out->lo || floorf(out->hi) < out->hi))
        RECIPE_FAULT(d, n, "%s: whole numbers only", what);
}

/* --- an operation --------------------------------------------------------- */

/* Every number of 'op' as it is if nothing is said. */
static void set_neutral(struct recipe_step *s)
{
    for (int i = 0; s->op->param[i].name; i++) {
        const struct augment_param *p = &s->op->param[i];

        s->range[i] = (struct recipe_range){p->neutral, p->neutral};
        if (p->words == augment_seed)
            s->range[i] = (struct recipe_range){p->min, p->max};
    }
}

static int param_of(const struct augment *op, const char *name)
{
    for (int i = 0; op->param[i].name; i++)
        if (name && strcmp(op->param[i].name, name) == 0)
            return i;
    return -1;
}

static void take_param(struct recipe_reader *d, const yaml_node_pair_t *pair,
                       struct recipe_step *s, bool *seen)
{
    const yaml_node_t *key = recipe_node_at(d, pair->key);
    const char *known[AUGMENT_MAX_PARAMS], *name = recipe_word(key);
    const int at = param_of(s->op, name);
    char what[SNIPPET];
    size_t n = 0;

    if (at < 0) {
        for (; s->op->param[n].name; n++)
            known[n] = s->op->param[n].name;
        recipe_unknown(d, key, s->op->name, known, n);
        return;
    }
    snprintf(what, sizeof(what), "%s.%s", s->op->name, name);
    if (seen[at])
        RECIPE_FAULT(d, key, "%s: given twice", what);
    seen[at] = true;
    if (augment_words(&s->op->param[at], &n))
        take_word(d, recipe_node_at(d, pair->value), what, &s->op->param[at],
                  &s->range[at]);
    else
        take_range(d, recipe_node_at(d, pair->value), what, &s->op->param[at],
                   &s->range[at]);
}

void recipe_take_op(struct recipe_reader *d, const struct augment *op,
                    const yaml_node_t *n, struct recipe_step *s)
{
    bool seen[AUGMENT_MAX_PARAMS] = {false};

    s->op = op;
    set_neutral(s);
    if (n->type == YAML_SCALAR_NODE && n->data.scalar.length == 0)
        return;
    if (n->type != YAML_MAPPING_NODE) {
        RECIPE_FAULT(d, n, "%s: {number: value, ...} must follow", op->name);
        return;
    }
    for (const yaml_node_pair_t *p = n->data.mapping.pairs.start;
         p < n->data.mapping.pairs.top; p++)
        take_param(d, p, s, seen);
}
