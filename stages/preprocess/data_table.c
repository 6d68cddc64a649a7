#include "stages/preprocess/data_table.h"

#include <string.h>
#include <strings.h>

static int no_column(const struct data_table *t, const char *name,
                     struct err *err)
{
    struct buf list = {0};

    for (size_t i = 0; i < t->csv.n_column; i++)
        buf_printf(&list, "%s'%.60s'", i ? ", " : "", t->csv.header[i]);
    err_set(err, ERR_USAGE, "%s:%zu: no column '%s'; there are %.250s; %s",
            t->path, t->csv.head_line, name, list.data ? list.data : "none",
            t->renamed ? "layout.columns says which is which, \"file=NAME, "
                         "label=NAME\""
                       : "rename them in the table: layout.columns is of "
                         "layout.csv alone");
    buf_release(&list);
    return -1;
}

/* Position of a column by its name, in another letter case if none has it as it
 * stands; -1: it is not there. */
static int find_column(const struct data_table *t, const char *name, int *at,
                       struct err *err)
{
    int n = 0, exact = 0;

    *at = -1;
    for (size_t i = 0; i < t->csv.n_column; i++) {
        const bool same = strcmp(t->csv.header[i], name) == 0;

        if (!same && (exact || strcasecmp(t->csv.header[i], name) != 0))
            continue;
        if (same && !exact)
            n = 0;
        exact += same;
        n++;
        *at = (int)i;
    }
    if (n > 1)
        return err_set(err, ERR_USAGE, "%s:%zu: column '%s' is there %d times",
                       t->path, t->csv.head_line, name, n);
    return 0;
}

int data_table_read(struct data_table *t, const char *path,
                    const struct layout *l, struct err *err)
{
    *t = (struct data_table){.path = path, .renamed = l != NULL};
    if (csv_read_any(&t->csv, path, err) < 0) {
        if (err->code == ERR_INPUT)
            err->code = ERR_USAGE;
        return -1;
    }
    for (int k = 0; k < LAYOUT_COLUMNS; k++) {
        const char *name =
            l ? l->column[k] : layout_column_word((enum layout_column)k);

        t->column[k] = -1;
        if (*name && find_column(t, name, &t->column[k], err) < 0)
            goto fail;
        if (*name && l && l->mapped[k] && t->column[k] < 0) {
            no_column(t, name, err);
            goto fail;
        }
    }
    return 0;
fail:
    data_table_release(t);
    return -1;
}

int data_table_need(const struct data_table *t, const char *name,
                    enum layout_column column, struct err *err)
{
    return t->column[column] < 0 ? no_column(t, name, err) : 0;
}

const char *data_table_get(const struct data_table *t, size_t row,
                           enum layout_column column)
{
    return csv_field(&t->csv, row, t->column[column]);
}

size_t data_table_line(const struct data_table *t, size_t row)
{
    return t->csv.line[row];
}

bool data_table_says(const struct data_table *t, enum layout_column column)
{
    for (size_t i = 0; i < t->csv.n_row; i++)
        if (*data_table_get(t, i, column))
            return true;
    return false;
}

static bool is_used(const struct data_table *t, size_t column)
{
    for (int k = 0; k < LAYOUT_COLUMNS; k++)
        if (t->column[k] == (int)column)
            return true;
    return false;
}

const char *data_table_name(const struct data_table *t)
{
    const char *slash = strrchr(t->path, '/');

    return slash ? slash + 1 : t->path;
}

void data_table_tell(const struct data_table *t, struct buf *out)
{
    const char *name = data_table_name(t);
    int n = 0;

    if (t->csv.separator != ',')
        buf_printf(out, "%s: columns are separated by %s\n", name,
                   t->csv.separator == '\t'  ? "tabs"
                   : t->csv.separator == ';' ? "';'"
                                             : "'|'");
    if (t->csv.n_blank > 0)
        buf_printf(out, "%s: %zu rows without anything are left out\n", name,
                   t->csv.n_blank);
    if (t->csv.n_trimmed > 0)
        buf_printf(out,
                   "%s: %zu fields had blanks at their ends, which are "
                   "dropped\n",
                   name, t->csv.n_trimmed);
    for (size_t i = 0; i < t->csv.n_column; i++)
        if (!is_used(t, i) && t->csv.header[i][0])
            buf_printf(out, "%s'%.60s'",
                       n++ ? ", " : "layout.csv: columns not used: ",
                       t->csv.header[i]);
    buf_puts(out, n ? "\n" : "");
}

void data_table_release(struct data_table *t)
{
    csv_release(&t->csv);
}
