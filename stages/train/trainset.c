/* trainset.c - one pass over each index */
#include "stages/train/trainset.h"

#include <stdlib.h>
#include <string.h>

/* A store whose rows are being gathered. */
struct rows {
    const struct store *store; /* borrowed */
    int source;                /* column; -1: rows are their own sources */
};

/* Row of data/ that row i is made from. */
static int source_of(const struct trainset *t, const struct rows *r, size_t i,
                     uint32_t *row, struct err *err)
{
    const char *text;
    char *end;
    unsigned long v;

    *row = (uint32_t)i;
    if (r->source < 0)
        return 0;
    text = csv_get(&r->store->index, i, (size_t)r->source);
    v = strtoul(text, &end, 10);
    if (end == text || *end || v >= t->data.n)
        return err_set(err, ERR_INPUT,
                       "augmented image %zu is made from row '%.20s', there "
                       "are %zu",
                       i, text, t->data.n);
    *row = (uint32_t)v;
    return 0;
}

/* Append the usable rows to the samples of their splits. */
static int gather_rows(struct trainset *t, const struct rows *r,
                       struct err *err)
{
    const struct store *s = r->store;
    const bool original = s == &t->data;

    for (size_t i = 0; i < s->n; i++) {
        struct sample x = {.pixels = store_image(s, i),
                           .label = store_label(s, i)};
        enum split split;

        if (x.label < 0)
            continue;
        if (source_of(t, r, i, &x.source, err) < 0)
            return -1;
        split = t->data.folds > 1 ? store_split(&t->data, x.source)
                                  : store_split(s, i);
        if (t->data.folds > 1) {
            x.kept = (uint32_t)t->n_kept;
            t->kept[t->n_kept++] = x.pixels;
        }
        t->n_test[x.label] += original && split == SPLIT_TEST;
        if (split == SPLIT_TRAIN)
            t->train[t->n_train++] = x;
        else if (split == SPLIT_VALIDATION && original)
            t->validation[t->n_validation++] = x;
    }
    return 0;
}

/* Without folds: what is trained on, then what validates. */
static void keep_samples(struct trainset *t)
{
    for (size_t i = 0; i < t->n_train + t->n_validation; i++) {
        struct sample *s =
            i < t->n_train ? &t->train[i] : &t->validation[i - t->n_train];

        s->kept = (uint32_t)i;
        t->kept[i] = s->pixels;
    }
    t->n_kept = t->n_train + t->n_validation;
}

static int same_kind(const struct store *a, const struct store *b,
                     struct err *err)
{
    if (a->h != b->h || a->w != b->w)
        return err_set(err, ERR_USAGE,
                       "augmented images are of %zux%zu pixels, the others of "
                       "%zux%zu",
                       b->h, b->w, a->h, a->w);
    if (a->n_class != b->n_class)
        return err_set(err, ERR_USAGE,
                       "augmented images are of %d classes, the others of %d",
                       b->n_class, a->n_class);
    for (int i = 0; i < a->n_class; i++)
        if (strcmp(a->class_name[i], b->class_name[i]) != 0)
            return err_set(err, ERR_USAGE,
                           "class %d of augmented images is '%s', of the "
                           "others '%s'",
                           i, b->class_name[i], a->class_name[i]);
    return 0;
}

/* Enough to learn from and to judge by? */
static int check_classes(const struct trainset *t, struct err *err)
{
    size_t of_class[CONFIG_CLASSES_MAX] = {0};
    int classes = 0;

    if (t->n_train == 0)
        return err_set(err, ERR_USAGE, "there is no training image");
    if (t->n_validation == 0)
        return err_set(err, ERR_USAGE,
                       "there is no validation image; split.validation gives "
                       "their share");
    for (size_t i = 0; i < t->n_train; i++)
        classes += of_class[t->train[i].label]++ == 0;
    if (classes < 2)
        return err_set(err, ERR_USAGE,
                       "the training images are of %d class, at least 2 are "
                       "needed",
                       classes);
    return 0;
}

/* How large the cells were, as a network wants it. */
static int measure_cells(struct trainset *t, struct err *err)
{
    const struct store *s = &t->data;
    struct cell_size *cell = calloc(s->n + 1, sizeof(*cell));
    size_t n = 0;
    int rc = -1;

    t->size = calloc(s->n + 1, sizeof(*t->size));
    if (!cell || !t->size) {
        err_set(err, ERR_SYSTEM, "no memory for %zu sizes", s->n);
        goto out;
    }
    if (store_has_sizes(s, err) < 0)
        goto out;
    for (size_t i = 0; i < s->n; i++)
        if (store_label(s, i) >= 0 && store_split(s, i) == SPLIT_TRAIN)
            cell[n++] = store_size(s, i);
    t->scale.on = true;
    cell_size_fit(&t->scale, cell, n);
    for (size_t i = 0; i < s->n; i++)
        if (store_label(s, i) >= 0) {
            const struct cell_size size = store_size(s, i);

            cell_size_standardise(&t->scale, &size, t->size[i]);
        }
    rc = 0;
out:
    free(cell);
    return rc;
}

/* Each training sample n times, one for each of its fresh variants. */
static int repeat_samples(struct trainset *t, size_t n, struct err *err)
{
    struct sample *all = calloc(t->n_train * n + 1, sizeof(*all));

    if (!all)
        return err_set(err, ERR_SYSTEM, "no memory for %zu samples",
                       t->n_train * n);
    for (size_t i = 0; i < t->n_train * n; i++) {
        all[i] = t->train[i / n];
        all[i].variant = (uint32_t)(i % n);
    }
    free(t->train);
    t->train = all;
    t->n_train *= n;
    return 0;
}

static int fill_splits(struct trainset *t, bool augmented, int fresh,
                       struct err *err)
{
    const size_t room = t->data.n + t->augment.n;
    const struct rows data = {&t->data, -1};
    const struct rows augment = {
        &t->augment, augmented ? csv_column(&t->augment.index, "source") : -1};

    t->train = calloc(room + 1, sizeof(*t->train));
    t->validation = calloc(t->data.n + 1, sizeof(*t->validation));
    t->kept = calloc(room + 1, sizeof(*t->kept));
    if (!t->train || !t->validation || !t->kept)
        return err_set(err, ERR_SYSTEM, "no memory for %zu samples", room);
    if (augmented && same_kind(&t->data, &t->augment, err) < 0)
        return -1;
    if (gather_rows(t, &data, err) < 0 ||
        (augmented && gather_rows(t, &augment, err) < 0))
        return -1;
    if (t->data.folds == 1)
        keep_samples(t);
    t->fresh = fresh;
    if (fresh > 0 && repeat_samples(t, (size_t)fresh, err) < 0)
        return -1;
    t->h = t->data.h;
    t->w = t->data.w;
    t->n_class = t->data.n_class;
    t->class_name = t->data.class_name;
    return check_classes(t, err);
}

int trainset_open(struct trainset *t, const struct trainset_args *a,
                  struct err *err)
{
    const int folds = a->folds ? a->folds : 1;

    *t = (struct trainset){0};
    if (store_open(&t->data, a->data, err) == 0 &&
        (!a->augment || store_open(&t->augment, a->augment, err) == 0) &&
        store_use_fold(&t->data, a->fold, folds, err) == 0 &&
        fill_splits(t, a->augment != NULL, a->fresh, err) == 0 &&
        (!a->size || measure_cells(t, err) == 0))
        return 0;
    trainset_close(t);
    return -1;
}

void trainset_close(struct trainset *t)
{
    store_close(&t->data);
    store_close(&t->augment);
    free(t->train);
    free(t->validation);
    free(t->kept);
    free(t->size);
    *t = (struct trainset){0};
}
