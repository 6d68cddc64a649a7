/* test_preprocess_checks.c - near duplicates and pictures that stand out */
#include "base/file.h"
#include "base/rng.h"
#include "img/resize.h"
#include "stages/preprocess/data_report.h"
#include "tap.h"

#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

static const uint64_t golden[] = {
#include "golden/look_golden.inc"
};

enum { GOLDEN = sizeof(golden) / sizeof(golden[0]) };

/* As look.py's pattern(). */
static void grey_of(int k,
                    float grey[PERCEPTUAL_HASH_GREY * PERCEPTUAL_HASH_GREY])
{
    for (int y = 0; y < PERCEPTUAL_HASH_GREY; y++)
        for (int x = 0; x < PERCEPTUAL_HASH_GREY; x++)
            grey[y * PERCEPTUAL_HASH_GREY + x] =
                (float)((x * x * (k + 1) + 3 * y * (k + 2) + x * y * (5 - k) +
                         7 * k) %
                        251);
}

static void check_golden(void)
{
    for (int k = 0; k < GOLDEN; k++) {
        float grey[PERCEPTUAL_HASH_GREY * PERCEPTUAL_HASH_GREY];
        char what[64];

        grey_of(k, grey);
        snprintf(what, sizeof(what), "hash of pattern %d", k);
        if (!ok(perceptual_hash_bits(grey) == golden[k], what))
            printf("# %016llx\n",
                   (unsigned long long)perceptual_hash_bits(grey));
    }
}

/* Waves across the picture, as 'seed' draws them. */
static void draw_waves(struct image *im, int w, int h, uint32_t seed)
{
    enum { WAVES = 6 };
    double wave[WAVES][3];
    struct rng rng;
    struct err err;

    if (image_init(im, w, h, &err) < 0)
        abort();
    rng_init(&rng, seed, RNG_SAMPLE, 0, 0);
    for (int i = 0; i < WAVES; i++)
        for (int k = 0; k < 3; k++)
            wave[i][k] = (double)rng_uniform_in(&rng, -10, 10);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            uint8_t *p = im->px + 3 * (y * w + x);
            double sum = 0;

            for (int i = 0; i < WAVES; i++)
                sum +=
                    cos(wave[i][0] * x / w + wave[i][1] * y / h + wave[i][2]);
            p[0] = p[1] = p[2] = (uint8_t)(128 + 20 * sum);
        }
}

static void check_alike(void)
{
    struct image a, b, big = {0};
    struct perceptual_hash la, lb;
    struct err err;
    int alike = 0;

    draw_waves(&a, 100, 110, 1);
    ok(perceptual_hash_of(&a, &la), "a picture has a look");
    ok(perceptual_hash_alike(&la, &la), "  it looks like itself");
    if (resize_lanczos(&big, &a, 163, 120, &err) < 0)
        abort();
    (void)perceptual_hash_of(&big, &lb);
    ok(perceptual_hash_alike(&la, &lb), "  and in another size");
    for (size_t i = 0; i < image_bytes(&a); i++)
        big.px[i] = (uint8_t)(a.px[i] * 0.9 + (double)(i * 7 % 5));
    big.w = a.w;
    big.h = a.h;
    (void)perceptual_hash_of(&big, &lb);
    ok(perceptual_hash_alike(&la, &lb), "  and darker, with some noise");
    for (uint32_t s = 2; s < 102; s++) {
        draw_waves(&b, 100, 110, s);
        (void)perceptual_hash_of(&b, &lb);
        alike += perceptual_hash_alike(&la, &lb);
        image_release(&b);
    }
    ok(alike == 0, "none of a hundred others does");
    memset(a.px, 90, image_bytes(&a));
    ok(!perceptual_hash_of(&a, &la), "an even picture has no look");
    image_release(&a);
    image_release(&big);
    draw_waves(&a, 1, 1, 1);
    ok(!perceptual_hash_of(&a, &la), "  nor has one of a pixel");
    image_release(&a);
}

/* --- a dataset of 48 pictures of two classes ------------------------------ */

enum { N = 48 };

static struct find_images_file file[N];
static char path[N][24];

static void make_report(struct find_images *w, struct data_report *f)
{
    struct err err;

    *w = (struct find_images){.file = file, .n = N, .n_class = 2};
    strcpy(w->class_name[0], "A");
    strcpy(w->class_name[1], "B");
    for (int i = 0; i < N; i++) {
        snprintf(path[i], sizeof(path[i]), "f%02d.bmp", i);
        file[i] = (struct find_images_file){
            .path = path[i], .group = path[i], .label = i % 2};
    }
    if (data_report_init(f, w, &err) < 0)
        abort();
    for (int i = 0; i < N; i++) {
        struct read_image *c = &f->cell[i];
        struct image im;

        snprintf(c->sha256, sizeof(c->sha256), "%064x", (unsigned)i);
        draw_waves(&im, 40 + i % 5, 50 - i % 7, 100 + (uint32_t)i);
        c->has_phash = perceptual_hash_of(&im, &c->phash);
        image_release(&im);
        c->feature[0] = (float)(40 + i % 5);
        c->feature[1] = (float)(50 - i % 7);
        for (int k = 2; k < 5; k++)
            c->feature[k] = (float)(150 + i % 11);
        for (int k = 5; k < 8; k++)
            c->feature[k] = 30;
        c->read = (struct decoding){.orientation = 1, .pages = 1, .most = -1};
        f->label[i] = i % 2;
        f->split[i] = i < 32 ? SPLIT_TRAIN : SPLIT_TEST;
    }
}

static bool has_warning(const struct data_report *f, const char *text)
{
    return f->warnings.data && strstr(f->warnings.data, text);
}

static void check_clean(void)
{
    struct find_images w;
    struct data_report f;
    struct err err;

    make_report(&w, &f);
    ok(data_report_sum_up(&f, &err) == 0 && f.warnings.len == 0,
       "nothing to say of 48 good pictures");
    ok(f.checks.n_near + f.checks.n_odd_size + f.checks.n_odd_light == 0,
       "of 48 good pictures no numbers stand out");
    data_report_release(&f);
}

static void check_odd(void)
{
    struct find_images w;
    struct data_report f;
    struct err err;

    make_report(&w, &f);
    f.cell[40].phash = f.cell[3].phash; /* test and train */
    f.cell[8].phash = f.cell[7].phash;  /* both train */
    f.cell[11].phash = f.cell[12].phash;
    strcpy(f.cell[11].sha256, f.cell[12].sha256); /* a copy, not near */
    f.cell[20].feature[0] = 400;
    f.cell[21].feature[2] = f.cell[21].feature[3] = f.cell[21].feature[4] = 20;
    f.cell[22].aside = strdup("broken");
    f.label[22] = -1;
    f.cell[22].feature[0] = 1e6f;
    ok(data_report_sum_up(&f, &err) == 0, "pictures that stand out");
    ok(f.checks.n_near == 2 && f.checks.n_near_other == 1 &&
           f.checks.near_other[40] == 3 && f.checks.near[8] == 7,
       "two look like others, one across splits");
    ok(f.checks.n_pair == 2 && f.checks.n_pair_class == 2 &&
           has_warning(&f, "'f03.bmp' (B) and 'f40.bmp' (A) look the same, in "
                           "two classes\n"),
       "  both under another label");
    ok(has_warning(&f,
                   "'f03.bmp' (train) and 'f40.bmp' (test) look the same\n"),
       "  which is said");
    ok(f.n_duplicate == 1, "a copy is no near duplicate");
    ok(f.checks.n_odd_size == 1 && f.checks.odd[20] == ODD_SIZE &&
           has_warning(&f,
                       "'f20.bmp' is 400 x 44 pixels, much larger than others "
                       "of A\n"),
       "a large picture stands out");
    ok(f.checks.n_odd_light == 1 && f.checks.odd[21] == ODD_LIGHT &&
           has_warning(&f, "'f21.bmp' has brightness 20, others of B 154\n"),
       "a dark picture stands out");
    data_report_release(&f);
}

/* "classes" of stats.json as one line, without blanks. */
static char *classes_of(const struct data_report *f)
{
    char dir[] = "/tmp/papline-findings-XXXXXX", at[64], *text;
    struct err err;
    json_t *o;

    if (!mkdtemp(dir) || data_report_write(f, dir, &err) < 0)
        abort();
    snprintf(at, sizeof(at), "%s/stats.json", dir);
    o = json_load_file(at, 0, NULL);
    text = json_dumps(json_object_get(o, "classes"),
                      JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(o);
    if (file_dir_remove(dir, &err) < 0)
        abort();
    return text;
}

enum { FOLDS = 3 };

/* Pictures of each class: in the splits, or in all the folds. */
static void check_classes(void)
{
    struct find_images w;
    struct data_report f;
    struct err err;
    int fold[N];
    char *text;

    make_report(&w, &f);
    ok(data_report_sum_up(&f, &err) == 0, "stats of one split are written");
    text = classes_of(&f);
    ok(text && strcmp(text, "[{\"name\":\"A\",\"set_aside\":0,\"test\":8,"
                            "\"train\":16,\"validation\":0},"
                            "{\"name\":\"B\",\"set_aside\":0,\"test\":8,"
                            "\"train\":16,\"validation\":0}]") == 0,
       "  has each class by split");
    free(text);
    data_report_release(&f);
    make_report(&w, &f);
    for (int i = 0; i < N; i++)
        fold[i] = i == 5 ? -1 : i < 20 ? 0 : i < 25 ? 1 : 2;
    f.fold = fold;
    f.folds = FOLDS;
    f.label[5] = -1;
    f.cell[5].aside = strdup("broken");
    ok(data_report_sum_up(&f, &err) == 0, "stats of folds are written");
    text = classes_of(&f);
    ok(text && strcmp(text, "[{\"folds\":[10,3,11],\"name\":\"A\","
                            "\"set_aside\":0},"
                            "{\"folds\":[9,2,12],\"name\":\"B\","
                            "\"set_aside\":1}]") == 0,
       "  have each class by fold");
    free(text);
    data_report_release(&f);
}

/* The baseline is that of each fold's own splits. */
static void check_folds(void)
{
    struct find_images w;
    struct data_report f, one;
    struct err err;
    int fold[N];
    size_t wrong = 0, n_test = 0;

    make_report(&w, &f);
    for (int i = 0; i < N; i++)
        fold[i] = i == 5 ? -1 : i % 7 % FOLDS;
    f.fold = fold;
    f.folds = FOLDS;
    f.label[5] = -1;
    f.cell[5].aside = strdup("broken");
    ok(data_report_sum_up(&f, &err) == 0, "pictures are checked in folds");
    for (int k = 0; k < FOLDS; k++) {
        make_report(&w, &one);
        for (int i = 0; i < N; i++)
            one.split[i] =
                i == 5 ? SPLIT_NONE
                       : store_fold_split(fold[i], k, FOLDS, FOLDS_TEST);
        one.label[5] = -1;
        one.cell[5].aside = strdup("broken");
        ok(data_report_sum_up(&one, &err) == 0, "  one of them as a split");
        wrong += one.scores.test != f.of_fold[k].test ||
                 one.scores.validation != f.of_fold[k].validation ||
                 one.scores.colour_test != f.of_fold[k].colour_test ||
                 one.scores.n_test != f.of_fold[k].n_test;
        n_test += one.scores.n_test;
        data_report_release(&one);
    }
    ok(wrong == 0, "the same baseline in each");
    ok(f.scores.n_test == n_test && n_test == N - 1, "  and all together");
    data_report_release(&f);
}

/* Across folds is across splits of some fold, though not of the first. */
static void check_across_folds(void)
{
    struct find_images w;
    struct data_report f;
    struct err err;
    int fold[N];

    make_report(&w, &f);
    for (int i = 0; i < N; i++)
        fold[i] = i % 4;
    f.fold = fold;
    f.folds = 4;
    f.cell[43].phash =
        f.cell[2].phash;               /* folds 2 and 3: both train in fold 0 */
    f.cell[8].phash = f.cell[4].phash; /* both fold 0 */
    strcpy(f.cell[30].sha256, f.cell[23].sha256);
    strcpy(f.cell[31].sha256, f.cell[27].sha256); /* both fold 3 */
    ok(data_report_sum_up(&f, &err) == 0, "copies are looked for in folds");
    ok(f.checks.n_near == 2 && f.checks.n_near_other == 1 &&
           f.checks.near_other[43] == 2,
       "pictures alike across folds are counted");
    ok(has_warning(&f,
                   "'f02.bmp' (fold 2) and 'f43.bmp' (fold 3) look the same\n"),
       "  which is said");
    ok(f.n_duplicate == 2 && f.n_across_split == 1 &&
           has_warning(&f,
                       "'f23.bmp' (fold 3) and 'f30.bmp' (fold 2) are the same "
                       "picture\n"),
       "copies across folds are counted");
    data_report_release(&f);
}

int main(void)
{
    check_golden();
    check_alike();
    check_clean();
    check_odd();
    check_classes();
    check_folds();
    check_across_folds();
    return tap_done();
}
