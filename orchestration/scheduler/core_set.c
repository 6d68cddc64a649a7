#include "orchestration/scheduler/core_set.h"

void core_set_init(struct core_set *s)
{
    core_mask_own(&s->unused);
    s->all = s->free = core_mask_count(&s->unused);
}

void core_set_take(struct core_set *s, int n, struct core_mask *taken)
{
    *taken = (struct core_mask){{0}};
    for (int i = 0; i < CORE_MASK_MAX && n > 0; i++)
        if (core_mask_has(&s->unused, i)) {
            core_mask_remove(&s->unused, i);
            core_mask_add(taken, i);
            s->free--;
            n--;
        }
}

void core_set_give(struct core_set *s, struct core_mask *taken)
{
    for (int i = 0; i < CORE_MASK_MAX; i++)
        if (core_mask_has(taken, i)) {
            core_mask_add(&s->unused, i);
            s->free++;
        }
    *taken = (struct core_mask){{0}};
}
