/* about_cells.c - from the keys of section dataset */
#include "evaluation/about_cells.h"

#include <string.h>

bool about_cells_drawn(const struct config *c)
{
    char path[FILE_PATH_MAX];
    struct err err;

    if (c->dataset.draw_per_class > 0)
        return true;
    return c->dataset.path[0] &&
           file_path(path, &err, "%s/" ABOUT_CELLS_MARK, c->dataset.path) ==
               0 &&
           file_exists(path);
}

/* "Source: TEXT." after a blank, unless there is none. */
static void put_part(const char *name, const char *text, struct buf *out)
{
    const size_t n = strlen(text);

    if (n == 0)
        return;
    buf_printf(out, " %s%s%s", name, text,
               strchr(".!?", text[n - 1]) ? "" : ".");
}

static void put_number(size_t n, const char *many, struct buf *out)
{
    if (n > 0)
        buf_printf(out, "%zu ", n);
    buf_puts(out, many);
}

void about_cells(const struct config *c, size_t n, struct buf *out)
{
    const char *name = c->dataset.name;

    if (about_cells_drawn(c)) {
        put_number(n, n ? "drawn cells" : "Drawn cells", out);
        buf_puts(out, "; no patient, no diagnosis.");
        put_part("Name: ", name, out);
    } else {
        put_number(n, n ? "cells" : "Cells", out);
        buf_printf(out, " of %s.", *name ? name : c->dataset.path);
    }
    put_part("Source: ", c->dataset.source, out);
    put_part("Licence: ", c->dataset.licence, out);
    put_part("", c->dataset.note, out);
    if (!about_cells_drawn(c) && !*name && !*c->dataset.source)
        buf_puts(out, " Where they come from is not said (dataset.name, "
                      ".source).");
}
