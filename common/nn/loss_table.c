/* loss_table.c - losses by name */
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
