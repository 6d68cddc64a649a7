#include "proto/sealed.h"

static const struct wire_field FIELDS[] = {
    {"code", WIRE_CODE, offsetof(struct msg_sealed, code), ERR_NONE,
     ERR_SYSTEM},
    {"text", WIRE_TEXT, offsetof(struct msg_sealed, text), 0, WIRE_MAX_TEXT},
};

static const struct wire_layout LAYOUT = {PROTO_SEALED,
                                          sizeof(FIELDS) / sizeof(*FIELDS),
                                          sizeof(struct msg_sealed), FIELDS};

int sealed_encode(const struct msg_sealed *m, struct buf *out, struct err *err)
{
    return wire_encode(&LAYOUT, m, out, err);
}

int sealed_decode(struct msg_sealed *m, const void *msg, size_t size,
                  struct err *err)
{
    return wire_decode(&LAYOUT, m, msg, size, err);
}
