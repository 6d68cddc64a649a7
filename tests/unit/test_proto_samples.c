/* test_proto_samples.c - rows on their way to a sink */
#include "proto/samples.h"
#include "tap.h"

#include <msgpack.h>
#include <stdlib.h>

static uint8_t pixels[3 * 2 * 2 * 3];

static struct msg_samples three_rows(void)
{
    for (size_t i = 0; i < sizeof(pixels); i++)
        pixels[i] = (uint8_t)(7 * i);
    return (struct msg_samples){.unit = UINT64_MAX,
                                .attempt = WIRE_MAX_ATTEMPT,
                                .first = WIRE_MAX_ROW,
                                .count = 3,
                                .height = 2,
                                .width = 2,
                                .channels = 3,
                                .pixels = pixels,
                                .record = {"a,b", "\"c,\n\"\"d\"", "\xff"}};
}

static bool same_samples(const struct msg_samples *a,
                         const struct msg_samples *b)
{
    const size_t size = (size_t)a->count * a->height * a->width * a->channels;
    bool equal = a->unit == b->unit && a->attempt == b->attempt &&
                 a->first == b->first && a->count == b->count &&
                 a->height == b->height && a->width == b->width &&
                 a->channels == b->channels &&
                 memcmp(a->pixels, b->pixels, size) == 0;

    for (uint32_t i = 0; equal && i < a->count; i++)
        equal = strcmp(a->record[i], b->record[i]) == 0;
    return equal;
}

static bool is_empty(const struct msg_samples *m)
{
    return m->unit == 0 && m->count == 0 && !m->pixels && !m->record[0];
}

static void check_round_trip(void)
{
    const struct msg_samples m = three_rows();
    struct msg_samples got = {0};
    struct buf b = {0};
    struct err err = {0};
    size_t refused = 0;

    ok(samples_encode(&m, &b, &err) == 0, "samples are encoded");
    ok(wire_msg_peek(b.data, b.len) == PROTO_SAMPLES, "samples are recognised");
    ok(samples_decode(&got, b.data, b.len, &err) == 0 && same_samples(&m, &got),
       "samples are decoded");
    ok((const char *)got.pixels > b.data &&
           (const char *)got.pixels < b.data + b.len,
       "pixels stay in the message");
    for (size_t cut = 0; cut < b.len; cut++) {
        char *copy = malloc(cut + 1);

        memcpy(copy, b.data, cut);
        refused += samples_decode(&got, copy, cut, &err) < 0 &&
                   err.code == ERR_INPUT && strstr(err.text, "is cut short") &&
                   is_empty(&got);
        free(copy);
    }
    ok(refused == b.len, "samples cut short anywhere are refused");
    ok(samples_decode(&got, b.data, b.len, &err) == 0 && same_samples(&m, &got),
       "the struct can be used again");
    buf_put(&b, "", 1);
    fails(samples_decode(&got, b.data, b.len, &err), err, ERR_INPUT,
          "samples is followed by 1 bytes", "a byte more is refused");
    samples_release(&got);
    samples_release(&got);
    ok(is_empty(&got) && !got.text.data, "released samples are empty");
    buf_release(&b);
}

/* 1024 rows of 2000 bytes each and nearly 64 MB of pixels. */
static void check_largest(void)
{
    static struct msg_samples m, got;
    const size_t size = 1024u * 126 * 170 * 3;
    uint8_t *px = calloc(1, size);
    char *record = malloc(SAMPLES_MAX_RECORD + 1);
    struct buf b = {0};
    struct err err = {0};

    if (!px || !record) {
        ok(false, "memory for the largest samples");
        free(record);
        free(px);
        return;
    }
    memset(record, 'r', SAMPLES_MAX_RECORD);
    record[SAMPLES_MAX_RECORD] = '\0';
    px[size - 1] = 99;
    m = (struct msg_samples){.unit = 1, .attempt = 1, .pixels = px};
    m.count = 1024;
    m.height = 126;
    m.width = 170;
    m.channels = 3;
    for (size_t i = 0; i < 1024; i++)
        m.record[i] = record;
    fails(samples_encode(&m, &b, &err), err, ERR_USAGE,
          "samples is over 67108864 bytes", "pixels and records over 64 MB");
    m.height = 120;
    ok(samples_encode(&m, &b, &err) == 0 &&
           samples_decode(&got, b.data, b.len, &err) == 0 &&
           same_samples(&m, &got),
       "the largest message goes through");
    samples_release(&got);
    buf_release(&b);
    free(record);
    free(px);
}

#define REJECTS(change, part)                                                  \
    do {                                                                       \
        struct msg_samples m_ = three_rows();                                  \
        struct buf b_ = {0};                                                   \
        struct err e_ = {0};                                                   \
        m_.change;                                                             \
        fails(samples_encode(&m_, &b_, &e_), e_, ERR_USAGE, part, part);       \
        ok(b_.len == 0, "  and nothing is written");                           \
        buf_release(&b_);                                                      \
    } while (0)

static void check_rejected(void)
{
    char record[SAMPLES_MAX_RECORD + 2];

    memset(record, 'r', sizeof(record) - 1);
    record[sizeof(record) - 1] = '\0';
    REJECTS(unit = 0, "samples unit is 0, not 1..");
    REJECTS(attempt = 0, "samples attempt is 0, not 1..100");
    REJECTS(attempt = 101, "samples attempt is 101, not 1..100");
    REJECTS(first = WIRE_MAX_ROW + 1, "samples first is 281474976710657");
    REJECTS(count = 0, "samples count is 0, not 1..1024");
    REJECTS(count = 1025, "samples count is 1025, not 1..1024");
    REJECTS(height = 0, "samples height is 0, not 1..4096");
    REJECTS(width = 4097, "samples width is 4097, not 1..4096");
    REJECTS(channels = 4097, "samples channels is 4097, not 1..4096");
    REJECTS(height = m_.width = m_.channels = 4096,
            "samples pixels have 206158430208 bytes, at most 67108864");
    REJECTS(record[1] = NULL, "samples record 1 is empty");
    REJECTS(record[2] = "", "samples record 2 is empty");
    REJECTS(record[0] = record, "samples record 0 has over 2000 bytes");
    REJECTS(record[1] = "a\nb", "samples record 1 is more than one line");
    REJECTS(record[1] = "a\r", "samples record 1 is more than one line");
    REJECTS(record[1] = "a,\"b", "samples record 1 does not close a quote");
}

/* What another implementation might send: every part chosen freely. */
struct made {
    uint64_t head[7];
    size_t n_pixel;
    size_t n_record;
    const char *record;
    size_t record_size;
};

static int decode_made(const struct made *d, struct err *err)
{
    static const char zeros[64];
    struct msg_samples got = {0};
    msgpack_sbuffer out;
    msgpack_packer pk;
    int rc;

    msgpack_sbuffer_init(&out);
    msgpack_packer_init(&pk, &out, msgpack_sbuffer_write);
    msgpack_pack_array(&pk, 11);
    msgpack_pack_str_with_body(&pk, "samples", 7);
    msgpack_pack_int(&pk, 1);
    for (int i = 0; i < 7; i++)
        msgpack_pack_uint64(&pk, d->head[i]);
    msgpack_pack_bin_with_body(&pk, zeros, d->n_pixel);
    msgpack_pack_array(&pk, d->n_record);
    for (size_t i = 0; i < d->n_record; i++)
        msgpack_pack_str_with_body(&pk, d->record, d->record_size);
    rc = samples_decode(&got, out.data, out.size, err);
    if (rc < 0 && !is_empty(&got))
        ok(false, "a refused message leaves nothing behind");
    samples_release(&got);
    msgpack_sbuffer_destroy(&out);
    return rc;
}

#define REFUSES(change, part)                                                  \
    do {                                                                       \
        struct made d_ = {{1, 1, 0, 2, 1, 3, 1}, 6, 2, "a,b", 3};              \
        struct err e_ = {0};                                                   \
        d_.change;                                                             \
        fails(decode_made(&d_, &e_), e_, ERR_INPUT, part, part);               \
    } while (0)

static void check_refused(void)
{
    const struct made good = {{1, 1, 0, 2, 1, 3, 1}, 6, 2, "a,b", 3};
    char record[SAMPLES_MAX_RECORD + 1];
    struct err err = {0};

    memset(record, 'r', sizeof(record));
    ok(decode_made(&good, &err) == 0, "msgpack-c's message is read");
    REFUSES(head[0] = 0, "samples unit is 0");
    REFUSES(head[1] = 101, "samples attempt is 101, not 1..100");
    REFUSES(head[2] = UINT64_MAX, "samples first is 18446744073709551615");
    REFUSES(head[3] = 0, "samples count is 0, not 1..1024");
    REFUSES(head[3] = 1025, "samples count is 1025, not 1..1024");
    REFUSES(head[3] = 3, "samples pixels has 6 bytes, not 9");
    REFUSES(head[4] = 0, "samples height is 0, not 1..4096");
    REFUSES(head[5] = 4097, "samples width is 4097, not 1..4096");
    REFUSES(head[6] = 4096ull << 32, "samples channels is 17592186044416");
    REFUSES(head[4] = d_.head[5] = d_.head[6] = 4096,
            "samples pixels have 137438953472 bytes, at most 67108864");
    REFUSES(n_pixel = 5, "samples pixels has 5 bytes, not 6");
    REFUSES(n_pixel = 7, "samples pixels has 7 bytes, not 6");
    REFUSES(n_record = 1, "samples record has 1 elements, not 2");
    REFUSES(n_record = 3, "samples record has 3 elements, not 2");
    REFUSES(record_size = 0, "samples record 0 is empty");
    REFUSES(record = record; d_.record_size = sizeof(record),
                             "samples record has 2001 bytes, at most 2000");
    REFUSES(record = "a\0b", "samples record 0 holds a NUL");
    REFUSES(record = "a\nb", "samples record 0 is more than one line");
    REFUSES(record = "a,\"", "samples record 0 does not close a quote");
}

int main(void)
{
    check_round_trip();
    check_largest();
    check_rejected();
    check_refused();
    return tap_done();
}
