/*
 * samples.h - worker to sink: some rows of a unit
 *
 * A unit may come in several messages; its rows may come again after a retry,
 * with the same content.
 */
#ifndef PROTO_SAMPLES_H
#define PROTO_SAMPLES_H

#include "proto/wire.h"

enum {
    SAMPLES_MAX_COUNT = 1024,
    SAMPLES_MAX_SIDE = 4096,
    SAMPLES_MAX_RECORD = 2000,    /* bytes */
    SAMPLES_MAX_PIXELS = 1 << 26, /* bytes: count * height * width * channels;
                                     the whole message has the same limit */
};

struct msg_samples {
    uint64_t unit;
    uint32_t attempt;                      /* 1 .. WIRE_MAX_ATTEMPT */
    uint64_t first;                        /* row; 0 .. WIRE_MAX_ROW */
    uint32_t count;                        /* rows: 1 .. SAMPLES_MAX_COUNT */
    uint32_t height, width, channels;      /* 1 .. SAMPLES_MAX_SIDE each */
    const uint8_t *pixels;                 /* (count, height, width, channels);
                                         borrowed, decoded: from the message */
    const char *record[SAMPLES_MAX_COUNT]; /* (count) one line of index.csv
                          each, without the line end: a line break may only be
                          inside quotes; borrowed, decoded: from 'text' */
    struct buf text; /* owned: of a decoded message; used again by the next */
};

/* See wire.h for what encoders and decoders promise. */
MUST_USE int samples_encode(const struct msg_samples *m, struct buf *out,
                            struct err *err);

/* 'm' must be zero or have been decoded before: its memory is used again.
 * Errors also: ERR_SYSTEM no memory for the records. */
MUST_USE int samples_decode(struct msg_samples *m, const void *msg, size_t size,
                            struct err *err);

/* Free what decoding took; 'm' is zero and usable again. */
void samples_release(struct msg_samples *m);

#endif
