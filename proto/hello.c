#include "proto/hello.h"

static const struct wire_field FIELDS[] = {
    WIRE_FIELD(hello, stage, NAME, 1, WIRE_MAX_STAGE),
    WIRE_FIELD(hello, worker, NAME, 1, WIRE_MAX_WORKER),
    WIRE_FIELD(hello, release, NAME, 1, WIRE_MAX_RELEASE),
    WIRE_FIELD(hello, token, U64, 0, UINT64_MAX),
    WIRE_FIELD(hello, endpoint, PATH, 0, WIRE_MAX_ENDPOINT),
};

WIRE_CODEC(HELLO, hello)
