/* predict_text.c - one prediction as a line of a table, of JSON, of CSV */
#include "stages/explain/predict_private.h"

#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#define PREDICTED "predicted" /* the column of the class that is */

enum { MIN_COLUMN = 7 };

/* Text for a terminal, 'width' columns or more; control bytes become '?'. */
static void put_text(struct buf *b, const char *s, int width)
{
    int n = 0;

    for (; *s; s++, n++) {
        const unsigned char c = (unsigned char)*s;

        buf_put(b, c < 0x20 || c == 0x7f ? "?" : s, 1);
        n -= (c & 0xc0) == 0x80; /* goes on with a character of UTF-8 */
    }
    for (; n < width; n++)
        buf_puts(b, " ");
}

static int column_width(const char *class_name)
{
    const int n = (int)strlen(class_name);

    return n < MIN_COLUMN ? MIN_COLUMN : n;
}

static int widest_class(const struct model_info *m)
{
    int most = (int)strlen(PREDICTED);

    for (int i = 0; i < m->n_class; i++)
        if (column_width(m->class_name[i]) > most)
            most = column_width(m->class_name[i]);
    return most;
}

void predict_head(const struct model_info *m, int width, struct buf *b)
{
    put_text(b, "file", width);
    buf_puts(b, "  ");
    put_text(b, PREDICTED, widest_class(m));
    for (int i = 0; i < m->n_class; i++) {
        buf_puts(b, "  ");
        put_text(b, m->class_name[i], column_width(m->class_name[i]));
    }
    buf_puts(b, "\n");
}

void predict_row(const struct model_info *m, int width,
                 const struct predict_line *l, struct buf *b)
{
    put_text(b, l->file, width);
    buf_puts(b, "  ");
    if (l->aside) {
        buf_puts(b, "set aside: ");
        put_text(b, l->aside, 0);
    } else {
        put_text(b, m->class_name[l->predicted], widest_class(m));
        for (int i = 0; i < m->n_class; i++)
            buf_printf(b, "  %*.1f %%", column_width(m->class_name[i]) - 2,
                       100.0 * (double)l->p[i]);
    }
    buf_puts(b, "\n");
}

static json_t *line_json(const struct model_info *m,
                         const struct predict_line *l)
{
    json_t *j = json_object(), *p;

    json_object_set_new(j, "file", json_text(l->file));
    if (l->aside) {
        json_object_set_new(j, "set_aside", json_text(l->aside));
        return j;
    }
    json_object_set_new(j, PREDICTED, json_text(m->class_name[l->predicted]));
    p = json_object();
    for (int i = 0; i < m->n_class; i++)
        json_object_set_new(p, m->class_name[i], json_real((double)l->p[i]));
    json_object_set_new(j, "probability", p);
    if (*l->picture)
        json_object_set_new(j, "picture", json_text(l->picture));
    return j;
}

int predict_json(const struct model_info *m, const struct predict_line *l,
                 struct buf *b, struct err *err)
{
    json_t *j = line_json(m, l);
    char *text = json_dumps(j, JSON_REAL_PRECISION(9));

    json_decref(j);
    if (!text)
        return err_set(err, ERR_SYSTEM, "no memory for a line");
    buf_puts(b, text);
    buf_puts(b, "\n");
    free(text);
    return 0;
}

void predict_csv_head(const struct model_info *m, struct buf *b)
{
    char name[MODEL_NAME_MAX + 4];

    buf_puts(b, "file," PREDICTED);
    for (int i = 0; i < m->n_class; i++) {
        snprintf(name, sizeof(name), "p_%s", m->class_name[i]);
        buf_csv_next(b, name);
    }
    buf_puts(b, ",picture,status\n");
}

void predict_csv(const struct model_info *m, const struct predict_line *l,
                 struct buf *b)
{
    buf_csv(b, l->file);
    buf_puts(b, ",");
    if (!l->aside)
        buf_csv(b, m->class_name[l->predicted]);
    for (int i = 0; i < m->n_class; i++) {
        buf_puts(b, ",");
        if (!l->aside)
            buf_printf(b, "%.9g", (double)l->p[i]);
    }
    buf_csv_next(b, l->picture);
    buf_csv_next(b, l->aside ? l->aside : "ok");
    buf_puts(b, "\n");
}
