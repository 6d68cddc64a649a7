#include "proto/confirm.h"

static const struct wire_field FIELDS[] = {
    {"unit", WIRE_U64, offsetof(struct msg_confirm, unit), 1, UINT64_MAX},
    {"code", WIRE_CODE, offsetof(struct msg_confirm, code), ERR_NONE,
     ERR_SYSTEM},
    {"text", WIRE_TEXT, offsetof(struct msg_confirm, text), 0, WIRE_MAX_TEXT},
};

static const struct wire_layout LAYOUT = {PROTO_CONFIRM,
                                          sizeof(FIELDS) / sizeof(*FIELDS),
                                          sizeof(struct msg_confirm), FIELDS};

int confirm_encode(const struct msg_confirm *m, struct buf *out,
                   struct err *err)
{
    return wire_encode(&LAYOUT, m, out, err);
}

int confirm_decode(struct msg_confirm *m, const void *msg, size_t size,
                   struct err *err)
{
    return wire_decode(&LAYOUT, m, msg, size, err);
}
