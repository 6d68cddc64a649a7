/*
 * bench_augment.c - pictures a second that one core augments
 *
 * The recipe "light" and each of its parts on 110 x 110 x 3 bytes, drawing and
 * describing included, on one thread.  Prints name, pictures/s and MB/s of processor time; best
 * of five runs.
 */
#include "base/rng.h"
#include "stages/augment/recipe.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SIDE = 110, BYTES = SIDE * SIDE * 3, PICTURES = 1000, RUNS = 5 };

/* Processor time, so that other work on the machine counts less. */
static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double recipe_seconds(const struct recipe *r,
                             const struct augment_picture *p)
{
    const double begin = now();

    for (uint32_t v = 0; v < PICTURES; v++) {
        const struct recipe_key key = {1, "content", 7, v, 0};
        struct buf text = {0};

        recipe_apply(r, &key, p, &text);
        buf_release(&text);
    }
    return now() - begin;
}

static void report(const char *name, const struct augment_picture *p)
{
    struct err err;
    const struct recipe *r = recipe_find(name, &err);
    double best = 1e9;

    BUG_ON(!r);
    for (int i = 0; i < RUNS; i++) {
        const double s = recipe_seconds(r, p);

        best = s < best ? s : best;
    }
    printf("augment %-10s %8.0f images/s per core  %7.1f MB/s\n", name,
           PICTURES / best, 1e-6 * BYTES * PICTURES / best);
}

int main(void)
{
    static uint8_t src[BYTES], dst[BYTES];
    uint8_t *scratch = malloc(augment_scratch(SIDE, SIDE));
    struct rng rng;

    rng_init(&rng, 1, RNG_TEST, 0, 0);
    for (int i = 0; i < BYTES; i++)
        src[i] = (uint8_t)rng_below(&rng, 256);
    report("light", &(struct augment_picture){SIDE, SIDE, src, dst, scratch});
    report("geometric",
           &(struct augment_picture){SIDE, SIDE, src, dst, scratch});
    return 0;
}
