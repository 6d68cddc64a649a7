/*
 * core_mask.h - the processor cores that a process may use
 */
#ifndef BASE_CORE_MASK_H
#define BASE_CORE_MASK_H

#include <stdbool.h>
#include <stdint.h>

enum { CORE_MASK_MAX = 1024, CORE_MASK_WORDS = CORE_MASK_MAX / 64 };

/* One bit a core, as the kernel numbers them. */
struct core_mask {
    uint64_t word[CORE_MASK_WORDS];
};

/* The cores of this process, at least one. */
void core_mask_own(struct core_mask *m);

int core_mask_count(const struct core_mask *m);

/* Is there a core that both have? */
bool core_mask_meets(const struct core_mask *a, const struct core_mask *b);

#endif
