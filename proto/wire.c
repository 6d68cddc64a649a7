#include "proto/wire.h"

#include <inttypes.h>
#include <math.h>
#include <msgpack.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const NAMES[PROTO_TYPES] = {
    [PROTO_NONE] = "none",       [PROTO_HELLO] = "hello",
    [PROTO_CREDIT] = "credit",   [PROTO_UNIT] = "unit",
    [PROTO_BEAT] = "beat",       [PROTO_RESULT] = "result",
    [PROTO_STORED] = "stored",   [PROTO_DRAIN] = "drain",
    [PROTO_REFUSE] = "refuse",   [PROTO_FINISH] = "finish",
    [PROTO_SEALED] = "sealed",   [PROTO_SAMPLES] = "samples",
    [PROTO_CONFIRM] = "confirm", [PROTO_WANT] = "want",
};

const char *wire_msg_name(enum msg_type type)
{
    return NAMES[type];
}

static size_t size_limit(enum msg_type type)
{
    return type == PROTO_SAMPLES ? WIRE_MAX_DATA : WIRE_MAX_CONTROL;
}

/* --- reader ------------------------------------------------------------- */

void wire_refuse(struct wire_reader *r, const char *fmt, ...)
{
    char what[sizeof(r->err->text)];
    va_list ap;

    if (r->failed)
        return;
    va_start(ap, fmt);
    vsnprintf(what, sizeof(what), fmt, ap);
    va_end(ap);
    err_set(r->err, ERR_INPUT, "%s %s", r->name, what);
    r->failed = true;
}

/* The next 'n' bytes, or NULL. */
static const uint8_t *take_bytes(struct wire_reader *r, size_t n)
{
    const uint8_t *p = r->at;

    if (!r->failed && n > (size_t)(r->end - r->at))
        wire_refuse(r, "is cut short");
    if (r->failed)
        return NULL;
    r->at += n;
    return p;
}

/* Lead byte of the next value; 0xc1, which MessagePack never uses, if none. */
static uint8_t take_lead(struct wire_reader *r)
{
    const uint8_t *p = take_bytes(r, 1);

    return p ? *p : 0xc1;
}

/* Big-endian number of 1 << log2 bytes. */
static uint64_t take_number(struct wire_reader *r, int log2)
{
    const size_t n = (size_t)1 << log2;
    const uint8_t *p = take_bytes(r, n);
    uint64_t v = 0;

    for (size_t i = 0; p && i < n; i++)
        v = v << 8 | p[i];
    return v;
}

static bool is_uint(uint8_t lead)
{
    return lead < 0x80 || (lead >= 0xcc && lead <= 0xcf);
}

static uint64_t uint_after(struct wire_reader *r, uint8_t lead)
{
    return lead < 0x80 ? lead : take_number(r, lead & 3);
}

/*
 * Header of a string, bin or array: 'fix' with its length in the low bits
 * under 'mask' (0: the type has none), or 'lead8' followed by 1, 2, 4 bytes.
 */
struct wire_header {
    const char *what;
    uint8_t fix, mask, lead8, log2;
};
static const struct wire_header STRING = {"string", 0xa0, 0x1f, 0xd9, 0};
static const struct wire_header BYTES = {"bytes", 0, 0, 0xc4, 0};
static const struct wire_header ARRAY = {"array", 0x90, 0x0f, 0xdc, 1};

static size_t take_header(struct wire_reader *r, const char *field,
                          const struct wire_header *h)
{
    const uint8_t lead = take_lead(r);

    if (h->mask && (lead & ~h->mask & 0xff) == h->fix)
        return lead & h->mask;
    if (lead >= h->lead8 && lead + h->log2 <= h->lead8 + 2)
        return (size_t)take_number(r, h->log2 + lead - h->lead8);
    wire_refuse(r, "%s is not %s %s", field,
                h->what[0] == 'a' ? "an" : "a run of", h->what);
    return 0;
}

uint64_t wire_get_uint(struct wire_reader *r, const char *field, uint64_t min,
                       uint64_t max)
{
    const uint8_t lead = take_lead(r);
    uint64_t v = 0;

    if (is_uint(lead))
        v = uint_after(r, lead);
    else
        wire_refuse(r, "%s is not an unsigned integer", field);
    if (v < min || v > max)
        wire_refuse(r, "%s is %" PRIu64 ", not %" PRIu64 "..%" PRIu64, field, v,
                    min, max);
    return r->failed ? 0 : v;
}

double wire_get_double(struct wire_reader *r, const char *field)
{
    const uint8_t lead = take_lead(r);
    double x = 0;

    if (lead == 0xcb) {
        const uint64_t bits = take_number(r, 3);

        memcpy(&x, &bits, sizeof(x));
    } else if (lead == 0xca) {
        const uint32_t bits = (uint32_t)take_number(r, 2);
        float single;

        memcpy(&single, &bits, sizeof(single));
        x = (double)single;
    } else if (is_uint(lead)) {
        x = (double)uint_after(r, lead);
    } else {
        wire_refuse(r, "%s is not a number", field);
    }
    if (!isfinite(x) || x < 0)
        wire_refuse(r, "%s is %g, not finite and 0 or more", field, x);
    return r->failed ? 0 : x;
}

const char *wire_get_string(struct wire_reader *r, const char *field,
                            size_t max, size_t *len)
{
    const size_t n = take_header(r, field, &STRING);
    const uint8_t *p = NULL;

    if (n > max)
        wire_refuse(r, "%s has %zu bytes, at most %zu", field, n, max);
    p = take_bytes(r, n);
    *len = p ? n : 0;
    return p ? (const char *)p : "";
}

const void *wire_get_bytes(struct wire_reader *r, const char *field,
                           size_t size)
{
    const size_t n = take_header(r, field, &BYTES);

    if (n != size)
        wire_refuse(r, "%s has %zu bytes, not %zu", field, n, size);
    return take_bytes(r, size);
}

void wire_get_array(struct wire_reader *r, const char *field, size_t n)
{
    const size_t got = take_header(r, field, &ARRAY);

    if (got != n)
        wire_refuse(r, "%s has %zu elements, not %zu", field, got, n);
}

/* Array header and type name; how many fields there are besides. */
static size_t open_head(struct wire_reader *r, enum msg_type *type)
{
    const size_t n = take_header(r, "message", &ARRAY);
    const char *s;
    size_t len;

    *type = PROTO_NONE;
    s = wire_get_string(r, "type", 16, &len);
    for (int t = PROTO_NONE + 1; !r->failed && t < PROTO_TYPES; t++)
        if (strlen(NAMES[t]) == len && memcmp(NAMES[t], s, len) == 0)
            *type = (enum msg_type)t;
    return n;
}

enum msg_type wire_msg_peek(const void *msg, size_t size)
{
    struct err err;
    struct wire_reader r = {
        .at = msg, .name = "message", .err = &err, .failed = !msg};
    enum msg_type type;

    r.end = msg ? r.at + size : NULL;
    open_head(&r, &type);
    return type;
}

void wire_open(struct wire_reader *r, enum msg_type type, unsigned n,
               const void *msg, size_t size, struct err *err)
{
    enum msg_type got;
    size_t have;
    uint64_t version;

    *r = (struct wire_reader){.at = msg, .name = "message", .err = err};
    if (!msg || size > size_limit(type)) {
        wire_refuse(r, "of %zu bytes, at most %zu for %s", size,
                    size_limit(type), NAMES[type]);
        return;
    }
    r->end = r->at + size;
    have = open_head(r, &got);
    if (got != type)
        wire_refuse(r, "is not %s but %s", NAMES[type], NAMES[got]);
    r->name = NAMES[type];
    version = wire_get_uint(r, "version", 1, UINT32_MAX);
    if (version != WIRE_VERSION && type != PROTO_REFUSE)
        wire_refuse(r, "speaks version %" PRIu64 ", this is %d", version,
                    WIRE_VERSION);
    if (have != (size_t)n + 2)
        wire_refuse(r, "has %zu elements, not %u", have, n + 2);
}

int wire_close(struct wire_reader *r)
{
    if (!r->failed && r->at != r->end)
        wire_refuse(r, "is followed by %zu bytes", (size_t)(r->end - r->at));
    return r->failed ? -1 : 0;
}

/* --- writer ------------------------------------------------------------- */

void wire_reject(struct wire_writer *w, const char *fmt, ...)
{
    char what[sizeof(w->err->text)];
    va_list ap;

    if (w->failed)
        return;
    va_start(ap, fmt);
    vsnprintf(what, sizeof(what), fmt, ap);
    va_end(ap);
    err_set(w->err, ERR_USAGE, "%s %s", w->name, what);
    w->failed = true;
}

/* Where msgpack-c writes: 'data' is the writer. */
static int put_raw(void *data, const char *bytes, size_t n)
{
    struct wire_writer *w = data;

    if (n > w->max - w->out->len)
        wire_reject(w, "is over %zu bytes", w->max);
    if (w->failed)
        return -1;
    buf_put(w->out, bytes, n);
    return w->out->failed ? -1 : 0;
}

static msgpack_packer packer_of(struct wire_writer *w)
{
    msgpack_packer pk;

    msgpack_packer_init(&pk, w, put_raw);
    return pk;
}

void wire_put_uint(struct wire_writer *w, uint64_t v)
{
    msgpack_packer pk = packer_of(w);

    msgpack_pack_uint64(&pk, v);
}

void wire_put_double(struct wire_writer *w, double v)
{
    msgpack_packer pk = packer_of(w);

    msgpack_pack_double(&pk, v);
}

/* Does a run of 'size' bytes fit?  Also keeps msgpack-c's 32 bits whole. */
static bool fits_run(struct wire_writer *w, size_t size)
{
    if (size > w->max)
        wire_reject(w, "is over %zu bytes", w->max);
    return !w->failed;
}

void wire_put_string(struct wire_writer *w, const char *s, size_t len)
{
    msgpack_packer pk = packer_of(w);

    if (fits_run(w, len) && msgpack_pack_str(&pk, len) == 0)
        msgpack_pack_str_body(&pk, s, len);
}

void wire_put_bytes(struct wire_writer *w, const void *p, size_t size)
{
    msgpack_packer pk = packer_of(w);

    if (fits_run(w, size) && msgpack_pack_bin(&pk, size) == 0)
        msgpack_pack_bin_body(&pk, p, size);
}

void wire_put_array(struct wire_writer *w, size_t n)
{
    msgpack_packer pk = packer_of(w);

    if (fits_run(w, n))
        msgpack_pack_array(&pk, n);
}

void wire_begin(struct wire_writer *w, enum msg_type type, unsigned n,
                struct buf *out, struct err *err)
{
    *w = (struct wire_writer){
        .out = out, .name = NAMES[type], .max = size_limit(type), .err = err};
    if (out->failed)
        buf_release(out);
    out->len = 0;
    wire_put_array(w, (size_t)n + 2);
    wire_put_string(w, w->name, strlen(w->name));
    wire_put_uint(w, WIRE_VERSION);
}

int wire_end(struct wire_writer *w)
{
    if (!w->failed && buf_check(w->out, w->err) < 0)
        w->failed = true;
    if (w->failed)
        w->out->len = 0;
    return w->failed ? -1 : 0;
}
