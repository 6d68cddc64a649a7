/*
 * want.h - training rank to augment worker: make these variants
 *
 * Answered by samples of the same unit, whose records are "-".
 */
#ifndef PROTO_WANT_H
#define PROTO_WANT_H

#include "proto/wire.h"

enum {
    WANT_MAX_COUNT = 64,  /* variants */
    WANT_MAX_RECIPE = 63, /* bytes of its name, or of its hash's digits */
    WANT_ROW_BYTES = 8,   /* of a row on the wire */
};

struct want_row {
    uint32_t row, variant; /* row of data/, and which of its variants */
};

struct msg_want {
    uint64_t unit;  /* 1 ..; of this rank */
    uint64_t seed;  /* of the training */
    uint32_t epoch; /* 1 .. */
    uint32_t count; /* 1 .. WANT_MAX_COUNT */
    char recipe[WANT_MAX_RECIPE + 1];
    struct want_row row[WANT_MAX_COUNT]; /* (count) */
};

/* See wire.h for what encoders and decoders promise. */
WIRE_DECLARE(want);

#endif
