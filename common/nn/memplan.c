/* memplan.c - greedy by size, as Pisarchyk and Lee 2020 (arXiv:2001.03288) */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, MADV_HUGEPAGE */
#include "nn/memplan.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { ALIGN = 32, HUGE_PAGE = 1 << 21 };

size_t memplan_block_bytes(size_t size)
{
    return size > HUGE_PAGE / 2 ? (size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE
                                : size;
}

int memplan_block_init(struct memplan_block *b, size_t size, struct err *err)
{
    void *p;

    *b = (struct memplan_block){0};
    if (size == 0)
        return 0;
    size = memplan_block_bytes(size);
    p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
             -1, 0);
    if (p == MAP_FAILED)
        return err_set(err, ERR_SYSTEM, "graph: no memory for %zu bytes", size);
    madvise(p, size, MADV_HUGEPAGE); /* advice: may be refused */
    b->data = p;
    b->size = size;
    return 0;
}

void memplan_block_release(struct memplan_block *b)
{
    if (b->data)
        munmap(b->data, b->size);
    *b = (struct memplan_block){0};
}

int memplan_init(struct memplan *p, size_t room, struct err *err)
{
    *p = (struct memplan){.item = calloc(room + 1, sizeof(*p->item)),
                          .room = room};
    if (!p->item)
        return err_set(err, ERR_SYSTEM, "graph: no memory for a plan of %zu",
                       room);
    return 0;
}

void memplan_release(struct memplan *p)
{
    free(p->item);
    *p = (struct memplan){0};
}

void memplan_add(struct memplan *p, float **where, size_t len, int from, int to)
{
    BUG_ON(p->n == p->room || from > to);
    p->item[p->n++] = (struct memplan_item){
        .where = where,
        .len = (len + ALIGN - 1) / ALIGN * ALIGN,
        .from = from,
        .to = to,
    };
}

/* Larger first; equal ones by time, so that the order is fixed. */
static int by_size(const void *pa, const void *pb)
{
    const struct memplan_item *a = pa, *b = pb;

    if (a->len != b->len)
        return a->len < b->len ? 1 : -1;
    return a->from != b->from ? a->from - b->from : a->to - b->to;
}

static bool items_clash(const struct memplan_item *a,
                        const struct memplan_item *b)
{
    return a->from <= b->to && b->from <= a->to && a->at < b->at + b->len &&
           b->at < a->at + a->len;
}

/* Move item i up until it clashes with none of the items before it. */
static void place_item(struct memplan *p, size_t i)
{
    struct memplan_item *it = &p->item[i];
    size_t j = 0;

    while (j < i)
        if (items_clash(it, &p->item[j])) {
            it->at = p->item[j].at + p->item[j].len;
            j = 0;
        } else {
            j++;
        }
}

size_t memplan_solve(struct memplan *p)
{
    size_t total = 0;

    qsort(p->item, p->n, sizeof(*p->item), by_size);
    for (size_t i = 0; i < p->n; i++) {
        const struct memplan_item *it = &p->item[i];

        place_item(p, i);
        total = it->at + it->len > total ? it->at + it->len : total;
    }
    return total;
}

void memplan_bind(const struct memplan *p, float *base)
{
    for (size_t i = 0; i < p->n; i++)
        *p->item[i].where = p->item[i].len ? base + p->item[i].at : NULL;
}
