#include "proto/stored.h"

static const struct wire_field FIELDS[] = {
    WIRE_FIELD(stored, unit, U64, 1, UINT64_MAX),
    WIRE_FIELD(stored, bytes, U64, 0, UINT64_MAX),
};

WIRE_CODEC(STORED, stored)
