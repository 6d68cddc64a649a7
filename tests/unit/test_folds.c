/* test_folds.c - cross-validation: dealing, and what each fold then sees */
#include "stages/preprocess/folds.h"
#include "stages/train/trainset.h"

#include "test_dir.h"

enum { CLASSES = 5, CELLS = 813 + 825 + 793 + 787 + 831 };

#include "golden/folds_golden.inc"

static const int cells_of[CLASSES] = {813, 825, 793, 787, 831};
static struct find_images images;

static char *copy_text(const char *text)
{
    char *s = strdup(text);

    if (!s)
        exit(1);
    return s;
}

/* SIPaKMeD as it would be walked; clusters of 1 to 8 cells. */
static void fill_images(struct find_images *w)
{
    *w = (struct find_images){.n_class = CLASSES};
    w->file = calloc(CELLS, sizeof(*w->file));
    if (!w->file)
        exit(1);
    for (int c = 0; c < CLASSES; c++) {
        int cluster = 1, left = 1;

        snprintf(w->class_name[c], CONFIG_NAME_MAX, "class%d", c);
        for (int i = 0; i < cells_of[c]; i++) {
            char path[128], group[128];

            snprintf(path, sizeof(path), "%d/%03d_%02d.bmp", c, cluster, left);
            snprintf(group, sizeof(group), "%d/%03d", c, cluster);
            w->file[w->n++] = (struct find_images_file){
                .path = copy_text(path), .group = copy_text(group), .label = c};
            if (--left == 0)
                left = ++cluster % 8 + 1;
        }
    }
}

static int by_falling(const void *a, const void *b)
{
    return *(const int *)b - *(const int *)a;
}

/* Cells of each class in each fold, the fullest fold first. */
static void count_cells(const int *fold, int k,
                        int n[CLASSES][CONFIG_FOLDS_MAX])
{
    memset(n, 0, CLASSES * sizeof(*n));
    for (size_t i = 0; i < images.n; i++)
        n[images.file[i].label][fold[i]]++;
    for (int c = 0; c < CLASSES; c++)
        qsort(n[c], (size_t)k, sizeof(n[c][0]), by_falling);
}

static void check_sizes(int k, const int *want)
{
    const struct folds_args a = {&images, k, true, 42, NULL};
    static int fold[CELLS];
    int n[CLASSES][CONFIG_FOLDS_MAX], other = 0, torn = 0, bad = 0;
    struct err err = {0};
    char what[64];

    ok(folds_assign(&a, fold, &err) == 0, "cells are dealt to folds by groups");
    count_cells(fold, k, n);
    for (int c = 0; c < CLASSES; c++)
        for (int f = 0; f < k; f++)
            other += n[c][f] != want[c * k + f];
    snprintf(what, sizeof(what), "%d folds as large as scikit-learn's", k);
    ok(other == 0, what);
    for (size_t i = 0; i < images.n; i++) {
        bad += fold[i] < 0 || fold[i] >= k;
        for (size_t j = i + 1; j < images.n && j < i + 9; j++)
            if (strcmp(images.file[i].group, images.file[j].group) == 0)
                torn += fold[i] != fold[j];
    }
    ok(torn == 0 && bad == 0, "no group is torn apart");
}

static void check_single(void)
{
    struct folds_args a = {&images, 5, false, 42, NULL};
    static int fold[CELLS], again[CELLS];
    int n[CLASSES][CONFIG_FOLDS_MAX], all[5] = {0}, uneven = 0;
    struct err err = {0};

    ok(folds_assign(&a, fold, &err) == 0,
       "cells are dealt to folds by pictures");
    count_cells(fold, 5, n);
    for (int c = 0; c < CLASSES; c++)
        uneven += n[c][0] - n[c][4] > 1;
    ok(uneven == 0, "each class is spread evenly");
    for (size_t i = 0; i < images.n; i++)
        all[fold[i]]++;
    qsort(all, 5, sizeof(all[0]), by_falling);
    ok(all[0] - all[4] <= 1, "  and all cells are");
    ok(folds_assign(&a, again, &err) == 0 && !memcmp(fold, again, sizeof(fold)),
       "the same seed, the same folds");
    a.seed = 43;
    ok(folds_assign(&a, again, &err) == 0 && memcmp(fold, again, sizeof(fold)),
       "another seed, other folds");
}

static void check_few(void)
{
    struct find_images w = {.n_class = 1, .n = 4, .class_name = {"rare"}};
    struct find_images_file f[4] = {{.label = 0}};
    struct buf warnings = {0};
    struct err err = {0};

    w.file = f;
    ok(folds_check(&(struct folds){&w, (int[]){0, 1, 2, -1}, 3, FOLDS_TEST},
                   &warnings, &err) == 0 &&
           warnings.len == 0,
       "one cell a fold will do");
    ok(folds_check(&(struct folds){&w, (int[]){0, 1, 2, 2}, 4, FOLDS_TEST},
                   &warnings, &err) == 0 &&
           strcmp(warnings.data,
                  "class 'rare' has no picture in fold 3 of 4\n") == 0,
       "a fold without is a warning");
    fails(folds_check(&(struct folds){&w, (int[]){1, 1, 2, -1}, 3, FOLDS_TEST},
                      &warnings, &err),
          err, ERR_USAGE,
          "class 'rare' has no picture to train on in fold 1 of 3",
          "a fold that cannot train");
    ok(folds_check(&(struct folds){&w, (int[]){0, 1, 0, 1}, 2, FOLDS_VALIDATE},
                   &warnings, &err) == 0,
       "two folds train in turn, if none tests");
    fails(folds_check(
              &(struct folds){&w, (int[]){0, 0, 0, -1}, 2, FOLDS_VALIDATE},
              &warnings, &err),
          err, ERR_USAGE, "no picture to train on in fold 0 of 2",
          "  which needs cells in both");
    buf_release(&warnings);
}

/* --- a store in folds ----------------------------------------------------- */

enum { N = 30, SIDE = 4 };

static enum fold_use use = FOLDS_TEST;

/* Rows 0 .. N-1: row i is of fold i % 3, or made from row i. */
static int make_store(const char *path, bool source, struct err *err)
{
    static const char name[2][CONFIG_NAME_MAX] = {"a", "b"};
    const struct store_args a = {.dir = path,
                                 .header = source
                                               ? "source,class,split,status"
                                               : "file,class,split,fold,status",
                                 .n = N,
                                 .h = SIDE,
                                 .w = SIDE,
                                 .class_name = name,
                                 .n_class = 2};
    uint8_t pixels[SIDE * SIDE * 3] = {0};
    struct store_writer *w = NULL;
    char line[64];
    const char *record = line;

    if (file_dir_make(path, err) < 0 || store_create(&w, &a, err) < 0)
        return -1;
    for (int i = 0; i < N; i++) {
        const bool aside = !source && i == 7;
        const int label = aside ? -1 : i / 2 % 2;

        pixels[0] = (uint8_t)(source ? 100 + i : i);
        if (source)
            snprintf(line, sizeof(line), "%d,%s,train,ok", i, name[label]);
        else if (aside)
            snprintf(line, sizeof(line), "%d,b,,,bad", i);
        else
            snprintf(line, sizeof(line), "%d,%s,%s,%d,ok", i, name[label],
                     store_split_name(store_fold_split(i % 3, 0, 3, use)),
                     i % 3);
        if (store_put(w, (size_t)i, 1, pixels, &label, &record, err) < 0)
            return -1;
    }
    return store_finish(w, err);
}

static void check_store(void)
{
    struct store s;
    struct err err = {0};
    int tested[N] = {0}, validated[N] = {0}, trained[N] = {0}, wrong = 0;

    ok(make_store(in_dir("data"), false, &err) == 0 &&
           store_open(&s, in_dir("data"), &err) == 0,
       "a store with folds");
    for (size_t i = 0; i < N; i++)
        wrong += store_split(&s, i) !=
                 (i == 7 ? SPLIT_NONE
                         : store_fold_split((int)i % 3, 0, 3, FOLDS_TEST));
    ok(wrong == 0, "  is opened as fold 0");
    for (int f = 0; f < 3; f++) {
        wrong += store_use_fold(&s, f, 3, &err) < 0;
        for (size_t i = 0; i < N; i++) {
            const enum split split = store_split(&s, i);

            tested[i] += split == SPLIT_TEST;
            validated[i] += split == SPLIT_VALIDATION;
            trained[i] += split == SPLIT_TRAIN;
        }
    }
    for (int i = 0; i < N; i++)
        wrong += i == 7
                     ? tested[i] + validated[i] + trained[i]
                     : tested[i] != 1 || validated[i] != 1 || trained[i] != 1;
    ok(wrong == 0, "each row tests once, validates once, trains else");
    ok(store_trains(&s, 0) && store_trains(&s, 2) && !store_trains(&s, 7),
       "all but those set aside train somewhere");
    ok(store_told_split(&s) == SPLIT_TEST, "figures are of test cells");
    fails(store_use_fold(&s, 1, 2, &err), err, ERR_INPUT,
          "is in fold '2', there are 2", "not so many folds");
    store_close(&s);
}

/* The index tells that no fold tests. */
static void check_validating(void)
{
    struct store s;
    struct err err = {0};
    int validated[N] = {0}, trained[N] = {0}, wrong = 0;

    use = FOLDS_VALIDATE;
    ok(make_store(in_dir("inner"), false, &err) == 0 &&
           store_open(&s, in_dir("inner"), &err) == 0 &&
           s.fold_use == FOLDS_VALIDATE,
       "a store with folds that validate alone");
    use = FOLDS_TEST;
    for (int f = 0; f < 3; f++) {
        wrong += store_use_fold(&s, f, 3, &err) < 0;
        wrong += store_told_split(&s) != SPLIT_VALIDATION;
        for (size_t i = 0; i < N; i++) {
            const enum split split = store_split(&s, i);

            wrong += split == SPLIT_TEST;
            validated[i] += split == SPLIT_VALIDATION;
            trained[i] += split == SPLIT_TRAIN;
        }
    }
    for (int i = 0; i < N; i++)
        wrong += i == 7 ? validated[i] + trained[i]
                        : validated[i] != 1 || trained[i] != 2;
    ok(wrong == 0, "each row validates once, trains else, and never tests");
    store_close(&s);
}

static void check_trainset(void)
{
    struct trainset t;
    struct err err = {0};
    struct trainset_args a = {.folds = 3};
    const uint8_t *first = NULL;
    int wrong = 0;

    ok(make_store(in_dir("augment"), true, &err) == 0,
       "a store of variants of all cells");
    for (a.fold = 0; a.fold < 3; a.fold++) {
        a.data = in_dir("data");
        a.augment = in_dir("augment");
        if (!ok(trainset_open(&t, &a, &err) == 0, "a fold's samples"))
            return;
        for (size_t i = 0; i < t.n_train; i++) {
            const struct sample *s = &t.train[i];

            wrong += store_split(&t.data, s->source) != SPLIT_TRAIN;
            wrong += s->pixels[0] % 100 != (int)s->source;
            wrong += t.kept[s->kept] != s->pixels;
        }
        for (size_t i = 0; i < t.n_validation; i++) {
            const struct sample *s = &t.validation[i];

            wrong += store_split(&t.data, s->source) != SPLIT_VALIDATION ||
                     s->pixels[0] >= 100 || t.kept[s->kept] != s->pixels;
        }
        ok(t.n_train >= 18 && t.n_train <= 20 && t.n_validation >= 9 &&
               t.n_kept == 2 * N - 1,
           "  as many as there should be");
        wrong += t.kept[20][0] != 21 || t.kept[40][0] != 111;
        first = t.kept[0];
        trainset_close(&t);
    }
    ok(wrong == 0 && first,
       "variants go with their sources; one order to keep");
}

int main(void)
{
    begin_dir();
    fill_images(&images);
    check_sizes(3, folds_of_3[0]);
    check_sizes(5, folds_of_5[0]);
    check_sizes(10, folds_of_10[0]);
    check_single();
    check_few();
    check_store();
    check_validating();
    check_trainset();
    find_images_release(&images);
    return end_dir();
}
