#include "config/recipe_text.h"

#include "base/spell.h"
#include "config/yaml_fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/* The files of configs/recipes, as the Makefile turns them into C: arrays
 * recipe_X of their bytes, and SHIPPED(X) lines. */
#include "recipe_files.inc"

static const struct shipped {
    const char *name;
    const unsigned char *text;
    size_t size;
} shipped[] = {
#define SHIPPED(x) {#x, recipe_##x, sizeof(recipe_##x)},
    RECIPE_FILES
#undef SHIPPED
};

enum { N_SHIPPED = sizeof(shipped) / sizeof(shipped[0]) };

const char *recipe_text_at(size_t i)
{
    return i < N_SHIPPED ? shipped[i].name : NULL;
}

bool recipe_text_is_path(const char *word)
{
    const char *dot = strrchr(word, '.');

    return strchr(word, '/') || (dot && strcmp(dot, ".yaml") == 0);
}

/* --- what a text says ----------------------------------------------------- */

/* What the events of a text come to. */
struct digest {
    char id[HASH_HEX];
    bool turns; /* a scalar is "in_turn" */
};

/* Add one event; false if it is of a kind that we do not take. */
static bool add_event(struct hash *h, const yaml_event_t *e)
{
    char type[16];

    snprintf(type, sizeof(type), "%d", (int)e->type);
    hash_add_string(h, type);
    if (e->type == YAML_SCALAR_EVENT) {
        snprintf(type, sizeof(type), "%zu", e->data.scalar.length);
        hash_add_string(h, type);
        hash_add(h, e->data.scalar.value, e->data.scalar.length);
        return !e->data.scalar.anchor && !e->data.scalar.tag;
    }
    if (e->type == YAML_SEQUENCE_START_EVENT)
        return !e->data.sequence_start.anchor && !e->data.sequence_start.tag;
    if (e->type == YAML_MAPPING_START_EVENT)
        return !e->data.mapping_start.anchor && !e->data.mapping_start.tag;
    return e->type != YAML_ALIAS_EVENT;
}

static bool is_turn(const yaml_event_t *e)
{
    return e->type == YAML_SCALAR_EVENT &&
           strcmp((const char *)e->data.scalar.value, "in_turn") == 0;
}

static void digest_events(yaml_parser_t *yaml, struct hash *h, bool *turns,
                          struct yaml_faults *f)
{
    yaml_event_t e;
    bool over = false;

    while (!over && f->n == 0) {
        if (!yaml_parser_parse(yaml, &e)) {
            yaml_fault(f, yaml->problem_mark.line, "not YAML: %s",
                       yaml->problem ? yaml->problem : "unreadable");
            return;
        }
        if (!add_event(h, &e))
            yaml_fault(f, e.start_mark.line,
                       "anchors, aliases and tags are not taken");
        *turns = *turns || is_turn(&e);
        over = e.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&e);
    }
}

/* Of the events of a text, so that its looks do not count. */
static int hash_events(const char *name, const void *text, size_t size,
                       struct digest *d, struct err *err)
{
    struct yaml_faults f = {.name = name, .numbered = true, .err = err};
    yaml_parser_t yaml;
    struct hash h;

    if (!yaml_parser_initialize(&yaml))
        return err_set(err, ERR_SYSTEM, "no memory to read YAML");
    yaml_parser_set_input_string(&yaml, text, size);
    d->turns = false;
    hash_init(&h);
    digest_events(&yaml, &h, &d->turns, &f);
    hash_final(&h, d->id);
    yaml_parser_delete(&yaml);
    return yaml_faults_end(&f);
}

static int hash_text(struct recipe_text *t, struct err *err)
{
    struct digest d, known;

    if (hash_events(t->name, t->text, t->size, &d, err) < 0)
        return -1;
    snprintf(t->id, sizeof(t->id), "%s", d.id);
    t->turns = d.turns;
    for (size_t i = 0; i < N_SHIPPED; i++) {
        if (hash_events(shipped[i].name, shipped[i].text, shipped[i].size,
                        &known, err) < 0)
            return -1;
        if (strcmp(known.id, d.id) == 0)
            snprintf(t->id, sizeof(t->id), "%s", shipped[i].name);
    }
    return 0;
}

/* --- reading -------------------------------------------------------------- */

int recipe_text_take(struct recipe_text *t, const char *word, const char *text,
                     size_t size, struct err *err)
{
    *t = (struct recipe_text){0};
    if (size > RECIPE_TEXT_MAX)
        return err_set(err, ERR_USAGE, "'%.80s' has %zu bytes, at most %d",
                       word, size, RECIPE_TEXT_MAX);
    t->size = size;
    snprintf(t->name, sizeof(t->name), "%s", word);
    t->text = malloc(size + 1);
    if (!t->text)
        return err_set(err, ERR_SYSTEM, "no memory for a recipe");
    memcpy(t->text, text, size);
    t->text[size] = '\0';
    if (hash_text(t, err) == 0)
        return 0;
    recipe_text_release(t);
    return -1;
}

static int no_such(const char *key, const char *word, struct err *err)
{
    const char *names[N_SHIPPED], *meant;
    char known[256] = "";

    for (size_t i = 0; i < N_SHIPPED; i++) {
        const size_t at = strlen(known);

        names[i] = shipped[i].name;
        snprintf(known + at, sizeof(known) - at, "%s%s", i ? ", " : "",
                 shipped[i].name);
    }
    meant = spell_nearest(word, names, N_SHIPPED);
    if (meant)
        return err_set(err, ERR_USAGE,
                       "%s: there is no '%.80s'; did you mean %s?", key, word,
                       meant);
    return err_set(err, ERR_USAGE,
                   "%s: there is no '%.80s'; known: %s, or the path of a .yaml "
                   "file",
                   key, word, known);
}

int recipe_text_read(struct recipe_text *t, const char *key, const char *word,
                     struct err *err)
{
    char *text = NULL;
    size_t size = 0;
    int rc;

    *t = (struct recipe_text){0};
    for (size_t i = 0; i < N_SHIPPED; i++)
        if (strcmp(shipped[i].name, word) == 0)
            return recipe_text_take(t, word, (const char *)shipped[i].text,
                                    shipped[i].size, err);
    if (!recipe_text_is_path(word))
        return no_such(key, word, err);
    rc = file_read(word, RECIPE_TEXT_MAX, &text, &size, err);
    if (rc < 0 && err->code == ERR_INPUT)
        err->code = ERR_USAGE;
    if (rc == 0)
        rc = recipe_text_take(t, word, text, size, err);
    free(text);
    return rc;
}

void recipe_text_release(struct recipe_text *t)
{
    free(t->text);
    *t = (struct recipe_text){0};
}
