#include "proto/beat.h"

static const struct wire_field FIELDS[] = {
    {"unit", WIRE_U64, offsetof(struct msg_beat, unit), 0, UINT64_MAX},
    {"done", WIRE_DOUBLE, offsetof(struct msg_beat, done), 0, 0},
    {"total", WIRE_DOUBLE, offsetof(struct msg_beat, total), 0, 0},
    {"rate", WIRE_DOUBLE, offsetof(struct msg_beat, rate), 0, 0},
    {"note", WIRE_TEXT, offsetof(struct msg_beat, note), 0, WIRE_MAX_NOTE},
};

static const struct wire_layout LAYOUT = {PROTO_BEAT,
                                          sizeof(FIELDS) / sizeof(*FIELDS),
                                          sizeof(struct msg_beat), FIELDS};

int beat_encode(const struct msg_beat *m, struct buf *out, struct err *err)
{
    return wire_encode(&LAYOUT, m, out, err);
}

int beat_decode(struct msg_beat *m, const void *msg, size_t size,
                struct err *err)
{
    return wire_decode(&LAYOUT, m, msg, size, err);
}
