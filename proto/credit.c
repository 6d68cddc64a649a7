#include "proto/credit.h"

static const struct wire_field FIELDS[] = {
    {"n", WIRE_U32, offsetof(struct msg_credit, n), 1, WIRE_MAX_CREDIT},
};

static const struct wire_layout LAYOUT = {PROTO_CREDIT,
                                          sizeof(FIELDS) / sizeof(*FIELDS),
                                          sizeof(struct msg_credit), FIELDS};

int credit_encode(const struct msg_credit *m, struct buf *out, struct err *err)
{
    return wire_encode(&LAYOUT, m, out, err);
}

int credit_decode(struct msg_credit *m, const void *msg, size_t size,
                  struct err *err)
{
    return wire_decode(&LAYOUT, m, msg, size, err);
}
