#include "base/csv.h"

#include "base/file.h"
#include "base/plain_text.h"
#include "base/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct csv_reader {
    const char *path;
    char *p; /* next byte */
    size_t line;
    char separator;
    bool trims; /* blanks at the ends of fields */
    size_t n_trimmed;
};

/* Text in quotes at 's', unquoted to *w; returns what is behind, or NULL. */
static char *take_quoted(struct csv_reader *r, char *s, char **w,
                         struct err *err)
{
    const size_t line = r->line;

    for (s++;; s++) {
        if (*s == '\0') {
            err_set(err, ERR_INPUT, "%s:%zu: quote is not closed", r->path,
                    line);
            return NULL;
        }
        if (*s == '"' && *++s != '"')
            return s;
        r->line += *s == '\n';
        *(*w)++ = *s;
    }
}

static char *skip_spaces(const struct csv_reader *r, char *s)
{
    while (r->trims && (*s == ' ' || (*s == '\t' && r->separator != '\t')))
        s++;
    return s;
}

static void trim_field(struct csv_reader *r, char **field)
{
    const size_t n = strlen(*field);

    *field = utf8_trim(*field);
    r->n_trimmed += strlen(*field) != n;
}

/*
 * Take one field, unquoting in place.  *more tells whether another follows on
 * this line.
 */
static int take_field(struct csv_reader *r, char **field, int *more,
                      struct err *err)
{
    const char end = r->separator;
    char *w = r->p, *s = skip_spaces(r, r->p);

    *field = w;
    if (*s == '"') {
        s = take_quoted(r, s, &w, err);
        if (!s)
            return -1;
        s = skip_spaces(r, s);
    } else {
        for (s = w; *s && *s != end && *s != '\n'; s++)
            if (*s == '\r' && s[1] == '\n')
                break;
        w = s;
    }
    if (*s == '\r' && s[1] == '\n')
        s++;
    if (*s && *s != end && *s != '\n')
        return err_set(err, ERR_INPUT, "%s:%zu: text after a closing quote",
                       r->path, r->line);
    *more = *s == end && end;
    r->line += *s == '\n';
    r->p = *s ? s + 1 : s;
    *w = '\0';
    if (r->trims)
        trim_field(r, field);
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

/* Has the row nothing in it?  In a strict table only an empty line has not. */
static bool is_blank(const struct csv_reader *r, char *const *row, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (row[i][0])
            return false;
    return r->trims || n == 1;
}

/* Room for one more row; *room doubles. */
static int grow_rows(struct csv *c, size_t *room)
{
    const size_t n = *room ? 2 * *room : 256;
    char **field;
    size_t *line;

    if (c->n_row < *room)
        return 0;
    field = realloc(c->field, n * c->n_column * sizeof(*field));
    if (!field)
        return -1;
    c->field = field;
    line = realloc(c->line, n * sizeof(*line));
    if (!line)
        return -1;
    c->line = line;
    *room = n;
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
        if (is_blank(r, row, n)) {
            c->n_blank++;
            continue;
        }
        if (n != c->n_column)
            return err_set(err, ERR_INPUT,
                           "%s:%zu: %zu fields, the header has %zu", r->path,
                           line, n, c->n_column);
        if (grow_rows(c, &room) < 0)
            return err_set(err, ERR_SYSTEM, "no memory for '%s'", r->path);
        memcpy(c->field + c->n_row * n, row, n * sizeof(*row));
        c->line[c->n_row++] = line;
    }
    return 0;
}

static int take_table(struct csv *c, struct csv_reader *r, struct err *err)
{
    if (*r->p == '\0')
        return err_set(err, ERR_INPUT, "'%s' is empty", r->path);
    c->head_line = r->line;
    c->separator = r->separator;
    if (take_row(r, c->header, &c->n_column, err) < 0 ||
        take_rows(c, r, err) < 0)
        return -1;
    c->n_trimmed = r->n_trimmed;
    return 0;
}

int csv_read(struct csv *c, const char *path, struct err *err)
{
    struct csv_reader r = {.path = path, .line = 1, .separator = ','};
    size_t size;

    *c = (struct csv){0};
    if (file_read(path, CSV_MAX_BYTES, &c->text, &size, err) < 0)
        return -1;
    r.p = c->text;
    if (strncmp(r.p, "\xEF\xBB\xBF", 3) == 0)
        r.p += 3;
    if (strlen(c->text) != size)
        err_set(err, ERR_INPUT, "'%s' holds a zero byte", path);
    else if (take_table(c, &r, err) == 0)
        return 0;
    csv_release(c);
    return -1;
}

/* --- tables of people ----------------------------------------------------- */

static const char separators[] = ",;\t|";

/* The one that the header at 's' has most often outside quotes. */
static char guess_separator(const char *s)
{
    size_t count[sizeof(separators)] = {0}, best = 0;
    bool quoted = false;

    for (; *s && (quoted || *s != '\n'); s++) {
        const char *at = strchr(separators, *s);

        quoted ^= *s == '"';
        if (at && !quoted)
            count[at - separators]++;
    }
    for (size_t i = 1; separators[i]; i++)
        if (count[i] > count[best])
            best = i;
    return separators[best];
}

/* Skip empty lines and "sep=X", which spreadsheets heed, too. */
static void find_separator(struct csv_reader *r)
{
    r->line += strspn(r->p, "\n");
    r->p += strspn(r->p, "\n");
    if (strncmp(r->p, "sep=", 4) == 0 && strchr(separators, r->p[4]) &&
        r->p[4] && r->p[5] == '\n') {
        r->separator = r->p[4];
        r->p += 6;
        r->line++;
        return;
    }
    r->separator = guess_separator(r->p);
}

int csv_read_any(struct csv *c, const char *path, struct err *err)
{
    struct csv_reader r = {.path = path, .line = 1, .trims = true};

    *c = (struct csv){0};
    if (plain_text_read(path, CSV_MAX_BYTES, &c->text, err) < 0)
        return -1;
    r.p = c->text;
    find_separator(&r);
    if (take_table(c, &r, err) == 0)
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

int csv_label_column(const struct csv *c)
{
    const int column = csv_column(c, "label");

    return column >= 0 ? column : csv_column(c, "class");
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
    free(c->line);
    *c = (struct csv){0};
}
