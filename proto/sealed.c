#include "proto/sealed.h"

static const struct wire_field FIELDS[] = {
    {"code", WIRE_CODE, offsetof(struct msg_sealed, code), ERR_NONE,
     ERR_SYSTEM},
    {"text", WIRE_TEXT, offsetof(struct msg_sealed, text), 0, WIRE_MAX_TEXT},
};

WIRE_CODEC(SEALED, sealed)
