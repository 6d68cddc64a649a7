/*
 * config_yaml.c - configuration text to checked values
 *
 * libyaml's events, not libcyaml's schema: ranges, the nearest spelling,
 * --set, line numbers, plan reasons and the reference file must say the same
 * of a key, so all of them read one table (config_table.c), which a second
 * schema could only repeat.
 */
#include "config/config_yaml_private.h"

#include "config/variants.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FILE_BYTES = 1 << 20, MAX_DEPTH = 32 };

/* Step to the next event; what we refuse everywhere is refused here. */
int yaml_next(struct yaml_reader *r)
{
    const yaml_event_t *e = &r->event;

    yaml_event_delete(&r->event);
    if (!yaml_parser_parse(&r->yaml, &r->event)) {
        if (r->yaml.error == YAML_MEMORY_ERROR)
            return err_set(r->faults.err, ERR_SYSTEM, "%s: no memory",
                           r->faults.name);
        yaml_fault(&r->faults, r->yaml.problem_mark.line, "not YAML: %s%s%s",
                   r->yaml.context ? r->yaml.context : "",
                   r->yaml.context ? ", " : "",
                   r->yaml.problem ? r->yaml.problem : "unreadable");
        return YAML_STOP;
    }
    if (e->type == YAML_ALIAS_EVENT ||
        (e->type == YAML_SCALAR_EVENT &&
         (e->data.scalar.anchor || e->data.scalar.tag)) ||
        (e->type == YAML_SEQUENCE_START_EVENT &&
         (e->data.sequence_start.anchor || e->data.sequence_start.tag)) ||
        (e->type == YAML_MAPPING_START_EVENT &&
         (e->data.mapping_start.anchor || e->data.mapping_start.tag))) {
        yaml_fault(&r->faults, e->start_mark.line,
                   "anchors, aliases and tags are not taken");
        return YAML_STOP;
    }
    return 0;
}

/* Step over the value that begins at the current event. */
static int skip_value(struct yaml_reader *r)
{
    const size_t line = r->event.start_mark.line;
    int depth = 0;

    for (;;) {
        const yaml_event_type_t t = r->event.type;

        if (t == YAML_SEQUENCE_START_EVENT || t == YAML_MAPPING_START_EVENT)
            depth++;
        if (t == YAML_SEQUENCE_END_EVENT || t == YAML_MAPPING_END_EVENT)
            depth--;
        if (depth > MAX_DEPTH) {
            yaml_fault(&r->faults, line, "nested deeper than %d", MAX_DEPTH);
            return YAML_STOP;
        }
        if (yaml_next(r) < 0)
            return YAML_STOP;
        if (depth == 0)
            return 0;
    }
}

/* The current event's text; NULL after a fault if it holds a zero byte. */
static const char *scalar_text(struct yaml_reader *r)
{
    const char *s = (const char *)r->event.data.scalar.value;

    if (strlen(s) == r->event.data.scalar.length)
        return s;
    yaml_fault(&r->faults, r->event.start_mark.line, "a zero byte in a value");
    return NULL;
}

/* Add the current scalar to 'v' and step on. */
static int take_item(struct yaml_reader *r, const char *full,
                     struct config_key_value *v)
{
    const char *s = scalar_text(r);

    if (!s)
        return YAML_STOP;
    if (v->n == CONFIG_LIST_MAX) {
        yaml_fault(&r->faults, r->event.start_mark.line,
                   "%s: more than %d members", full, CONFIG_LIST_MAX);
        return YAML_STOP;
    }
    v->text[v->n] = strdup(s);
    if (!v->text[v->n])
        return err_set(r->faults.err, ERR_SYSTEM, "%s: no memory",
                       r->faults.name);
    v->n++;
    return yaml_next(r);
}

/*
 * Read the value of a key.  *usable is false if it was neither a scalar nor a
 * list of scalars (reported, and stepped over).
 */
int yaml_take_value(struct yaml_reader *r, const char *full,
                    struct config_key_value *v, bool *usable)
{
    const size_t line = r->event.start_mark.line;

    *usable = false;
    if (r->event.type == YAML_MAPPING_START_EVENT) {
        yaml_fault(&r->faults, line, "%s: a mapping, but takes a value", full);
        return skip_value(r);
    }
    *usable = true;
    if (r->event.type == YAML_SCALAR_EVENT)
        return take_item(r, full, v);
    v->list = true;
    if (yaml_next(r) < 0)
        return YAML_STOP;
    while (r->event.type != YAML_SEQUENCE_END_EVENT) {
        if (r->event.type == YAML_SCALAR_EVENT) {
            if (take_item(r, full, v) < 0)
                return YAML_STOP;
            continue;
        }
        yaml_fault(&r->faults, line, "%s: a list within a list", full);
        *usable = false;
        if (skip_value(r) < 0)
            return YAML_STOP;
    }
    return yaml_next(r);
}

/* "file:12", in a variant "file:12: train.variants.wide". */
static const char *where_of(const struct yaml_reader *r, size_t line,
                            char where[YAML_VARIANT_WHERE])
{
    yaml_fault_where(&r->faults, line, where);
    if (r->variant)
        snprintf(where + strlen(where), YAML_VARIANT_WHERE - strlen(where),
                 ": train.variants.%s", r->variant->name);
    return where;
}

/* Report what 'err' says; a fault of this kind does not end the reading. */
static void count_fault(struct yaml_reader *r, const struct err *err)
{
    if (r->faults.n++ == 0)
        *r->faults.err = *err;
}

/* Check and store. */
int yaml_store(struct yaml_reader *r, const struct config_key *k,
               const struct config_key_value *v, size_t line, struct err *err)
{
    char where[YAML_VARIANT_WHERE];

    where_of(r, line, where);
    return r->variant ? variants_put(r->variant, k, v, where, err)
                      : config_key_set(r->c, k, v, where, err);
}

void yaml_set_key(struct yaml_reader *r, const struct config_key *k,
                  const struct config_key_value *v, size_t line)
{
    struct err err = {0};

    if (yaml_store(r, k, v, line, &err) < 0)
        count_fault(r, &err);
}

/* The key that is meant by a word that is none; of a variant, if it may have
 * that. */
static const char *nearest_key(const struct yaml_reader *r, const char *section,
                               const char *name)
{
    const char *meant = config_key_nearest(r->table, section, name);
    const size_t n = strlen(section);
    const struct config_key *k;
    struct err err;

    if (!r->variant || !meant)
        return meant;
    if (strncmp(meant, section, n) != 0 || meant[n] != '.')
        return NULL;
    k = config_key_find(r->table, section, meant + n + 1);
    return k && variants_check_key(k, "", &err) == 0 ? meant : NULL;
}

/* Which row is meant?  NULL after a fault. */
const struct config_key *yaml_find_key(struct yaml_reader *r,
                                       const char *section, const char *name,
                                       size_t line)
{
    const struct config_key *k = config_key_find(r->table, section, name);
    char cut_section[CONFIG_KEY_SNIPPET], cut[CONFIG_KEY_SNIPPET];
    char where[YAML_VARIANT_WHERE];
    const char *meant;
    struct err err = {0};

    if (k && r->variant &&
        variants_check_key(k, where_of(r, line, where), &err) < 0) {
        count_fault(r, &err);
        return NULL;
    }
    if (k)
        return k;
    meant = nearest_key(r, section, name);
    if (r->variant)
        snprintf(cut_section, sizeof(cut_section), "train.variants.%s",
                 r->variant->name);
    else
        config_key_snippet(cut_section, section);
    config_key_snippet(cut, name);
    if (meant)
        yaml_fault(&r->faults, line, "%s.%s: no such key; did you mean %s?",
                   cut_section, cut, meant);
    else
        yaml_fault(&r->faults, line, "%s.%s: no such key", cut_section, cut);
    return NULL;
}

/* "section:" with nothing behind it is an empty section. */
static bool is_empty(const yaml_event_t *e)
{
    return e->type == YAML_SCALAR_EVENT && e->data.scalar.length == 0 &&
           e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

/* Takes one "name: value" of a mapping, which is that of 'of'. */
typedef int (*take_f)(struct yaml_reader *r, const void *of);

/* A mapping, or nothing; 'what' it is, for a fault. */
static int take_mapping(struct yaml_reader *r, take_f take, const void *of,
                        const char *what)
{
    if (is_empty(&r->event))
        return yaml_next(r);
    if (r->event.type != YAML_MAPPING_START_EVENT) {
        yaml_fault(&r->faults, r->event.start_mark.line, "%s", what);
        return skip_value(r);
    }
    if (yaml_next(r) < 0)
        return YAML_STOP;
    while (r->event.type != YAML_MAPPING_END_EVENT)
        if (take(r, of) < 0)
            return YAML_STOP;
    return yaml_next(r);
}

/* A key of the section 'of', or of a variant of it. */
static int take_key(struct yaml_reader *r, const void *of)
{
    const char *section = of;
    const size_t line = r->event.start_mark.line;
    struct config_key_value v = {0};
    const struct config_key *k;
    const char *name;
    bool usable, *seen;
    int rc;

    if (r->event.type != YAML_SCALAR_EVENT || !(name = scalar_text(r))) {
        yaml_fault(&r->faults, line, "%s: a key must be a word", section);
        return YAML_STOP;
    }
    k = yaml_find_key(r, section, name, line);
    seen = k ? &r->seen[r->variant != NULL][k - r->table->key] : NULL;
    if (k && *seen) {
        yaml_fault(&r->faults, line, "%s: given twice", k->full);
        k = NULL;
    }
    if (yaml_next(r) < 0)
        return YAML_STOP;
    if (!k)
        return skip_value(r);
    *seen = true;
    if (k->type == KEY_VARIANTS)
        return yaml_take_variants(r, k);
    rc = yaml_take_value(r, k->full, &v, &usable);
    if (rc == 0 && usable)
        yaml_set_key(r, k, &v, line);
    config_key_value_release(&v);
    return rc;
}

/* --- variants of a section ------------------------------------------------ */

static struct variant_list *list_of(struct yaml_reader *r,
                                    const struct config_key *k)
{
    return (void *)((char *)r->c + k->offset);
}

static int take_variant(struct yaml_reader *r, const void *of)
{
    const struct config_key *k = of;
    const size_t line = r->event.start_mark.line;
    char where[YAML_VARIANT_WHERE], what[YAML_MAX_WORD];
    struct err err = {0};
    const char *name;
    int rc;

    if (r->event.type != YAML_SCALAR_EVENT || !(name = scalar_text(r))) {
        yaml_fault(&r->faults, line, "%s: a name must be a word", k->full);
        return YAML_STOP;
    }
    r->variant =
        variants_add(list_of(r, k), name, where_of(r, line, where), &err);
    if (!r->variant)
        count_fault(r, &err);
    if (yaml_next(r) < 0)
        return YAML_STOP;
    if (!r->variant)
        return skip_value(r);
    snprintf(what, sizeof(what), "%s.%s: a set of keys, as {epochs: 10}",
             k->full, r->variant->name);
    memset(r->seen[1], 0, sizeof(r->seen[1]));
    rc = take_mapping(r, take_key, k->section, what);
    r->variant = NULL;
    return rc;
}

/* Instead of those that were there. */
int yaml_take_variants(struct yaml_reader *r, const struct config_key *k)
{
    char what[2 * YAML_MAX_WORD];

    memset(list_of(r, k), 0, sizeof(struct variant_list));
    snprintf(what, sizeof(what),
             "%s: takes names, each with a set of keys: {plain: {}, longer: "
             "{epochs: 10}}",
             k->full);
    return take_mapping(r, take_variant, k, what);
}

/* --- the file ------------------------------------------------------------- */

static int check_section(struct yaml_reader *r, const char *section,
                         size_t line)
{
    const char *meant = config_key_section_nearest(r->table, section);
    char cut[CONFIG_KEY_SNIPPET];

    if (config_key_section_exists(r->table, section))
        return 0;
    config_key_snippet(cut, section);
    if (meant)
        yaml_fault(&r->faults, line, "%s: no such section; did you mean %s?",
                   cut, meant);
    else
        yaml_fault(&r->faults, line, "%s: no such section", cut);
    return -1;
}

static int take_section(struct yaml_reader *r, const void *of)
{
    const size_t line = r->event.start_mark.line;
    char section[YAML_MAX_WORD], what[2 * YAML_MAX_WORD];
    const char *name;

    (void)of;
    if (r->event.type != YAML_SCALAR_EVENT || !(name = scalar_text(r))) {
        yaml_fault(&r->faults, line, "a section must be a word");
        return YAML_STOP;
    }
    snprintf(section, sizeof(section), "%s", name);
    if (check_section(r, section, line) < 0)
        return yaml_next(r) < 0 ? YAML_STOP : skip_value(r);
    if (yaml_next(r) < 0)
        return YAML_STOP;
    snprintf(what, sizeof(what),
             "%s: a section, so 'key: value' lines must follow", section);
    return take_mapping(r, take_key, section, what);
}

/* The whole file: at most one document, a mapping of sections. */
static int take_file(struct yaml_reader *r)
{
    if (yaml_next(r) < 0 || yaml_next(r) < 0) /* the stream begins */
        return YAML_STOP;
    if (r->event.type == YAML_STREAM_END_EVENT)
        return 0;
    if (yaml_next(r) < 0 ||
        take_mapping(r, take_section, NULL, "not a mapping of sections") < 0 ||
        yaml_next(r) < 0) /* the document ends */
        return YAML_STOP;
    if (r->event.type != YAML_STREAM_END_EVENT)
        yaml_fault(&r->faults, r->event.start_mark.line, "a second document");
    return 0;
}

/*
 * Run 'take' over 'size' bytes of YAML.
 * Returns 0, or -1 with the first fault and how many more there are.
 */
int yaml_parse(struct yaml_reader *r, const char *text, size_t size,
               int (*take)(struct yaml_reader *r))
{
    int rc, bad;

    if (!yaml_parser_initialize(&r->yaml))
        return err_set(r->faults.err, ERR_SYSTEM, "no memory to read YAML");
    yaml_parser_set_input_string(&r->yaml, (const unsigned char *)text, size);
    r->faults.n = 0;
    rc = take(r);
    yaml_event_delete(&r->event);
    yaml_parser_delete(&r->yaml);
    bad = yaml_faults_end(&r->faults);
    return rc < 0 ? -1 : bad;
}

static struct yaml_reader reader_of(const struct config_key_table *t, void *c,
                                    const char *name, struct err *err)
{
    return (struct yaml_reader){
        .faults = {.name = name, .numbered = true, .err = err},
        .table = t,
        .c = c};
}

int config_take_text(struct config *c, const char *name, const char *text,
                     size_t size, struct err *err)
{
    struct yaml_reader r = reader_of(&config_key_run, c, name, err);

    return yaml_parse(&r, text, size, take_file);
}

int config_take_file(const struct config_key_table *t, void *c,
                     const char *path, struct err *err)
{
    struct yaml_reader r = reader_of(t, c, path, err);
    char *text = NULL;
    size_t size = 0;
    int rc;

    if (file_read(path, MAX_FILE_BYTES, &text, &size, err) < 0) {
        if (err->code == ERR_INPUT)
            err->code = ERR_USAGE;
        return -1;
    }
    rc = yaml_parse(&r, text, size, take_file);
    free(text);
    return rc;
}
