/*
 * test_near_duplicates.c - what looks alike stays together, in splits and in folds
 *
 * Pictures are not drawn here: a look is a hash of bits that no two others
 * share, unless a test says so.
 */
#include "base/rng.h"
#include "stages/preprocess/folds.h"
#include "stages/preprocess/split.h"
#include "stages/preprocess/split_plan.h"
#include "tap.h"

#include <stdlib.h>

enum { CLASSES = 3, GROUPS = 40, MOST = CLASSES * GROUPS * 5 };

static struct find_images images;
static struct find_images_file file[MOST];
static struct read_image cell[MOST];
static uint32_t family[MOST];
static char names[MOST][2][64];

/* Groups of 1 to 5 cells, all of them unlike. */
static void fill_images(void)
{
    struct rng rng;

    rng_init(&rng, 7, RNG_TEST, 0, 0);
    images = (struct find_images){
        .file = file, .n_class = CLASSES, .class_name = {"A", "B", "C, \"c\""}};
    for (int c = 0; c < CLASSES; c++)
        for (int g = 0; g < GROUPS; g++)
            for (int k = 0; k <= (c + 3 * g) % 5; k++) {
                const size_t i = images.n++;

                snprintf(names[i][0], 64, "%d/%03d_%02d.bmp", c, g, k);
                snprintf(names[i][1], 64, "%d/%03d", c, g);
                file[i] = (struct find_images_file){
                    .path = names[i][0], .group = names[i][1], .label = c};
                cell[i] = (struct read_image){.has_phash = true};
                snprintf(cell[i].sha256, HASH_HEX, "%064zu", i);
                cell[i].phash.hash =
                    (uint64_t)rng_u32(&rng) << 32 | rng_u32(&rng);
                for (int t = 0;
                     t < PERCEPTUAL_HASH_THUMB * PERCEPTUAL_HASH_THUMB; t++)
                    cell[i].phash.thumb[t] = (uint8_t)rng_below(&rng, 256);
            }
}

/* The row of cell k of a group. */
static size_t row_of(int c, int g, int k)
{
    char path[64];

    snprintf(path, sizeof(path), "%d/%03d_%02d.bmp", c, g, k);
    for (size_t i = 0; i < images.n; i++)
        if (strcmp(file[i].path, path) == 0)
            return i;
    BUG_ON(true);
}

static void make_alike(size_t a, size_t b)
{
    cell[b].phash = cell[a].phash;
    cell[b].phash.hash ^= 5; /* two bits */
}

static void make_equal(size_t a, size_t b)
{
    memcpy(cell[b].sha256, cell[a].sha256, HASH_HEX);
}

static void find_families(bool groups)
{
    const struct near_duplicates_args a = {&images, cell, groups};
    struct err err = {0};

    BUG_ON(near_duplicates_find(&a, family, &err) < 0);
}

static struct near_duplicates count_families(bool groups, struct buf *warnings)
{
    const struct near_duplicates_args a = {&images, cell, groups};
    struct near_duplicates f;
    struct err err = {0};

    find_families(groups);
    BUG_ON(near_duplicates_count(&a, family, &f, warnings, &err) < 0);
    return f;
}

static void check_alone(void)
{
    struct buf warnings = {0};
    struct near_duplicates f;
    size_t torn = 0;

    fill_images();
    f = count_families(true, &warnings);
    for (size_t i = 1; i < images.n; i++)
        torn += (file[i].label == file[i - 1].label &&
                 strcmp(file[i].group, file[i - 1].group) == 0) !=
                (family[i] == family[i - 1]);
    ok(torn == 0 && f.n == 0 && warnings.len == 0,
       "where all are unlike, families are groups, class by class");
    find_families(false);
    ok(!near_duplicates_any(&images, family),
       "  and without groups each is alone");
}

/* 0/001 ~ 0/005 ~ 0/009, whose outer two are unlike; 0/009 = 1/002. */
static void join_some(void)
{
    make_alike(row_of(0, 1, 0), row_of(0, 5, 0));
    make_alike(row_of(0, 1, 1), row_of(0, 9, 0));
    make_equal(row_of(0, 9, 1), row_of(1, 2, 1));
    make_alike(row_of(2, 20, 0), row_of(2, 8, 0));
}

static void check_joined(void)
{
    const size_t first = row_of(0, 1, 0);
    struct buf warnings = {0}, name = {0};
    struct near_duplicates f;

    fill_images();
    join_some();
    f = count_families(true, &warnings);
    ok(family[row_of(0, 5, 0)] == first && family[row_of(0, 9, 2)] == first &&
           family[row_of(1, 2, 0)] == first,
       "groups are joined over others, and over classes");
    ok(family[row_of(0, 2, 0)] == row_of(0, 2, 0) &&
           family[row_of(1, 1, 0)] == row_of(1, 1, 0),
       "  others are not, whatever they are called");
    ok(f.n == 2 && f.groups == 6 && f.most_groups == 4 &&
           f.most_cells == 4 + 1 + 3 + 3,
       "  counted");
    near_duplicates_put(&images, family, row_of(1, 2, 0), &name);
    ok(strcmp(name.data, "A/0/001") == 0, "  called after the first");
    name.len = 0;
    near_duplicates_put(&images, family, row_of(2, 20, 0), &name);
    ok(strcmp(name.data, "\"C, \"\"c\"\"/2/008\"") == 0, "  as a field");
    cell[row_of(0, 5, 0)].sha256[0] = '\0';
    cell[row_of(1, 2, 1)].has_phash = false;
    find_families(true);
    ok(family[row_of(0, 5, 0)] != first && family[row_of(1, 2, 1)] == first,
       "a picture that cannot be read is like none, an even one like copies");
    f = count_families(false, &warnings);
    ok(f.n == 3 && f.groups == 6 && f.most_cells == 2,
       "  without groups only what is alike is joined");
    buf_release(&warnings);
    buf_release(&name);
}

static void check_large(void)
{
    struct buf warnings = {0};
    struct near_duplicates f;

    fill_images();
    for (int g = 1; g < 30; g++)
        make_alike(row_of(1, 0, 0), row_of(1, g, 0));
    f = count_families(true, &warnings);
    ok(f.n == 1 && f.groups == 30 && f.most_groups == 30,
       "a large family is found");
    ok(warnings.data &&
           strstr(warnings.data,
                  " pictures of class 'B' are one family, as 30 "
                  "groups look alike, the first '1/000_00.bmp'") &&
           !strstr(warnings.data, "class 'A'"),
       "  of more than half a class is warned about");
    buf_release(&warnings);
}

/* --- splits --------------------------------------------------------------- */

static struct split_args split_args_of(bool families)
{
    return (struct split_args){&images, .2, .2, 42, families ? family : NULL};
}

static void check_unchanged(void)
{
    static enum split with[MOST], without[MOST];
    static int one[MOST], other[MOST];
    struct split_args a = split_args_of(true), b = split_args_of(false);
    struct folds_args fa = {&images, 5, true, 42, family};
    struct folds_args fb = {&images, 5, true, 42, NULL};
    struct err err = {0};

    fill_images();
    find_families(true);
    ok(split_groups(&a, with, &err) == 0 &&
           split_groups(&b, without, &err) == 0 &&
           memcmp(with, without, sizeof(with)) == 0,
       "where nothing is alike, groups are split as without families");
    ok(folds_assign(&fa, one, &err) == 0 &&
           folds_assign(&fb, other, &err) == 0 &&
           memcmp(one, other, sizeof(one)) == 0,
       "  and dealt");
    find_families(false);
    fa.groups = fb.groups = false;
    ok(split_random(&a, with, &err) == 0 &&
           split_random(&b, without, &err) == 0 &&
           memcmp(with, without, sizeof(with)) == 0,
       "  and pictures are split");
    ok(folds_assign(&fa, one, &err) == 0 &&
           folds_assign(&fb, other, &err) == 0 &&
           memcmp(one, other, sizeof(one)) == 0,
       "  and dealt");
}

/* Join pairs at random, some of them of two classes. */
static void join_many(uint32_t turn)
{
    struct rng rng;

    fill_images();
    rng_init(&rng, 11, RNG_TEST, turn, 0);
    for (int i = 0; i < 25; i++) {
        const size_t a = rng_below(&rng, (uint32_t)images.n);
        const size_t b = rng_below(&rng, (uint32_t)images.n);

        if (i % 2)
            make_equal(a, b);
        else
            make_alike(a, b);
    }
}

/* Families in two splits, or in two folds. */
static size_t count_torn(const int *part)
{
    size_t n = 0;

    for (size_t i = 0; i < images.n; i++)
        n += part[i] != part[family[i]];
    return n;
}

/* How far class c is from its shares, in pictures. */
static int miss_of(const enum split *split, int c)
{
    int n = 0, in[SPLIT_NONE] = {0}, test, validation;

    for (size_t i = 0; i < images.n; i++)
        if (file[i].label == c) {
            n++;
            in[split[i]]++;
        }
    test = abs(in[SPLIT_TEST] - (n + 4) / 5);
    validation = abs(in[SPLIT_VALIDATION] - (n - (n + 4) / 5 + 4) / 5);
    return test > validation ? test : validation;
}

static void check_together(bool groups)
{
    static enum split split[MOST];
    static int part[MOST], fold[MOST];
    const struct folds_args f = {&images, 4, groups, 42, family};
    struct split_args a = split_args_of(true);
    struct err err = {0};
    size_t bad = 0;
    int far = 0;

    for (uint32_t turn = 0; turn < 50; turn++) {
        struct buf warnings = {0};

        join_many(turn);
        find_families(groups);
        BUG_ON(groups ? split_groups(&a, split, &err) < 0
                      : split_random(&a, split, &err) < 0);
        BUG_ON(folds_assign(&f, fold, &err) < 0);
        for (size_t i = 0; i < images.n; i++)
            part[i] = (int)split[i];
        bad += count_torn(part) + count_torn(fold);
        bad += split_check(&images, split, &warnings, &err) < 0;
        bad += folds_check(&(struct folds){&images, fold, 4, FOLDS_TEST},
                           &warnings, &err) < 0;
        for (int c = 0; c < CLASSES; c++)
            far = miss_of(split, c) > far ? miss_of(split, c) : far;
        buf_release(&warnings);
    }
    ok(bad == 0, groups ? "no family of groups is torn, each class trains"
                        : "no family of pictures is torn, each class trains");
    ok(far <= 5, "  near the shares");
    if (far > 5)
        printf("# %d pictures off\n", far);
}

/* --- as the configuration wants it ---------------------------------------- */

static struct split_plan make_plan(struct config *c, enum split *split)
{
    struct split_plan choice = {
        .config = c, .images = &images, .cell = cell, .split = split};
    struct buf warnings = {0};
    struct err err = {0};

    ok(split_plan_make(&choice, &warnings, &err) == 0, "a split is chosen");
    buf_release(&warnings);
    return choice;
}

static void check_choice(void)
{
    static enum split split[MOST];
    struct config c;
    struct split_plan made;

    fill_images();
    join_some();
    config_init(&c);
    ok(split_plan_compares(&c), "alike pictures stay together by default");
    made = make_plan(&c, split);
    ok(made.family && !made.fold && made.families.n == 2 &&
           split[row_of(0, 1, 0)] == split[row_of(1, 2, 1)],
       "  by groups");
    split_plan_release(&made);
    c.split.folds = 4;
    made = make_plan(&c, split);
    ok(made.fold && made.fold[row_of(0, 1, 0)] == made.fold[row_of(1, 2, 1)] &&
           split[row_of(0, 1, 0)] == split[row_of(1, 2, 1)],
       "  in folds");
    split_plan_drop(&made, 3);
    ok(split[3] == SPLIT_NONE && made.fold[3] == -1, "  without one");
    split_plan_release(&made);
    c.split.folds = 1;
    c.split.method = SPLIT_BY_RANDOM;
    made = make_plan(&c, split);
    ok(made.families.n == 4 && made.family &&
           made.family[row_of(0, 1, 1)] == row_of(0, 1, 0),
       "split by cell: alike ones together, intervals still of groups");
    split_plan_release(&made);
    c.split.near_duplicates = NEAR_SEPARATE;
    made = make_plan(&c, split);
    ok(!split_plan_compares(&c) && !made.family && made.families.n == 0,
       "near_duplicates separate: there are no families");
    split_plan_release(&made);
}

/* Are all cells of that group in one part? */
static bool group_is_whole(const char *name, const int *part)
{
    int first = -1;

    for (size_t i = 0; i < images.n; i++) {
        if (strcmp(file[i].group, name) != 0)
            continue;
        first = first < 0 ? part[i] : first;
        if (part[i] != first)
            return false;
    }
    return first >= 0;
}

/* A table's patients, of whom each has cells of all classes. */
static void check_table(void)
{
    static enum split split[MOST];
    static int part[MOST];
    struct config c;
    struct split_plan made;
    bool whole = true, folded = true;

    fill_images();
    for (size_t i = 0; i < images.n; i++)
        snprintf(names[i][1], 64, "P%d", (int)(i % GROUPS));
    config_init(&c);
    c.split.near_duplicates = NEAR_SEPARATE;
    snprintf(c.layout.csv, sizeof(c.layout.csv), "cells.csv");
    made = make_plan(&c, split);
    for (size_t i = 0; i < images.n; i++)
        part[i] = (int)split[i];
    for (int g = 0; g < GROUPS; g++)
        whole = whole && group_is_whole(names[g][1], part);
    ok(whole && made.family && made.families.n == 0,
       "a group of several classes stays together");
    split_plan_release(&made);
    c.split.folds = 4;
    made = make_plan(&c, split);
    for (int g = 0; g < GROUPS; g++)
        folded = folded && group_is_whole(names[g][1], made.fold);
    ok(folded, "  in folds");
    split_plan_release(&made);
}

int main(void)
{
    check_alone();
    check_joined();
    check_large();
    check_unchanged();
    check_together(true);
    check_together(false);
    check_choice();
    check_table();
    return tap_done();
}
