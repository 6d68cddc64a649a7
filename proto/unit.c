#include "proto/unit.h"

static const struct wire_field FIELDS[] = {
    {"id", WIRE_U64, offsetof(struct msg_unit, id), 1, UINT64_MAX},
    {"node", WIRE_NAME, offsetof(struct msg_unit, step), 1, WIRE_MAX_STEP},
    {"attempt", WIRE_U32, offsetof(struct msg_unit, attempt), 1,
     WIRE_MAX_ATTEMPT},
    {"lease_ms", WIRE_U32, offsetof(struct msg_unit, lease_ms), 1,
     WIRE_MAX_LEASE_MS},
    {"run_dir", WIRE_PATH, offsetof(struct msg_unit, run_dir), 0,
     WIRE_MAX_PATH},
    {"first", WIRE_U64, offsetof(struct msg_unit, first), 0, WIRE_MAX_ROW},
    {"count", WIRE_U64, offsetof(struct msg_unit, count), 0, WIRE_MAX_ROW},
    {"sink", WIRE_PATH, offsetof(struct msg_unit, sink), 0, WIRE_MAX_ENDPOINT},
    {"sink_key", WIRE_Z85, offsetof(struct msg_unit, sink_key), 0, WIRE_KEY},
};

WIRE_CODEC(UNIT, unit)
