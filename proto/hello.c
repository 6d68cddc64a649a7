#include "proto/hello.h"

static const struct wire_field FIELDS[] = {
    {"stage", WIRE_NAME, offsetof(struct msg_hello, stage), 1, WIRE_MAX_STAGE},
    {"worker", WIRE_NAME, offsetof(struct msg_hello, worker), 1,
     WIRE_MAX_WORKER},
    {"release", WIRE_NAME, offsetof(struct msg_hello, release), 1,
     WIRE_MAX_RELEASE},
    {"token", WIRE_U64, offsetof(struct msg_hello, token), 0, UINT64_MAX},
    {"endpoint", WIRE_PATH, offsetof(struct msg_hello, endpoint), 0,
     WIRE_MAX_ENDPOINT},
};

WIRE_CODEC(HELLO, hello)
