/* fuzz_csv.c - tables from anyone: what is taken can be written and read */
#include "base/buf.h"
#include "base/csv.h"

#include "fuzz_main.h"
#include "fuzz_tree.h"

static void write_row(struct buf *b, const struct csv *c, char *const *field)
{
    for (size_t i = 0; i < c->n_column; i++) {
        buf_puts(b, i ? "," : "");
        buf_csv(b, field[i]);
    }
    buf_puts(b, "\n");
}

/* A lone empty field makes an empty line, which is no row. */
static bool is_blank(const struct csv *c, size_t row)
{
    return c->n_column == 1 && !*csv_get(c, row, 0);
}

/* A table of people, written plainly, is the same. */
static void check_plain(const struct csv *c)
{
    struct csv again;
    struct buf b = {0};
    struct err err = {0};
    size_t last = c->head_line;

    BUG_ON(!strchr(",;\t|", c->separator) || c->head_line == 0);
    for (size_t i = 0; i < c->n_row; i++) {
        BUG_ON(c->line[i] <= last);
        last = c->line[i];
    }
    buf_puts(&b, "sep=,\n");
    write_row(&b, c, c->header);
    for (size_t i = 0; i < c->n_row; i++)
        write_row(&b, c, c->field + i * c->n_column);
    fuzz_put("again.csv", b.data, b.len);
    BUG_ON(csv_read_any(&again, fuzz_path("again.csv"), &err) < 0 ||
           again.n_column != c->n_column || again.n_row != c->n_row ||
           again.n_blank || again.n_trimmed);
    for (size_t i = 0; i < c->n_column; i++)
        BUG_ON(strcmp(again.header[i], c->header[i]) != 0);
    for (size_t i = 0; i < c->n_row * c->n_column; i++)
        BUG_ON(strcmp(again.field[i], c->field[i]) != 0);
    csv_release(&again);
    buf_release(&b);
}

static void check_again(const struct csv *c)
{
    struct csv again;
    struct buf b = {0};
    struct err err = {0};
    size_t row = 0;

    if (strncmp(c->header[0], "\xEF\xBB\xBF", 3) == 0)
        return; /* a second mark would be taken for the first */
    write_row(&b, c, c->header);
    for (size_t i = 0; i < c->n_row; i++)
        write_row(&b, c, c->field + i * c->n_column);
    fuzz_put("again.csv", b.data, b.len);
    BUG_ON(csv_read(&again, fuzz_path("again.csv"), &err) < 0 ||
           again.n_column != c->n_column);
    for (size_t i = 0; i < c->n_column; i++)
        BUG_ON(strcmp(again.header[i], c->header[i]) != 0 ||
               csv_column(c, c->header[i]) > (int)i);
    for (size_t i = 0; i < c->n_row; i++) {
        if (is_blank(c, i))
            continue;
        for (size_t k = 0; k < c->n_column; k++)
            BUG_ON(strcmp(csv_get(&again, row, k), csv_get(c, i, k)) != 0);
        row++;
    }
    BUG_ON(row != again.n_row);
    csv_release(&again);
    buf_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct csv c;
    struct err err = {0};

    fuzz_put("table.csv", data, size);
    if (csv_read(&c, fuzz_path("table.csv"), &err) == 0)
        check_again(&c);
    else
        BUG_ON(err.code != ERR_INPUT || c.text || c.field);
    csv_release(&c);
    if (csv_read_any(&c, fuzz_path("table.csv"), &err) == 0)
        check_plain(&c);
    else
        BUG_ON(err.code != ERR_INPUT || c.text || c.field || c.line);
    csv_release(&c);
    fuzz_clear();
    return 0;
}
