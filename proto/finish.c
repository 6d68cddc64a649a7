#include "proto/finish.h"

int finish_encode(struct buf *out, struct err *err)
{
    struct wire_writer w;

    wire_begin(&w, PROTO_FINISH, 0, out, err);
    return wire_end(&w);
}

int finish_decode(const void *msg, size_t size, struct err *err)
{
    struct wire_reader r;

    wire_open(&r, PROTO_FINISH, 0, msg, size, err);
    return wire_close(&r);
}
