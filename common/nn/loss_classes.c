/* loss_classes.c - classes of labels, counted */
#include "nn/loss.h"

void loss_balanced(const size_t *count, int k, double *weight)
{
    size_t n = 0;

    for (int i = 0; i < k; i++) {
        BUG_ON(count[i] == 0);
        n += count[i];
    }
    for (int i = 0; i < k; i++)
        weight[i] = (double)n / ((double)k * (double)count[i]);
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
