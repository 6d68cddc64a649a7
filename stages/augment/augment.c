/* augment.c - a row of operations, fused into as few passes as it can be */
#include "augment.h"

#include "base/hot.h"
#include "warp.h"

#include <stdbool.h>
#include <string.h>

const char *const augment_fill_word[] = {"constant", "reflect", "replicate",
                                         NULL};
const char *const augment_order_word[] = {"rgb", "bgr", NULL};
const char *const augment_whole[] = {NULL};
const char *const augment_seed[] = {NULL};

static const struct augment *const augments[] = {
#define AUGMENT(x) &augment_##x,
#include "augments.def"
#undef AUGMENT
};

enum { AUGMENTS = sizeof(augments) / sizeof(*augments) };

/* --- one pass ------------------------------------------------------------- */

/* What has been asked for but not done yet: a matrix, then a table. */
struct pending {
    bool has_matrix, has_table;
    enum augment_fill fill;
    double m[9];
    uint8_t table[3][256];
};

HOT static void look_up(uint8_t *px, size_t n, const uint8_t table[3][256])
{
    for (size_t i = 0; i < n; i += 3)
        for (size_t k = 0; k < 3; k++)
            px[i + k] = table[k][px[i + k]];
}

/* Do what is pending: p->src into p->dst. */
static void run_pending(const struct augment_picture *p,
                        const struct pending *q)
{
    const size_t n = augment_bytes(p);

    if (q->has_matrix)
        warp(p, q->m, q->fill);
    else
        memcpy(p->dst, p->src, n);
    if (q->has_table)
        look_up(p->dst, n, q->table);
}

/* --- a row of operations -------------------------------------------------- */

/* The picture on its way: where it is, and what it waits for. */
struct row {
    const struct augment_picture *p; /* borrowed */
    const uint8_t *now;              /* in p->src, p->dst or p->scratch */
    struct pending pending;
};

static size_t aligned_size(size_t n)
{
    return (n + AUGMENT_ALIGN - 1) / AUGMENT_ALIGN * AUGMENT_ALIGN;
}

size_t augment_scratch(int w, int h)
{
    size_t most = 0;

    for (int i = 0; i < AUGMENTS; i++) {
        const struct augment_work *a = &augments[i]->work;
        const size_t n = a->fixed + a->column * (size_t)w + a->row * (size_t)h +
                         a->pixel * (size_t)w * (size_t)h;

        most = n > most ? n : most;
    }
    return aligned_size((size_t)w * (size_t)h * 3) + AUGMENT_ALIGN + most;
}

static void pending_reset(struct pending *q)
{
    *q = (struct pending){.m = {1, 0, 0, 0, 1, 0, 0, 0, 1}};
}

/* The next matrix sees this one's output: output to input is q->m times m. */
static void add_matrix(struct pending *q, const double m[9],
                       enum augment_fill fill)
{
    double product[9];

    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            product[3 * i + j] = q->m[3 * i] * m[j] +
                                 q->m[3 * i + 1] * m[3 + j] +
                                 q->m[3 * i + 2] * m[6 + j];
    memcpy(q->m, product, sizeof(product));
    q->has_matrix = true;
    q->fill = fill;
}

static void add_table(struct pending *q, uint8_t table[3][256])
{
    for (int k = 0; k < 3; k++)
        for (int v = 0; v < 256; v++)
            q->table[k][v] =
                q->has_table ? table[k][q->table[k][v]] : table[k][v];
    q->has_table = true;
}

/* The picture as it is, and the buffer that it is not in. */
static struct augment_picture next_picture(const struct row *r)
{
    struct augment_picture step = *r->p;

    step.src = r->now;
    step.dst = r->now == r->p->dst ? r->p->scratch : r->p->dst;
    return step;
}

static void flush_pending(struct row *r)
{
    const struct augment_picture step = next_picture(r);

    run_pending(&step, &r->pending);
    pending_reset(&r->pending);
    r->now = step.dst;
}

static void run_filter(struct row *r, const struct augment_op *op)
{
    struct augment_picture step;
    uintptr_t work;

    if (r->pending.has_matrix || r->pending.has_table)
        flush_pending(r);
    step = next_picture(r);
    work = (uintptr_t)r->p->scratch + augment_bytes(r->p);
    step.scratch += augment_bytes(r->p) +
                    (AUGMENT_ALIGN - work % AUGMENT_ALIGN) % AUGMENT_ALIGN;
    op->op->filter(op->param, &step);
    r->now = step.dst;
}

static void run_op(struct row *r, const struct augment_op *op)
{
    struct pending *q = &r->pending;

    if (op->op->matrix) {
        double m[9];
        const enum augment_fill fill =
            op->op->matrix(op->param, r->p->w, r->p->h, m);

        if (q->has_table || (q->has_matrix && q->fill != fill))
            flush_pending(r);
        add_matrix(q, m, fill);
    } else if (op->op->table) {
        uint8_t table[3][256];

        op->op->table(op->param, table);
        add_table(q, table);
    } else {
        run_filter(r, op);
    }
}

void augment_run(const struct augment_op *ops, int n,
                 const struct augment_picture *p)
{
    struct row r = {.p = p, .now = p->src};

    BUG_ON(p->w < 1 || p->h < 1 || p->w > AUGMENT_MAX_SIDE ||
           p->h > AUGMENT_MAX_SIDE);
    pending_reset(&r.pending);
    for (int i = 0; i < n; i++)
        run_op(&r, &ops[i]);
    if (r.pending.has_matrix || r.pending.has_table || r.now == p->src)
        flush_pending(&r);
    if (r.now != p->dst)
        memcpy(p->dst, r.now, augment_bytes(p));
}

/* --- names ---------------------------------------------------------------- */

const char *const *augment_words(const struct augment_param *p, size_t *n)
{
    *n = 0;
    while (p->words && p->words[*n])
        ++*n;
    return *n ? p->words : NULL;
}

void augment_describe(const struct augment_op *op, struct buf *text)
{
    const char *comma = "";
    size_t n;

    buf_printf(text, "%s(", op->op->name);
    for (int i = 0; op->op->param[i].name; i++) {
        const struct augment_param *a = &op->op->param[i];
        const float x = op->param[i];

        if (!(x < a->neutral || x > a->neutral))
            continue;
        if (augment_words(a, &n))
            buf_printf(text, "%s%s=%s", comma, a->name, a->words[(int)x]);
        else if (a->words)
            buf_printf(text, "%s%s=%.0f", comma, a->name, (double)x);
        else
            buf_printf(text, "%s%s=%.5g", comma, a->name, (double)x);
        comma = ",";
    }
    buf_puts(text, ")");
}

const struct augment *augment_find(const char *name)
{
    for (int i = 0; i < AUGMENTS; i++)
        if (strcmp(augments[i]->name, name) == 0)
            return augments[i];
    return NULL;
}

const struct augment *augment_at(int i)
{
    return i >= 0 && i < AUGMENTS ? augments[i] : NULL;
}
