#include "proto/refuse.h"

static const struct wire_field FIELDS[] = {
    {"text", WIRE_TEXT, offsetof(struct msg_refuse, text), 0, WIRE_MAX_TEXT},
};

static const struct wire_layout LAYOUT = {PROTO_REFUSE,
                                          sizeof(FIELDS) / sizeof(*FIELDS),
                                          sizeof(struct msg_refuse), FIELDS};

int refuse_encode(const struct msg_refuse *m, struct buf *out, struct err *err)
{
    return wire_encode(&LAYOUT, m, out, err);
}

int refuse_decode(struct msg_refuse *m, const void *msg, size_t size,
                  struct err *err)
{
    return wire_decode(&LAYOUT, m, msg, size, err);
}
