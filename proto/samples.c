#include "proto/samples.h"

#include <string.h>

static const struct wire_field FIELDS[] = {
    WIRE_FIELD(samples, unit, U64, 1, UINT64_MAX),
    WIRE_FIELD(samples, attempt, U32, 1, WIRE_MAX_ATTEMPT),
    WIRE_FIELD(samples, first, U64, 0, WIRE_MAX_ROW),
    WIRE_FIELD(samples, count, U32, 1, SAMPLES_MAX_COUNT),
    WIRE_FIELD(samples, height, U32, 1, SAMPLES_MAX_SIDE),
    WIRE_FIELD(samples, width, U32, 1, SAMPLES_MAX_SIDE),
    WIRE_FIELD(samples, channels, U32, 1, SAMPLES_MAX_SIDE),
};

enum { N_FIELD = sizeof(FIELDS) / sizeof(*FIELDS), N_ALL = N_FIELD + 2 };

/* Bytes of all pixels.  Each factor was checked: at most 2^46. */
static uint64_t pixels_size(const struct msg_samples *m)
{
    return (uint64_t)m->count * m->height * m->width * m->channels;
}

/*
 * What is wrong with one record?  NULL: nothing.  A line break outside quotes
 * would make two lines of it, and shift every later row of the index.
 */
static const char *record_fault(const char *s, size_t n)
{
    bool quoted = false;

    if (n == 0)
        return "is empty";
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '\0')
            return "holds a NUL";
        if (s[i] == '"')
            quoted = !quoted;
        if ((s[i] == '\n' || s[i] == '\r') && !quoted)
            return "is more than one line";
    }
    return quoted ? "does not close a quote" : NULL;
}

static void put_record(struct wire_writer *w, const char *s, uint32_t i)
{
    const size_t n = s ? strnlen(s, SAMPLES_MAX_RECORD + 1) : 0;
    const char *fault = record_fault(s, n > SAMPLES_MAX_RECORD ? 1 : n);

    if (n > SAMPLES_MAX_RECORD)
        wire_reject(w, "record %u has over %d bytes", i, SAMPLES_MAX_RECORD);
    else if (fault)
        wire_reject(w, "record %u %s", i, fault);
    else
        wire_put_string(w, s, n);
}

int samples_encode(const struct msg_samples *m, struct buf *out,
                   struct err *err)
{
    struct wire_writer w;

    wire_begin(&w, PROTO_SAMPLES, N_ALL, out, err);
    wire_put_fields(&w, FIELDS, N_FIELD, m);
    if (!w.failed && pixels_size(m) > SAMPLES_MAX_PIXELS)
        wire_reject(&w, "pixels have %ju bytes, at most %d",
                    (uintmax_t)pixels_size(m), SAMPLES_MAX_PIXELS);
    if (!w.failed) {
        wire_put_bytes(&w, m->pixels, (size_t)pixels_size(m));
        wire_put_array(&w, m->count);
        for (uint32_t i = 0; i < m->count; i++)
            put_record(&w, m->record[i], i);
    }
    return wire_end(&w);
}

/* Append record 'i' with a NUL to m->text. */
static void get_record(struct wire_reader *r, struct msg_samples *m, uint32_t i)
{
    size_t n;
    const char *s = wire_get_string(r, "record", SAMPLES_MAX_RECORD, &n);
    const char *fault = record_fault(s, n);

    if (fault)
        wire_refuse(r, "record %u %s", i, fault);
    buf_put(&m->text, s, n);
    buf_put(&m->text, "", 1);
}

static int get_all(struct msg_samples *m, const void *msg, size_t size,
                   struct err *err)
{
    struct wire_reader r;
    const char *s;

    wire_open(&r, PROTO_SAMPLES, N_ALL, msg, size, err);
    wire_get_fields(&r, FIELDS, N_FIELD, m);
    if (!r.failed && pixels_size(m) > SAMPLES_MAX_PIXELS)
        wire_refuse(&r, "pixels have %ju bytes, at most %d",
                    (uintmax_t)pixels_size(m), SAMPLES_MAX_PIXELS);
    m->pixels = wire_get_bytes(&r, "pixels", (size_t)pixels_size(m));
    wire_get_array(&r, "record", m->count);
    for (uint32_t i = 0; !r.failed && i < m->count; i++)
        get_record(&r, m, i);
    if (wire_close(&r) < 0)
        return -1;
    if (buf_check(&m->text, err) < 0)
        return -1;
    s = m->text.data;
    for (uint32_t i = 0; i < m->count; i++) {
        m->record[i] = s;
        s += strlen(s) + 1;
    }
    return 0;
}

int samples_decode(struct msg_samples *m, const void *msg, size_t size,
                   struct err *err)
{
    struct buf text = m->text;
    int rc;

    if (text.failed)
        buf_release(&text);
    text.len = 0;
    *m = (struct msg_samples){.text = text};
    rc = get_all(m, msg, size, err);
    if (rc < 0)
        *m = (struct msg_samples){.text = m->text};
    return rc;
}

void samples_release(struct msg_samples *m)
{
    buf_release(&m->text);
    *m = (struct msg_samples){0};
}
