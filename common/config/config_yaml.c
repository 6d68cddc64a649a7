/*
 * config_yaml.c - configuration text to checked values
 *
 * libyaml's events, not libcyaml's schema: ranges, the nearest spelling,
 * --set, line numbers, plan reasons and the reference file must say the same
 * of a key, so all of them read one table (config_table.c), which a second
 * schema could only repeat.
 */
#include "config/config_key.h"
#include "config/yaml_fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum {
    MAX_FILE_BYTES = 1 << 20,
    MAX_DEPTH = 32,
    MAX_WORD = 128, /* bytes of a section's or key's name */
};

struct yaml_reader {
    yaml_parser_t yaml;
    yaml_event_t event; /* owned; the one being looked at */
    struct yaml_faults faults;
    const struct config_key_table *table;
    void *c;                    /* borrowed; the struct of the table */
    bool seen[CONFIG_KEYS_MAX]; /* keys set so far */
};

/* After other faults reading goes on, to count them all. */
enum { STOP = -1 };

/* Step to the next event; what we refuse everywhere is refused here. */
static int next_event(struct yaml_reader *r)
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
        return STOP;
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
        return STOP;
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
            return STOP;
        }
        if (next_event(r) < 0)
            return STOP;
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
        return STOP;
    if (v->n == CONFIG_LIST_MAX) {
        yaml_fault(&r->faults, r->event.start_mark.line,
                   "%s: more than %d members", full, CONFIG_LIST_MAX);
        return STOP;
    }
    v->text[v->n] = strdup(s);
    if (!v->text[v->n])
        return err_set(r->faults.err, ERR_SYSTEM, "%s: no memory",
                       r->faults.name);
    v->n++;
    return next_event(r);
}

/*
 * Read the value of a key.  *usable is false if it was neither a scalar nor a
 * list of scalars (reported, and stepped over).
 */
static int take_value(struct yaml_reader *r, const char *full,
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
    if (next_event(r) < 0)
        return STOP;
    while (r->event.type != YAML_SEQUENCE_END_EVENT) {
        if (r->event.type == YAML_SCALAR_EVENT) {
            if (take_item(r, full, v) < 0)
                return STOP;
            continue;
        }
        yaml_fault(&r->faults, line, "%s: a list within a list", full);
        *usable = false;
        if (skip_value(r) < 0)
            return STOP;
    }
    return next_event(r);
}

/* Check and store; a fault here does not end the reading. */
static void set_key(struct yaml_reader *r, const struct config_key *k,
                    const struct config_key_value *v, size_t line)
{
    char where[YAML_WHERE_MAX];
    struct err err = {0};

    if (config_key_set(r->c, k, v, yaml_fault_where(&r->faults, line, where),
                       &err) < 0 &&
        r->faults.n++ == 0)
        *r->faults.err = err;
}

/* Which row is meant?  NULL after a fault. */
static const struct config_key *find_key(struct yaml_reader *r,
                                         const char *section, const char *name,
                                         size_t line)
{
    const struct config_key *k = config_key_find(r->table, section, name);
    char cut_section[CONFIG_KEY_SNIPPET], cut[CONFIG_KEY_SNIPPET];
    const char *meant;

    if (k)
        return k;
    meant = config_key_nearest(r->table, section, name);
    config_key_snippet(cut_section, section);
    config_key_snippet(cut, name);
    if (meant)
        yaml_fault(&r->faults, line, "%s.%s: no such key; did you mean %s?",
                   cut_section, cut, meant);
    else
        yaml_fault(&r->faults, line, "%s.%s: no such key", cut_section, cut);
    return NULL;
}

/* One "name: value" of a section. */
static int take_key(struct yaml_reader *r, const char *section)
{
    const size_t line = r->event.start_mark.line;
    struct config_key_value v = {0};
    const struct config_key *k;
    const char *name;
    bool usable;
    int rc;

    if (r->event.type != YAML_SCALAR_EVENT || !(name = scalar_text(r))) {
        yaml_fault(&r->faults, line, "%s: a key must be a word", section);
        return STOP;
    }
    k = find_key(r, section, name, line);
    if (k && r->seen[k - r->table->key]) {
        yaml_fault(&r->faults, line, "%s: given twice", k->full);
        k = NULL;
    }
    if (next_event(r) < 0)
        return STOP;
    if (!k)
        return skip_value(r);
    r->seen[k - r->table->key] = true;
    rc = take_value(r, k->full, &v, &usable);
    if (rc == 0 && usable)
        set_key(r, k, &v, line);
    config_key_value_release(&v);
    return rc;
}

/* "section:" with nothing behind it is an empty section. */
static bool is_empty(const yaml_event_t *e)
{
    return e->type == YAML_SCALAR_EVENT && e->data.scalar.length == 0 &&
           e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

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

static int take_section(struct yaml_reader *r)
{
    const size_t line = r->event.start_mark.line;
    char section[MAX_WORD];
    const char *name;

    if (r->event.type != YAML_SCALAR_EVENT || !(name = scalar_text(r))) {
        yaml_fault(&r->faults, line, "a section must be a word");
        return STOP;
    }
    snprintf(section, sizeof(section), "%s", name);
    if (check_section(r, section, line) < 0)
        return next_event(r) < 0 ? STOP : skip_value(r);
    if (next_event(r) < 0)
        return STOP;
    if (is_empty(&r->event))
        return next_event(r);
    if (r->event.type != YAML_MAPPING_START_EVENT) {
        yaml_fault(&r->faults, line,
                   "%s: a section, so 'key: value' lines must follow", section);
        return skip_value(r);
    }
    if (next_event(r) < 0)
        return STOP;
    while (r->event.type != YAML_MAPPING_END_EVENT)
        if (take_key(r, section) < 0)
            return STOP;
    return next_event(r);
}

/* The whole file: at most one document, a mapping of sections. */
static int take_file(struct yaml_reader *r)
{
    if (next_event(r) < 0 || next_event(r) < 0) /* the stream begins */
        return STOP;
    if (r->event.type == YAML_STREAM_END_EVENT)
        return 0;
    if (next_event(r) < 0)
        return STOP;
    if (is_empty(&r->event)) {
        if (next_event(r) < 0)
            return STOP;
    } else if (r->event.type != YAML_MAPPING_START_EVENT) {
        yaml_fault(&r->faults, r->event.start_mark.line,
                   "not a mapping of sections");
        return STOP;
    } else {
        if (next_event(r) < 0)
            return STOP;
        while (r->event.type != YAML_MAPPING_END_EVENT)
            if (take_section(r) < 0)
                return STOP;
        if (next_event(r) < 0)
            return STOP;
    }
    if (next_event(r) < 0) /* the document ends */
        return STOP;
    if (r->event.type != YAML_STREAM_END_EVENT)
        yaml_fault(&r->faults, r->event.start_mark.line, "a second document");
    return 0;
}

/*
 * Run 'take' over 'size' bytes of YAML.
 * Returns 0, or -1 with the first fault and how many more there are.
 */
static int parse_yaml(struct yaml_reader *r, const char *text, size_t size,
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

    return parse_yaml(&r, text, size, take_file);
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
    rc = parse_yaml(&r, text, size, take_file);
    free(text);
    return rc;
}

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

    if (next_event(r) < 0 || next_event(r) < 0 || next_event(r) < 0)
        return STOP;
    rc = take_value(r, k->full, &v, &usable);
    if (rc == 0)
        rc = next_event(r); /* text behind the list is found here */
    if (rc == 0 && usable)
        set_key(r, k, &v, 0);
    config_key_value_release(&v);
    return rc;
}

/* Scalars are taken as they stand, so that paths need no YAML quotes. */
static int set_value(struct set_reader *s, const char *text)
{
    struct config_key_value v = {.n = 1};
    int rc;

    if ((s->key->type == KEY_NAMES || s->key->type == KEY_INTS) && *text == '[')
        return parse_yaml(&s->r, text, strlen(text), take_set_list);
    v.text[0] = strdup(text);
    if (!v.text[0])
        return err_set(s->r.faults.err, ERR_SYSTEM, "--set: no memory");
    rc = config_key_set(s->r.c, s->key, &v, s->r.faults.name, s->r.faults.err);
    config_key_value_release(&v);
    return rc;
}

int config_take_set(struct config *c, const char *text, struct err *err)
{
    struct set_reader s = {.r = {.faults = {.name = "--set", .err = err},
                                 .table = &config_key_run,
                                 .c = c}};
    const char *equals = strchr(text, '='), *dot = strchr(text, '.');
    char section[MAX_WORD], name[MAX_WORD], cut[CONFIG_KEY_SNIPPET];

    if (!equals || !dot || dot > equals || dot == text || equals == dot + 1 ||
        equals - text >= MAX_WORD)
        return err_set(err, ERR_USAGE, "--set: '%s' is not section.key=value",
                       config_key_snippet(cut, text));
    snprintf(section, sizeof(section), "%.*s", (int)(dot - text), text);
    snprintf(name, sizeof(name), "%.*s", (int)(equals - dot - 1), dot + 1);
    s.key = find_key(&s.r, section, name, 0);
    if (!s.key)
        return -1;
    return set_value(&s, equals + 1);
}
