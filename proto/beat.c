#include "proto/beat.h"

static const struct wire_field FIELDS[] = {
    WIRE_FIELD(beat, unit, U64, 0, UINT64_MAX),
    WIRE_FIELD(beat, done, DOUBLE, 0, 0),
    WIRE_FIELD(beat, total, DOUBLE, 0, 0),
    WIRE_FIELD(beat, rate, DOUBLE, 0, 0),
    WIRE_FIELD(beat, note, TEXT, 0, WIRE_MAX_NOTE),
};

WIRE_CODEC(BEAT, beat)
