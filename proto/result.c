#include "proto/result.h"

static const struct wire_field FIELDS[] = {
    WIRE_FIELD(result, unit, U64, 1, UINT64_MAX),
    WIRE_FIELD(result, code, CODE, ERR_NONE, ERR_SYSTEM),
    WIRE_FIELD(result, text, TEXT, 0, WIRE_MAX_TEXT),
    WIRE_FIELD(result, seconds, DOUBLE, 0, 0),
};

WIRE_CODEC(RESULT, result)
