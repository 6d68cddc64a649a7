/*
 * config_yaml_private.h - one reader of YAML for files and for --set
 *
 * Internal to config_yaml.c and config_set.c.  A function that reads returns 0,
 * at the event behind what it took, or YAML_STOP.  A fault in a value is
 * counted, and reading goes on.
 */
#ifndef CONFIG_CONFIG_YAML_PRIVATE_H
#define CONFIG_CONFIG_YAML_PRIVATE_H

#include "config/config_key.h"
#include "config/yaml_fault.h"

#include <yaml.h>

enum {
    YAML_MAX_WORD = 128, /* bytes of a section's or key's name */
    YAML_VARIANT_WHERE = YAML_WHERE_MAX + CONFIG_VARIANT_NAME + 20,
};

struct yaml_reader {
    yaml_parser_t yaml;
    yaml_event_t event; /* owned; the one being looked at */
    struct yaml_faults faults;
    const struct config_key_table *table;
    void *c;                 /* borrowed; the struct of the table */
    struct variant *variant; /* borrowed; what keys are read of, or NULL */
    bool seen[2][CONFIG_KEYS_MAX]; /* keys set so far, and in the variant */
};

/* After other faults reading goes on, to count them all. */
enum { YAML_STOP = -1 };

/* Step to the next event; what we refuse everywhere is refused here. */
MUST_USE int yaml_next(struct yaml_reader *r);

/*
 * Read the value of a key.  *usable is false if it was neither a scalar nor a
 * list of scalars (reported, and stepped over).
 */
MUST_USE int yaml_take_value(struct yaml_reader *r, const char *full,
                             struct config_key_value *v, bool *usable);

/* The value of a key of KEY_VARIANTS, in the place of those that were there. */
MUST_USE int yaml_take_variants(struct yaml_reader *r,
                                const struct config_key *k);

/* Check a value and store it, in the variant if keys are read of one.
 * Errors: ERR_USAGE. */
MUST_USE int yaml_store(struct yaml_reader *r, const struct config_key *k,
                        const struct config_key_value *v, size_t line,
                        struct err *err);

/* The same; a fault is counted. */
void yaml_set_key(struct yaml_reader *r, const struct config_key *k,
                  const struct config_key_value *v, size_t line);

/* Which row is meant?  NULL after a fault. */
const struct config_key *yaml_find_key(struct yaml_reader *r,
                                       const char *section, const char *name,
                                       size_t line);

/*
 * Run 'take' over 'size' bytes of YAML.
 * Returns 0, or -1 with the first fault and how many more there are.
 */
MUST_USE int yaml_parse(struct yaml_reader *r, const char *text, size_t size,
                        int (*take)(struct yaml_reader *r));

#endif
