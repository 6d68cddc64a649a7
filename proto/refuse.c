#include "proto/refuse.h"

static const struct wire_field FIELDS[] = {
    WIRE_FIELD(refuse, text, TEXT, 0, WIRE_MAX_TEXT),
};

WIRE_CODEC(REFUSE, refuse)
