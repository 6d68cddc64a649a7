#include "proto/want.h"

static const struct wire_field FIELDS[] = {
    WIRE_FIELD(want, unit, U64, 1, UINT64_MAX),
    WIRE_FIELD(want, seed, U64, 0, UINT64_MAX),
    WIRE_FIELD(want, epoch, U32, 1, UINT32_MAX),
    WIRE_FIELD(want, count, U32, 1, WANT_MAX_COUNT),
    WIRE_FIELD(want, recipe, NAME, 1, WANT_MAX_RECIPE),
};

enum { N_FIELD = sizeof(FIELDS) / sizeof(*FIELDS), N_ALL = N_FIELD + 1 };

/* Little-endian, whatever the machine. */
static void put_u32(uint8_t *to, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(v >> (8 * i));
}

static uint32_t get_u32(const uint8_t *from)
{
    uint32_t v = 0;

    for (int i = 0; i < 4; i++)
        v |= (uint32_t)from[i] << (8 * i);
    return v;
}

int want_encode(const struct msg_want *m, struct buf *out, struct err *err)
{
    uint8_t rows[WANT_MAX_COUNT * WANT_ROW_BYTES];
    struct wire_writer w;

    wire_begin(&w, PROTO_WANT, N_ALL, out, err);
    wire_put_fields(&w, FIELDS, N_FIELD, m);
    if (!w.failed) {
        for (uint32_t i = 0; i < m->count; i++) {
            put_u32(rows + WANT_ROW_BYTES * i, m->row[i].row);
            put_u32(rows + WANT_ROW_BYTES * i + 4, m->row[i].variant);
        }
        wire_put_bytes(&w, rows, (size_t)m->count * WANT_ROW_BYTES);
    }
    return wire_end(&w);
}

int want_decode(struct msg_want *m, const void *msg, size_t size,
                struct err *err)
{
    struct wire_reader r;
    const uint8_t *rows;

    *m = (struct msg_want){0};
    wire_open(&r, PROTO_WANT, N_ALL, msg, size, err);
    wire_get_fields(&r, FIELDS, N_FIELD, m);
    rows = wire_get_bytes(&r, "rows", (size_t)m->count * WANT_ROW_BYTES);
    for (uint32_t i = 0; !r.failed && i < m->count; i++) {
        m->row[i].row = get_u32(rows + WANT_ROW_BYTES * i);
        m->row[i].variant = get_u32(rows + WANT_ROW_BYTES * i + 4);
    }
    if (wire_close(&r) == 0)
        return 0;
    *m = (struct msg_want){0};
    return -1;
}
