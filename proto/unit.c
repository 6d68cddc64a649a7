#include "proto/unit.h"

static const struct wire_field FIELDS[] = {
    WIRE_FIELD(unit, id, U64, 1, UINT64_MAX),
    {"node", WIRE_NAME, offsetof(struct msg_unit, step), 1, WIRE_MAX_STEP},
    WIRE_FIELD(unit, attempt, U32, 1, WIRE_MAX_ATTEMPT),
    WIRE_FIELD(unit, lease_ms, U32, 1, WIRE_MAX_LEASE_MS),
    WIRE_FIELD(unit, run_dir, PATH, 0, WIRE_MAX_PATH),
    WIRE_FIELD(unit, first, U64, 0, WIRE_MAX_ROW),
    WIRE_FIELD(unit, count, U64, 0, WIRE_MAX_ROW),
    WIRE_FIELD(unit, sink, PATH, 0, WIRE_MAX_ENDPOINT),
    WIRE_FIELD(unit, sink_key, Z85, 0, WIRE_KEY),
};

WIRE_CODEC(UNIT, unit)
