/*
 * onnx_read.h - the fields of a message of protocol buffers, and ONNX's graph
 *
 * Written by the description of the wire format, not by what writes it: a field
 * is a key, number << 3 | type, and a varint, 4 bytes, or a length and bytes.
 */
#ifndef TESTS_ONNX_READ_H
#define TESTS_ONNX_READ_H

#include "tap.h"

#include <stdint.h>

/* Bytes that are not there make a message that ends before its time. */
struct message {
    const unsigned char *at, *end;
    bool damaged;
};

struct field {
    unsigned number, type;
    uint64_t value;       /* of type 0 and 5 */
    struct message bytes; /* of type 2 */
};

static inline uint64_t read_varint(struct message *m)
{
    uint64_t x = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (m->at == m->end)
            break;
        x |= (uint64_t)(*m->at & 127) << shift;
        if (*m->at++ < 128)
            return x;
    }
    m->damaged = true;
    return 0;
}

/* The next field of 'm'; false: there is none. */
static inline bool read_field(struct message *m, struct field *f)
{
    size_t n = 0;

    if (m->at == m->end || m->damaged)
        return false;
    *f = (struct field){.value = read_varint(m)};
    f->number = (unsigned)(f->value >> 3);
    f->type = f->value & 7;
    f->value = 0;
    if (f->type == 0)
        f->value = read_varint(m);
    else if (f->type == 5)
        n = 4;
    else if (f->type == 2)
        n = read_varint(m);
    m->damaged = m->damaged || f->type > 5 || n > (size_t)(m->end - m->at);
    if (m->damaged)
        return false;
    for (size_t i = 0; f->type == 5 && i < n; i++)
        f->value |= (uint64_t)m->at[i] << 8 * i;
    f->bytes = (struct message){m->at, m->at + n, false};
    m->at += n;
    return true;
}

/* The i-th field of that number in 'm', of which nothing is used up. */
static inline bool find_field(struct message m, unsigned number, size_t i,
                              struct field *f)
{
    while (read_field(&m, f))
        if (f->number == number && i-- == 0)
            return true;
    return false;
}

static inline size_t count_fields(struct message m, unsigned number)
{
    struct field f;
    size_t n = 0;

    while (read_field(&m, &f))
        n += f.number == number;
    return m.damaged ? SIZE_MAX : n;
}

/* Is field 'number' of 'm', the i-th, that text? */
static inline bool text_is(struct message m, unsigned number, size_t i,
                           const char *text)
{
    struct field f;

    return find_field(m, number, i, &f) && f.type == 2 &&
           (size_t)(f.bytes.end - f.bytes.at) == strlen(text) &&
           memcmp(f.bytes.at, text, strlen(text)) == 0;
}

/* The message that is the first in 'm' of that number whose field 'by' is that
 * text: a node or tensor by its name; empty: there is none. */
static inline struct message find_message(struct message m, unsigned number,
                                          unsigned by, const char *text)
{
    struct field f;

    while (read_field(&m, &f))
        if (f.number == number && text_is(f.bytes, by, 0, text))
            return f.bytes;
    return (struct message){0};
}

/* How many messages in 'm' of that number have that text in field 'by'. */
static inline size_t count_messages(struct message m, unsigned number,
                                    unsigned by, const char *text)
{
    struct field f;
    size_t n = 0;

    while (read_field(&m, &f))
        n += f.number == number && text_is(f.bytes, by, 0, text);
    return n;
}

#endif
