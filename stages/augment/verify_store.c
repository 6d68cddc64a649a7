/* verify_store.c - what is stored must be what would be made today */
#include "verify_store.h"

#include "base/rng.h"
#include "run/run.h"
#include "stored_variant.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct verify_store {
    struct run_state run;          /* owned */
    struct augmented_rows sources; /* owned */
    struct store made;             /* owned: RUN/augment */
    struct recipe recipe;          /* owned */
    struct slide_stains slides;    /* owned */
    int operations;                /* column of its index */
    uint8_t *pixels;               /* owned: one picture, then scratch */
    struct buf text;               /* owned */
};

static void verify_release(struct verify_store *a)
{
    buf_release(&a->text);
    free(a->pixels);
    store_close(&a->made);
    recipe_release(&a->recipe);
    slide_stains_release(&a->slides);
    augmented_rows_close(&a->sources);
    run_release(&a->run);
}

static int verify_open(struct verify_store *a, const char *run_dir,
                       struct err *err)
{
    char path[FILE_PATH_MAX];
    size_t w, h;

    if (run_load(&a->run, run_dir, err) < 0)
        return -1;
    if (!plan_find(&a->run.plan, "augment"))
        return err_set(err, ERR_USAGE, "'%s' plans no augmentation", run_dir);
    if (recipe_init(&a->recipe, &a->run.plan.recipe, err) < 0 ||
        file_path(path, err, "%s/augment", run_dir) < 0 ||
        augmented_rows_open(&a->sources, run_dir,
                            a->run.config.augment.variants, err) < 0 ||
        slide_stains_open(&a->slides, &a->recipe, &a->sources.data, err) < 0 ||
        store_open(&a->made, path, err) < 0)
        return -1;
    h = a->sources.data.h;
    w = a->sources.data.w;
    a->operations = csv_column(&a->made.index, "operations");
    if (a->made.n != augmented_rows_count(&a->sources) || a->made.h != h ||
        a->made.w != w || a->operations < 0)
        return err_set(err, ERR_INPUT,
                       "'%s': %zu rows of %zu x %zu, but the plan has %zu of "
                       "%zu x %zu",
                       path, a->made.n, a->made.h, a->made.w,
                       augmented_rows_count(&a->sources), h, w);
    a->pixels = malloc(h * w * 3 + augment_scratch((int)w, (int)h));
    return a->pixels ? 0 : err_set(err, ERR_SYSTEM, "no memory for a picture");
}

static int compare_row(struct verify_store *a,
                       const struct stored_variant_args *v, size_t r,
                       struct err *err)
{
    const size_t size = a->made.h * a->made.w * 3;
    const char *stored = csv_get(&a->made.index, r, (size_t)a->operations);
    const uint32_t variant = stored_variant_number(&a->sources, r);

    if (stored_variant_make(v, r, a->pixels, &a->text, err) < 0 ||
        buf_check(&a->text, err) < 0)
        return -1;
    if (strcmp(stored, a->text.data) != 0)
        return err_set(err, ERR_INPUT,
                       "row %zu (variant %u of source %zu): stored as %s, "
                       "derived again as %s",
                       r, variant, augmented_rows_source(&a->sources, r),
                       stored, a->text.data);
    if (memcmp(store_image(&a->made, r), a->pixels, size) != 0)
        return err_set(err, ERR_INPUT,
                       "row %zu (variant %u of source %zu): other bytes than "
                       "those stored",
                       r, variant, augmented_rows_source(&a->sources, r));
    return 0;
}

/* One row out of each of k equal stretches of the store. */
static int compare_sample(struct verify_store *a, size_t k, struct err *err)
{
    const struct config *c = &a->run.config;
    struct stored_variant_source source = {0};
    const struct stored_variant_args v = {.sources = &a->sources,
                                          .recipe = &a->recipe,
                                          .slides = &a->slides,
                                          .seed = (uint64_t)c->run.seed,
                                          .jpeg = (int)c->preprocess.jpeg,
                                          .source = &source,
                                          .scratch = a->pixels +
                                                     a->made.h * a->made.w * 3};
    size_t same = 0, aside = 0;

    k = k < a->made.n ? k : a->made.n;
    for (size_t i = 0; i < k; i++) {
        const size_t first = a->made.n * i / k, end = a->made.n * (i + 1) / k;
        struct rng rng;
        size_t r;

        rng_init(&rng, v.seed, RNG_SAMPLE, (uint32_t)i, 0);
        r = first + rng_below(&rng, (uint32_t)(end - first));
        if (store_label(&a->made, r) < 0)
            aside++;
        else if (compare_row(a, &v, r, err) < 0)
            return -1;
        else
            same++;
    }
    printf("%zu of %zu variants derived again: the same bytes; %zu set aside\n",
           same, a->made.n, aside);
    return 0;
}

int verify_store_main(int argc, char **argv, struct err *err)
{
    static const struct option known[] = {
        {"sample", required_argument, NULL, 's'}, {0}};
    struct verify_store a = {.operations = -1};
    char *end = NULL;
    long k = 100;
    int c, rc;

    opterr = 0;
    while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (c != 's')
            return err_set(err, ERR_USAGE, "bad option '%s'; see --help",
                           argv[optind - 1]);
        k = strtol(optarg, &end, 10);
        if (end == optarg || *end || k < 1 || k > INT_MAX)
            return err_set(err, ERR_USAGE, "--sample %s is not 1 or more",
                           optarg);
    }
    if (optind != argc - 1)
        return err_set(err, ERR_USAGE, "--again needs one run directory");
    rc = verify_open(&a, argv[optind], err);
    if (rc == 0)
        rc = compare_sample(&a, (size_t)k, err);
    verify_release(&a);
    return rc;
}
