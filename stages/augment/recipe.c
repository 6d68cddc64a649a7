/* recipe.c - the table of recipes, and drawing from it */
#include "recipe.h"

#include "base/rng.h"

#include <stdio.h>
#include <string.h>

#define FIXED(x)                                                               \
    {                                                                          \
        (x), (x)                                                               \
    }

/* Ranges of augment_affine. */
#define ONLY_ROTATE(lo, hi, fill)                                              \
    {                                                                          \
        {(lo), (hi)}, FIXED(0), FIXED(0), FIXED(1), FIXED(1), FIXED(0),        \
            FIXED(fill)                                                        \
    }

static const struct recipe recipes[] = {
    {
        .name = "light",
        .summary = "flips, rotation, a little scale, shift, brightness, "
                   "contrast",
        .n_step = 5,
        .step =
            {
                {&augment_fliph, 0.5f, {FIXED(FILL_REFLECT)}},
                {&augment_flipv, 0.5f, {FIXED(FILL_REFLECT)}},
                {&augment_affine,
                 1,
                 {{-180, 180},
                  {-0.05f, 0.05f},
                  {-0.05f, 0.05f},
                  {0.9f, 1.1f},
                  {0.9f, 1.1f},
                  FIXED(0),
                  FIXED(FILL_REFLECT)}},
                {&augment_brightness, 0.5f, {{0.8f, 1.2f}}},
                {&augment_contrast, 0.5f, {{0.8f, 1.2f}}},
            },
    },
    {
        .name = "geometric",
        .summary = "two of rotation, scale, shift, shear and flips",
        .some = 2,
        .n_step = 6,
        .step =
            {
                {&augment_affine, 0, ONLY_ROTATE(-90, 90, FILL_CONSTANT)},
                {&augment_affine,
                 0,
                 {FIXED(0),
                  FIXED(0),
                  FIXED(0),
                  {0.5f, 0.9f},
                  {0.5f, 0.9f},
                  FIXED(0),
                  FIXED(FILL_CONSTANT)}},
                {&augment_affine,
                 0,
                 {FIXED(0),
                  {-0.15f, 0.15f},
                  {-0.15f, 0.15f},
                  FIXED(1),
                  FIXED(1),
                  FIXED(0),
                  FIXED(FILL_CONSTANT)}},
                {&augment_affine,
                 0,
                 {FIXED(0),
                  FIXED(0),
                  FIXED(0),
                  FIXED(1),
                  FIXED(1),
                  {-2, 2},
                  FIXED(FILL_CONSTANT)}},
                {&augment_fliph, 0, {FIXED(FILL_CONSTANT)}},
                {&augment_flipv, 0, {FIXED(FILL_CONSTANT)}},
            },
    },
};

enum { RECIPES = sizeof(recipes) / sizeof(*recipes) };

const struct recipe *recipe_find(const char *name, struct err *err)
{
    char known[256] = "";
    size_t used = 0;

    for (int i = 0; i < RECIPES; i++) {
        if (strcmp(recipes[i].name, name) == 0)
            return &recipes[i];
        used += (size_t)snprintf(known + used, sizeof(known) - used, " %s",
                                 recipes[i].name);
        BUG_ON(used >= sizeof(known));
    }
    err_set(err, ERR_USAGE, "augment.recipe: no recipe %s; there are:%s", name,
            known);
    return NULL;
}

static void step_draw(const struct recipe_step *s, struct rng *rng,
                      struct augment_op *op)
{
    op->op = s->op;
    for (int i = 0; s->op->param[i].name; i++)
        op->param[i] = rng_uniform_in(rng, s->range[i].lo, s->range[i].hi);
}

int recipe_draw(const struct recipe *r, const struct recipe_key *key,
                struct augment_op ops[AUGMENT_MAX_OPS])
{
    uint32_t order[AUGMENT_MAX_OPS];
    struct rng rng;
    int n = 0;

    BUG_ON(r->n_step > AUGMENT_MAX_OPS || r->some > r->n_step);
    rng_init(&rng, rng_mix(key->seed, key->content, key->content_size),
             RNG_AUGMENT, key->variant, key->epoch);
    for (uint32_t i = 0; i < AUGMENT_MAX_OPS; i++)
        order[i] = i;
    if (r->some > 0) {
        rng_shuffle(&rng, order, (uint32_t)r->n_step);
        for (; n < r->some; n++)
            step_draw(&r->step[order[n]], &rng, &ops[n]);
        return n;
    }
    for (int i = 0; i < r->n_step; i++)
        if (rng_uniform(&rng) < r->step[i].probability)
            step_draw(&r->step[i], &rng, &ops[n++]);
    return n;
}

void recipe_apply(const struct recipe *r, const struct recipe_key *key,
                  const struct augment_picture *p, struct buf *text)
{
    struct augment_op ops[AUGMENT_MAX_OPS];
    const int n = recipe_draw(r, key, ops);

    augment_run(ops, n, p);
    if (!text)
        return;
    for (int i = 0; i < n; i++) {
        buf_puts(text, i ? ";" : "");
        augment_describe(&ops[i], text);
    }
    if (n == 0)
        buf_puts(text, "identity");
}
