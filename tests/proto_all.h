/* proto_all.h - the decoders of all messages behind one call, for tests */
#ifndef TESTS_PROTO_ALL_H
#define TESTS_PROTO_ALL_H

#include "proto/beat.h"
#include "proto/confirm.h"
#include "proto/credit.h"
#include "proto/hello.h"
#include "proto/refuse.h"
#include "proto/result.h"
#include "proto/samples.h"
#include "proto/sealed.h"
#include "proto/stored.h"
#include "proto/unit.h"
#include "proto/want.h"

union any_message {
    struct msg_hello hello;
    struct msg_credit credit;
    struct msg_unit unit;
    struct msg_beat beat;
    struct msg_result result;
    struct msg_stored stored;
    struct msg_refuse refuse;
    struct msg_sealed sealed;
    struct msg_confirm confirm;
    struct msg_want want;
};

#define PLAIN_MESSAGES(_)                                                      \
    _(HELLO, hello)                                                            \
    _(CREDIT, credit)                                                          \
    _(UNIT, unit)                                                              \
    _(BEAT, beat)                                                              \
    _(RESULT, result)                                                          \
    _(STORED, stored)                                                          \
    _(REFUSE, refuse)                                                          \
    _(SEALED, sealed)                                                          \
    _(CONFIRM, confirm)                                                        \
    _(WANT, want)

/* A message without fields; a peer needs its type alone. */
static inline int decode_bare(enum msg_type type, const void *msg, size_t size,
                              struct err *err)
{
    struct wire_reader r;

    wire_open(&r, type, 0, msg, size, err);
    return wire_close(&r);
}

/* Decode as 'type': a plain message into 'any', samples into 'samples'. */
static inline int decode_any(enum msg_type type, union any_message *any,
                             struct msg_samples *samples, const void *msg,
                             size_t size, struct err *err)
{
    switch (type) {
#define DECODE(X, x)                                                           \
case PROTO_##X:                                                                \
    return x##_decode(&any->x, msg, size, err);
        PLAIN_MESSAGES(DECODE)
#undef DECODE
    case PROTO_DRAIN:
    case PROTO_FINISH:
        return decode_bare(type, msg, size, err);
    case PROTO_SAMPLES:
        return samples_decode(samples, msg, size, err);
    case PROTO_NONE:
    case PROTO_TYPES:
        break;
    }
    return err_set(err, ERR_INPUT, "not a message");
}

static inline int encode_any(enum msg_type type, const union any_message *any,
                             const struct msg_samples *samples, struct buf *out,
                             struct err *err)
{
    switch (type) {
#define ENCODE(X, x)                                                           \
case PROTO_##X:                                                                \
    return x##_encode(&any->x, out, err);
        PLAIN_MESSAGES(ENCODE)
#undef ENCODE
    case PROTO_DRAIN:
    case PROTO_FINISH:
        return wire_encode_bare(type, out, err);
    case PROTO_SAMPLES:
        return samples_encode(samples, out, err);
    case PROTO_NONE:
    case PROTO_TYPES:
        break;
    }
    return err_set(err, ERR_USAGE, "not a message");
}

#endif
