/* conv_positions.c - which pixel lies at which position */
#include "nn/conv_positions.h"

size_t conv_positions_round_up(size_t n, size_t to)
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

static void count_zeros(struct conv_positions *m, size_t depth)
{
    m->width =
        (size_t)m->in.w + shared_zeros(m->in.w, m->out.w, m->size, m->left);
    m->height =
        (size_t)m->in.h + shared_zeros(m->in.h, m->out.h, m->size, m->top);
    m->depth = conv_positions_round_up((size_t)m->in.c, depth);
}

struct conv_positions conv_positions_forward(const struct conv *c)
{
    struct conv_positions m = {.n = c->n,
                               .in = {c->h, c->w, c->ci, 1, c->h, c->w},
                               .out = {c->oh, c->ow, c->co, 1, c->oh, c->ow},
                               .size = c->size,
                               .top = c->top,
                               .left = c->left};

    if (c->size == 1)
        m.in = (struct conv_side){c->oh, c->ow, c->ci, c->stride, c->h, c->w};
    count_zeros(&m, c->kernel->depth);
    return m;
}

struct conv_positions conv_positions_backward(const struct conv *c)
{
    struct conv_positions m = conv_positions_forward(c);
    const struct conv_side in = m.in;

    m.in = m.out;
    m.out = in;
    m.top = c->size - 1 - c->top;
    m.left = c->size - 1 - c->left;
    count_zeros(&m, c->kernel->depth);
    return m;
}

size_t conv_positions_taps(const struct conv_positions *m)
{
    return (size_t)m->size * (size_t)m->size;
}

size_t conv_positions_distance(const struct conv_positions *m, size_t tap)
{
    return tap / (size_t)m->size * m->width + tap % (size_t)m->size;
}

size_t conv_positions_reach(const struct conv_positions *m)
{
    return conv_positions_distance(m, conv_positions_taps(m) - 1);
}

size_t conv_positions_count(const struct conv_positions *m)
{
    return (size_t)m->n * m->height * m->width;
}

size_t conv_positions_panels(const struct conv_positions *m)
{
    return ((size_t)m->out.c + BLOCK_SIDE - 1) / BLOCK_SIDE;
}

size_t conv_positions_panel_len(const struct conv_positions *m)
{
    return conv_positions_taps(m) * m->depth * BLOCK_SIDE;
}

struct conv_place conv_positions_place(const struct conv_positions *m,
                                       size_t position)
{
    const size_t row = position / m->width;

    return (struct conv_place){row / m->height, row % m->height,
                               position % m->width};
}
