/*
 * pick.h - which cells are explained
 */
#ifndef EXPLAIN_PICK_H
#define EXPLAIN_PICK_H

#include <stddef.h>

struct prediction {
    size_t row; /* of data/ */
    int truth, predicted;
    float p; /* of the predicted class */
};

/*
 * For each class in turn at most 'per_class' right cells and then as many
 * wrong ones, the surest first; of equals the lower row first.
 *   list [in,out] (n) the chosen come first, in that order
 * Returns how many were chosen.  Deterministic: the order of 'list' is no
 * matter.
 */
size_t pick_cells(struct prediction *list, size_t n, size_t per_class);

#endif
