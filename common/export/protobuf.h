/*
 * protobuf.h - the wire format of protocol buffers, as much as ONNX needs
 *
 *     a field     its key, the varint of number << 3 | type, then its value
 *     varint      7 bits a byte, the lowest first, the eighth bit: more follow
 *     type 0      a varint
 *     type 2      the varint of a length, then so many bytes: text, bytes, or
 *                 the fields of a message
 *     type 5      4 bytes, little-endian: a float
 *
 * Repeated fields are written one by one.  Failure latches in 'out' (buf.h).
 * Source: protobuf.dev/programming-guides/encoding.
 */
#ifndef EXPORT_PROTOBUF_H
#define EXPORT_PROTOBUF_H

#include "base/buf.h"

#include <stdint.h>

/* Append a field: number 1 .. 2^29 - 1, then its value. */
void protobuf_int(struct buf *out, unsigned field, uint64_t value);
void protobuf_float(struct buf *out, unsigned field, float value);
void protobuf_bytes(struct buf *out, unsigned field, const void *bytes,
                    size_t n);
void protobuf_text(struct buf *out, unsigned field, const char *text);

/* A message of 'n' bytes, which are to follow; or whose fields are in 'part',
 * which is empty then. */
void protobuf_open(struct buf *out, unsigned field, size_t n);
void protobuf_message(struct buf *out, unsigned field, struct buf *part);

#endif
