#include "proto/refuse.h"

static const struct wire_field FIELDS[] = {
    {"text", WIRE_TEXT, offsetof(struct msg_refuse, text), 0, WIRE_MAX_TEXT},
};

WIRE_CODEC(REFUSE, refuse)
