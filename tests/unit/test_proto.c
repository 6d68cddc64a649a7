/* test_proto.c - every message survives the wire with extreme values */
#include "proto_all.h"
#include "tap.h"

#include <float.h>
#include <stdlib.h>

static const char KEY[] = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";

/* Fill a char array with 'c' up to its NUL. */
#define FULL(array, c)                                                         \
    (memset((array), (c), sizeof(array) - 1), (array)[sizeof(array) - 1] = '\0')

/*
 * Encode 'in', decode it, compare; then every truncation and one byte too
 * many must be refused, and the struct be zero again.
 */
#define ROUND_TRIP(X, in)                                                      \
    do {                                                                       \
        struct msg_##X got_, zero_;                                            \
        struct buf b_ = {0};                                                   \
        struct err e_ = {0};                                                   \
        size_t refused_ = 0;                                                   \
        memset(&zero_, 0, sizeof(zero_));                                      \
        memset(&got_, 0xa5, sizeof(got_));                                     \
        ok(X##_encode(&(in), &b_, &e_) == 0, #X " is encoded");                \
        ok(strcmp(wire_msg_name(wire_msg_peek(b_.data, b_.len)), #X) == 0,     \
           #X " is recognised");                                               \
        ok(X##_decode(&got_, b_.data, b_.len, &e_) == 0, #X " is decoded");    \
        if (!ok(memcmp(&got_, &(in), sizeof(got_)) == 0, #X " is the same"))   \
            printf("# %s\n", e_.text);                                         \
        for (size_t cut_ = 0; cut_ < b_.len; cut_++) {                         \
            char *copy_ = malloc(cut_ + 1);                                    \
            memcpy(copy_, b_.data, cut_);                                      \
            e_ = (struct err){0};                                              \
            refused_ += X##_decode(&got_, copy_, cut_, &e_) < 0 &&             \
                        e_.code == ERR_INPUT &&                                \
                        strstr(e_.text, "is cut short") &&                     \
                        memcmp(&got_, &zero_, sizeof(got_)) == 0;              \
            free(copy_);                                                       \
        }                                                                      \
        ok(refused_ == b_.len, #X " cut short anywhere is refused");           \
        buf_put(&b_, "", 1);                                                   \
        fails(X##_decode(&got_, b_.data, b_.len, &e_), e_, ERR_INPUT,          \
              #X " is followed by 1 bytes",                                    \
              #X " with a byte more is refused");                              \
        buf_release(&b_);                                                      \
    } while (0)

static void check_hello(void)
{
    struct msg_hello m;

    memset(&m, 0, sizeof(m));
    FULL(m.stage, 'a');
    FULL(m.worker, '~');
    FULL(m.release, '!');
    FULL(m.endpoint, '/');
    m.token = UINT64_MAX;
    FULL(m.endpoint, 'e');
    ROUND_TRIP(hello, m);
    memset(&m, 0, sizeof(m));
    m.stage[0] = m.worker[0] = m.release[0] = 'x';
    ROUND_TRIP(hello, m);
}

static void check_unit(void)
{
    struct msg_unit m;

    memset(&m, 0, sizeof(m));
    m.id = m.attempt = m.lease_ms = 1;
    m.step[0] = 'n';
    ROUND_TRIP(unit, m);
    m.id = UINT64_MAX;
    m.attempt = WIRE_MAX_ATTEMPT;
    m.lease_ms = WIRE_MAX_LEASE_MS;
    m.first = m.count = WIRE_MAX_ROW;
    FULL(m.step, '/');
    FULL(m.run_dir, '\xff'); /* a path is bytes, not characters */
    FULL(m.sink, ' ');
    memcpy(m.sink_key, KEY, sizeof(KEY));
    ROUND_TRIP(unit, m);
}

static void check_worker(void)
{
    struct msg_credit credit = {.n = 1};
    struct msg_beat beat;
    struct msg_result result;

    ROUND_TRIP(credit, credit);
    credit.n = WIRE_MAX_CREDIT;
    ROUND_TRIP(credit, credit);
    memset(&beat, 0, sizeof(beat));
    ROUND_TRIP(beat, beat);
    beat.unit = UINT64_MAX;
    beat.done = DBL_MAX;
    beat.total = DBL_TRUE_MIN;
    beat.rate = 1.0 / 3;
    FULL(beat.note, 'n');
    ROUND_TRIP(beat, beat);
    memset(&result, 0, sizeof(result));
    result.unit = 1;
    ROUND_TRIP(result, result);
    result.unit = UINT64_MAX;
    result.code = ERR_SYSTEM;
    result.seconds = DBL_MAX;
    FULL(result.text, '"');
    ROUND_TRIP(result, result);
}

static void check_sink(void)
{
    const struct msg_stored stored = {UINT64_MAX, UINT64_MAX};
    struct msg_sealed sealed;
    struct msg_confirm confirm;
    struct msg_refuse refuse;

    ROUND_TRIP(stored, stored);
    memset(&sealed, 0, sizeof(sealed));
    ROUND_TRIP(sealed, sealed);
    sealed.code = ERR_AGAIN;
    snprintf(sealed.text, sizeof(sealed.text),
             "Zell\xc3\xa4 \xe2\x82\xac "
             "\xf0\x9f\x94\xac");
    ROUND_TRIP(sealed, sealed);
    memset(&confirm, 0, sizeof(confirm));
    confirm.unit = 1;
    confirm.code = ERR_SYSTEM;
    FULL(confirm.text, 'c');
    ROUND_TRIP(confirm, confirm);
    memset(&refuse, 0, sizeof(refuse));
    FULL(refuse.text, 'r');
    ROUND_TRIP(refuse, refuse);
}

static void check_empty(void)
{
    struct buf b = {0};
    struct err err = {0};

    ok(wire_encode_bare(PROTO_DRAIN, &b, &err) == 0 &&
           decode_bare(PROTO_DRAIN, b.data, b.len, &err) == 0 &&
           wire_msg_peek(b.data, b.len) == PROTO_DRAIN,
       "drain goes through");
    fails(decode_bare(PROTO_DRAIN, b.data, b.len - 1, &err), err, ERR_INPUT,
          "drain is cut short", "drain cut short is refused");
    fails(decode_bare(PROTO_FINISH, b.data, b.len, &err), err, ERR_INPUT,
          "message is not finish but drain", "drain is not finish");
    ok(wire_encode_bare(PROTO_FINISH, &b, &err) == 0 &&
           decode_bare(PROTO_FINISH, b.data, b.len, &err) == 0 &&
           wire_msg_peek(b.data, b.len) == PROTO_FINISH,
       "finish goes through");
    buf_puts(&b, "x");
    fails(decode_bare(PROTO_FINISH, b.data, b.len, &err), err, ERR_INPUT,
          "finish is followed by 1 bytes", "finish with a tail is refused");
    buf_release(&b);
}

/* PROTOCOL.md to the letter, by hand. */
static void check_bytes(void)
{
    static const char credit[] = "\x93\xa6"
                                 "credit\x01\x03";
    static const char sealed[] = "\x94\xa6"
                                 "sealed\x01\x04\xa4"
                                 "full";
    static const char beat[] = "\x97\xa4"
                               "beat\x01\xcd\x01\x00"
                               "\xcb\x3f\xf8\0\0\0\0\0\0"
                               "\xcb\x40\x00\0\0\0\0\0\0"
                               "\xcb\0\0\0\0\0\0\0\0\xa0";
    const struct msg_beat b = {.unit = 256, .done = 1.5, .total = 2};
    const struct msg_sealed s = {.code = ERR_SYSTEM, .text = "full"};
    struct buf out = {0};
    struct err err;

    ok(credit_encode(&(struct msg_credit){3}, &out, &err) == 0 &&
           out.len == sizeof(credit) - 1 &&
           memcmp(out.data, credit, out.len) == 0,
       "credit byte by byte");
    ok(sealed_encode(&s, &out, &err) == 0 && out.len == sizeof(sealed) - 1 &&
           memcmp(out.data, sealed, out.len) == 0,
       "sealed byte by byte");
    ok(beat_encode(&b, &out, &err) == 0 && out.len == sizeof(beat) - 1 &&
           memcmp(out.data, beat, out.len) == 0,
       "beat byte by byte");
    out.failed = true; /* an earlier user ran out of memory */
    ok(credit_encode(&(struct msg_credit){3}, &out, &err) == 0 &&
           out.len == sizeof(credit) - 1,
       "a failed buffer serves again");
    buf_release(&out);
}

int main(void)
{
    check_bytes();
    check_hello();
    check_unit();
    check_worker();
    check_sink();
    check_empty();
    return tap_done();
}
