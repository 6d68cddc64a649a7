/*
 * config_rows.h - how the rows of a table of keys are written
 *
 * Define CONFIG_STRUCT, the struct whose members the keys are, before this is
 * included.
 */
#ifndef CONFIG_CONFIG_ROWS_H
#define CONFIG_CONFIG_ROWS_H

#include "config/config_key.h"

#define AT(s, n)                                                               \
    .section = #s, .name = #n, .full = #s "." #n,                              \
    .offset = offsetof(CONFIG_STRUCT, s.n)
#define TEXT(s, n) AT(s, n), .room = sizeof(((CONFIG_STRUCT *)0)->s.n)
#define RESULT     .role = KEY_RESULT
#define PLACEMENT  .role = KEY_PLACEMENT
#define EXPERIMENT .role = KEY_EXPERIMENT
#define INT(lo, hi, def)                                                       \
    .type = KEY_INT, .min = (lo), .max = (hi), .initial = (def)
#define REAL(lo, hi, def)                                                      \
    .type = KEY_REAL, .min = (lo), .max = (hi), .initial = (def)
/* ENUM: the default, then all words in the order of the C enum. */
#define ENUM_OF(w, def) .type = KEY_ENUM, .words = (w), .initial = (def)
#define ENUM(def, ...)  ENUM_OF(((const char *const[]){__VA_ARGS__, NULL}), def)
#define STRING(def)     .type = KEY_STRING, .initial = (def)
#define NAME(def)       .type = KEY_NAME, .initial = (def)
#define NAMES(def)      .type = KEY_NAMES, .initial = (def)
#define PATTERNS(def)   .type = KEY_PATTERNS, .initial = (def)
#define VARIANTS        .type = KEY_VARIANTS, .initial = ""
#define INTS(lo, hi, def)                                                      \
    .type = KEY_INTS, .min = (lo), .max = (hi), .initial = (def)

#endif
