/* op_add.c - y = a + b, of one shape; da = db = dy */
#include "nn/bf16.h"
#include "nn/graph.h"
#include "nn/layers.h"

#include <string.h>

#include "nn/simd.h"

enum { PIECE = 1 << 14, AT_ONCE = 1 << 10 };

static int add_shape(struct node *nd, struct err *err)
{
    const struct tensor *a = &nd->in[0]->out, *b = &nd->in[1]->out;

    if (a->h != b->h || a->w != b->w || a->c != b->c)
        return err_set(err, ERR_USAGE,
                       "add: '%s' is (%d, %d, %d) but '%s' is (%d, %d, %d)",
                       nd->in[0]->name, a->h, a->w, a->c, nd->in[1]->name, b->h,
                       b->w, b->c);
    nd->out = *a;
    nd->flat = nd->in[0]->flat;
    return 0;
}

HOT static void add_rows(size_t n, const float *a, const float *b, float *y)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        y[i] = a[i] + b[i];
}

HOT static void add_bf16(size_t n, const uint16_t *a, const uint16_t *b,
                         uint16_t *y)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        y[i] = bf16_of(bf16_to(a[i]) + bf16_to(b[i]));
}

/* n numbers of y from 'at' on. */
static void add_numbers(const struct node *nd, size_t at, size_t n)
{
    const struct tensor *a = &nd->in[0]->out, *b = &nd->in[1]->out;
    float room[3][AT_ONCE];

    if (a->bf16 && b->bf16 && nd->out.bf16) {
        add_bf16(n, tensor_bf16(a, at), tensor_bf16(b, at),
                 tensor_bf16(&nd->out, at));
        return;
    }
    for (size_t m; n > 0; at += m, n -= m) {
        float *y = nd->out.bf16 ? room[2] : nd->out.data + at;

        m = n < AT_ONCE ? n : AT_ONCE;
        add_rows(m, bf16_floats(tensor_number(a, at), a->bf16, m, room[0]),
                 bf16_floats(tensor_number(b, at), b->bf16, m, room[1]), y);
        if (nd->out.bf16)
            bf16_round(m, y, tensor_bf16(&nd->out, at));
    }
}

static void add_forward(struct node *nd, const struct pass *p)
{
    const struct simd_chunks s = simd_chunks(tensor_len(&nd->out), PIECE, 1024);

#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int i = 0; i < s.pieces; i++)
        add_numbers(nd, simd_chunk_begin(&s, i), simd_chunk_len(&s, i));
}

static void add_backward(struct node *nd, const struct pass *p)
{
    const struct simd_chunks s = simd_chunks(tensor_len(&nd->out), PIECE, 1024);
    const float *dy = nd->dout.data;

    for (int k = 0; k < 2; k++) {
        float *dx = nd->in[k]->dout.data;

        if (!dx)
            continue;
#pragma omp parallel for num_threads(p->threads) schedule(static)
        for (int i = 0; i < s.pieces; i++) {
            const size_t at = simd_chunk_begin(&s, i),
                         n = simd_chunk_len(&s, i);

            if (nd->add[k])
                add_rows(n, dx + at, dy + at, dx + at);
            else if (dx != dy)
                memcpy(dx + at, dy + at, n * sizeof(float));
        }
    }
}

static const struct op op_add = {
    .name = "add",
    .kind = KIND_ADD,
    .size = sizeof(struct node),
    .in_place = true,
    .spares = SPARES_IN | SPARES_OUT,
    .shape = add_shape,
    .forward = add_forward,
    .backward = add_backward,
};

struct node *nn_add(struct graph *g, struct node *a, struct node *b,
                    const char *name)
{
    struct node *nd = a && b ? graph_add(g, &op_add, name, a) : NULL;

    if (nd) {
        nd->in[1] = b;
        nd->reads_bf16 = nd->writes_bf16 = true;
    }
    return graph_commit(g, nd);
}
