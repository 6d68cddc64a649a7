#include "proto/sealed.h"

static const struct wire_field FIELDS[] = {
    WIRE_FIELD(sealed, code, CODE, ERR_NONE, ERR_SYSTEM),
    WIRE_FIELD(sealed, text, TEXT, 0, WIRE_MAX_TEXT),
};

WIRE_CODEC(SEALED, sealed)
