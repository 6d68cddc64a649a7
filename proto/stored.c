#include "proto/stored.h"

static const struct wire_field FIELDS[] = {
    {"unit", WIRE_U64, offsetof(struct msg_stored, unit), 1, UINT64_MAX},
    {"bytes", WIRE_U64, offsetof(struct msg_stored, bytes), 0, UINT64_MAX},
};

WIRE_CODEC(STORED, stored)
