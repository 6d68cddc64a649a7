/* test_augment.c - every augmentation, and rows of them */
#include "base/rng.h"
#include "stages/augment/augment.h"
#include "tap.h"

#include "golden/augment_golden.inc"

#include <stdint.h>
#include <stdlib.h>

enum { SIDE = 110, BYTES = SIDE * SIDE * 3 };

static const char *const names[] = {
#define AUGMENT(x) #x,
#include "stages/augment/augments.def"
#undef AUGMENT
};

enum { NAMES = sizeof(names) / sizeof(*names) };

/* The formula of tests/golden/augment.py. */
static void fill_source(uint8_t *px, size_t n)
{
    for (size_t i = 0; i < n; i++)
        px[i] = (uint8_t)((uint32_t)(i * 2654435761u) >> 24);
}

static int garbage = 1; /* that scratch begins with; never the same twice */

static void run_ops(const struct augment_op *ops, int n, int w, int h,
                    const uint8_t *src, uint8_t *dst)
{
    const size_t size = augment_scratch(w, h);
    uint8_t *scratch = malloc(size);

    if (!scratch)
        abort();
    memset(scratch, garbage++, size);
    augment_run(
        ops, n,
        &(struct augment_picture){
            .w = w, .h = h, .src = src, .dst = dst, .scratch = scratch});
    free(scratch);
}

static struct augment_op op_of(const char *name, const float *param)
{
    struct augment_op op = {.op = augment_find(name)};

    BUG_ON(!op.op);
    for (int i = 0; i < AUGMENT_MAX_PARAMS; i++)
        op.param[i] = param                  ? param[i]
                      : op.op->param[i].name ? op.op->param[i].neutral
                                             : 0.0f;
    return op;
}

/* Interpolated values may round the other way; a shift would show at once. */
static void check_close(const uint8_t *got, const uint8_t *want, size_t n,
                        const char *what)
{
    int worst = 0;
    size_t off = 0;

    for (size_t i = 0; i < n; i++) {
        const int d = abs(got[i] - want[i]);

        worst = d > worst ? d : worst;
        off += d > 0;
    }
    if (!ok(worst <= 1 && off * 20 <= n, what))
        printf("# worst %d, %zu of %zu differ\n", worst, off, n);
}

static void check_golden(void)
{
    enum { N = GOLDEN_W * GOLDEN_H * 3 };
    uint8_t src[N], dst[N];
    char what[80];
    struct augment_op ops[6];

    fill_source(src, N);
    for (size_t i = 0; i < sizeof(golden) / sizeof(*golden); i++) {
        ops[0] = op_of(golden[i].name, golden[i].param);
        run_ops(ops, 1, GOLDEN_W, GOLDEN_H, src, dst);
        snprintf(what, sizeof(what), "golden %zu: %s", i, golden[i].name);
        if (ops[0].op->table || !strncmp(golden[i].name, "flip", 4))
            ok(memcmp(dst, golden[i].want, N) == 0, what);
        else
            check_close(dst, golden[i].want, N, what);
    }
    ops[0] = op_of("affine", (float[10]){-25, 0, 0.3f, 1, 1});
    ops[1] = op_of("affine", (float[10]){40, 0.2f, 0, 0.8f, 0.8f});
    ops[2] = op_of("fliph", NULL);
    ops[3] = op_of("brightness", (float[10]){1.2f});
    ops[4] = op_of("contrast", (float[10]){0.8f});
    ops[5] = op_of("affine", (float[10]){10, 0, 0.2f, 1, 1});
    run_ops(ops, 6, GOLDEN_W, GOLDEN_H, src, dst);
    check_close(dst, golden_row, N, "golden: a row of six in two passes");
}

static void check_identity(const char *name)
{
    static const int size[][2] = {{1, 1}, {1, 9},  {9, 1},
                                  {2, 2}, {13, 8}, {SIDE, SIDE}};
    static uint8_t src[BYTES], dst[BYTES];
    const struct augment_op flips[2] = {op_of(name, NULL), op_of(name, NULL)};
    const int n = strncmp(name, "flip", 4) == 0 ? 2 : 1;
    bool same = true;
    char what[80];

    fill_source(src, sizeof(src));
    for (size_t i = 0; i < sizeof(size) / sizeof(*size); i++) {
        const size_t bytes = (size_t)(size[i][0] * size[i][1] * 3);

        memset(dst, 1, sizeof(dst));
        run_ops(flips, n, size[i][0], size[i][1], src, dst);
        same = same && memcmp(src, dst, bytes) == 0 && dst[bytes % BYTES] != 2;
    }
    snprintf(what, sizeof(what), "%s: neutral numbers change no byte", name);
    ok(same, what);
}

/* Numbers of the sheet of examples on the smallest pictures, twice: nothing is
 * read outside (the sanitizers would tell), and what scratch holds does not
 * matter. */
static void check_small(const char *name)
{
    static const int size[][2] = {{1, 1},  {1, 5},  {5, 1}, {2, 3},
                                  {17, 1}, {33, 9}, {1, 40}};
    const struct augment *a = augment_find(name);
    bool same = true;
    char what[80];

    for (size_t i = 0; i < sizeof(size) / sizeof(*size); i++) {
        const size_t n = (size_t)(size[i][0] * size[i][1] * 3);
        uint8_t *src = malloc(n), *dst = malloc(n), *again = malloc(n);

        if (!src || !dst || !again)
            abort();
        fill_source(src, n);
        for (int strong = 0; strong < 2; strong++) {
            const struct augment_op op =
                op_of(name, strong ? a->strong : a->weak);

            run_ops(&op, 1, size[i][0], size[i][1], src, dst);
            run_ops(&op, 1, size[i][0], size[i][1], src, again);
            same = same && memcmp(dst, again, n) == 0;
        }
        free(src);
        free(dst);
        free(again);
    }
    snprintf(what, sizeof(what), "%s: 1x1, 1xN, Nx1, the same twice", name);
    ok(same, what);
}

/* Geometry and contrast about the middle keep a picture of that grey. */
static void check_kept(void)
{
    static const char *const kept[] = {"affine",   "perspective", "croppad",
                                       "contrast", "elastic",     "fliph"};
    static uint8_t src[BYTES], dst[BYTES];
    char what[80];

    memset(src, 127, sizeof(src));
    for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++) {
        struct augment_op op = op_of(kept[i], augment_find(kept[i])->strong);

        for (int k = 0; op.op->param[k].name; k++)
            if (op.op->param[k].words == augment_fill_word)
                op.param[k] = FILL_REFLECT;
        run_ops(&op, 1, SIDE, SIDE, src, dst);
        snprintf(what, sizeof(what), "%s: grey stays grey", kept[i]);
        ok(memcmp(src, dst, sizeof(src)) == 0, what);
    }
}

static void check_fill(void)
{
    static uint8_t src[BYTES], dst[BYTES];
    struct augment_op op = op_of("affine", NULL);
    const struct augment_op row[2] = {op_of("contrast", (float[10]){0.5f}),
                                      op_of("fliph", NULL)};
    bool black = true;

    memset(src, 200, sizeof(src));
    op.param[1] = 3.0f;
    run_ops(&op, 1, SIDE, SIDE, src, dst);
    for (size_t i = 0; i < sizeof(dst); i++)
        black = black && dst[i] == 0;
    ok(black, "moved out of the frame: black");
    op.param[1] = 3e30f;
    run_ops(&op, 1, SIDE, SIDE, src, dst);
    ok(dst[0] == 0 && dst[BYTES - 1] == 0, "moved past any number: black");
    op.param[6] = FILL_REPLICATE;
    run_ops(&op, 1, SIDE, SIDE, src, dst);
    ok(dst[0] == 200, "the same, replicated: the border");
    op = op_of("affine", (float[10]){0, 0.5f, 0, 1, 1});
    run_ops((struct augment_op[]){row[0], op}, 2, SIDE, SIDE, src, dst);
    ok(dst[0] == 0, "values first, then moved: the fill stays black");
    run_ops((struct augment_op[]){op, row[0]}, 2, SIDE, SIDE, src, dst);
    ok(dst[0] == 64, "moved first: the fill's value changes too");
    run_ops(NULL, 0, SIDE, SIDE, src, dst);
    ok(memcmp(src, dst, sizeof(src)) == 0, "no operation: a copy");
}

static void check_describe(void)
{
    struct augment_op op =
        op_of("affine", (float[10]){12.5f, -0.031f, 0, 1, 1, 0, FILL_REFLECT});
    struct buf b = {0};
    struct err err;

    augment_describe(&op, &b);
    buf_puts(&b, " ");
    op = op_of("fliph", NULL);
    augment_describe(&op, &b);
    ok(buf_check(&b, &err) == 0 &&
           !strcmp(b.data, "affine(rotate=12.5,tx=-0.031,fill=reflect) "
                           "fliph()"),
       "described by what is not neutral");
    buf_release(&b);
    ok(augment_find("nonsense") == NULL, "no augmentation of that name");
}

/* Wherever its limits allow the corners of a perspective to be, each is in
 * front of the picture: q of augment.h is positive in the whole frame. */
static void check_convex(void)
{
    const struct augment *a = augment_find("perspective");
    const double right = SIDE - 1;
    double least = INFINITY, m[9];

    for (int ends = 0; ends < 1 << 8; ends++) {
        float param[AUGMENT_MAX_PARAMS] = {0};

        for (int i = 0; i < 8; i++)
            param[i] = ends >> i & 1 ? a->param[i].max : a->param[i].min;
        a->matrix(param, SIDE, SIDE, m);
        for (int corner = 0; corner < 4; corner++)
            least = fmin(least, m[6] * (corner & 1 ? right : 0) +
                                    m[7] * (corner & 2 ? right : 0) + m[8]);
    }
    if (!ok(least > 0, "perspective: no pole inside the frame"))
        printf("# %g\n", least);
}

int main(void)
{
    check_golden();
    for (int i = 0; i < NAMES; i++) {
        check_identity(names[i]);
        check_small(names[i]);
    }
    check_kept();
    check_fill();
    check_convex();
    check_describe();
    return tap_done();
}
