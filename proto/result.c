#include "proto/result.h"

static const struct wire_field FIELDS[] = {
    {"unit", WIRE_U64, offsetof(struct msg_result, unit), 1, UINT64_MAX},
    {"code", WIRE_CODE, offsetof(struct msg_result, code), ERR_NONE,
     ERR_SYSTEM},
    {"text", WIRE_TEXT, offsetof(struct msg_result, text), 0, WIRE_MAX_TEXT},
    {"seconds", WIRE_DOUBLE, offsetof(struct msg_result, seconds), 0, 0},
};

WIRE_CODEC(RESULT, result)
