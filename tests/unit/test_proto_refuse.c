/*
 * test_proto_refuse.c - what decoders refuse and encoders reject
 *
 * Hostile messages are made from good ones with msgpack-c: unpack, put another
 * value in place of one, pack again.  So they are well-formed MessagePack by
 * another implementation than the reader under test.
 */
#include "proto_all.h"
#include "tap.h"

#include <msgpack.h>
#include <stdlib.h>

static const char KEY[] = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";

/* A good message of each type. */
static void good_message(enum msg_type type, struct buf *out)
{
    static const uint8_t pixels[2 * 1 * 3 * 1] = {1, 2, 3, 4, 5, 6};
    const struct msg_samples samples = {.unit = 1,
                                        .attempt = 1,
                                        .count = 2,
                                        .height = 1,
                                        .width = 3,
                                        .channels = 1,
                                        .pixels = pixels,
                                        .record = {"a,b", "c,d"}};
    union any_message m = {0};
    struct err err = {0};

    if (type == PROTO_HELLO)
        m.hello = (struct msg_hello){
            .stage = "augment", .worker = "host:7", .release = "0.1"};
    else if (type == PROTO_CREDIT)
        m.credit = (struct msg_credit){3};
    else if (type == PROTO_UNIT)
        m.unit = (struct msg_unit){.id = 1,
                                   .step = "augment",
                                   .attempt = 1,
                                   .lease_ms = 10000,
                                   .run_dir = "/runs/1",
                                   .count = 64,
                                   .sink = "tcp://10.0.0.1:5555"};
    else if (type == PROTO_RESULT)
        m.result = (struct msg_result){.unit = 1, .text = "fine"};
    else if (type == PROTO_STORED)
        m.stored = (struct msg_stored){1, 100};
    else if (type == PROTO_CONFIRM)
        m.confirm = (struct msg_confirm){.unit = 1, .text = "fine"};
    else if (type == PROTO_WANT)
        m.want = (struct msg_want){
            .unit = 1, .epoch = 1, .count = 1, .recipe = "light"};
    if (encode_any(type, &m, &samples, out, &err) < 0)
        ok(false, err.text);
}

static int decode_type(enum msg_type type, const void *msg, size_t size,
                       struct err *err)
{
    union any_message any;
    struct msg_samples samples = {0};
    const int rc = decode_any(type, &any, &samples, msg, size, err);

    samples_release(&samples);
    return rc;
}

/* A value to put in place of another. */
static msgpack_object str_value(const char *s, size_t len)
{
    return (msgpack_object){.type = MSGPACK_OBJECT_STR,
                            .via.str = {(uint32_t)len, s}};
}

static msgpack_object uint_value(uint64_t v)
{
    return (msgpack_object){.type = MSGPACK_OBJECT_POSITIVE_INTEGER,
                            .via.u64 = v};
}

static msgpack_object real_value(double x)
{
    return (msgpack_object){.type = MSGPACK_OBJECT_FLOAT64, .via.f64 = x};
}

/* Decode a good message whose element 'i' was replaced by 'v'. */
static int decode_replaced(enum msg_type type, size_t i, msgpack_object v,
                           struct err *err)
{
    struct buf b = {0};
    msgpack_unpacked u;
    msgpack_sbuffer out;
    msgpack_packer pk;
    int rc = 0;

    *err = (struct err){0};
    good_message(type, &b);
    msgpack_unpacked_init(&u);
    msgpack_sbuffer_init(&out);
    msgpack_packer_init(&pk, &out, msgpack_sbuffer_write);
    if (msgpack_unpack_next(&u, b.data, b.len, NULL) < 0 ||
        u.data.type != MSGPACK_OBJECT_ARRAY || i >= u.data.via.array.size)
        ok(false, "msgpack-c reads our message");
    else {
        u.data.via.array.ptr[i] = v;
        msgpack_pack_object(&pk, u.data);
        rc = decode_type(type, out.data, out.size, err);
    }
    msgpack_sbuffer_destroy(&out);
    msgpack_unpacked_destroy(&u);
    buf_release(&b);
    return rc;
}

/* Elements of a good message. */
static size_t message_arity(enum msg_type type)
{
    struct buf b = {0};
    size_t n;

    good_message(type, &b);
    n = (uint8_t)b.data[0] & 0x0f;
    buf_release(&b);
    return n;
}

/* No field takes a value of a kind that no message has. */
static void check_kinds(enum msg_type type)
{
    msgpack_object one = uint_value(1);
    msgpack_object_kv pair = {one, one};
    const msgpack_object wrong[] = {
        {.type = MSGPACK_OBJECT_NIL},
        {.type = MSGPACK_OBJECT_BOOLEAN, .via.boolean = true},
        {.type = MSGPACK_OBJECT_NEGATIVE_INTEGER, .via.i64 = -1},
        {.type = MSGPACK_OBJECT_MAP, .via.map = {1, &pair}},
        {.type = MSGPACK_OBJECT_EXT, .via.ext = {1, 1, "x"}},
        {.type = MSGPACK_OBJECT_ARRAY, .via.array = {1, &one}},
        {.type = MSGPACK_OBJECT_FLOAT64, .via.f64 = NAN},
        {.type = MSGPACK_OBJECT_FLOAT64, .via.f64 = -1},
        {.type = MSGPACK_OBJECT_BIN, .via.bin = {1, "x"}},
    };
    const size_t n = message_arity(type),
                 n_wrong = sizeof(wrong) / sizeof(*wrong);
    size_t refused = 0;
    struct err err;
    char what[80];

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n_wrong; k++)
            refused += decode_replaced(type, i, wrong[k], &err) < 0 &&
                       err.code == ERR_INPUT;
    snprintf(what, sizeof(what), "%s takes no other kinds of values",
             wire_msg_name(type));
    ok(refused == n * n_wrong, what);
}

static void check_head(enum msg_type type)
{
    struct buf b = {0};
    struct err err;
    char text[100], what[100];

    for (enum msg_type other = PROTO_HELLO; other < PROTO_TYPES; other++) {
        if (other == type)
            continue;
        good_message(other, &b);
        snprintf(text, sizeof(text), "message is not %s but %s",
                 wire_msg_name(type), wire_msg_name(other));
        fails(decode_type(type, b.data, b.len, &err), err, ERR_INPUT, text,
              text);
    }
    snprintf(text, sizeof(text), "%s has %zu elements, not %zu",
             wire_msg_name(type), message_arity(type) + 1, message_arity(type));
    good_message(type, &b);
    b.data[0]++;
    buf_put(&b, "\xc0", 1);
    fails(decode_type(type, b.data, b.len, &err), err, ERR_INPUT, text,
          "an element more is refused");
    buf_release(&b);
    if (type == PROTO_REFUSE) {
        ok(decode_replaced(type, 1, uint_value(2), &err) == 0,
           "refuse is read in any version");
        return;
    }
    snprintf(text, sizeof(text), "%s speaks version 2, this is 1",
             wire_msg_name(type));
    snprintf(what, sizeof(what), "%s of version 2 is refused",
             wire_msg_name(type));
    fails(decode_replaced(type, 1, uint_value(2), &err), err, ERR_INPUT, text,
          what);
}

/* Field 'i' of a message takes 'n' characters 'c' and not one more. */
static void string_limit(enum msg_type type, size_t i, const char *field,
                         size_t n)
{
    char *s = malloc(n + 1);
    char text[100];
    struct err err;

    memset(s, 'x', n + 1);
    snprintf(text, sizeof(text), "%s %s has %zu bytes, at most %zu",
             wire_msg_name(type), field, n + 1, n);
    ok(decode_replaced(type, i, str_value(s, n), &err) == 0,
       "a string as long as allowed is encoded");
    fails(decode_replaced(type, i, str_value(s, n + 1), &err), err, ERR_INPUT,
          text, text);
    s[n / 2] = '\0';
    snprintf(text, sizeof(text), "%s %s holds a NUL", wire_msg_name(type),
             field);
    fails(decode_replaced(type, i, str_value(s, n), &err), err, ERR_INPUT, text,
          text);
    free(s);
}

static void uint_limit(enum msg_type type, size_t i, const char *field,
                       uint64_t max)
{
    char text[100];
    struct err err;

    snprintf(text, sizeof(text), "%s %s is %ju, not ", wire_msg_name(type),
             field, (uintmax_t)max + 1);
    ok(decode_replaced(type, i, uint_value(max), &err) == 0,
       "a number as large as allowed is encoded");
    fails(decode_replaced(type, i, uint_value(max + 1), &err), err, ERR_INPUT,
          text, text);
}

static void not_zero(enum msg_type type, size_t i, const char *field)
{
    char text[100];
    struct err err;

    snprintf(text, sizeof(text), "%s %s is 0, not 1..", wire_msg_name(type),
             field);
    fails(decode_replaced(type, i, uint_value(0), &err), err, ERR_INPUT, text,
          text);
}

static void check_limits(void)
{
    string_limit(PROTO_HELLO, 2, "stage", WIRE_MAX_STAGE);
    string_limit(PROTO_HELLO, 3, "worker", WIRE_MAX_WORKER);
    string_limit(PROTO_HELLO, 4, "release", WIRE_MAX_RELEASE);
    string_limit(PROTO_HELLO, 6, "endpoint", WIRE_MAX_ENDPOINT);
    uint_limit(PROTO_CREDIT, 2, "n", WIRE_MAX_CREDIT);
    not_zero(PROTO_CREDIT, 2, "n");
    not_zero(PROTO_UNIT, 2, "id");
    string_limit(PROTO_UNIT, 3, "node", WIRE_MAX_STEP);
    uint_limit(PROTO_UNIT, 4, "attempt", WIRE_MAX_ATTEMPT);
    not_zero(PROTO_UNIT, 4, "attempt");
    uint_limit(PROTO_UNIT, 5, "lease_ms", WIRE_MAX_LEASE_MS);
    not_zero(PROTO_UNIT, 5, "lease_ms");
    string_limit(PROTO_UNIT, 6, "run_dir", WIRE_MAX_PATH);
    uint_limit(PROTO_UNIT, 7, "first", WIRE_MAX_ROW);
    uint_limit(PROTO_UNIT, 8, "count", WIRE_MAX_ROW);
    string_limit(PROTO_UNIT, 9, "sink", WIRE_MAX_ENDPOINT);
    string_limit(PROTO_BEAT, 6, "note", WIRE_MAX_NOTE);
    not_zero(PROTO_RESULT, 2, "unit");
    uint_limit(PROTO_RESULT, 3, "code", ERR_SYSTEM);
    string_limit(PROTO_RESULT, 4, "text", WIRE_MAX_TEXT);
    not_zero(PROTO_STORED, 2, "unit");
    string_limit(PROTO_REFUSE, 2, "text", WIRE_MAX_TEXT);
    uint_limit(PROTO_SEALED, 2, "code", ERR_SYSTEM);
    string_limit(PROTO_SEALED, 3, "text", WIRE_MAX_TEXT);
    not_zero(PROTO_CONFIRM, 2, "unit");
    uint_limit(PROTO_CONFIRM, 3, "code", ERR_SYSTEM);
    string_limit(PROTO_CONFIRM, 4, "text", WIRE_MAX_TEXT);
    not_zero(PROTO_WANT, 2, "unit");
    not_zero(PROTO_WANT, 4, "epoch");
    not_zero(PROTO_WANT, 5, "count");
    string_limit(PROTO_WANT, 6, "recipe", WANT_MAX_RECIPE);
}

static void check_strings(void)
{
    struct err err;

    fails(decode_replaced(PROTO_HELLO, 2, str_value("", 0), &err), err,
          ERR_INPUT, "hello stage has 0 bytes, at least 1",
          "a name is not empty");
    fails(decode_replaced(PROTO_HELLO, 2, str_value("a b", 3), &err), err,
          ERR_INPUT, "hello stage is not printable ASCII",
          "a name has no blank");
    fails(decode_replaced(PROTO_HELLO, 2, str_value("a\x7f", 2), &err), err,
          ERR_INPUT, "hello stage is not printable ASCII", "a name has no DEL");
    fails(decode_replaced(PROTO_UNIT, 3, str_value("na\xc3\xafve", 6), &err),
          err, ERR_INPUT, "unit node is not printable ASCII",
          "a name is ASCII");
    fails(decode_replaced(PROTO_UNIT, 6, str_value("/a\nb", 4), &err), err,
          ERR_INPUT, "unit run_dir holds a control character",
          "a path is one line");
    ok(decode_replaced(PROTO_UNIT, 10, str_value(KEY, 40), &err) == 0,
       "a key of 40 characters is encoded");
    fails(decode_replaced(PROTO_UNIT, 10, str_value(KEY, 39), &err), err,
          ERR_INPUT, "unit sink_key is not a key of 40",
          "a short key is refused");
    fails(decode_replaced(
              PROTO_UNIT, 10,
              str_value("~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~", 40), &err),
          err, ERR_INPUT, "unit sink_key is not in Z85",
          "a key that is not in Z85 is refused");
}

static void check_numbers(void)
{
    struct err err;

    fails(decode_type(PROTO_CREDIT,
                      "\x93\xa6"
                      "credit\x01\xd0\x05",
                      11, &err),
          err, ERR_INPUT, "credit n is not an unsigned integer",
          "a signed format is refused, even of a positive number");
    ok(decode_replaced(PROTO_BEAT, 3, uint_value(7), &err) == 0,
       "an integer is taken for a number");
    ok(decode_replaced(
           PROTO_BEAT, 3,
           (msgpack_object){.type = MSGPACK_OBJECT_FLOAT32, .via.f64 = 0.5},
           &err) == 0,
       "a single is taken for a number");
    fails(decode_replaced(PROTO_BEAT, 3, real_value(INFINITY), &err), err,
          ERR_INPUT, "beat done is inf, not finite",
          "infinite progress is refused");
    fails(decode_replaced(PROTO_BEAT, 4, real_value(-0.5), &err), err,
          ERR_INPUT, "beat total is -0.5, not finite and 0 or more",
          "negative progress is refused");
    fails(decode_replaced(PROTO_RESULT, 5, real_value(NAN), &err), err,
          ERR_INPUT, "result seconds is",
          "progress that is not a number is refused");
    fails(decode_replaced(PROTO_CREDIT, 2, real_value(1), &err), err, ERR_INPUT,
          "credit n is not an unsigned integer", "a double is no integer");
}

/* Text that arrives can be printed, whatever was sent. */
static void check_text(void)
{
    static const struct {
        const char *sent, *got;
    } row[] = {
        {"plain", "plain"},
        {"esc\x1b[2J\tnew\nline\x7f", "esc?[2J?new?line?"},
        {"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x94\xac", /* valid UTF-8 stays */
         "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x94\xac"},
        {"cut \xe2\x82", "cut ??"},
        {"latin \xe9!", "latin ?!"},
        {"half \xc3(", "half ?("},
        {"over-long \xc0\xaf \xe0\x80\xaf \xf0\x80\x80\xaf",
         "over-long ?? ??? ????"},
        {"surrogate \xed\xa0\x80", "surrogate ???"},
        {"beyond \xf4\x90\x80\x80 \xf5", "beyond ???? ?"},
        {"c1 \xc2\x9b"
         "31m \xc2\xa0",
         "c1 ??31m \xc2\xa0"},
    };
    struct msg_refuse m, got;
    struct buf b = {0};
    struct err err;

    for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
        snprintf(m.text, sizeof(m.text), "%s", row[i].sent);
        if (ok(refuse_encode(&m, &b, &err) == 0 &&
                   refuse_decode(&got, b.data, b.len, &err) == 0,
               "text of any bytes goes through") &&
            !ok(strcmp(got.text, row[i].got) == 0, row[i].got))
            printf("# got '%s'\n", got.text);
    }
    buf_release(&b);
}

/* Bytes that are not a message at all; headers that promise the moon. */
static void check_hostile(void)
{
    static const struct {
        const char *bytes;
        size_t n;
        const char *text;
    } row[] = {
        {"", 0, "message is cut short"},
        {"\xc1", 1, "message message is not an array"},
        {"\x80", 1, "message message is not an array"},
        {"\x90", 1, "message is cut short"},
        {"\xdd\xff\xff\xff\xff", 5, "message is cut short"},
        {"\xdd\xff\xff\xff\xff\xa4"
         "beat\x01",
         11, "beat has 4294967295 elements, not 7"},
        {"\x97\xdb\xff\xff\xff\xff", 6, "type has 4294967295 bytes, at most"},
        {"\x97\xa4"
         "beat\x01\xcf",
         8, "beat is cut short"},
        {"\x97\xa4"
         "beat\x01\x00\x00\x00\x00\xdb\xff\xff\xff\xff",
         16, "beat note has 4294967295 bytes, at most 200"},
        {"\x97\x97\x97\x97\x97\x97\x97\x97", 8, "type is not"},
        {"\x97\xa4"
         "BEAT\x01",
         7, "message is not beat but none"},
    };
    struct err err;
    char *large = calloc(1, WIRE_MAX_DATA + 1);

    for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++)
        fails(decode_type(PROTO_BEAT, row[i].bytes, row[i].n, &err), err,
              ERR_INPUT, row[i].text, row[i].text);
    ok(large, "memory for a message over the limit");
    fails(decode_type(PROTO_BEAT, large, WIRE_MAX_CONTROL + 1, &err), err,
          ERR_INPUT, "of 65537 bytes, at most 65536",
          "a long control message is refused");
    fails(decode_type(PROTO_SAMPLES, large, WIRE_MAX_DATA + 1, &err), err,
          ERR_INPUT, "of 67108865 bytes, at most 67108864",
          "over 64 MiB are refused");
    fails(decode_type(PROTO_BEAT, NULL, 0, &err), err, ERR_INPUT, "of 0 bytes",
          "no message is refused");
    ok(wire_msg_peek("\xdd\xff\xff\xff\xff\xa4"
                     "beat\x02",
                     11) == PROTO_BEAT,
       "peek does not judge");
    ok(wire_msg_peek("\x92\xa4"
                     "none\x01",
                     7) == PROTO_NONE &&
           wire_msg_peek("\x92\xa3"
                         "bea\x01",
                         6) == PROTO_NONE &&
           wire_msg_peek("\x92\xa4"
                         "bea",
                         5) == PROTO_NONE &&
           wire_msg_peek(NULL, 0) == PROTO_NONE,
       "peek knows what it does not know");
    free(large);
}

/* Encoding: 'm' is rejected with 'text', and nothing is written. */
#define REJECTS(X, m, part)                                                    \
    do {                                                                       \
        struct buf b_ = {0};                                                   \
        struct err e_ = {0};                                                   \
        fails(X##_encode(&(m), &b_, &e_), e_, ERR_USAGE, part, part);          \
        ok(b_.len == 0, "  and nothing is written");                           \
        buf_release(&b_);                                                      \
    } while (0)

static void check_encoders(void)
{
    struct msg_hello h = {
        .stage = "augment", .worker = "host:7", .release = "0.1"};
    struct msg_unit u = {.id = 1, .step = "n", .attempt = 1, .lease_ms = 1};
    struct msg_beat b = {.rate = NAN};
    struct msg_result r = {.unit = 1, .code = (enum err_code)5};

    memset(h.stage, 'x', sizeof(h.stage)); /* no NUL */
    REJECTS(hello, h, "hello stage has over 32 bytes");
    h.stage[0] = '\0';
    REJECTS(hello, h, "hello stage has under 1 bytes");
    snprintf(h.stage, sizeof(h.stage), "a\tb");
    REJECTS(hello, h, "hello stage is not printable ASCII without blanks");
    REJECTS(credit, (struct msg_credit){0}, "credit n is 0, not 1..1024");
    REJECTS(credit, (struct msg_credit){1025}, "credit n is 1025, not 1..1024");
    u.attempt = 101;
    REJECTS(unit, u, "unit attempt is 101, not 1..100");
    u.attempt = 1;
    u.first = WIRE_MAX_ROW + 1;
    REJECTS(unit, u, "unit first is 281474976710657, not 0..281474976710656");
    u.first = 0;
    snprintf(u.sink, sizeof(u.sink), "a\x7f");
    REJECTS(unit, u, "unit sink holds a control character");
    u.sink[0] = '\0';
    snprintf(u.sink_key, sizeof(u.sink_key), "abc");
    REJECTS(unit, u, "unit sink_key is not a key of 40 characters");
    memset(u.sink_key, '~', WIRE_KEY);
    REJECTS(unit, u, "unit sink_key is not in Z85");
    REJECTS(beat, b, "beat rate is ");
    b.rate = -1;
    REJECTS(beat, b, "beat rate is -1, not finite and 0 or more");
    REJECTS(result, r, "result code is 5, not 0..4");
    REJECTS(stored, (struct msg_stored){0}, "stored unit is 0");
}

int main(void)
{
    for (enum msg_type t = PROTO_HELLO; t < PROTO_TYPES; t++) {
        check_kinds(t);
        check_head(t);
    }
    check_limits();
    check_strings();
    check_numbers();
    check_text();
    check_hostile();
    check_encoders();
    return tap_done();
}
