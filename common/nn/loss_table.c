/* loss_table.c - losses by name, and weights of classes */
#include "nn/loss.h"

#include <string.h>

static const struct loss losses[] = {
#define LOSS(name) {#name, loss_##name},
#include "nn/losses.def"
#undef LOSS
};

#define LOSS(name) " " #name
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
