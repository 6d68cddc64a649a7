#include "img/watershed.h"

#include <stdbool.h>
#include <stdlib.h>

/* A pixel that waits to give its label on; a heap of them. */
struct shore_pixel {
    float height;
    uint32_t age, at; /* when it was reached; where it is */
};

struct shore {
    struct shore_pixel *list; /* owned: (h, w) */
    size_t n;
    uint32_t age;
};

static bool comes_before(const struct shore_pixel *p,
                         const struct shore_pixel *q)
{
    if (p->height < q->height || p->height > q->height)
        return p->height < q->height;
    return p->age < q->age;
}

static void push_pixel(struct shore *s, float height, uint32_t at)
{
    const struct shore_pixel p = {height, s->age++, at};
    size_t i = s->n++;

    while (i > 0 && comes_before(&p, &s->list[(i - 1) / 2])) {
        s->list[i] = s->list[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    s->list[i] = p;
}

static uint32_t pop_pixel(struct shore *s)
{
    const uint32_t first = s->list[0].at;
    const struct shore_pixel last = s->list[--s->n];
    size_t i = 0;

    for (size_t k = 1; k < s->n; k = 2 * i + 1) {
        if (k + 1 < s->n && comes_before(&s->list[k + 1], &s->list[k]))
            k++;
        if (!comes_before(&s->list[k], &last))
            break;
        s->list[i] = s->list[k];
        i = k;
    }
    s->list[i] = last;
    return first;
}

/* The label of pixel 'from' for the one 'step' pixels on, if there is one. */
static void flood_pixel(struct shore *s, const float *height, uint8_t *label,
                        uint32_t from, int32_t step)
{
    const uint32_t at = (uint32_t)((int32_t)from + step);

    if (label[at])
        return;
    label[at] = label[from];
    push_pixel(s, height[at], at);
}

int watershed(const float *height, int h, int w, uint8_t *label,
              struct err *err)
{
    const uint32_t n = (uint32_t)h * (uint32_t)w;
    struct shore s = {.list = malloc(n * sizeof(*s.list))};

    if (!s.list)
        return err_set(err, ERR_SYSTEM, "no memory to flood %u pixels", n);
    for (uint32_t i = 0; i < n; i++)
        if (label[i])
            push_pixel(&s, height[i], i);
    while (s.n > 0) {
        const uint32_t i = pop_pixel(&s);
        const int x = (int)i % w, y = (int)i / w;

        if (y > 0)
            flood_pixel(&s, height, label, i, -w);
        if (x > 0)
            flood_pixel(&s, height, label, i, -1);
        if (x + 1 < w)
            flood_pixel(&s, height, label, i, 1);
        if (y + 1 < h)
            flood_pixel(&s, height, label, i, w);
    }
    free(s.list);
    return 0;
}
