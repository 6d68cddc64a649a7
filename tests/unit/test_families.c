/*
 * test_families.c - what looks alike stays together, in splits and in folds
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

static struct walk walk;
static struct walk_file file[MOST];
static struct cell cell[MOST];
static uint32_t family[MOST];
static char names[MOST][2][64];

/* Groups of 1 to 5 cells, all of them unlike. */
static void fill(void)
{
    struct rng rng;

    rng_init(&rng, 7, RNG_TEST, 0, 0);
    walk = (struct walk){
        .file = file, .n_class = CLASSES, .class_name = {"A", "B", "C, \"c\""}};
    for (int c = 0; c < CLASSES; c++)
        for (int g = 0; g < GROUPS; g++)
            for (int k = 0; k <= (c + 3 * g) % 5; k++) {
                const size_t i = walk.n++;

                snprintf(names[i][0], 64, "%d/%03d_%02d.bmp", c, g, k);
                snprintf(names[i][1], 64, "%03d", g); /* in every class */
                file[i] = (struct walk_file){names[i][0], names[i][1], c};
                cell[i] = (struct cell){.has_look = true};
                snprintf(cell[i].sha256, HASH_HEX, "%064zu", i);
                cell[i].look.hash =
                    (uint64_t)rng_u32(&rng) << 32 | rng_u32(&rng);
                for (int t = 0; t < LOOK_THUMB * LOOK_THUMB; t++)
                    cell[i].look.thumb[t] = (uint8_t)rng_below(&rng, 256);
            }
}

/* The row of cell k of a group. */
static size_t row_of(int c, int g, int k)
{
    char path[64];

    snprintf(path, sizeof(path), "%d/%03d_%02d.bmp", c, g, k);
    for (size_t i = 0; i < walk.n; i++)
        if (strcmp(file[i].path, path) == 0)
            return i;
    BUG_ON(true);
}

static void make_alike(size_t a, size_t b)
{
    cell[b].look = cell[a].look;
    cell[b].look.hash ^= 5; /* two bits */
}

static void make_equal(size_t a, size_t b)
{
    memcpy(cell[b].sha256, cell[a].sha256, HASH_HEX);
}

static void find(bool groups)
{
    const struct families_args a = {&walk, cell, groups};
    struct err err = {0};

    BUG_ON(families_find(&a, family, &err) < 0);
}

static struct families count(bool groups, struct buf *warnings)
{
    const struct families_args a = {&walk, cell, groups};
    struct families f;
    struct err err = {0};

    find(groups);
    BUG_ON(families_count(&a, family, &f, warnings, &err) < 0);
    return f;
}

static void check_alone(void)
{
    struct buf warnings = {0};
    struct families f;
    size_t torn = 0;

    fill();
    f = count(true, &warnings);
    for (size_t i = 1; i < walk.n; i++)
        torn += (file[i].label == file[i - 1].label &&
                 strcmp(file[i].group, file[i - 1].group) == 0) !=
                (family[i] == family[i - 1]);
    ok(torn == 0 && f.n == 0 && warnings.len == 0,
       "where all are unlike, families are groups, class by class");
    find(false);
    ok(!families_any(&walk, family), "  and without groups each is alone");
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
    struct families f;

    fill();
    join_some();
    f = count(true, &warnings);
    ok(family[row_of(0, 5, 0)] == first && family[row_of(0, 9, 2)] == first &&
           family[row_of(1, 2, 0)] == first,
       "groups are joined over others, and over classes");
    ok(family[row_of(0, 2, 0)] == row_of(0, 2, 0) &&
           family[row_of(1, 1, 0)] == row_of(1, 1, 0),
       "  others are not, whatever they are called");
    ok(f.n == 2 && f.groups == 6 && f.most_groups == 4 &&
           f.most_cells == 4 + 1 + 3 + 3,
       "  counted");
    families_put(&walk, family, row_of(1, 2, 0), &name);
    ok(strcmp(name.data, "A/001") == 0, "  called after the first");
    name.len = 0;
    families_put(&walk, family, row_of(2, 20, 0), &name);
    ok(strcmp(name.data, "\"C, \"\"c\"\"/008\"") == 0, "  as a field");
    cell[row_of(0, 5, 0)].sha256[0] = '\0';
    cell[row_of(1, 2, 1)].has_look = false;
    find(true);
    ok(family[row_of(0, 5, 0)] != first && family[row_of(1, 2, 1)] == first,
       "a picture that cannot be read is like none, an even one like copies");
    f = count(false, &warnings);
    ok(f.n == 3 && f.groups == 6 && f.most_cells == 2,
       "  without groups only what is alike is joined");
    buf_release(&warnings);
    buf_release(&name);
}

static void check_large(void)
{
    struct buf warnings = {0};
    struct families f;

    fill();
    for (int g = 1; g < 30; g++)
        make_alike(row_of(1, 0, 0), row_of(1, g, 0));
    f = count(true, &warnings);
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

/* --- splits ---------------------------------------------------------------- */

static struct split_args args(bool families)
{
    return (struct split_args){&walk, .2, .2, 42, families ? family : NULL};
}

static void check_unchanged(void)
{
    static enum split with[MOST], without[MOST];
    static int one[MOST], other[MOST];
    struct split_args a = args(true), b = args(false);
    struct folds_args fa = {&walk, 5, true, 42, family};
    struct folds_args fb = {&walk, 5, true, 42, NULL};
    struct err err = {0};

    fill();
    find(true);
    ok(split_groups(&a, with, &err) == 0 &&
           split_groups(&b, without, &err) == 0 &&
           memcmp(with, without, sizeof(with)) == 0,
       "where nothing is alike, groups are split as without families");
    ok(folds_deal(&fa, one, &err) == 0 && folds_deal(&fb, other, &err) == 0 &&
           memcmp(one, other, sizeof(one)) == 0,
       "  and dealt");
    find(false);
    fa.groups = fb.groups = false;
    ok(split_random(&a, with, &err) == 0 &&
           split_random(&b, without, &err) == 0 &&
           memcmp(with, without, sizeof(with)) == 0,
       "  and pictures are split");
    ok(folds_deal(&fa, one, &err) == 0 && folds_deal(&fb, other, &err) == 0 &&
           memcmp(one, other, sizeof(one)) == 0,
       "  and dealt");
}

/* Join pairs at random, some of them of two classes. */
static void join_many(uint32_t turn)
{
    struct rng rng;

    fill();
    rng_init(&rng, 11, RNG_TEST, turn, 0);
    for (int i = 0; i < 25; i++) {
        const size_t a = rng_below(&rng, (uint32_t)walk.n);
        const size_t b = rng_below(&rng, (uint32_t)walk.n);

        if (i % 2)
            make_equal(a, b);
        else
            make_alike(a, b);
    }
}

/* Families in two splits, or in two folds. */
static size_t torn(const int *part)
{
    size_t n = 0;

    for (size_t i = 0; i < walk.n; i++)
        n += part[i] != part[family[i]];
    return n;
}

/* How far class c is from its shares, in pictures. */
static int miss(const enum split *split, int c)
{
    int n = 0, in[SPLIT_NONE] = {0}, test, validation;

    for (size_t i = 0; i < walk.n; i++)
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
    const struct folds_args f = {&walk, 4, groups, 42, family};
    struct split_args a = args(true);
    struct err err = {0};
    size_t bad = 0;
    int far = 0;

    for (uint32_t turn = 0; turn < 50; turn++) {
        struct buf warnings = {0};

        join_many(turn);
        find(groups);
        BUG_ON(groups ? split_groups(&a, split, &err) < 0
                      : split_random(&a, split, &err) < 0);
        BUG_ON(folds_deal(&f, fold, &err) < 0);
        for (size_t i = 0; i < walk.n; i++)
            part[i] = (int)split[i];
        bad += torn(part) + torn(fold);
        bad += split_check(&walk, split, &warnings, &err) < 0;
        bad += folds_check(&walk, fold, 4, &warnings, &err) < 0;
        for (int c = 0; c < CLASSES; c++)
            far = miss(split, c) > far ? miss(split, c) : far;
        buf_release(&warnings);
    }
    ok(bad == 0, groups ? "no family of groups is torn, each class trains"
                        : "no family of pictures is torn, each class trains");
    ok(far <= 5, "  near the shares");
    if (far > 5)
        printf("# %d pictures off\n", far);
}

/* --- as the configuration wants it ----------------------------------------- */

static struct choice make(struct config *c, enum split *split)
{
    struct choice choice = {
        .config = c, .walk = &walk, .cell = cell, .split = split};
    struct buf warnings = {0};
    struct err err = {0};

    ok(choice_make(&choice, &warnings, &err) == 0, "a split is chosen");
    buf_release(&warnings);
    return choice;
}

static void check_choice(void)
{
    static enum split split[MOST];
    struct config c;
    struct choice made;

    fill();
    join_some();
    config_init(&c);
    ok(choice_looks(&c), "alike pictures stay together by default");
    made = make(&c, split);
    ok(made.family && !made.fold && made.families.n == 2 &&
           split[row_of(0, 1, 0)] == split[row_of(1, 2, 1)],
       "  by groups");
    choice_release(&made);
    c.split.folds = 4;
    made = make(&c, split);
    ok(made.fold && made.fold[row_of(0, 1, 0)] == made.fold[row_of(1, 2, 1)] &&
           split[row_of(0, 1, 0)] == split[row_of(1, 2, 1)],
       "  in folds");
    choice_drop(&made, 3);
    ok(split[3] == SPLIT_NONE && made.fold[3] == -1, "  without one");
    choice_release(&made);
    c.split.folds = 1;
    c.split.method = SPLIT_BY_RANDOM;
    made = make(&c, split);
    ok(made.families.n == 4 && made.family &&
           made.family[row_of(0, 1, 1)] == row_of(0, 1, 0),
       "split by cell: alike ones together, intervals still of groups");
    choice_release(&made);
    c.split.near_duplicates = NEAR_SEPARATE;
    made = make(&c, split);
    ok(!choice_looks(&c) && !made.family && made.families.n == 0,
       "near_duplicates separate: there are no families");
    choice_release(&made);
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
    return tap_done();
}
