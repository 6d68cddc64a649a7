/* recipe.c - drawing from a recipe */
#include "recipe.h"

#include "base/hash.h"
#include "base/rng.h"

#include <string.h>

/* What has been drawn so far, and from where. */
struct draw {
    struct rng rng;
    uint32_t turn; /* of groups in_turn: of a fresh variant the epoch's, too */
    struct augment_op *ops; /* borrowed */
    int n;
};

static void draw_group(struct draw *d, const struct recipe_group *g);

static void draw_step(struct draw *d, const struct recipe_step *s)
{
    struct augment_op *op;

    if (!s->op) {
        draw_group(d, s->group);
        return;
    }
    BUG_ON(d->n >= AUGMENT_MAX_OPS);
    op = &d->ops[d->n++];
    op->op = s->op;
    for (int i = 0; s->op->param[i].name; i++) {
        const struct recipe_range r = s->range[i];

        const float x = rng_uniform_in(&d->rng, r.lo,
                                       r.hi + (float)!!s->op->param[i].words);

        op->param[i] = s->op->param[i].words ? fminf(floorf(x), r.hi) : x;
    }
}

static void draw_some(struct draw *d, const struct recipe_group *g)
{
    uint32_t order[AUGMENT_MAX_OPS];

    BUG_ON(g->some > g->n_step);
    for (uint32_t i = 0; i < AUGMENT_MAX_OPS; i++)
        order[i] = i;
    rng_shuffle(&d->rng, order, (uint32_t)g->n_step);
    for (int i = 0; i < g->some; i++)
        draw_step(d, &g->step[order[i]]);
}

static void draw_one(struct draw *d, const struct recipe_group *g)
{
    float all = 0, at;
    int i = 0;

    for (int k = 0; k < g->n_step; k++)
        all += g->step[k].probability;
    at = rng_uniform_in(&d->rng, 0, all) - g->step[0].probability;
    while (at >= 0 && i < g->n_step - 1)
        at -= g->step[++i].probability;
    draw_step(d, &g->step[i]);
}

static void draw_group(struct draw *d, const struct recipe_group *g)
{
    BUG_ON(g->n_step < 1 || g->n_step > AUGMENT_MAX_OPS);
    switch (g->kind) {
    case RECIPE_EACH:
        for (int i = 0; i < g->n_step; i++)
            if (rng_uniform(&d->rng) < g->step[i].probability)
                draw_step(d, &g->step[i]);
        break;
    case RECIPE_SOME:
        draw_some(d, g);
        break;
    case RECIPE_ONE:
        draw_one(d, g);
        break;
    case RECIPE_TURN:
        draw_step(d, &g->step[d->turn % (uint32_t)g->n_step]);
        break;
    }
}

int recipe_draw(const struct recipe *r, const struct recipe_stream *stream,
                struct augment_op ops[AUGMENT_MAX_OPS])
{
    const uint32_t before = stream->epoch ? stream->epoch - 1 : 0;
    struct draw d = {.turn = stream->variant + before, .ops = ops};

    memset(ops, 0, AUGMENT_MAX_OPS * sizeof(*ops));
    rng_init(&d.rng,
             rng_mix(stream->seed, stream->content, stream->content_size),
             RNG_AUGMENT, stream->variant, stream->epoch);
    draw_group(&d, &r->all);
    return d.n;
}

void recipe_apply(const struct recipe *r, const struct recipe_stream *stream,
                  const struct augment_picture *p, struct buf *text)
{
    struct augment_op ops[AUGMENT_MAX_OPS];
    const int n = recipe_draw(r, stream, ops);

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

void recipe_vary(const struct recipe *r, struct recipe_stream stream,
                 const struct augment_picture *p, struct buf *text)
{
    char from[HASH_HEX];

    hash_of(p->src, augment_bytes(p), from);
    stream.content = from;
    stream.content_size = HASH_HEX - 1;
    recipe_apply(r, &stream, p, text);
}
