/* fuzz_slots.c - messages between the ranks of papline-slot */
#include "orchestration/slots/slot_order.h"

#include <string.h>

#include "fuzz_main.h"

enum { RANKS = 5 };

/* What is understood is within its bounds, and is written as it was. */
static void use_order(const struct slot_order *o)
{
    BUG_ON(o->n_rank < 1 || o->n_rank >= RANKS || o->n_arg < 1);
    BUG_ON(o->arg[o->n_arg] != NULL);
    for (int i = 0; i < o->n_rank; i++)
        BUG_ON(o->rank[i] < 1 || o->rank[i] >= RANKS);
    for (int i = 0; i < o->n_env; i++)
        BUG_ON(!strchr(o->env[i], '='));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slot_message m;
    struct slot_order o;
    struct buf again = {0};
    struct err err = {0};

    if (slot_message_read(&m, (const char *)data, size, &err) < 0) {
        BUG_ON(err.code != ERR_INPUT);
        return 0;
    }
    BUG_ON(slot_message_write(&m, &again, &err) < 0);
    BUG_ON(again.len != size || memcmp(again.data, data, size) != 0);
    buf_release(&again);
    if (slot_order_read(&o, &m, RANKS, &err) == 0)
        use_order(&o);
    else
        BUG_ON(err.code != ERR_USAGE);
    return 0;
}
