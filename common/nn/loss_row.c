/* loss_row.c - a sum over rows, in the order of a tree */
#include "nn/loss_row.h"

static double sum_rows(const struct loss_batch *b, loss_row_f row, int i, int n)
{
    const int half = (n + 1) / 2;

    if (n == 1)
        return row(b, i);
    return sum_rows(b, row, i, half) + sum_rows(b, row, i + half, n - half);
}

double loss_rows(const struct loss_batch *b, loss_row_f row)
{
    return b->n > 0 ? sum_rows(b, row, 0, b->n) : 0.0;
}
