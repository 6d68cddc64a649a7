#include "base/csv.h"

#include "base/file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct csv_reader {
    const char *path;
    char *p; /* next byte */
    size_t line;
};

/*
 * Take one field, unquoting in place.  *more tells whether another follows on
 * this line.
 */
static int take_field(struct csv_reader *r, char **field, int *more,
                      struct err *err)
{
    char *w = r->p, *s = r->p;

    *field = w;
    if (*s == '"') {
        for (s++;; s++) {
            if (*s == '\0')
                return err_set(err, ERR_INPUT, "%s:%zu: quote is not closed",
                               r->path, r->line);
            if (*s == '"' && *++s != '"')
                break;
            r->line += *s == '\n';
            *w++ = *s;
        }
    } else {
        while (*s && *s != ',' && *s != '\n' && !(*s == '\r' && s[1] == '\n'))
            *w++ = *s++;
    }
    if (*s == '\r' && s[1] == '\n')
        s++;
    if (*s && *s != ',' && *s != '\n')
        return err_set(err, ERR_INPUT, "%s:%zu: text after a closing quote",
                       r->path, r->line);
    *more = *s == ',';
    r->line += *s == '\n';
    r->p = *s ? s + 1 : s;
    *w = '\0';
    return 0;
}

static int take_row(struct csv_reader *r, char **field, size_t *n,
                    struct err *err)
{
    const size_t line = r->line;
    int more = 1;

    *n = 0;
    while (more) {
        if (*n == CSV_MAX_COLUMNS)
            return err_set(err, ERR_INPUT, "%s:%zu: more than %d columns",
                           r->path, line, CSV_MAX_COLUMNS);
        if (take_field(r, &field[(*n)++], &more, err) < 0)
            return -1;
    }
    return 0;
}

static int take_rows(struct csv *c, struct csv_reader *r, struct err *err)
{
    char *row[CSV_MAX_COLUMNS];
    size_t room = 0, n;

    while (*r->p) {
        const size_t line = r->line;

        if (take_row(r, row, &n, err) < 0)
            return -1;
        if (n == 1 && row[0][0] == '\0')
            continue;
        if (n != c->n_column)
            return err_set(err, ERR_INPUT,
                           "%s:%zu: %zu fields, the header has %zu", r->path,
                           line, n, c->n_column);
        if (c->n_row == room) {
            char **grown;

            room = room ? 2 * room : 256;
            grown = realloc(c->field, room * n * sizeof(*grown));
            if (!grown)
                return err_set(err, ERR_SYSTEM, "no memory for '%s'", r->path);
            c->field = grown;
        }
        memcpy(c->field + c->n_row * n, row, n * sizeof(*row));
        c->n_row++;
    }
    return 0;
}

int csv_read(struct csv *c, const char *path, struct err *err)
{
    struct csv_reader r = {.path = path, .line = 1};
    size_t size;

    *c = (struct csv){0};
    if (file_read(path, CSV_MAX_BYTES, &c->text, &size, err) < 0)
        return -1;
    r.p = c->text;
    if (strlen(c->text) != size)
        err_set(err, ERR_INPUT, "'%s' holds a zero byte", path);
    else if (strncmp(r.p, "\xEF\xBB\xBF", 3) == 0 && (r.p += 3, 0))
        ;
    else if (*r.p == '\0')
        err_set(err, ERR_INPUT, "'%s' is empty", path);
    else if (take_row(&r, c->header, &c->n_column, err) == 0 &&
             take_rows(c, &r, err) == 0)
        return 0;
    csv_release(c);
    return -1;
}

int csv_column(const struct csv *c, const char *name)
{
    for (size_t i = 0; i < c->n_column; i++)
        if (strcmp(c->header[i], name) == 0)
            return (int)i;
    return -1;
}

const char *csv_get(const struct csv *c, size_t row, size_t column)
{
    BUG_ON(row >= c->n_row || column >= c->n_column);
    return c->field[row * c->n_column + column];
}

const char *csv_field(const struct csv *c, size_t row, int column)
{
    return column < 0 ? "" : csv_get(c, row, (size_t)column);
}

double csv_number(const struct csv *c, size_t row, const char *name)
{
    const char *s = csv_field(c, row, csv_column(c, name));
    char *end;
    const double v = strtod(s, &end);

    return end == s || *end ? (double)NAN : v;
}

void csv_release(struct csv *c)
{
    free(c->text);
    free(c->field);
    *c = (struct csv){0};
}
