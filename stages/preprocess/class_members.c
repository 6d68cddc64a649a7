#include "stages/preprocess/class_members.h"

#include <string.h>

size_t class_members_list(const struct class_members_args *a, uint32_t *first,
                          struct named_row *list)
{
    const struct find_images_file *file = a->images->file;
    size_t n = 0;

    memset(first, 0xff, a->images->n * sizeof(*first));
    for (uint32_t i = 0; i < a->images->n; i++) {
        uint32_t *of = &first[a->family ? a->family[i] : i];

        if (file[i].label != a->label)
            continue;
        if (*of == UINT32_MAX)
            *of = i;
        list[n++] = (struct named_row){
            a->groups ? file[*of].group : file[*of].path, a->label, i};
    }
    named_rows_sort(list, n);
    return n;
}
