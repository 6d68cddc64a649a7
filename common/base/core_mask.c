#define _GNU_SOURCE /* sched_getaffinity */
#include "base/core_mask.h"

#include <sched.h>
#include <unistd.h>

static void add_core(struct core_mask *m, int core)
{
    m->word[core / 64] |= (uint64_t)1 << (core % 64);
}

void core_mask_own(struct core_mask *m)
{
    cpu_set_t own;

    *m = (struct core_mask){{0}};
    CPU_ZERO(&own);
    if (sched_getaffinity(0, sizeof(own), &own) < 0)
        for (long i = 0; i < sysconf(_SC_NPROCESSORS_ONLN); i++)
            CPU_SET((size_t)i, &own);
    for (int i = 0; i < CORE_MASK_MAX && i < CPU_SETSIZE; i++)
        if (CPU_ISSET((size_t)i, &own))
            add_core(m, i);
    if (core_mask_count(m) == 0)
        add_core(m, 0);
}

int core_mask_count(const struct core_mask *m)
{
    int n = 0;

    for (int i = 0; i < CORE_MASK_WORDS; i++)
        n += __builtin_popcountll(m->word[i]);
    return n;
}

bool core_mask_meets(const struct core_mask *a, const struct core_mask *b)
{
    for (int i = 0; i < CORE_MASK_WORDS; i++)
        if (a->word[i] & b->word[i])
            return true;
    return false;
}
