#include "stages/preprocess/group_check.h"

#include "stats/named_rows.h"

#include <stdlib.h>
#include <string.h>

/* A picture whose name tells no group is called as its path. */
static bool is_alone(const struct find_images_file *f)
{
    return strcmp(f->group, f->path) == 0;
}

/* What layout.group does not match. */
static int check_matched(const struct find_images *w, const char *expression,
                         struct buf *warnings, struct err *err)
{
    size_t n = 0, first = 0;

    for (size_t i = w->n; i-- > 0;)
        if (is_alone(&w->file[i])) {
            n++;
            first = i;
        }
    if (n > 0 && n == w->n)
        return err_set(err, ERR_USAGE,
                       "layout.group: '%.100s' matches none of %zu pictures, "
                       "such as '%.150s', so that split.method group would "
                       "part cells of any group",
                       expression, n, w->file[first].path);
    if (n > 0)
        buf_printf(warnings,
                   "%zu of %zu pictures are not matched by layout.group, each "
                   "of which is a group alone, such as '%.200s'\n",
                   n, w->n, w->file[first].path);
    return 0;
}

static bool any_shared(const struct named_row *sorted, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (named_rows_same(sorted, i))
            return true;
    return false;
}

int group_check(const struct find_images *w, const struct config *c,
                struct buf *warnings, struct err *err)
{
    const bool given = c->layout.group[0];
    struct named_row *list;

    if (w->groups_named || w->n == 0)
        return 0;
    if (given && check_matched(w, c->layout.group, warnings, err) < 0)
        return -1;
    list = malloc(w->n * sizeof(*list));
    if (!list)
        return err_set(err, ERR_SYSTEM, "no memory for %zu groups", w->n);
    for (size_t i = 0; i < w->n; i++)
        list[i] = (struct named_row){w->file[i].group, 0, (uint32_t)i};
    named_rows_sort(list, w->n);
    if (!any_shared(list, w->n))
        buf_printf(warnings,
                   "no group has two pictures: split.method group parts single "
                   "cells, as %s; see layout.group\n",
                   given ? "layout.group finds another in each name"
                         : "no name tells a group, as NNN_MM.bmp does");
    free(list);
    return 0;
}
