/*
 * yaml_fault.h - what is wrong in a YAML text: the first fault, with its line,
 * and how many more there are
 */
#ifndef CONFIG_YAML_FAULT_H
#define CONFIG_YAML_FAULT_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { YAML_WHERE_MAX = 220 };

struct yaml_faults {
    const char *name; /* of the file, or "--set"; borrowed */
    bool numbered;    /* lines mean something */
    struct err *err;  /* borrowed; the first fault */
    int n;            /* in all */
};

/* "file:12", or "--set"; lines count from 0. */
const char *yaml_fault_where(const struct yaml_faults *f, size_t line,
                             char where[YAML_WHERE_MAX]);

/* Count a fault; of the first, write it down as ERR_USAGE. */
void yaml_fault(struct yaml_faults *f, size_t line, const char *fmt, ...)
    PRINTF(3, 4);

/* Returns 0 without faults, else -1 and adds to err how many more there are. */
MUST_USE int yaml_faults_end(const struct yaml_faults *f);

#endif
