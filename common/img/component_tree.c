#include "img/component_tree.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Sums over the pixels of a component that grows. */
struct sums {
    double n, x, y, xx, yy, xy, sides, contrast;
};

struct growth {
    const float *x; /* borrowed, as the next */
    const struct component_limits *limits;
    struct component_tree *t;
    uint32_t *order;  /* owned, with the next: (h, w) pixels by falling step */
    uint32_t *parent; /* (h, w) towards the root of its component */
    int16_t *listed;  /* owned: (h, w) step at which a root was listed last */
    struct sums *sum; /* owned: (h, w) of roots */
    size_t room;
};

/* Steps of all pixels; false: the picture is flat. */
static bool cut_levels(const float *x, size_t n, int levels, uint8_t *level)
{
    float low = INFINITY, high = -INFINITY;

    for (size_t i = 0; i < n; i++) {
        low = fminf(low, x[i]);
        high = fmaxf(high, x[i]);
    }
    for (size_t i = 0; i < n; i++) {
        const double share = (double)(x[i] - low) / (double)(high - low);
        const int step = high > low ? (int)(share * levels) : 0;

        level[i] = (uint8_t)(step < levels ? step : levels - 1);
    }
    return high > low;
}

/* Pixels by falling step, of equals in reading order. */
static void sort_pixels(const uint8_t *level, size_t n, uint32_t *order)
{
    size_t first[257] = {0};

    for (size_t i = 0; i < n; i++)
        first[256 - level[i]]++;
    for (int v = 1; v <= 256; v++)
        first[v] += first[v - 1];
    for (size_t i = 0; i < n; i++)
        order[first[255 - level[i]]++] = (uint32_t)i;
}

static uint32_t find_root(uint32_t *parent, uint32_t i)
{
    while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    return i;
}

/* The component of one pixel, all of whose sides are border. */
static void begin_pixel(struct growth *g, uint32_t i)
{
    const double x = i % (uint32_t)g->t->w, y = i / (uint32_t)g->t->w;

    g->parent[i] = i;
    g->listed[i] = -1;
    g->sum[i] = (struct sums){1, x, y, x * x, y * y, x * y, 4, 0};
}

/* Pixel i and its neighbour k, which may have been added before. */
static void join_pixels(struct growth *g, uint32_t i, uint32_t k)
{
    const double apart = fabs((double)(g->x[i] - g->x[k]));
    uint32_t to = find_root(g->parent, i), from;
    struct sums *s;

    if (g->parent[k] == UINT32_MAX) {
        g->sum[to].contrast += apart;
        return;
    }
    from = find_root(g->parent, k);
    if (g->sum[from].n > g->sum[to].n) {
        const uint32_t more = from;

        from = to;
        to = more;
    }
    s = &g->sum[to];
    if (from != to) {
        const struct sums *f = &g->sum[from];

        *s = (struct sums){s->n + f->n,         s->x + f->x,
                           s->y + f->y,         s->xx + f->xx,
                           s->yy + f->yy,       s->xy + f->xy,
                           s->sides + f->sides, s->contrast + f->contrast};
        g->parent[from] = to;
    }
    s->sides -= 2.0; /* the side between them was border on both */
    s->contrast -= apart;
}

static void add_pixel(struct growth *g, uint32_t i)
{
    const uint32_t w = (uint32_t)g->t->w, h = (uint32_t)g->t->h;

    begin_pixel(g, i);
    if (i >= w)
        join_pixels(g, i, i - w);
    if (i % w > 0)
        join_pixels(g, i, i - 1);
    if (i % w + 1 < w)
        join_pixels(g, i, i + 1);
    if (i / w + 1 < h)
        join_pixels(g, i, i + w);
}

static struct component component_of(const struct sums *s, int level,
                                     uint32_t pixel)
{
    const double x = s->x / s->n, y = s->y / s->n;

    return (struct component){.level = level,
                              .pixel = pixel,
                              .area = s->n,
                              .x = x,
                              .y = y,
                              .xx = s->xx / s->n - x * x + 1.0 / 12,
                              .yy = s->yy / s->n - y * y + 1.0 / 12,
                              .xy = s->xy / s->n - x * y,
                              .sides = s->sides,
                              .contrast = s->contrast};
}

/* List the component of pixel i as it is at 'level', once. */
static int list_component(struct growth *g, int level, uint32_t i,
                          struct err *err)
{
    const uint32_t root = find_root(g->parent, i);
    const struct sums *s = &g->sum[root];
    struct component_tree *t = g->t;

    if (g->listed[root] == level || s->n < g->limits->least ||
        s->n > g->limits->most)
        return 0;
    g->listed[root] = (int16_t)level;
    if (t->n == g->room) {
        struct component *grown;

        g->room = g->room ? 2 * g->room : 64;
        grown = realloc(t->list, g->room * sizeof(*grown));
        if (!grown)
            return err_set(err, ERR_SYSTEM, "no memory for components");
        t->list = grown;
    }
    t->list[t->n++] = component_of(s, level, i);
    return 0;
}

/* Add all pixels above step 0, step by step. */
static int grow_components(struct growth *g, size_t n, struct err *err)
{
    const uint8_t *level = g->t->level;

    for (size_t i = 0, k; i < n && level[g->order[i]] > 0; i = k) {
        const uint8_t step = level[g->order[i]];

        for (k = i; k < n && level[g->order[k]] == step; k++)
            add_pixel(g, g->order[k]);
        for (size_t j = i; j < k; j++)
            if (list_component(g, step, g->order[j], err) < 0)
                return -1;
    }
    return 0;
}

int component_tree_init(struct component_tree *t, const float *x, int h, int w,
                        const struct component_limits *limits, struct err *err)
{
    const size_t n = (size_t)h * (size_t)w;
    struct growth g = {.x = x, .limits = limits, .t = t};
    int rc = -1;

    *t = (struct component_tree){.h = h, .w = w};
    t->level = malloc(n);
    g.order = malloc(2 * n * sizeof(*g.order));
    g.listed = malloc(n * sizeof(*g.listed));
    g.sum = malloc(n * sizeof(*g.sum));
    if (!t->level || !g.order || !g.listed || !g.sum) {
        err_set(err, ERR_SYSTEM, "no memory for components of %zu pixels", n);
    } else if (!cut_levels(x, n, limits->levels, t->level)) {
        rc = 0;
    } else {
        g.parent = g.order + n;
        memset(g.parent, 0xff, n * sizeof(*g.parent));
        sort_pixels(t->level, n, g.order);
        rc = grow_components(&g, n, err);
    }
    free(g.order);
    free(g.listed);
    free(g.sum);
    return rc;
}

void component_tree_release(struct component_tree *t)
{
    free(t->level);
    free(t->list);
    *t = (struct component_tree){0};
}

/* Take pixel i into the mask, if it belongs there. */
static size_t take_pixel(const struct component_tree *t, int level, uint32_t i,
                         uint8_t *mask, uint32_t *stack, size_t n)
{
    if (mask[i] || t->level[i] < level)
        return n;
    mask[i] = 1;
    stack[n] = i;
    return n + 1;
}

int component_tree_mask(const struct component_tree *t,
                        const struct component *c, uint8_t *mask,
                        struct err *err)
{
    const uint32_t w = (uint32_t)t->w, h = (uint32_t)t->h;
    uint32_t *stack = malloc((size_t)h * w * sizeof(*stack));
    size_t n;

    if (!stack)
        return err_set(err, ERR_SYSTEM, "no memory for a component");
    memset(mask, 0, (size_t)h * w);
    n = take_pixel(t, c->level, c->pixel, mask, stack, 0);
    while (n > 0) {
        const uint32_t i = stack[--n];

        if (i >= w)
            n = take_pixel(t, c->level, i - w, mask, stack, n);
        if (i % w > 0)
            n = take_pixel(t, c->level, i - 1, mask, stack, n);
        if (i % w + 1 < w)
            n = take_pixel(t, c->level, i + 1, mask, stack, n);
        if (i / w + 1 < h)
            n = take_pixel(t, c->level, i + w, mask, stack, n);
    }
    free(stack);
    return 0;
}
