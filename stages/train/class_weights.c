#include "stages/train/class_weights.h"

#include <string.h>

void class_weights_init(struct class_weights *w)
{
    *w = (struct class_weights){.loss = loss_cross_entropy};
}

/* By so many images of each class, of split 'which'. */
static int balance_counts(struct class_weights *w, const struct trainset *set,
                          const size_t *count, const char *which,
                          struct err *err)
{
    for (int i = 0; i < set->n_class; i++)
        if (count[i] == 0)
            return err_set(err, ERR_INPUT,
                           "train.class_weights: class '%.64s' has no %s "
                           "image to balance",
                           set->class_name[i], which);
    loss_balanced(count, set->n_class, w->room);
    return 0;
}

static int read_weights(struct class_weights *w, const char *text,
                        const struct trainset *set, struct err *err)
{
    size_t count[CONFIG_CLASSES_MAX] = {0};
    struct err why = {0};
    int n = 0;

    w->weight = w->room;
    for (size_t i = 0; i < set->n_train; i++)
        count[set->train[i].label]++;
    if (strcmp(text, CONFIG_BALANCED) == 0)
        return balance_counts(w, set, count, "training", err);
    if (strcmp(text, CONFIG_BALANCED_TEST) == 0)
        return balance_counts(w, set, set->n_test, "test", err);
    if (costs_weights(w->room, &n, text, &why) < 0)
        return err_set(err, why.code, "train.class_weights: %.250s", why.text);
    if (n == set->n_class)
        return 0;
    return err_set(err, ERR_USAGE,
                   "train.class_weights: %d numbers, there are %d classes", n,
                   set->n_class);
}

static int read_costs(struct class_weights *w, const char *text, int k,
                      struct err *err)
{
    struct costs costs;
    struct err why = {0};

    if (costs_parse(&costs, k, text, &why) < 0)
        return err_set(err, why.code, "train.costs: %.250s", why.text);
    for (int i = 0; i < k; i++)
        memcpy(w->room + i * k, costs.cost[i], (size_t)k * sizeof(*w->room));
    w->cost = w->room;
    w->loss = loss_expected_cost;
    return 0;
}

int class_weights_read(struct class_weights *w, const struct config *c,
                       const struct trainset *set, struct err *err)
{
    class_weights_init(w);
    return c->train.costs[0]
               ? read_costs(w, c->train.costs, set->n_class, err)
               : read_weights(w, c->train.class_weights, set, err);
}
