/*
 * class_members.h - the rows of a class in the order of their groups
 */
#ifndef PREPROCESS_CLASS_MEMBERS_H
#define PREPROCESS_CLASS_MEMBERS_H

#include "stages/preprocess/find_images.h"
#include "stats/named_rows.h"

struct class_members_args {
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
size_t class_members_list(const struct class_members_args *a, uint32_t *first,
                          struct named_row *list);

#endif
