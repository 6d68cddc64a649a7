#include "store/contours.h"

#include "base/file.h"

#include <stdlib.h>
#include <string.h>

enum { COL_ROW, COL_PART, COL_STATUS, COL_POINTS, COLUMNS };

static const char *const part_name[] = {"cytoplasm", "nucleus"};

void contours_put(size_t row, enum contour_part part, const struct contour *c,
                  const char *why, struct buf *out)
{
    buf_printf(out, "%zu,%s,", row, part_name[part]);
    buf_csv(out, c ? "ok" : why);
    buf_puts(out, ",");
    for (size_t i = 0; c && i < c->n; i++)
        buf_printf(out, "%s%.3f %.3f", i ? " " : "", c->point[i].x,
                   c->point[i].y);
    buf_puts(out, "\n");
}

int contours_open(struct contours *c, const char *data, struct err *err)
{
    char path[FILE_PATH_MAX];

    *c = (struct contours){0};
    if (file_path(path, err, "%s/" CONTOURS_FILE, data) < 0)
        return -1;
    if (!file_exists(path))
        return 0;
    if (csv_read(&c->csv, path, err) < 0)
        return -1;
    if (c->csv.n_column == COLUMNS)
        return 0;
    contours_close(c);
    return err_set(err, ERR_INPUT, "'%s' holds no contours", path);
}

void contours_close(struct contours *c)
{
    csv_release(&c->csv);
    *c = (struct contours){0};
}

bool contours_any(const struct contours *c)
{
    return c->csv.n_row > 0;
}

/* "x y x y" as the lines that contour_parse() reads. */
static int parse_points(const char *points, struct contour *out,
                        struct err *err)
{
    char *text = strdup(points);
    bool x = true;
    int rc;

    if (!text)
        return err_set(err, ERR_SYSTEM, "no memory for a contour");
    for (char *s = text; *s; s++)
        if (*s == ' ') {
            *s = x ? ',' : '\n';
            x = !x;
        }
    rc = contour_parse(out, text, strlen(text), err);
    free(text);
    return rc;
}

int contours_of(const struct contours *c, size_t row, enum contour_part part,
                struct contour *out, struct err *err)
{
    *out = (struct contour){0};
    for (size_t i = 0; i < c->csv.n_row; i++)
        if (strtoull(csv_get(&c->csv, i, COL_ROW), NULL, 10) == row &&
            strcmp(csv_get(&c->csv, i, COL_PART), part_name[part]) == 0 &&
            strcmp(csv_get(&c->csv, i, COL_STATUS), "ok") == 0)
            return parse_points(csv_get(&c->csv, i, COL_POINTS), out, err);
    return 0;
}
