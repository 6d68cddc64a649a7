/*
 * experiment_name.h - how an experiment is called
 *
 *     NETWORK-REGIME[-VARIANT]-sSEED[-fFOLD]
 *
 * as a folder's name and in tables.  NETWORK and REGIME are words of tables
 * and hold no '-', so that a name can be taken apart from both ends; a variant's
 * name may.  An ensemble has its method instead of a network.
 */
#ifndef RUN_EXPERIMENT_NAME_H
#define RUN_EXPERIMENT_NAME_H

#include "config/config.h"

#include <stdbool.h>

enum {
    EXPERIMENT_NAME_MAX = 256,
    EXPERIMENT_NO_FOLD = -1 /* there are none, or all of them are meant */
};

struct experiment_name {
    char network[CONFIG_NAME_MAX], regime[CONFIG_NAME_MAX];
    char variant[CONFIG_VARIANT_NAME]; /* "": there are none */
    int64_t seed;
    int fold; /* or EXPERIMENT_NO_FOLD */
};

/* One without folds, from its parts. */
struct experiment_name experiment_name_of(const char *network,
                                          const char *regime,
                                          const char *variant, int64_t seed);

/* "vgg16-finetune-wide-s1-f0" */
void experiment_name_make(char out[EXPERIMENT_NAME_MAX],
                          const struct experiment_name *e);

/* Its parts; false: it is no such name. */
bool experiment_name_parse(struct experiment_name *e, const char *name);

/* Of a fold's experiment the name of all folds together; of any other name
 * that name.  out may be name. */
void experiment_name_pooled(char out[EXPERIMENT_NAME_MAX], const char *name);

/* The fold that the name of an experiment ends in, or EXPERIMENT_NO_FOLD. */
int experiment_name_fold(const char *name);

/* Of an experiment in one fold. */
void experiment_name_in_fold(char out[EXPERIMENT_NAME_MAX], const char *name,
                             int fold);

#endif
