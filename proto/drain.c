#include "proto/drain.h"

int drain_encode(struct buf *out, struct err *err)
{
    struct wire_writer w;

    wire_begin(&w, PROTO_DRAIN, 0, out, err);
    return wire_end(&w);
}

int drain_decode(const void *msg, size_t size, struct err *err)
{
    struct wire_reader r;

    wire_open(&r, PROTO_DRAIN, 0, msg, size, err);
    return wire_close(&r);
}
