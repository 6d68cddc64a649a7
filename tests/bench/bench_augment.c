/*
 * bench_augment.c - pictures a second that one core augments
 *
 * A mix that OpenCV is measured with too (peer_augment.py), each recipe, and,
 * with --operations, each operation on 110 x 110 x 3 bytes, drawing and
 * describing included, on one thread.  Prints name, pictures/s and MB/s of
 * processor time; best of five runs.
 */
#include "base/clock.h"
#include "base/err.h"
#include "stages/augment/recipe.h"

#include <stdio.h>
#include <stdlib.h>

enum { SIDE = 110, BYTES = SIDE * SIDE * 3, RUNS = 5 };

/* Flip, affine, brightness, noise: what every recipe does. */
static const struct recipe_step mix[] = {
    {&augment_fliph, 0.5f, {{1, 1}}, NULL},
    {&augment_affine,
     1,
     {{-90, 90},
      {-0.1f, 0.1f},
      {-0.1f, 0.1f},
      {0.8f, 1.2f},
      {0.8f, 1.2f},
      {0, 0},
      {1, 1}},
     NULL},
    {&augment_brightness, 1, {{0.65f, 1.35f}}, NULL},
    {&augment_noise, 1, {{5, 15}, {0, 0}, {0, 16777215}}, NULL},
};
static const struct recipe common = {
    .all = {.kind = RECIPE_EACH, .n_step = 4, .step = mix}};

static double recipe_seconds(const struct recipe *r,
                             const struct augment_picture *p, uint32_t pictures)
{
    const double begin = clock_processor();

    for (uint32_t v = 0; v < pictures; v++) {
        const struct recipe_stream stream = {1, "content", 7, v, 0, NULL, 0};
        struct buf text = {0};

        recipe_apply(r, &stream, p, &text);
        buf_release(&text);
    }
    return clock_processor() - begin;
}

static void print_rate(const char *name, const struct recipe *r,
                       const struct augment_picture *p, uint32_t pictures)
{
    double best = 1e9;

    for (int i = 0; i < RUNS; i++) {
        const double s = recipe_seconds(r, p, pictures);

        best = s < best ? s : best;
    }
    printf("augment %-16s %8.0f images/s per core  %7.1f MB/s\n", name,
           pictures / best, 1e-6 * BYTES * pictures / best);
}

/* An operation at its stronger example. */
static void report_operation(const struct augment *a,
                             const struct augment_picture *p)
{
    struct recipe_step step = {.op = a, .probability = 1};
    const struct recipe r = {
        .all = {.kind = RECIPE_EACH, .n_step = 1, .step = &step}};

    for (int i = 0; i < AUGMENT_MAX_PARAMS; i++)
        step.range[i] = (struct recipe_range){a->strong[i], a->strong[i]};
    print_rate(a->name, &r, p, 200);
}

static void report_recipe(const char *name, const struct augment_picture *p)
{
    struct recipe r;
    struct err err;

    BUG_ON(recipe_find(&r, name, &err) < 0);
    print_rate(name, &r, p, 1000);
    recipe_release(&r);
}

/* A cell of sorts: smooth, with two edges and some grain. */
static void draw_cell(uint8_t *px)
{
    for (int i = 0; i < BYTES; i++) {
        const int k = i % 3, x = i / 3 % SIDE - 50, y = i / 3 / SIDE - 60;
        const int d = 3 * x * x + 4 * y * y;
        const int v = d < 1000   ? 50 + 30 * k
                      : d < 6000 ? 150 - 10 * k * k + x
                                 : 205 - 5 * k + y / 4;

        px[i] = (uint8_t)(v + (int)(((uint32_t)i * 2654435761u) >> 29));
    }
}

int main(int argc, char **argv)
{
    static uint8_t src[BYTES], dst[BYTES];
    const struct augment_picture p = {SIDE, SIDE, src, dst,
                                      malloc(augment_scratch(SIDE, SIDE))};

    BUG_ON(!p.scratch);
    draw_cell(src);
    print_rate("mix", &common, &p, 1000);
    for (size_t i = 0; recipe_text_at(i); i++)
        report_recipe(recipe_text_at(i), &p);
    for (int i = 0; argc > 1 && augment_at(i); i++)
        report_operation(augment_at(i), &p);
    free(p.scratch);
    (void)argv;
    return 0;
}
