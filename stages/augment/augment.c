/* augment.c - a row of operations, fused into as few passes as it can be */
#include "augment.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

const char *const augment_fill_word[] = {"constant", "reflect", "replicate",
                                         NULL};

/* What has been asked for but not done yet: a matrix, then a table. */
struct pending {
    bool has_matrix, has_table, projective;
    enum augment_fill fill;
    double m[9];
    uint8_t table[3][256];
};

/* --- one pass -------------------------------------------------------------- */

/* Index of the pixel that stands for i; -1 for black. */
static int beyond(int i, int n, enum augment_fill fill)
{
    if (i >= 0 && i < n)
        return i;
    if (fill == FILL_CONSTANT)
        return -1;
    if (fill == FILL_REPLICATE || n == 1)
        return i < 0 ? 0 : n - 1;
    i %= 2 * (n - 1);
    i = i < 0 ? -i : i;
    return i < n ? i : 2 * (n - 1) - i;
}

/* Coordinates count 2^-24 pixels, weights 2^-11: integers, so that a picture
 * is the same on every machine. */
enum { POINT_BITS = 24, WEIGHT_BITS = 11, WEIGHT_ONE = 1 << WEIGHT_BITS };

/* A picture, and where a pixel comes from in it. */
struct tap {
    int64_t x, y; /* upper left of the four pixels */
    int fx, fy;   /* weights of right and lower, 0 .. WEIGHT_ONE - 1 */
};

static int64_t to_point(double x, double limit)
{
    const double c = x > -limit ? (x < limit ? x : limit) : -limit;

    return (int64_t)floor(c * (1 << POINT_BITS) + 0.5);
}

/* Split coordinates that have half a weight added, so that they round. */
static struct tap tap_at(int64_t u, int64_t v)
{
    const int shift = POINT_BITS - WEIGHT_BITS;

    return (struct tap){u >> POINT_BITS, v >> POINT_BITS,
                        (int)(u >> shift) & (WEIGHT_ONE - 1),
                        (int)(v >> shift) & (WEIGHT_ONE - 1)};
}

static void blend(const uint8_t *const p[4], const struct tap *t,
                  uint8_t out[3])
{
    const int right = t->fx, left = WEIGHT_ONE - t->fx;
    const int low = t->fy, top = WEIGHT_ONE - t->fy;
    const int w[4] = {left * top, right * top, left * low, right * low};
    const int half = 1 << (2 * WEIGHT_BITS - 1);

    for (int k = 0; k < 3; k++)
        out[k] = (uint8_t)((p[0][k] * w[0] + p[1][k] * w[1] + p[2][k] * w[2] +
                            p[3][k] * w[3] + half) >>
                           (2 * WEIGHT_BITS));
}

/* A pixel of which some of the four are beyond the border. */
static void sample_border(const struct augment_picture *p, const struct tap *t,
                          enum augment_fill fill, uint8_t out[3])
{
    static const uint8_t black[3];
    const int64_t far = 1 << 24;
    const uint8_t *from[4];

    for (int i = 0; i < 4; i++) {
        const int64_t tx = t->x + (i & 1), ty = t->y + (i >> 1);
        const int x = beyond((int)(tx < -far  ? -far
                                   : tx > far ? far
                                              : tx),
                             p->w, fill);
        const int y = beyond((int)(ty < -far  ? -far
                                   : ty > far ? far
                                              : ty),
                             p->h, fill);

        from[i] = x < 0 || y < 0
                      ? black
                      : p->src + ((size_t)y * (size_t)p->w + (size_t)x) * 3;
    }
    blend(from, t, out);
}

static void sample(const struct augment_picture *p, const struct tap *t,
                   enum augment_fill fill, uint8_t out[3])
{
    const uint8_t *from[4];

    if (t->x < 0 || t->y < 0 || t->x >= p->w - 1 || t->y >= p->h - 1) {
        sample_border(p, t, fill, out);
        return;
    }
    from[0] = p->src + (t->y * p->w + t->x) * 3;
    from[1] = from[0] + 3;
    from[2] = from[0] + (ptrdiff_t)p->w * 3;
    from[3] = from[2] + 3;
    blend(from, t, out);
}

/* Half a weight, and limits under which no sum below overflows. */
#define POINT_HALF   ((int64_t)1 << (POINT_BITS - WEIGHT_BITS - 1))
#define MAX_STEP     65536.0 /* pixels of input for one of output */
#define MAX_POSITION 1e9

static void warp_affine(const struct augment_picture *p,
                        const struct pending *q)
{
    const double *m = q->m;
    const int64_t ux = to_point(m[0], MAX_STEP), uy = to_point(m[1], MAX_STEP);
    const int64_t vx = to_point(m[3], MAX_STEP), vy = to_point(m[4], MAX_STEP);
    const int64_t u0 = to_point(m[2], MAX_POSITION) + POINT_HALF;
    const int64_t v0 = to_point(m[5], MAX_POSITION) + POINT_HALF;
    uint8_t *out = p->dst;

    for (int y = 0; y < p->h; y++) {
        for (int x = 0; x < p->w; x++, out += 3) {
            const struct tap t =
                tap_at(u0 + y * uy + x * ux, v0 + y * vy + x * vx);

            sample(p, &t, q->fill, out);
        }
    }
}

static void warp_projective(const struct augment_picture *p,
                            const struct pending *q)
{
    const double *m = q->m;
    uint8_t *out = p->dst;

    for (int y = 0; y < p->h; y++) {
        for (int x = 0; x < p->w; x++, out += 3) {
            const double w = m[6] * x + m[7] * y + m[8];
            const double u = (m[0] * x + m[1] * y + m[2]) / w;
            const double v = (m[3] * x + m[4] * y + m[5]) / w;
            const struct tap t = tap_at(to_point(u, MAX_POSITION) + POINT_HALF,
                                        to_point(v, MAX_POSITION) + POINT_HALF);

            sample(p, &t, q->fill, out);
        }
    }
}

/* Do what is pending: p->src into p->dst. */
static void pass(const struct augment_picture *p, const struct pending *q)
{
    const size_t n = (size_t)p->w * (size_t)p->h * 3;

    if (!q->has_matrix)
        memcpy(p->dst, p->src, n);
    else if (q->projective)
        warp_projective(p, q);
    else
        warp_affine(p, q);
    if (q->has_table)
        for (size_t i = 0; i < n; i += 3)
            for (size_t k = 0; k < 3; k++)
                p->dst[i + k] = q->table[k][p->dst[i + k]];
}

/* --- a row of operations --------------------------------------------------- */

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
    q->projective = q->projective || fabs(m[6]) > 0 || fabs(m[7]) > 0;
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

/* Do the pending pass from 'now' to the buffer that is not 'now'. */
static const uint8_t *flush(const struct augment_picture *p, const uint8_t *now,
                            struct pending *q)
{
    struct augment_picture step = *p;

    step.src = now;
    step.dst = now == p->dst ? p->scratch : p->dst;
    pass(&step, q);
    pending_reset(q);
    return step.dst;
}

void augment_run(const struct augment_op *ops, int n,
                 const struct augment_picture *p)
{
    const uint8_t *now = p->src;
    struct pending q;

    BUG_ON(p->w < 1 || p->h < 1 || p->w > AUGMENT_MAX_SIDE ||
           p->h > AUGMENT_MAX_SIDE);
    pending_reset(&q);
    for (int i = 0; i < n; i++) {
        if (ops[i].op->matrix) {
            double m[9];
            const enum augment_fill fill =
                ops[i].op->matrix(ops[i].param, p->w, p->h, m);

            if (q.has_table || (q.has_matrix && q.fill != fill))
                now = flush(p, now, &q);
            add_matrix(&q, m, fill);
        } else {
            uint8_t table[3][256];

            ops[i].op->table(ops[i].param, table);
            add_table(&q, table);
        }
    }
    if (q.has_matrix || q.has_table || now == p->src)
        now = flush(p, now, &q);
    if (now != p->dst)
        memcpy(p->dst, now, (size_t)p->w * (size_t)p->h * 3);
}

void augment_describe(const struct augment_op *op, struct buf *text)
{
    const char *comma = "";

    buf_printf(text, "%s(", op->op->name);
    for (int i = 0; op->op->param[i].name; i++) {
        const struct augment_param *a = &op->op->param[i];
        const float x = op->param[i];

        if (!(x < a->neutral || x > a->neutral))
            continue;
        if (a->words)
            buf_printf(text, "%s%s=%s", comma, a->name, a->words[(int)x]);
        else
            buf_printf(text, "%s%s=%.5g", comma, a->name, (double)x);
        comma = ",";
    }
    buf_puts(text, ")");
}

static const struct augment *const augments[] = {
#define AUGMENT(x) &augment_##x,
#include "augments.def"
#undef AUGMENT
};

const struct augment *augment_find(const char *name)
{
    for (size_t i = 0; i < sizeof(augments) / sizeof(*augments); i++)
        if (strcmp(augments[i]->name, name) == 0)
            return augments[i];
    return NULL;
}
