#include "proto/confirm.h"

static const struct wire_field FIELDS[] = {
    {"unit", WIRE_U64, offsetof(struct msg_confirm, unit), 1, UINT64_MAX},
    {"code", WIRE_CODE, offsetof(struct msg_confirm, code), ERR_NONE,
     ERR_SYSTEM},
    {"text", WIRE_TEXT, offsetof(struct msg_confirm, text), 0, WIRE_MAX_TEXT},
};

WIRE_CODEC(CONFIRM, confirm)
