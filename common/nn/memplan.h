/*
 * memplan.h - blocks of memory, and who lies where in one
 *
 * A plan collects tensors with the times between which each is needed, finds
 * an offset for each so that no two needed at once overlap, and then writes
 * their addresses.
 */
#ifndef NN_MEMPLAN_H
#define NN_MEMPLAN_H

#include "base/err.h"

#include <stddef.h>

/* Zeroed memory, aligned to a page, in huge pages where the system has them. */
struct memplan_block {
    float *data; /* owned; NULL if size is 0 */
    size_t size; /* bytes */
};

/* Bytes of memory that a block of 'size' bytes takes. */
size_t memplan_block_bytes(size_t size);

/* Errors: ERR_SYSTEM no memory. */
MUST_USE int memplan_block_init(struct memplan_block *b, size_t size,
                                struct err *err);
void memplan_block_release(struct memplan_block *b);

struct memplan_item {
    float **where; /* borrowed: the pointer to be set */
    size_t len, at;
    int from, to; /* first and last time of need */
};

struct memplan {
    struct memplan_item *item; /* owned */
    size_t n, room;
};

/* Room for 'room' items.  Errors: ERR_SYSTEM. */
MUST_USE int memplan_init(struct memplan *p, size_t room, struct err *err);
void memplan_release(struct memplan *p);

/* 'len' floats for *where from time 'from' to 'to', both included. */
void memplan_add(struct memplan *p, float **where, size_t len, int from,
                 int to);

/* Choose all offsets: each item at the lowest free place, largest first.
 * Returns the floats needed. */
size_t memplan_solve(struct memplan *p);

/* Write the addresses; items of length 0 get NULL. */
void memplan_bind(const struct memplan *p, float *base);

#endif
