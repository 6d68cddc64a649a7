#include "stages/preprocess/named_rows.h"

#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b)
{
    const struct named_row *p = a, *q = b;
    const int c = strcmp(p->name, q->name);

    return c ? c : (p->row > q->row) - (p->row < q->row);
}

void named_rows_sort(struct named_row *list, size_t n)
{
    qsort(list, n, sizeof(*list), by_name);
}

size_t named_rows_of_class(const struct named_rows_args *a, uint32_t *first,
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
        list[n++] =
            (struct named_row){a->groups ? file[*of].group : file[*of].path, i};
    }
    named_rows_sort(list, n);
    return n;
}
