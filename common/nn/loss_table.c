/* loss_table.c - losses by name, and what they are given */
#include "nn/loss.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

static const struct loss losses[] = {
#define LOSS(name, options) {#name, options, loss_##name},
#include "nn/losses.def"
#undef LOSS
};

#define LOSS(name, options) " " #name
static const char all[] =
#include "nn/losses.def"
    ;
#undef LOSS

const struct loss *loss_find(const char *name, struct err *err)
{
    for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++)
        if (strcmp(name, losses[i].name) == 0)
            return &losses[i];
    err_set(err, ERR_USAGE, "unknown loss '%.64s'; there are:%s", name, all);
    return NULL;
}

static int check_weights(const double *weight, int k, struct err *err)
{
    double sum = 0.0;

    for (int i = 0; i < k; i++) {
        if (!(weight[i] >= 0.0) || !isfinite(weight[i]))
            return err_set(err, ERR_USAGE,
                           "weight %g of class %d is not a finite number, 0 or "
                           "more",
                           weight[i], i);
        sum += weight[i];
    }
    return sum > 0.0 ? 0
                     : err_set(err, ERR_USAGE,
                               "the weights of all %d classes "
                               "are 0",
                               k);
}

static int check_costs(const double *cost, int k, struct err *err)
{
    double sum = 0.0;

    for (int i = 0; i < k * k; i++) {
        if (!(cost[i] >= 0.0) || !isfinite(cost[i]))
            return err_set(err, ERR_USAGE,
                           "cost %g of calling class %d a %d is not a finite "
                           "number, 0 or more",
                           cost[i], i / k, i % k);
        sum += cost[i];
    }
    return sum > 0.0
               ? 0
               : err_set(err, ERR_USAGE, "all costs of %d classes are 0", k);
}

/* An option that is given and not heeded would be lost in silence. */
static int check_heeded(const struct loss *loss, const struct loss_batch *b,
                        struct err *err)
{
    const struct {
        const char *what;
        unsigned option;
        bool given;
    } options[] = {{"class weights", LOSS_WEIGHT, b->weight != NULL},
                   {"label smoothing", LOSS_SMOOTHING, b->smoothing > 0.0},
                   {"costs", LOSS_COST, b->cost != NULL}};

    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
        if (options[i].given && !(loss->options & options[i].option))
            return err_set(err, ERR_USAGE, "loss %s has no use for %s",
                           loss->name, options[i].what);
    if ((loss->options & LOSS_COST) && !b->cost)
        return err_set(err, ERR_USAGE, "loss %s needs costs", loss->name);
    return 0;
}

int loss_check(const struct loss *loss, const struct loss_batch *b,
               struct err *err)
{
    if (b->k < 1)
        return err_set(err, ERR_USAGE, "%d classes, at least 1", b->k);
    if (!(b->smoothing >= 0.0 && b->smoothing < 1.0))
        return err_set(err, ERR_USAGE, "label smoothing %g, from 0 to below 1",
                       b->smoothing);
    if (check_heeded(loss, b, err) < 0 ||
        (b->weight && check_weights(b->weight, b->k, err) < 0))
        return -1;
    return b->cost ? check_costs(b->cost, b->k, err) : 0;
}

int loss_balanced(const size_t *count, int k, double *weight, struct err *err)
{
    size_t n = 0;

    for (int i = 0; i < k; i++) {
        if (count[i] == 0)
            return err_set(err, ERR_INPUT,
                           "class %d of %d has no sample to weigh it by", i, k);
        n += count[i];
    }
    for (int i = 0; i < k; i++)
        weight[i] = (double)n / ((double)k * (double)count[i]);
    return 0;
}

size_t loss_correct(const struct loss_batch *b)
{
    size_t correct = 0;

    for (int i = 0; i < b->n; i++) {
        const float *z = b->z + (size_t)i * (size_t)b->k;
        int top = 0;

        for (int j = 1; j < b->k; j++)
            if (z[j] > z[top])
                top = j;
        correct += top == b->label[i];
    }
    return correct;
}
