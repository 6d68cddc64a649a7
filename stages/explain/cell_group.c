#include "stages/explain/cell_group.h"

#include "base/buf.h"

#include <stdlib.h>

char *cell_group(const struct store *s, size_t row, struct err *err)
{
    const char *group =
        csv_field(&s->index, row, csv_column(&s->index, "group"));
    const char *family =
        csv_field(&s->index, row, csv_column(&s->index, "family"));
    struct buf name = {0};

    if (*family)
        buf_puts(&name, family);
    else if (*group)
        buf_printf(&name, "%s/%s", s->class_name[store_label(s, row)], group);
    if (buf_check(&name, err) < 0) {
        buf_release(&name);
        return NULL;
    }
    if (!name.data)
        name.data = calloc(1, 1);
    if (!name.data)
        err_set(err, ERR_SYSTEM, "no memory for a group's name");
    return name.data;
}
