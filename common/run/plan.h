/*
 * plan.h - the nodes of a run, their keys, and what must run
 *
 * The configuration expands to nodes in an order in which inputs come first:
 * draw (if asked), preprocess, augment, then for each experiment train,
 * evaluate, explain, and last report.  A node's key is the hash of its stage's
 * name and version, its parameters and its inputs' keys, so equal keys mean
 * equal outputs, and every key is known before anything runs.
 */
#ifndef RUN_PLAN_H
#define RUN_PLAN_H

#include "base/hash.h"
#include "run/config.h"

#include <stdbool.h>

enum {
    PLAN_MAX_NODES = 2048,
    PLAN_MAX_INPUTS = 64,
    PLAN_NAME_MAX = 256,
};

struct plan_node {
    char name[PLAN_NAME_MAX];       /* "train/mobilenetv2-scratch-s1" */
    char dir[PLAN_NAME_MAX];        /* of its output, below the run directory */
    const char *stage;              /* "train"; borrowed, static */
    const char *program;            /* "papline-train"; borrowed, static */
    char experiment[PLAN_NAME_MAX]; /* "mobilenetv2-scratch-s1", or "" */
    char network[CONFIG_NAME_MAX];  /* of the experiment, or "" */
    char regime[CONFIG_NAME_MAX];
    int64_t seed; /* of the experiment, else the run's */
    int *input;   /* owned: indices of the nodes that this one reads */
    int n_input;
    char key[HASH_HEX];
    char *params; /* owned: JSON object, parameters by name, for the manifest */
    bool run;     /* its output is absent, damaged or of another key */
    char reason[256]; /* "augment.variants 6 -> 8"; "output is current" */
};

struct plan {
    struct plan_node *node; /* owned */
    int n_node;
};

/*
 * Expand 'c' and look at what 'run_dir' already holds.
 * Errors: ERR_USAGE bad configuration (unknown network, ...) or a dataset that
 * cannot be read; ERR_SYSTEM.
 */
MUST_USE int plan_init(struct plan *p, const struct config *c,
                       const char *run_dir, struct err *err);

/* Node called 'name', or NULL. */
const struct plan_node *plan_find(const struct plan *p, const char *name);

void plan_release(struct plan *p);

#endif
