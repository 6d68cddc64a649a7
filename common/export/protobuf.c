/* protobuf.c - fields are appended; a message is made before what it is in */
#include "export/protobuf.h"

#include <string.h>

enum wire_type { TYPE_VARINT = 0, TYPE_BYTES = 2, TYPE_FLOAT = 5 };
enum { MORE = 0x80, BITS = 0x7f, MAX_FIELD = (1 << 29) - 1 };

static void put_varint(struct buf *out, uint64_t x)
{
    unsigned char byte;

    do {
        byte = (unsigned char)(x & BITS);
        x >>= 7;
        if (x)
            byte |= MORE;
        buf_put(out, &byte, 1);
    } while (x);
}

static void put_key(struct buf *out, unsigned field, enum wire_type type)
{
    BUG_ON(field < 1 || field > MAX_FIELD);
    put_varint(out, (uint64_t)field << 3 | (unsigned)type);
}

void protobuf_int(struct buf *out, unsigned field, uint64_t value)
{
    put_key(out, field, TYPE_VARINT);
    put_varint(out, value);
}

void protobuf_float(struct buf *out, unsigned field, float value)
{
    uint32_t bits;
    unsigned char bytes[4];

    memcpy(&bits, &value, sizeof(bits));
    for (int i = 0; i < 4; i++)
        bytes[i] = (unsigned char)(bits >> 8 * i & 0xff);
    put_key(out, field, TYPE_FLOAT);
    buf_put(out, bytes, sizeof(bytes));
}

void protobuf_open(struct buf *out, unsigned field, size_t n)
{
    put_key(out, field, TYPE_BYTES);
    put_varint(out, n);
}

void protobuf_bytes(struct buf *out, unsigned field, const void *bytes,
                    size_t n)
{
    protobuf_open(out, field, n);
    buf_put(out, bytes, n);
}

void protobuf_text(struct buf *out, unsigned field, const char *text)
{
    protobuf_bytes(out, field, text, strlen(text));
}

void protobuf_message(struct buf *out, unsigned field, struct buf *part)
{
    protobuf_open(out, field, part->len);
    buf_take(out, part);
}
