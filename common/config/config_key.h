/*
 * config_key.h - the table of configuration keys, and setting one of them
 *
 * For config.[ch], to list the keys, and for other files of keys, which have a
 * table and a struct of their own (config_rows.h).  Everything said about a key (type,
 * default, range, unit, help, whether it decides a result) stands in one row;
 * checking, printing, the reference file and the plan all read that row.
 */
#ifndef CONFIG_CONFIG_KEY_H
#define CONFIG_CONFIG_KEY_H

#include "config/config.h"

#include <stdbool.h>

enum {
    CONFIG_KEYS_MAX = 256,   /* rows of the table */
    CONFIG_KEY_SNIPPET = 72, /* bytes of a value shown in a message */
};

enum config_key_type {
    KEY_INT,      /* int64_t in min..max; -1 for the one of 'words', if any */
    KEY_REAL,     /* double in min..max */
    KEY_STRING,   /* any text of less than 'room' bytes */
    KEY_NAME,     /* letters, digits and - _ . only; not empty */
    KEY_ENUM,     /* one of 'words', stored as its position */
    KEY_NAMES,    /* struct word_list of such names, each once */
    KEY_PATTERNS, /* the same; in a name * and ? may stand for others */
    KEY_INTS,     /* struct int_list, members in min..max, each once */
    KEY_VARIANTS, /* struct variant_list of a run; see variants.h */
};

enum config_key_role {
    KEY_RESULT,    /* decides a result: part of the content hashes of steps */
    KEY_PLACEMENT, /* where and how fast, or what content speaks for */
    KEY_EXPERIMENT /* which experiments there are, not what is in one */
};

struct config_key {
    const char *section, *name, *full; /* "train", "epochs", "train.epochs" */
    enum config_key_type type;
    enum config_key_role role;
    size_t offset; /* in the table's struct; of a run, struct config */
    size_t room;   /* of KEY_STRING and KEY_NAME, bytes with the NUL */
    double min, max;
    const char *initial;      /* default as text; of a list: "a, b" */
    const char *const *words; /* of KEY_ENUM and KEY_INT, ending in NULL */
    const char *was;  /* of KEY_ENUM: an older name of words[0], which is still
                        read, and by which outputs and their content hashes know
                        it; NULL: there is none */
    const char *unit; /* NULL: none */
    const char *before; /* the key came when there were outputs, which are as if
                           it had this value: with it, it is left out of steps'
                           content hashes; NULL: it was always there */
    const char *help;
};

/* What a file or --set gives for a key. */
struct config_key_value {
    bool list;
    int n;                       /* 1 for a scalar */
    char *text[CONFIG_LIST_MAX]; /* owned */
};

void config_key_value_release(struct config_key_value *v);

/* The keys of one kind of file, at most CONFIG_KEYS_MAX. */
struct config_key_table {
    const struct config_key *key; /* borrowed, static */
    size_t n;
};

/* Those of a run's configuration. */
extern const struct config_key_table config_key_run;

/* Set each key of 't' in 'c', which is zero at first, to its default. */
void config_key_defaults(const struct config_key_table *t, void *c);

/* What begins a value that is no scalar, '[' or '{'; 0: it is one. */
char config_key_bracket(const struct config_key *k);

/* Row of section.name, or NULL. */
const struct config_key *config_key_find(const struct config_key_table *t,
                                         const char *section, const char *name);

/* "section.name" meant by a word that is no key, or NULL. */
const char *config_key_nearest(const struct config_key_table *t,
                               const char *section, const char *name);

bool config_key_section_exists(const struct config_key_table *t,
                               const char *section);

/* Section meant by a word that is no section, or NULL. */
const char *config_key_section_nearest(const struct config_key_table *t,
                                       const char *section);

/*
 * Check 'v' and store it.
 *   where [in] "file:line" or "--set", for the message
 * Errors: ERR_USAGE "where: section.name: what"; 'c' is as before.
 */
MUST_USE int config_key_set(void *c, const struct config_key *k,
                            const struct config_key_value *v, const char *where,
                            struct err *err);

/* The value as config_each() shows it: bare text, lists in brackets. */
void config_key_text(const void *c, const struct config_key *k,
                     struct buf *out);

/* The value as YAML: the same, with strings quoted where they must be. */
void config_key_yaml(const void *c, const struct config_key *k,
                     struct buf *out);

/* Printable copy of 's', cut to fit, for a message of one line. */
const char *config_key_snippet(char out[CONFIG_KEY_SNIPPET], const char *s);

/* Set what a YAML file of at most 1 MB says.  Errors as config_read(). */
MUST_USE int config_take_file(const struct config_key_table *t, void *c,
                              const char *path, struct err *err);

/* The same of 'size' bytes of YAML; 'name' stands in messages. */
MUST_USE int config_take_text(struct config *c, const char *name,
                              const char *text, size_t size, struct err *err);

/* Set what one "section.key=value" says.  Errors as config_read(). */
MUST_USE int config_take_set(struct config *c, const char *text,
                             struct err *err);

#endif
