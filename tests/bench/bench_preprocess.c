/*
 * bench_preprocess.c - BMP crops a second that one core preprocesses
 *
 * 400 drawn crops of 220 x 215 pixels, SIPaKMeD's mean, as BMP files: read,
 * hash, decode, measure, look at, resize to 110 x 110, write the store, checks
 * and baseline; one thread, processor time, best of three runs.  Then the same
 * with near duplicates kept together, for which all is read twice, and without
 * them on all cores, by the clock.
 */
#include "base/clock.h"
#include "base/file.h"
#include "base/rng.h"
#include "img/bmp.h"
#include "stages/preprocess/preprocess.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PER_CLASS = 200, CLASSES = 2, W = 220, H = 215, RUNS = 3 };

static char top[] = "/tmp/papline-bench-XXXXXX";

static void make_crops(void)
{
    char path[FILE_PATH_MAX];
    struct err err = {0};
    struct image im;

    BUG_ON(image_init(&im, W, H, &err) < 0);
    for (int c = 0; c < CLASSES; c++)
        for (int i = 0; i < PER_CLASS; i++) {
            struct rng rng;

            rng_init(&rng, 1, RNG_SAMPLE, (uint32_t)c, (uint32_t)i);
            for (size_t k = 0; k < image_bytes(&im); k++)
                im.px[k] =
                    (uint8_t)(100 * c + 40 + i % 50 + (int)rng_below(&rng, 60));
            BUG_ON(file_path(path, &err, "%s/in/class%d", top, c) < 0 ||
                   file_dir_make(path, &err) < 0 ||
                   file_path(path, &err, "%s/in/class%d/%03d_%02d.bmp", top, c,
                             i / 4, i % 4) < 0 ||
                   bmp_write(&im, path, &err) < 0);
        }
    image_release(&im);
}

static double time_once(double (*clock)(void), enum near_choice near)
{
    char in[FILE_PATH_MAX], out[FILE_PATH_MAX];
    struct config c;
    struct preprocess_summary sum;
    struct preprocess_args a = {.dataset = in, .out = out, .config = &c};
    struct err err = {0};
    double begin;

    config_init(&c);
    c.split.near_duplicates = near;
    BUG_ON(file_path(in, &err, "%s/in", top) < 0 ||
           file_path(out, &err, "%s/out", top) < 0 ||
           file_dir_remove(out, &err) < 0 || file_dir_make(out, &err) < 0);
    begin = clock();
    BUG_ON(preprocess_run(&a, &sum, &err) < 0 || sum.n_aside > 0);
    preprocess_summary_release(&sum);
    return clock() - begin;
}

static void print_times(const char *what, int threads, double (*clock)(void),
                        enum near_choice near)
{
    double best = 1e9;

    omp_set_num_threads(threads);
    for (int i = 0; i < RUNS; i++) {
        const double s = time_once(clock, near);

        best = s < best ? s : best;
    }
    printf("preprocess BMP %d x %d %-24s %8.0f images/s\n", W, H, what,
           CLASSES * PER_CLASS / best);
}

int main(void)
{
    const int cores = omp_get_max_threads();
    struct err err = {0};
    char what[32];

    BUG_ON(!mkdtemp(top));
    make_crops();
    print_times("per core", 1, clock_processor, NEAR_SEPARATE);
    print_times("  read twice", 1, clock_processor, NEAR_TOGETHER);
    snprintf(what, sizeof(what), "on %d cores", cores);
    print_times(what, cores, clock_now, NEAR_SEPARATE);
    return file_dir_remove(top, &err) < 0;
}
