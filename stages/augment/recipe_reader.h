/*
 * recipe_reader.h - what the parts of a recipe's reader share
 *
 * Internal to recipe_yaml.c (groups) and recipe_numbers.c (operations).
 */
#ifndef AUGMENT_RECIPE_READER_H
#define AUGMENT_RECIPE_READER_H

#include "config/yaml_fault.h"
#include "recipe.h"

#include <yaml.h>

struct recipe_reader {
    yaml_document_t doc; /* owned */
    struct yaml_faults faults;
    struct recipe *r; /* borrowed */
    int n_group, n_step;
};

static inline size_t recipe_line_of(const yaml_node_t *n)
{
    return n->start_mark.line;
}

/* Something is wrong with node n: a format of printf() and its arguments. */
#define RECIPE_FAULT(d, n, ...)                                                \
    yaml_fault(&(d)->faults, recipe_line_of(n), __VA_ARGS__)

static inline yaml_node_t *recipe_node_at(struct recipe_reader *d, int i)
{
    return yaml_document_get_node(&d->doc, i);
}

/* A scalar's text, or NULL. */
const char *recipe_word(const yaml_node_t *n);

/* Fault: the word 'at' is none of known[0 .. n-1]; 'what' says of what. */
void recipe_unknown(struct recipe_reader *d, const yaml_node_t *at,
                    const char *what, const char *const *known, size_t n);

/* A number within limits, into *x; false after a fault. */
bool recipe_number(struct recipe_reader *d, const yaml_node_t *n,
                   const char *what, const struct recipe_range *limit,
                   float *x);

/* The operation 'op' with what 'n' says of its numbers. */
void recipe_take_op(struct recipe_reader *d, const struct augment *op,
                    const yaml_node_t *n, struct recipe_step *s);

#endif
