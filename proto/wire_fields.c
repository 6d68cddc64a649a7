/* wire_fields.c - messages that are a list of plain fields; kinds of strings */
#include "base/utf8.h"
#include "proto/wire.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static bool is_control(uint8_t c)
{
    return c < 0x20 || c == 0x7f;
}

/* Is the character of 'len' bytes at 's' one to print?  U+0080 .. U+009F are
 * control characters too: some terminals obey them. */
static bool is_printable(const uint8_t *s, size_t len)
{
    return len > 0 && !is_control(s[0]) && !(s[0] == 0xc2 && s[1] < 0xa0);
}

/* 's' ends in a NUL behind its 'n' bytes. */
static void clean_text(char *s, size_t n)
{
    uint8_t *u = (uint8_t *)s;
    uint32_t point;

    for (size_t i = 0; i < n;) {
        const size_t len = utf8_length(s + i, &point);
        const size_t step = len ? len : 1;

        if (is_printable(u + i, len)) {
            i += step;
            continue;
        }
        for (size_t end = i + step; i < end; i++)
            u[i] = '?';
    }
}

/* What Z85 (ZeroMQ RFC 32) uses. */
static bool is_z85(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z') || strchr(".-:+=^!/*?&<>()[]{}@%$#", c);
}

/* What is wrong with the 'n' bytes at 's' as field 'f'?  NULL: nothing. */
static const char *string_fault(const struct wire_field *f, const char *s,
                                size_t n)
{
    if (memchr(s, '\0', n))
        return "holds a NUL";
    if (f->kind == WIRE_Z85 && n != 0 && n != WIRE_KEY)
        return "is not a key of 40 characters";
    for (size_t i = 0; i < n; i++) {
        const uint8_t c = (uint8_t)s[i];

        if (f->kind == WIRE_NAME && (c <= 0x20 || c > 0x7e))
            return "is not printable ASCII without blanks";
        if (f->kind == WIRE_PATH && is_control(c))
            return "holds a control character";
        if (f->kind == WIRE_Z85 && !is_z85(c))
            return "is not in Z85";
    }
    return NULL;
}

static size_t string_max(const struct wire_field *f)
{
    return f->kind == WIRE_Z85 ? WIRE_KEY : (size_t)f->hi;
}

static void put_string(struct wire_writer *w, const struct wire_field *f,
                       const char *s)
{
    const size_t max = string_max(f), n = strnlen(s, max + 1);
    const char *fault = string_fault(f, s, n > max ? 0 : n);

    if (n > max || n < f->lo)
        wire_reject(w, "%s has %s %zu bytes", f->name,
                    n > max ? "over" : "under", n > max ? max : (size_t)f->lo);
    else if (fault)
        wire_reject(w, "%s %s", f->name, fault);
    else
        wire_put_string(w, s, n);
}

static void get_string(struct wire_reader *r, const struct wire_field *f,
                       char *to)
{
    size_t n;
    const char *s = wire_get_string(r, f->name, string_max(f), &n);
    const char *fault = string_fault(f, s, n);

    if (n < f->lo)
        wire_refuse(r, "%s has %zu bytes, at least %" PRIu64, f->name, n,
                    f->lo);
    if (fault)
        wire_refuse(r, "%s %s", f->name, fault);
    memcpy(to, s, n);
    to[n] = '\0';
    if (f->kind == WIRE_TEXT)
        clean_text(to, n);
}

static void put_uint(struct wire_writer *w, const struct wire_field *f,
                     uint64_t v)
{
    if (v < f->lo || v > f->hi)
        wire_reject(w, "%s is %" PRIu64 ", not %" PRIu64 "..%" PRIu64, f->name,
                    v, f->lo, f->hi);
    wire_put_uint(w, v);
}

static void put_double(struct wire_writer *w, const struct wire_field *f,
                       double x)
{
    if (!isfinite(x) || x < 0)
        wire_reject(w, "%s is %g, not finite and 0 or more", f->name, x);
    wire_put_double(w, x);
}

void wire_put_fields(struct wire_writer *w, const struct wire_field *f,
                     unsigned n, const void *msg)
{
    for (; n > 0; n--, f++) {
        const void *p = (const char *)msg + f->offset;

        switch (f->kind) {
        case WIRE_U64:
            put_uint(w, f, *(const uint64_t *)p);
            break;
        case WIRE_U32:
            put_uint(w, f, *(const uint32_t *)p);
            break;
        case WIRE_CODE:
            put_uint(w, f, (uint64_t) * (const enum err_code *)p);
            break;
        case WIRE_DOUBLE:
            put_double(w, f, *(const double *)p);
            break;
        case WIRE_NAME:
        case WIRE_PATH:
        case WIRE_TEXT:
        case WIRE_Z85:
            put_string(w, f, p);
            break;
        }
    }
}

void wire_get_fields(struct wire_reader *r, const struct wire_field *f,
                     unsigned n, void *msg)
{
    for (; n > 0; n--, f++) {
        void *p = (char *)msg + f->offset;

        switch (f->kind) {
        case WIRE_U64:
            *(uint64_t *)p = wire_get_uint(r, f->name, f->lo, f->hi);
            break;
        case WIRE_U32:
            *(uint32_t *)p = (uint32_t)wire_get_uint(r, f->name, f->lo, f->hi);
            break;
        case WIRE_CODE:
            *(enum err_code *)p =
                (enum err_code)wire_get_uint(r, f->name, f->lo, f->hi);
            break;
        case WIRE_DOUBLE:
            *(double *)p = wire_get_double(r, f->name);
            break;
        case WIRE_NAME:
        case WIRE_PATH:
        case WIRE_TEXT:
        case WIRE_Z85:
            get_string(r, f, p);
            break;
        }
    }
}

int wire_encode(const struct wire_layout *l, const void *msg, struct buf *out,
                struct err *err)
{
    struct wire_writer w;

    wire_begin(&w, l->type, l->n, out, err);
    wire_put_fields(&w, l->field, l->n, msg);
    return wire_end(&w);
}

int wire_decode(const struct wire_layout *l, void *msg, const void *bytes,
                size_t size, struct err *err)
{
    struct wire_reader r;
    int rc;

    memset(msg, 0, l->size);
    wire_open(&r, l->type, l->n, bytes, size, err);
    wire_get_fields(&r, l->field, l->n, msg);
    rc = wire_close(&r);
    if (rc < 0)
        memset(msg, 0, l->size);
    return rc;
}

int wire_encode_bare(enum msg_type type, struct buf *out, struct err *err)
{
    return wire_encode(&(struct wire_layout){.type = type}, NULL, out, err);
}
