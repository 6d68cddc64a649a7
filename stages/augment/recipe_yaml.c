/*
 * recipe_yaml.c - from the text of a recipe to its groups and steps
 *
 * libyaml's document, a tree of nodes with their lines; recipe_text.c has
 * refused aliases before, so it is a tree indeed.
 */
#include "recipe_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_KNOWN = 64 };

/* --- groups --------------------------------------------------------------- */

static const char *const kind_word[] = {[RECIPE_EACH] = "each",
                                        [RECIPE_SOME] = "some_of",
                                        [RECIPE_ONE] = "one_of",
                                        [RECIPE_TURN] = "in_turn"};
enum { KINDS = sizeof(kind_word) / sizeof(kind_word[0]) };

static int kind_of(const char *word)
{
    for (int k = 0; k < KINDS; k++)
        if (strcmp(kind_word[k], word) == 0)
            return k;
    return -1;
}

/* What a mapping says, before it is known what it is. */
struct said {
    const yaml_node_t *at;   /* the mapping */
    const yaml_node_t *what; /* value of the operation or group; NULL: none */
    const struct augment *op;
    int kind;
    const yaml_node_t *summary, *count, *probability, *share;
};

static void take_member(struct recipe_reader *d, const yaml_node_t *key,
                        const yaml_node_t *value, struct said *s)
{
    static const char *const others[] = {"summary", "count", "probability",
                                         "share"};
    const yaml_node_t **const place[] = {&s->summary, &s->count,
                                         &s->probability, &s->share};
    const char *known[MAX_KNOWN], *word = recipe_word(key);
    const struct augment *op = word ? augment_find(word) : NULL;
    const int kind = word ? kind_of(word) : -1;
    size_t n = 0;

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (word && strcmp(word, others[i]) == 0) {
            if (*place[i])
                RECIPE_FAULT(d, key, "%s: given twice", word);
            *place[i] = value;
            return;
        }
    if (!op && kind < 0) {
        for (; n < KINDS; n++)
            known[n] = kind_word[n];
        for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
            known[n++] = others[i];
        for (int i = 0; augment_at(i) && n < MAX_KNOWN; i++)
            known[n++] = augment_at(i)->name;
        recipe_unknown(d, key, "recipe", known, n);
        return;
    }
    if (s->what)
        RECIPE_FAULT(d, key, "%s: a step is one operation or one group", word);
    s->what = value;
    s->op = op;
    s->kind = kind;
}

static bool take_mapping(struct recipe_reader *d, const yaml_node_t *n,
                         struct said *s)
{
    const int before = d->faults.n;

    *s = (struct said){.at = n, .kind = -1};
    if (n->type != YAML_MAPPING_NODE) {
        RECIPE_FAULT(d, n, "a step is 'operation: {number: value, ...}'");
        return false;
    }
    for (const yaml_node_pair_t *p = n->data.mapping.pairs.start;
         p < n->data.mapping.pairs.top; p++)
        take_member(d, recipe_node_at(d, p->key), recipe_node_at(d, p->value),
                    s);
    if (!s->what && d->faults.n == before)
        RECIPE_FAULT(d, n, "neither an operation nor a group");
    return s->what;
}

static void take_group(struct recipe_reader *d, const struct said *s,
                       struct recipe_group *g, int depth);

static struct recipe_group *new_group(struct recipe_reader *d,
                                      const yaml_node_t *at, int depth)
{
    if (d->n_group == RECIPE_MAX_GROUPS || depth == RECIPE_MAX_DEPTH) {
        RECIPE_FAULT(d, at, "more than %d groups, or %d inside each other",
                     RECIPE_MAX_GROUPS, RECIPE_MAX_DEPTH);
        return NULL;
    }
    return &d->r->group[d->n_group++];
}

static void refuse_key(struct recipe_reader *d, const yaml_node_t *n,
                       const char *key, const char *belongs)
{
    if (n)
        RECIPE_FAULT(d, n, "%s: belongs to %s", key, belongs);
}

/* A member of a group of kind 'in'. */
static void take_step(struct recipe_reader *d, const yaml_node_t *n, int in,
                      struct recipe_step *step, int depth)
{
    static const struct recipe_range probability = {0, 1},
                                     share = {1e-6f, 1e6f};
    struct said s;

    step->probability = 1;
    if (!take_mapping(d, n, &s))
        return;
    refuse_key(d, s.summary, "summary", "the whole recipe");
    refuse_key(d, s.kind == RECIPE_SOME ? NULL : s.count, "count", "some_of");
    refuse_key(d, in == RECIPE_EACH ? NULL : s.probability, "probability",
               "a step of each");
    refuse_key(d, in == RECIPE_ONE ? NULL : s.share, "share",
               "a step of one_of");
    if (in == RECIPE_EACH && s.probability)
        (void)recipe_number(d, s.probability, "probability", &probability,
                            &step->probability);
    if (in == RECIPE_ONE && s.share)
        (void)recipe_number(d, s.share, "share", &share, &step->probability);
    if (s.op) {
        recipe_take_op(d, s.op, s.what, step);
    } else {
        struct recipe_group *g = new_group(d, s.what, depth);

        step->group = g;
        if (g)
            take_group(d, &s, g, depth + 1);
    }
}

static void take_count(struct recipe_reader *d, const struct said *s,
                       struct recipe_group *g)
{
    const struct recipe_range limit = {1, (float)g->n_step};
    float x = 0;

    if (!s->count)
        RECIPE_FAULT(d, s->what, "some_of: needs 'count', how many");
    else if (recipe_number(d, s->count, "count", &limit, &x) && floorf(x) < x)
        RECIPE_FAULT(d, s->count, "count: a whole number only");
    g->some = (int)x;
}

static void take_group(struct recipe_reader *d, const struct said *s,
                       struct recipe_group *g, int depth)
{
    const yaml_node_t *n = s->what;
    struct recipe_step *step = d->r->step + d->n_step;
    long count = 0;

    *g = (struct recipe_group){.kind = (enum recipe_kind)s->kind, .step = step};
    if (n->type == YAML_SEQUENCE_NODE)
        count = n->data.sequence.items.top - n->data.sequence.items.start;
    if (count < 1 || count > AUGMENT_MAX_OPS) {
        RECIPE_FAULT(d, n, "%s: a list of 1 to %d steps must follow",
                     kind_word[s->kind], AUGMENT_MAX_OPS);
        return;
    }
    g->n_step = (int)count;
    d->n_step += (int)count;
    for (int i = 0; i < g->n_step; i++)
        take_step(d, recipe_node_at(d, n->data.sequence.items.start[i]),
                  s->kind, &step[i], depth);
    if (g->kind == RECIPE_SOME)
        take_count(d, s, g);
}

/* --- the whole ------------------------------------------------------------ */

static int by_size(const void *a, const void *b)
{
    return *(const int *)b - *(const int *)a;
}

/* Operations that a group draws at most. */
static int most_ops(const struct recipe_group *g)
{
    int each[AUGMENT_MAX_OPS] = {0}, n = 0;
    const int taken = g->kind == RECIPE_EACH   ? g->n_step
                      : g->kind == RECIPE_SOME ? g->some
                                               : 1;

    for (int i = 0; i < g->n_step; i++)
        each[i] = g->step[i].op ? 1 : most_ops(g->step[i].group);
    qsort(each, AUGMENT_MAX_OPS, sizeof(*each), by_size);
    for (int i = 0; i < taken; i++)
        n += each[i];
    return n;
}

static void take_all(struct recipe_reader *d)
{
    const yaml_node_t *root = yaml_document_get_root_node(&d->doc);
    const char *summary;
    struct said s;

    if (!root) {
        yaml_fault(&d->faults, 0, "an empty recipe");
        return;
    }
    if (!take_mapping(d, root, &s))
        return;
    summary = s.summary ? recipe_word(s.summary) : "";
    if (!summary || strlen(summary) >= RECIPE_SUMMARY)
        RECIPE_FAULT(d, s.summary, "summary: a line of less than %d bytes",
                     RECIPE_SUMMARY);
    else
        snprintf(d->r->summary, RECIPE_SUMMARY, "%s", summary);
    refuse_key(d, s.kind == RECIPE_SOME ? NULL : s.count, "count", "some_of");
    refuse_key(d, s.probability, "probability", "a step of each");
    refuse_key(d, s.share, "share", "a step of one_of");
    if (s.op)
        RECIPE_FAULT(d, root,
                     "a recipe is a group: each, some_of, one_of or in_turn");
    else
        take_group(d, &s, &d->r->all, 0);
    if (d->faults.n == 0 && most_ops(&d->r->all) > AUGMENT_MAX_OPS)
        RECIPE_FAULT(d, root, "up to %d operations for one variant, at most %d",
                     most_ops(&d->r->all), AUGMENT_MAX_OPS);
}

/* Load the one document of the text. */
static int load_document(struct recipe_reader *d, yaml_parser_t *yaml)
{
    yaml_document_t more;

    if (!yaml_parser_load(yaml, &d->doc)) {
        yaml_fault(&d->faults, yaml->problem_mark.line, "not YAML: %s",
                   yaml->problem ? yaml->problem : "unreadable");
        return -1;
    }
    take_all(d);
    if (yaml_parser_load(yaml, &more)) {
        if (yaml_document_get_root_node(&more))
            yaml_fault(&d->faults, more.start_mark.line, "a second document");
        yaml_document_delete(&more);
    }
    yaml_document_delete(&d->doc);
    return 0;
}

int recipe_init(struct recipe *r, const struct recipe_text *text,
                struct err *err)
{
    struct recipe_reader d = {
        .faults = {.name = text->name, .numbered = true, .err = err}, .r = r};
    yaml_parser_t yaml;

    *r = (struct recipe){0};
    r->group = calloc(RECIPE_MAX_GROUPS, sizeof(*r->group));
    r->step = calloc(RECIPE_STEPS, sizeof(*r->step));
    if (!r->group || !r->step || !yaml_parser_initialize(&yaml)) {
        recipe_release(r);
        return err_set(err, ERR_SYSTEM, "no memory for a recipe");
    }
    yaml_parser_set_input_string(&yaml, (const unsigned char *)text->text,
                                 text->size);
    (void)load_document(&d, &yaml);
    yaml_parser_delete(&yaml);
    if (yaml_faults_end(&d.faults) == 0)
        return 0;
    recipe_release(r);
    return -1;
}

int recipe_find(struct recipe *r, const char *word, struct err *err)
{
    struct recipe_text text;
    int rc;

    if (recipe_text_read(&text, "augment.recipe", word, err) < 0)
        return -1;
    rc = recipe_init(r, &text, err);
    recipe_text_release(&text);
    return rc;
}

void recipe_release(struct recipe *r)
{
    free(r->group);
    free(r->step);
    *r = (struct recipe){0};
}
