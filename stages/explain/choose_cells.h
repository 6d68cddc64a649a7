/*
 * choose_cells.h - which cells are explained
 */
#ifndef EXPLAIN_CHOOSE_CELLS_H
#define EXPLAIN_CHOOSE_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct prediction {
    size_t row; /* of data/ */
    int truth, predicted;
    float p;              /* of the predicted class */
    bool shown, measured; /* gets pictures; counts in tables */
};

/*
 * For each class in turn at most 'per_class' right cells and then as many
 * wrong ones, the surest first; of equals the lower row first.
 *   list [in,out] (n) the chosen come first, in that order
 * They are marked as shown and measured.
 * Returns how many were chosen.  Deterministic: the order of 'list' is no
 * matter.
 */
size_t choose_cells(struct prediction *list, size_t n, size_t per_class);

/*
 * Draw 'want' of all cells to be measured: mark those that are in the list, and
 * add the others behind it, in order of 'all'.
 *   list [in,out] (n) its first 'n_list' are chosen, of 'all'; 'all' is none of
 *                 its memory
 * Returns how long the list is now.  Deterministic: RNG_CELLS of 'seed'.
 * Cannot fail.
 */
struct choose_cells_args {
    const struct prediction *all;
    size_t n, want;
    uint64_t seed;
    uint32_t *order; /* (n) [scratch] */
};
size_t choose_cells_measured(struct prediction *list, size_t n_list,
                             const struct choose_cells_args *a);

#endif
