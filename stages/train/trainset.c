/* trainset.c - one pass over each index */
#include "stages/train/trainset.h"

#include <stdlib.h>
#include <string.h>

/* Append the usable rows of 's' that are of 'split'. */
static int gather(struct sample *to, size_t *n, const struct store *s,
                  enum split split, struct err *err)
{
    for (size_t i = 0; i < s->n; i++) {
        const int label = store_label(s, i);

        if (label < 0 || store_split(s, i) != split)
            continue;
        if (label >= s->n_class)
            return err_set(err, ERR_INPUT, "label %d of row %zu, of %d classes",
                           label, i, s->n_class);
        to[(*n)++] = (struct sample){store_image(s, i), label};
    }
    return 0;
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
static int check(const struct trainset *t, struct err *err)
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

static int fill(struct trainset *t, bool augmented, struct err *err)
{
    const size_t room = t->data.n + t->augment.n;

    t->train = calloc(room + 1, sizeof(*t->train));
    t->validation = calloc(t->data.n + 1, sizeof(*t->validation));
    if (!t->train || !t->validation)
        return err_set(err, ERR_SYSTEM, "no memory for %zu samples", room);
    if (augmented && same_kind(&t->data, &t->augment, err) < 0)
        return -1;
    if (gather(t->train, &t->n_train, &t->data, SPLIT_TRAIN, err) < 0 ||
        (augmented &&
         gather(t->train, &t->n_train, &t->augment, SPLIT_TRAIN, err) < 0) ||
        gather(t->validation, &t->n_validation, &t->data, SPLIT_VALIDATION,
               err) < 0)
        return -1;
    t->h = t->data.h;
    t->w = t->data.w;
    t->n_class = t->data.n_class;
    t->class_name = t->data.class_name;
    return check(t, err);
}

int trainset_open(struct trainset *t, const char *data_dir,
                  const char *augment_dir, struct err *err)
{
    *t = (struct trainset){0};
    if (store_open(&t->data, data_dir, err) < 0)
        return -1;
    if (augment_dir && store_open(&t->augment, augment_dir, err) < 0) {
        store_close(&t->data);
        return -1;
    }
    if (fill(t, augment_dir != NULL, err) < 0) {
        trainset_close(t);
        return -1;
    }
    return 0;
}

void trainset_close(struct trainset *t)
{
    store_close(&t->data);
    store_close(&t->augment);
    free(t->train);
    free(t->validation);
    *t = (struct trainset){0};
}
