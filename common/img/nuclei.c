#include "img/nuclei.h"

#include "img/distance.h"
#include "img/watershed.h"

#include <stdlib.h>
#include <string.h>

#define PASS_SHARE   0.75f /* of the lower of two summits */
#define SUMMIT_SHARE 0.5f  /* of the highest */

struct summit {
    float height;
    uint32_t at;
};

struct summits {
    int h, w;
    float *height;       /* owned: (h, w) distance to the border, 0 outside */
    struct summit *list; /* owned: (h, w) inside pixels, the highest first */
    size_t n;
    uint32_t *parent; /* owned: (h, w) towards the summit; UINT32_MAX: none */
    struct summit found[NUCLEI_MAX + 1]; /* the highest first */
    int n_found;
};

static int by_height(const void *a, const void *b)
{
    const struct summit *p = a, *q = b;

    if (p->height < q->height || p->height > q->height)
        return p->height > q->height ? -1 : 1;
    return p->at < q->at ? -1 : p->at > q->at;
}

static uint32_t summit_of(struct summits *s, uint32_t i)
{
    while (s->parent[i] != i) {
        s->parent[i] = s->parent[s->parent[i]];
        i = s->parent[i];
    }
    return i;
}

static void keep_summit(struct summits *s, uint32_t at)
{
    int i = s->n_found < NUCLEI_MAX ? s->n_found++ : NUCLEI_MAX;
    const struct summit p = {s->height[at], at};

    for (; i > 0 && by_height(&p, &s->found[i - 1]) < 0; i--)
        s->found[i] = s->found[i - 1];
    s->found[i] = p;
}

/* Pixel i joins what is around it; a summit that it is far below stays one. */
static void join_slopes(struct summits *s, uint32_t i)
{
    const int x = (int)i % s->w, y = (int)i / s->w;

    s->parent[i] = i;
    for (int k = 0; k < 9; k++) {
        const int u = x + k % 3 - 1, v = y + k / 3 - 1;
        const uint32_t at = (uint32_t)(v * s->w + u);
        uint32_t top, other;

        if (u < 0 || u >= s->w || v < 0 || v >= s->h ||
            s->parent[at] == UINT32_MAX)
            continue;
        top = summit_of(s, i);
        other = summit_of(s, at);
        if (top == other)
            continue;
        if (s->height[other] > s->height[top] ||
            (!(s->height[other] < s->height[top]) && other < top)) {
            const uint32_t higher = other;

            other = top;
            top = higher;
        }
        if (s->height[i] < PASS_SHARE * s->height[other])
            keep_summit(s, other);
        s->parent[other] = top;
    }
}

static int measure_heights(struct summits *s, const uint8_t *mask,
                           struct err *err)
{
    const uint32_t n = (uint32_t)s->h * (uint32_t)s->w;
    uint8_t *outside = calloc(n, 1);
    int rc = -1;

    if (!outside)
        return err_set(err, ERR_SYSTEM, "no memory for nuclei");
    for (uint32_t i = 0; i < n; i++)
        outside[i] = !mask[i];
    rc = distance_to(outside, s->h, s->w, (struct pixel_pitch){1, 1}, s->height,
                     err);
    for (uint32_t i = 0; rc == 0 && i < n; i++)
        if (mask[i])
            s->list[s->n++] = (struct summit){s->height[i], i};
    free(outside);
    return rc;
}

static void find_summits(struct summits *s)
{
    const size_t n = (size_t)s->h * (size_t)s->w;

    memset(s->parent, 0xff, n * sizeof(*s->parent));
    if (s->n > 0)
        qsort(s->list, s->n, sizeof(*s->list), by_height);
    for (size_t i = 0; i < s->n; i++)
        join_slopes(s, s->list[i].at);
    for (size_t i = 0; i < s->n; i++)
        if (s->parent[s->list[i].at] == s->list[i].at)
            keep_summit(s, s->list[i].at);
    while (s->n_found > 1 &&
           s->found[s->n_found - 1].height < SUMMIT_SHARE * s->found[0].height)
        s->n_found--;
}

/* Flood from the summits; what is outside comes last, and is dropped. */
static int flood_summits(struct summits *s, const uint8_t *mask, uint8_t *label,
                         struct err *err)
{
    const size_t n = (size_t)s->h * (size_t)s->w;

    memset(label, 0, n);
    for (int k = 0; k < s->n_found; k++)
        label[s->found[k].at] = (uint8_t)(k + 1);
    for (size_t i = 0; i < n; i++)
        s->height[i] = -s->height[i];
    if (watershed(s->height, s->h, s->w, label, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        label[i] = mask[i] ? label[i] : 0;
    return 0;
}

int nuclei_number(const uint8_t *mask, int h, int w, uint8_t *label, int *n,
                  struct err *err)
{
    const size_t size = (size_t)h * (size_t)w;
    struct summits s = {.h = h, .w = w};
    int rc = -1;

    *n = 0;
    s.height = malloc(size * sizeof(*s.height));
    s.list = malloc(size * sizeof(*s.list));
    s.parent = malloc(size * sizeof(*s.parent));
    if (!s.height || !s.list || !s.parent) {
        err_set(err, ERR_SYSTEM, "no memory for nuclei of %zu pixels", size);
    } else if (measure_heights(&s, mask, err) == 0) {
        find_summits(&s);
        rc = flood_summits(&s, mask, label, err);
        *n = s.n_found;
    }
    free(s.height);
    free(s.list);
    free(s.parent);
    return rc;
}
