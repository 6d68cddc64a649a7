/*
 * named_rows.h - rows in the order of what they are called
 */
#ifndef PREPROCESS_NAMED_ROWS_H
#define PREPROCESS_NAMED_ROWS_H

#include "stages/preprocess/find_images.h"

struct named_row {
    const char *name; /* borrowed */
    uint32_t row;
};

/* By name, then by row. */
void named_rows_sort(struct named_row *list, size_t n);

struct named_rows_args {
    const struct find_images *images;
    const uint32_t *family; /* (images->n) or NULL: each is one of its own */
    bool groups;            /* the name is the group, else the path */
    int label;              /* the class that is listed */
};

/*
 * The rows of a class, sorted; those of a family are called after its first
 * one in the class.
 *   first [scratch] (images->n)
 *   list  [out]     as many as it returns
 */
size_t named_rows_of_class(const struct named_rows_args *a, uint32_t *first,
                           struct named_row *list);

#endif
