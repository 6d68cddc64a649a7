#include "proto/beat.h"

static const struct wire_field FIELDS[] = {
    {"unit", WIRE_U64, offsetof(struct msg_beat, unit), 0, UINT64_MAX},
    {"done", WIRE_DOUBLE, offsetof(struct msg_beat, done), 0, 0},
    {"total", WIRE_DOUBLE, offsetof(struct msg_beat, total), 0, 0},
    {"rate", WIRE_DOUBLE, offsetof(struct msg_beat, rate), 0, 0},
    {"note", WIRE_TEXT, offsetof(struct msg_beat, note), 0, WIRE_MAX_NOTE},
};

WIRE_CODEC(BEAT, beat)
