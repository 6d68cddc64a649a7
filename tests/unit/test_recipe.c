/* test_recipe.c - what is drawn, how often, from which range, and for ever */
#include "base/hash.h"
#include "stages/augment/recipe.h"
#include "tap.h"

#include <stdlib.h>

/* Fixed for ever: such words are in users' index.csv. */
#define LIGHT                                                                  \
    "fliph(fill=reflect);affine(rotate=-65.15,tx=0.038881,ty=-0.0028464,"      \
    "sx=0.98669,sy=1.0507,fill=reflect);brightness(b=1.0975)"
#define GEOMETRIC "affine(sx=0.80146,sy=0.82795);fliph()"
#define NOTEBOOK                                                               \
    "canny(alpha=0.068273,low=120.39,high=209.06,edge_r=81,edge_g=227,"        \
    "edge_b=120,rest_r=110,rest_g=192,rest_b=209)"
#define PAPER "affine(tx=0.095963,ty=0.045221);flipv();brightness(b=1.0209)"
#define STRONG                                                                 \
    "fliph(fill=reflect);affine(rotate=-65.15,tx=0.062209,ty=-0.0045543,"      \
    "sx=1.0017,sy=1.1138,shear=3.1988,fill=reflect);elastic(amount=0.11157,"   \
    "cells=5,seed=2720716,fill=reflect);stain(h=0.86289,e=1.0414,rest=1.1866," \
    "stains=pap);contrast(a=1.1249);noise(scale=2.1458,channels=same,"         \
    "seed=8480181)"

enum { SIDE = 110, BYTES = SIDE * SIDE * 3, DRAWS = 4000 };

static void apply_recipe(const char *name, const struct recipe_stream *stream,
                         uint8_t *dst, struct buf *text)
{
    static uint8_t src[BYTES];
    uint8_t *scratch = malloc(augment_scratch(SIDE, SIDE));
    struct err err;
    struct recipe r;

    if (!scratch || recipe_find(&r, name, &err) < 0)
        abort();
    for (size_t i = 0; i < BYTES; i++)
        src[i] = (uint8_t)((uint32_t)(i * 2654435761u) >> 24);
    recipe_apply(&r, stream,
                 &(struct augment_picture){SIDE, SIDE, src, dst, scratch},
                 text);
    recipe_release(&r);
    free(scratch);
}

static void check_key(const char *name)
{
    static uint8_t a[BYTES], b[BYTES];
    const struct recipe_stream base = {7, "hash", 4, 1, 0};
    struct recipe_stream other[4] = {base, base, base, base};
    struct buf text = {0}, again = {0};
    bool differ = true;
    char what[80];

    other[0].seed = 8;
    other[1].content = "hasi";
    other[2].variant = 2;
    other[3].epoch = 1;
    apply_recipe(name, &base, a, &text);
    for (int i = 0; i < 4; i++) {
        apply_recipe(name, &other[i], b, NULL);
        differ = differ && memcmp(a, b, sizeof(a)) != 0;
    }
    snprintf(what, sizeof(what), "%s: seed, content, variant, epoch decide",
             name);
    ok(differ, what);
    apply_recipe(name, &base, b, &again);
    ok(memcmp(a, b, sizeof(a)) == 0 && !strcmp(text.data, again.data),
       "  nothing else does");
    buf_release(&text);
    buf_release(&again);
}

/* Is there a step, in whatever group, that could have drawn 'op'? */
static bool in_ranges(const struct recipe_group *g, const struct augment_op *op)
{
    for (int s = 0; s < g->n_step; s++) {
        const struct recipe_step *step = &g->step[s];
        bool inside = step->op == op->op;

        for (int i = 0; inside && op->op->param[i].name; i++)
            inside = op->param[i] >= step->range[i].lo &&
                     op->param[i] <= step->range[i].hi &&
                     (!op->op->param[i].words ||
                      !(op->param[i] < floorf(op->param[i])));
        if (inside || (!step->op && in_ranges(step->group, op)))
            return true;
    }
    return false;
}

/* Words have a number; what is to be a whole number is. */
static bool is_valid(const struct augment_op *op)
{
    for (int i = 0; op->op->param[i].name; i++) {
        const char *const *words = op->op->param[i].words;
        int n = 0;

        if (!words || !words[0])
            continue;
        while (words[n])
            n++;
        if (!(op->param[i] >= 0.0f && op->param[i] < (float)n))
            return false;
    }
    return true;
}

/* Counts of each operation by its place in augments.def. */
static void check_draws(const char *name, int count[64])
{
    struct err err;
    struct recipe r;
    struct augment_op ops[AUGMENT_MAX_OPS];
    bool inside = true, valid = true;
    char what[80];

    if (recipe_find(&r, name, &err) < 0)
        abort();
    memset(count, 0, 64 * sizeof(*count));
    for (uint32_t v = 0; v < DRAWS; v++) {
        const struct recipe_stream stream = {1, "x", 1, v, 0};
        const int n = recipe_draw(&r, &stream, ops);

        for (int i = 0; i < n; i++) {
            int at = 0;

            while (augment_at(at) != ops[i].op)
                at++;
            count[at]++;
            inside = inside && in_ranges(&r.all, &ops[i]);
            valid = valid && is_valid(&ops[i]);
        }
    }
    snprintf(what, sizeof(what), "%s: numbers are inside the ranges", name);
    ok(inside && valid, what);
    recipe_release(&r);
}

/* How often 'op' is among the variants of 'count'. */
static void check_often(const int count[64], const char *op, double want)
{
    char what[80];
    int at = 0;

    while (augment_at(at) != augment_find(op))
        at++;
    snprintf(what, sizeof(what), "  %s is as often as it should be", op);
    near(count[at] / (double)DRAWS, want, 0.03, what);
}

static void check_shares(void)
{
    int count[64];

    check_draws("light", count);
    check_often(count, "fliph", 0.5);
    check_often(count, "affine", 1);
    check_draws("geometric", count);
    check_often(count, "fliph", 1 / 3.0);
    check_often(count, "affine", 4 / 3.0);
    check_draws("notebook", count);
    check_often(count, "fliph", 1 / 18.0);
    check_often(count, "gamma", 1 / 12.0);
    check_often(count, "clahe", 1 / 4.0);
    check_often(count, "edges", 1 / 6.0);
    check_often(count, "canny", 1 / 6.0);
    check_often(count, "kmeans", 1 / 30.0);
    check_often(count, "huesat", 1 / 15.0);
    check_often(count, "channel_gain", 1 / 24.0);
    check_draws("paper", count);
    check_often(count, "perspective", 0.25);
    check_often(count, "noise", 0.25);
    check_often(count, "channel_add", 0.25);
    check_draws("strong", count);
    check_often(count, "stain", 0.75);
    check_often(count, "blur", 0.25);
}

/* The authors made six variants of each picture, the i-th by the i-th of six
 * ways. */
static void check_turns(void)
{
    static const char *const first[] = {"affine", "clahe",  "edges",
                                        "canny",  "kmeans", "brightness"};
    struct err err;
    struct recipe r;
    struct augment_op ops[AUGMENT_MAX_OPS];
    bool seen[6] = {false}, once = true;

    if (recipe_find(&r, "notebook", &err) < 0)
        abort();
    for (uint32_t v = 0; v < 600; v++) {
        const struct recipe_stream stream = {3, "x", 1, v, 0};
        const int n = recipe_draw(&r, &stream, ops);

        once = once && n == (v % 6 < 2 ? 2 : 1);
        seen[v % 6] = seen[v % 6] || !strcmp(ops[0].op->name, first[v % 6]);
    }
    ok(once, "notebook: two operations, two, and four times one");
    for (uint32_t epoch = 1; epoch < 600; epoch++) {
        const struct recipe_stream stream = {3, "x", 1, 1, epoch};
        const int n = recipe_draw(&r, &stream, ops);

        once = once && n == (epoch % 6 < 2 ? 2 : 1);
    }
    ok(once, "  of a fresh variant the turn goes on from epoch to epoch");
    recipe_release(&r);
    for (int i = 0; i < 6; i++)
        ok(seen[i], first[i]);
}

/* Draws and bytes are the same wherever this runs, however it was compiled. */
static void check_fixed(const char *name, const char *want, const char *digest)
{
    static uint8_t px[BYTES];
    const struct recipe_stream stream = {42, "content", 7, 3, 0};
    struct buf text = {0};
    char hex[HASH_HEX];

    apply_recipe(name, &stream, px, &text);
    if (!ok(!strcmp(text.data, want),
            "a fixed stream draws what it always drew"))
        printf("# %s\n", text.data);
    hash_of(px, sizeof(px), hex);
    if (!ok(strncmp(hex, digest, 16) == 0, "  and gives the same bytes"))
        printf("# %s\n", hex);
    buf_release(&text);
}

int main(void)
{
    struct recipe none;
    struct err err = {0};

    for (size_t i = 0; recipe_text_at(i); i++)
        check_key(recipe_text_at(i));
    check_shares();
    check_turns();
    check_fixed("light", LIGHT, "434a378c77d9849d");
    check_fixed("geometric", GEOMETRIC, "31332f262cb7830d");
    check_fixed("notebook", NOTEBOOK, "d15b15dc0a36e648");
    check_fixed("paper", PAPER, "c990bffeb89a50b8");
    check_fixed("strong", STRONG, "3dab1ab60184514f");
    fails(recipe_find(&none, "heavy", &err), err, ERR_USAGE,
          "there is no 'heavy'; known: geometric, light, notebook, paper, "
          "strong, or the path of a .yaml file",
          "an unknown recipe is refused");
    return tap_done();
}
