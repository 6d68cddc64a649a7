/* bf16_map.c - which pixel lies at which position */
#include "nn/bf16_map.h"

size_t bf16_round_up(size_t n, size_t to)
{
    return (n + to - 1) / to * to;
}

/* Zeros that both sides of an axis want, of which neighbours share what they
 * can. */
static size_t shared_zeros(int in, int out, int size, int before)
{
    const int after = out + size - 1 - in - before;

    return (size_t)(before > after ? before : after);
}

static void count_zeros(struct bf16_map *m)
{
    m->width =
        (size_t)m->in.w + shared_zeros(m->in.w, m->out.w, m->size, m->left);
    m->height =
        (size_t)m->in.h + shared_zeros(m->in.h, m->out.h, m->size, m->top);
    m->depth = bf16_round_up((size_t)m->in.c, BF16_DEPTH);
}

struct bf16_map bf16_map_forward(const struct conv *c)
{
    struct bf16_map m = {.n = c->n,
                         .in = {c->h, c->w, c->ci, 1, c->h, c->w},
                         .out = {c->oh, c->ow, c->co, 1, c->oh, c->ow},
                         .size = c->size,
                         .top = c->top,
                         .left = c->left};

    if (c->size == 1)
        m.in = (struct bf16_side){c->oh, c->ow, c->ci, c->stride, c->h, c->w};
    count_zeros(&m);
    return m;
}

struct bf16_map bf16_map_backward(const struct conv *c)
{
    struct bf16_map m = bf16_map_forward(c);
    const struct bf16_side in = m.in;

    m.in = m.out;
    m.out = in;
    m.top = c->size - 1 - c->top;
    m.left = c->size - 1 - c->left;
    count_zeros(&m);
    return m;
}

size_t bf16_map_taps(const struct bf16_map *m)
{
    return (size_t)m->size * (size_t)m->size;
}

size_t bf16_map_distance(const struct bf16_map *m, size_t tap)
{
    return tap / (size_t)m->size * m->width + tap % (size_t)m->size;
}

size_t bf16_map_reach(const struct bf16_map *m)
{
    return bf16_map_distance(m, bf16_map_taps(m) - 1);
}

size_t bf16_map_positions(const struct bf16_map *m)
{
    return (size_t)m->n * m->height * m->width;
}

size_t bf16_map_panels(const struct bf16_map *m)
{
    return ((size_t)m->out.c + BF16_BLOCK - 1) / BF16_BLOCK;
}

size_t bf16_map_panel_len(const struct bf16_map *m)
{
    return bf16_map_taps(m) * m->depth * BF16_BLOCK;
}

struct bf16_place bf16_map_place(const struct bf16_map *m, size_t position)
{
    const size_t row = position / m->width;

    return (struct bf16_place){row / m->height, row % m->height,
                               position % m->width};
}
