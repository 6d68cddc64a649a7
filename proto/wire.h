/*
 * wire.h - what all messages share: grammar, limits, checks
 *
 * A message is one ZeroMQ frame that holds one MessagePack array
 * [ "type", 1, field, ... ]; PROTOCOL.md is the specification.  Each message
 * has a file of its own (hello.h, ...) with a struct, an encoder and a
 * decoder that make the same promises:
 *
 *   X_encode  empties 'out' (its room stays), writes the message into it.
 *             Errors: ERR_USAGE a value is outside its limits (the text names
 *             message, field and limit); ERR_SYSTEM no memory.  'out' is then
 *             empty.
 *   X_decode  reads a message.  Errors: ERR_INPUT it is not MessagePack, not
 *             an X, of another version ("hello speaks version 2, this is 1"),
 *             has more or fewer fields, a field is of another type or outside
 *             its limits, or bytes follow the end.  The struct is then zero.
 *
 * Both are pure functions: any thread, no state.
 *
 * Strings are of three kinds; none contains a NUL.
 *   name  printable ASCII without blanks
 *   path  a path or endpoint: no control characters
 *   text  for people: the reader replaces each control character, and each
 *         byte that is not part of valid UTF-8, by '?', so that what it gives
 *         can be printed and logged
 *
 * Messages are written with msgpack-c.  They are read by the reader below,
 * which goes through the bytes once and neither allocates nor recurses:
 * msgpack-c's own unpacker reserves 24 bytes for each element that an array
 * header announces, so five hostile bytes can ask it for 100 GB.
 */
#ifndef PROTO_WIRE_H
#define PROTO_WIRE_H

#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

enum {
    WIRE_VERSION = 1,
    WIRE_MAX_CONTROL = 1 << 16, /* bytes of a message between scheduler and
                                   worker or sink */
    WIRE_MAX_DATA = 1 << 26,    /* bytes of a message to a sink */

    WIRE_BEAT_MS = 1000, /* a worker sends a beat at least this often */

    WIRE_MAX_LEASE_MS = 86400000,

    WIRE_MAX_ATTEMPT = 100,
    WIRE_MAX_CREDIT = 1024,

    /* Bytes of a string, without the NUL. */
    WIRE_MAX_STAGE = 32,
    WIRE_MAX_WORKER = 128,
    WIRE_MAX_RELEASE = 32,
    WIRE_MAX_STEP = 255,
    WIRE_MAX_PATH = 4095,
    WIRE_MAX_ENDPOINT = 255,
    WIRE_MAX_NOTE = 200,
    WIRE_MAX_TEXT = 511,
    WIRE_KEY = 40, /* a CURVE key in Z85: this many bytes, or none */
};

/* Rows of a step: first + count cannot overflow. */
#define WIRE_MAX_ROW ((uint64_t)1 << 48)

/* Not MSG_X: <sys/socket.h> has a MSG_CONFIRM. */
enum msg_type {
    PROTO_NONE, /* not a message of ours */
    PROTO_HELLO,
    PROTO_CREDIT,
    PROTO_UNIT,
    PROTO_BEAT,
    PROTO_RESULT,
    PROTO_STORED,
    PROTO_DRAIN,
    PROTO_REFUSE,
    PROTO_FINISH,
    PROTO_SEALED,
    PROTO_SAMPLES,
    PROTO_CONFIRM,
    PROTO_WANT,
    PROTO_TYPES, /* how many there are */
};

/* "hello" for PROTO_HELLO; "none" for PROTO_NONE. */
const char *wire_msg_name(enum msg_type type);

/*
 * Which decoder to call: the type that a message claims to be, in any version.
 * PROTO_NONE if it does not begin like a message or is of no known type.
 */
enum msg_type wire_msg_peek(const void *msg, size_t size);

/*
 * The reader: latching.  After the first failure every call gives 0 or "" and
 * wire_close() reports that failure.
 */
struct wire_reader {
    const uint8_t *at, *end; /* borrowed: what is still to be read */
    const char *name;        /* of the message; borrowed, static */
    struct err *err;         /* borrowed */
    bool failed;
};

/* Start on a message that must be a 'type' with 'n' fields. */
void wire_open(struct wire_reader *r, enum msg_type type, unsigned n,
               const void *msg, size_t size, struct err *err);

/* Unsigned integer in min .. max. */
uint64_t wire_get_uint(struct wire_reader *r, const char *field, uint64_t min,
                       uint64_t max);

/* Finite number, 0 or more; integers and single precision are accepted. */
double wire_get_double(struct wire_reader *r, const char *field);

/* String of at most 'max' bytes, *len of them, of any kind, borrowed from the
 * message and not closed by a NUL. */
const char *wire_get_string(struct wire_reader *r, const char *field,
                            size_t max, size_t *len);

/* Exactly 'size' bytes, borrowed from the message. */
const void *wire_get_bytes(struct wire_reader *r, const char *field,
                           size_t size);

/* Begin an array of exactly 'n' elements, which are then read as fields. */
void wire_get_array(struct wire_reader *r, const char *field, size_t n);

/* Report a fault that the reader cannot see.  ERR_INPUT. */
void wire_refuse(struct wire_reader *r, const char *fmt, ...) PRINTF(2, 3);

/* End: no byte may be left.  Returns 0, or -1 with the first failure. */
MUST_USE int wire_close(struct wire_reader *r);

/* The writer: latching likewise. */
struct wire_writer {
    struct buf *out;  /* borrowed */
    const char *name; /* of the message; borrowed, static */
    size_t max;       /* bytes of the whole message */
    struct err *err;  /* borrowed */
    bool failed;
};

void wire_begin(struct wire_writer *w, enum msg_type type, unsigned n,
                struct buf *out, struct err *err);
void wire_put_uint(struct wire_writer *w, uint64_t v);
void wire_put_double(struct wire_writer *w, double v);
void wire_put_string(struct wire_writer *w, const char *s, size_t len);
void wire_put_bytes(struct wire_writer *w, const void *p, size_t size);
void wire_put_array(struct wire_writer *w, size_t n);

/* Report a value outside its limits.  ERR_USAGE. */
void wire_reject(struct wire_writer *w, const char *fmt, ...) PRINTF(2, 3);

/* Returns 0, or -1 with the first failure and an empty buffer. */
MUST_USE int wire_end(struct wire_writer *w);

/*
 * Most messages are a list of plain fields, written down once for both
 * directions: kind, place in the struct, limits.
 */
enum wire_kind {
    WIRE_U64,    /* uint64_t, lo .. hi */
    WIRE_U32,    /* uint32_t, lo .. hi */
    WIRE_CODE,   /* enum err_code */
    WIRE_DOUBLE, /* double, finite, 0 or more */
    WIRE_NAME,   /* char [hi + 1], strings of lo .. hi bytes */
    WIRE_PATH,
    WIRE_TEXT,
    WIRE_Z85, /* char [WIRE_KEY + 1], a key or "" */
};

struct wire_field {
    const char *name;
    enum wire_kind kind;
    size_t offset; /* in the struct */
    uint64_t lo, hi;
};

/* A field of message x that is called as its member is. */
#define WIRE_FIELD(x, member, kind, lo, hi)                                    \
    {                                                                          \
#        member, WIRE_##kind, offsetof(struct msg_##x, member), lo, hi         \
    }

/* Write, read 'n' fields of 'msg' as 'f' says; for messages with a tail. */
void wire_put_fields(struct wire_writer *w, const struct wire_field *f,
                     unsigned n, const void *msg);
void wire_get_fields(struct wire_reader *r, const struct wire_field *f,
                     unsigned n, void *msg);

struct wire_layout {
    enum msg_type type;
    unsigned n;  /* fields */
    size_t size; /* of the struct */
    const struct wire_field *field;
};

/* Whole messages, with the promises above. */
MUST_USE int wire_encode(const struct wire_layout *l, const void *msg,
                         struct buf *out, struct err *err);
MUST_USE int wire_decode(const struct wire_layout *l, void *msg,
                         const void *bytes, size_t size, struct err *err);

/* A message without fields, PROTO_DRAIN or PROTO_FINISH. */
MUST_USE int wire_encode_bare(enum msg_type type, struct buf *out,
                              struct err *err);

/* The two functions of message x: x_encode() and x_decode(). */
#define WIRE_DECLARE(x)                                                        \
    MUST_USE int x##_encode(const struct msg_##x *m, struct buf *out,          \
                            struct err *err);                                  \
    MUST_USE int x##_decode(struct msg_##x *m, const void *msg, size_t size,   \
                            struct err *err)

/* The same, of a message that is the list FIELDS and no more. */
#define WIRE_CODEC(X, x)                                                       \
    static const struct wire_layout LAYOUT = {                                 \
        PROTO_##X, sizeof(FIELDS) / sizeof(*FIELDS), sizeof(struct msg_##x),   \
        FIELDS};                                                               \
    int x##_encode(const struct msg_##x *m, struct buf *out, struct err *err)  \
    {                                                                          \
        return wire_encode(&LAYOUT, m, out, err);                              \
    }                                                                          \
    int x##_decode(struct msg_##x *m, const void *msg, size_t size,            \
                   struct err *err)                                            \
    {                                                                          \
        return wire_decode(&LAYOUT, m, msg, size, err);                        \
    }

#endif
