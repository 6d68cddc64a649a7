/* loss_classes.c - classes of labels, counted */
#include "nn/loss.h"

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
