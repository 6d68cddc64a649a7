/*
 * fuzz_proto.c - every decoder, on any bytes
 *
 * What a decoder takes must be one whole MessagePack value to msgpack-c too,
 * and must survive being encoded and decoded again unchanged.
 */
#include "proto_all.h"

#include <msgpack.h>
#include <string.h>

#include "fuzz_main.h"

static void check_msgpack(const uint8_t *data, size_t size)
{
    msgpack_unpacked u;
    size_t used = 0;

    msgpack_unpacked_init(&u);
    BUG_ON(msgpack_unpack_next(&u, (const char *)data, size, &used) !=
           MSGPACK_UNPACK_SUCCESS);
    BUG_ON(used != size || u.data.type != MSGPACK_OBJECT_ARRAY);
    msgpack_unpacked_destroy(&u);
}

static void check_samples(const struct msg_samples *a,
                          const struct msg_samples *b)
{
    const size_t size = (size_t)a->count * a->height * a->width * a->channels;

    BUG_ON(a->unit != b->unit || a->attempt != b->attempt ||
           a->first != b->first || a->count != b->count ||
           a->height != b->height || a->width != b->width ||
           a->channels != b->channels);
    BUG_ON(memcmp(a->pixels, b->pixels, size) != 0);
    for (uint32_t i = 0; i < a->count; i++)
        BUG_ON(strcmp(a->record[i], b->record[i]) != 0);
}

static void check_again(enum msg_type type, const union any_message *any,
                        const struct msg_samples *samples)
{
    union any_message any_again;
    struct msg_samples samples_again = {0};
    struct buf out = {0};
    struct err err = {0};

    memset(&any_again, 0, sizeof(any_again));
    BUG_ON(encode_any(type, any, samples, &out, &err) < 0);
    BUG_ON(wire_msg_peek(out.data, out.len) != type);
    BUG_ON(decode_any(type, &any_again, &samples_again, out.data, out.len,
                      &err) < 0);
    if (type == PROTO_SAMPLES)
        check_samples(samples, &samples_again);
    else
        BUG_ON(memcmp(any, &any_again, sizeof(any_again)) != 0);
    samples_release(&samples_again);
    buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const enum msg_type type = wire_msg_peek(data, size);
    union any_message any;
    struct msg_samples samples = {0};
    struct err err = {0};

    memset(&any, 0, sizeof(any));
    if (decode_any(type, &any, &samples, data, size, &err) == 0) {
        check_msgpack(data, size);
        check_again(type, &any, &samples);
    } else {
        BUG_ON(err.code != ERR_INPUT || !err.text[0]);
    }
    samples_release(&samples);
    return 0;
}
