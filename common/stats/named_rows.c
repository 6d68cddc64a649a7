#include "stats/named_rows.h"

#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b)
{
    const struct named_row *p = a, *q = b;
    const int c = strcmp(p->name, q->name);

    if (c || p->label != q->label)
        return c ? c : p->label < q->label ? -1 : 1;
    return (p->row > q->row) - (p->row < q->row);
}

void named_rows_sort(struct named_row *list, size_t n)
{
    qsort(list, n, sizeof(*list), by_name);
}

bool named_rows_same(const struct named_row *list, size_t i)
{
    return i > 0 && list[i].label == list[i - 1].label &&
           strcmp(list[i].name, list[i - 1].name) == 0;
}

void named_rows_first(struct named_row *list, size_t n, uint32_t *first)
{
    named_rows_sort(list, n);
    for (size_t i = 0; i < n; i++)
        first[list[i].row] = list[i].name[0] && named_rows_same(list, i)
                                 ? first[list[i - 1].row]
                                 : list[i].row;
}
