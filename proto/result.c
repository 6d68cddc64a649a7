#include "proto/result.h"

static const struct wire_field FIELDS[] = {
    {"unit", WIRE_U64, offsetof(struct msg_result, unit), 1, UINT64_MAX},
    {"code", WIRE_CODE, offsetof(struct msg_result, code), ERR_NONE,
     ERR_SYSTEM},
    {"text", WIRE_TEXT, offsetof(struct msg_result, text), 0, WIRE_MAX_TEXT},
    {"seconds", WIRE_DOUBLE, offsetof(struct msg_result, seconds), 0, 0},
};

static const struct wire_layout LAYOUT = {PROTO_RESULT,
                                          sizeof(FIELDS) / sizeof(*FIELDS),
                                          sizeof(struct msg_result), FIELDS};

int result_encode(const struct msg_result *m, struct buf *out, struct err *err)
{
    return wire_encode(&LAYOUT, m, out, err);
}

int result_decode(struct msg_result *m, const void *msg, size_t size,
                  struct err *err)
{
    return wire_decode(&LAYOUT, m, msg, size, err);
}
