#include "proto/stored.h"

static const struct wire_field FIELDS[] = {
    {"unit", WIRE_U64, offsetof(struct msg_stored, unit), 1, UINT64_MAX},
    {"bytes", WIRE_U64, offsetof(struct msg_stored, bytes), 0, UINT64_MAX},
};

static const struct wire_layout LAYOUT = {PROTO_STORED,
                                          sizeof(FIELDS) / sizeof(*FIELDS),
                                          sizeof(struct msg_stored), FIELDS};

int stored_encode(const struct msg_stored *m, struct buf *out, struct err *err)
{
    return wire_encode(&LAYOUT, m, out, err);
}

int stored_decode(struct msg_stored *m, const void *msg, size_t size,
                  struct err *err)
{
    return wire_decode(&LAYOUT, m, msg, size, err);
}
