/* test_proto_want.c - orders of fresh variants */
#include "proto/want.h"
#include "tap.h"

#include <stdlib.h>

static struct msg_want make_want(uint32_t count)
{
    struct msg_want m = {.unit = UINT64_MAX,
                         .seed = 1ull << 60,
                         .epoch = UINT32_MAX,
                         .count = count,
                         .recipe = "light"};

    for (uint32_t i = 0; i < count; i++)
        m.row[i] = (struct want_row){0x01020304u + i, UINT32_MAX - i};
    return m;
}

static void check_round_trip(uint32_t count)
{
    const struct msg_want m = make_want(count);
    struct msg_want got;
    struct buf b = {0};
    struct err err = {0};
    size_t refused = 0;

    ok(want_encode(&m, &b, &err) == 0 &&
           wire_msg_peek(b.data, b.len) == PROTO_WANT,
       "an order of rows is encoded");
    ok(want_decode(&got, b.data, b.len, &err) == 0 &&
           memcmp(&got, &m, sizeof(m)) == 0,
       "  is read as it was written");
    for (size_t cut = 0; cut < b.len; cut++) {
        char *copy = malloc(cut + 1);

        BUG_ON(!copy);
        memcpy(copy, b.data, cut);
        refused += want_decode(&got, copy, cut, &err) < 0 &&
                   err.code == ERR_INPUT && got.count == 0;
        free(copy);
    }
    ok(refused == b.len, "an order cut anywhere is refused");
    buf_release(&b);
}

static void check_bytes(void)
{
    const struct msg_want m = make_want(1);
    static const uint8_t want[] = {4, 3, 2, 1, 255, 255, 255, 255};
    struct buf b = {0};
    struct err err = {0};

    ok(want_encode(&m, &b, &err) == 0 &&
           memcmp(b.data + b.len - sizeof(want), want, sizeof(want)) == 0,
       "rows are little-endian");
    buf_release(&b);
}

static void check_limits(void)
{
    struct msg_want m = make_want(1);
    struct buf b = {0};
    struct err err = {0};

    m.count = WANT_MAX_COUNT + 1;
    fails(want_encode(&m, &b, &err), err, ERR_USAGE, "want count",
          "an order of too many rows is refused");
    m = make_want(1);
    m.epoch = 0;
    fails(want_encode(&m, &b, &err), err, ERR_USAGE, "want epoch",
          "epochs of an order count from 1");
    m = make_want(1);
    m.recipe[0] = '\0';
    fails(want_encode(&m, &b, &err), err, ERR_USAGE, "want recipe",
          "an order without a recipe is refused");
    buf_release(&b);
}

int main(void)
{
    check_round_trip(1);
    check_round_trip(WANT_MAX_COUNT);
    check_bytes();
    check_limits();
    return tap_done();
}
