#include "proto/confirm.h"

static const struct wire_field FIELDS[] = {
    WIRE_FIELD(confirm, unit, U64, 1, UINT64_MAX),
    WIRE_FIELD(confirm, code, CODE, ERR_NONE, ERR_SYSTEM),
    WIRE_FIELD(confirm, text, TEXT, 0, WIRE_MAX_TEXT),
};

WIRE_CODEC(CONFIRM, confirm)
