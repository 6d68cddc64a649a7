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
    struct run_state run;         /* owned */
    struct store made;            /* owned: RUN/augment */
    int operations;               /* column of its index */
    struct stored_variants again; /* owned: with room for one */
};

static void verify_release(struct verify_store *a)
{
    stored_variant_close(&a->again);
    store_close(&a->made);
    run_release(&a->run);
}

static int verify_open(struct verify_store *a, const char *run_dir,
                       struct err *err)
{
    const struct stored_variant_args args = {.run_dir = run_dir,
                                             .recipe = &a->run.plan.recipe,
                                             .config = &a->run.config,
                                             .pictures = 1};
    const struct augmented_rows *sources = &a->again.sources;
    const struct store *data = &sources->data;
    char path[FILE_PATH_MAX];

    if (run_load(&a->run, run_dir, err) < 0)
        return -1;
    if (!plan_find(&a->run.plan, "augment"))
        return err_set(err, ERR_USAGE, "'%s' plans no augmentation", run_dir);
    if (file_path(path, err, "%s/augment", run_dir) < 0 ||
        stored_variant_open(&a->again, &args, err) < 0 ||
        store_open(&a->made, path, err) < 0)
        return -1;
    a->operations = csv_column(&a->made.index, "operations");
    if (a->made.n != augmented_rows_count(sources) || a->made.h != data->h ||
        a->made.w != data->w || a->operations < 0)
        return err_set(err, ERR_INPUT,
                       "'%s': %zu rows of %zu x %zu, but the plan has %zu of "
                       "%zu x %zu",
                       path, a->made.n, a->made.h, a->made.w,
                       augmented_rows_count(sources), data->h, data->w);
    return 0;
}

static int compare_row(struct verify_store *a, size_t r, struct err *err)
{
    const struct augmented_rows *sources = &a->again.sources;
    const size_t size = a->made.h * a->made.w * 3;
    const char *stored = csv_get(&a->made.index, r, (size_t)a->operations);
    const uint32_t variant = stored_variant_number(sources, r);

    if (stored_variant_make(&a->again, r, 0, err) < 0)
        return -1;
    if (strcmp(stored, a->again.text.data) != 0)
        return err_set(err, ERR_INPUT,
                       "row %zu (variant %u of source %zu): stored as %s, "
                       "derived again as %s",
                       r, variant, augmented_rows_source(sources, r), stored,
                       a->again.text.data);
    if (memcmp(store_image(&a->made, r), a->again.pixels, size) != 0)
        return err_set(err, ERR_INPUT,
                       "row %zu (variant %u of source %zu): other bytes than "
                       "those stored",
                       r, variant, augmented_rows_source(sources, r));
    return 0;
}

/* One row out of each of k equal stretches of the store. */
static int compare_sample(struct verify_store *a, size_t k, struct err *err)
{
    size_t same = 0, aside = 0;

    k = k < a->made.n ? k : a->made.n;
    for (size_t i = 0; i < k; i++) {
        const size_t first = a->made.n * i / k, end = a->made.n * (i + 1) / k;
        struct rng rng;
        size_t r;

        rng_init(&rng, a->again.seed, RNG_SAMPLE, (uint32_t)i, 0);
        r = first + rng_below(&rng, (uint32_t)(end - first));
        if (store_label(&a->made, r) < 0)
            aside++;
        else if (compare_row(a, r, err) < 0)
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
