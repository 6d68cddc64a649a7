/* predict_text.c - one prediction as a line of a table, of JSON, of CSV */
#include "stages/explain/predict_private.h"

#include "base/json.h"
#include "stages/explain/predict_unlike.h"

#include <stdlib.h>
#include <string.h>

#define PREDICTED "predicted" /* the column of the class that is */

enum { MIN_COLUMN = 7, SIDE_COLUMN = 8 };

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

/* --- the table ------------------------------------------------------------- */

void predict_head(const struct predict_columns *c, struct buf *b)
{
    const struct model_info *m = c->model;

    put_text(b, "file", c->width);
    buf_puts(b, "  ");
    put_text(b, PREDICTED, widest_class(m));
    for (int i = 0; i < m->n_class; i++) {
        buf_puts(b, "  ");
        put_text(b, m->class_name[i], column_width(m->class_name[i]));
    }
    if (c->ask->threshold)
        buf_puts(b, "  abnormal  raised");
    if (c->ask->unlike)
        buf_puts(b, "  distance  unlike");
    if (c->ask->sets)
        buf_puts(b, "  set");
    buf_puts(b, "\n");
}

/* The classes of a set, one behind the other. */
static void put_set(const struct predict_columns *c,
                    const struct predict_line *l, const char *between,
                    struct buf *b)
{
    int n = 0;

    for (int i = 0; i < c->model->n_class; i++)
        if (l->set[i])
            buf_printf(b, "%s%s", n++ ? between : "", c->model->class_name[i]);
}

static bool is_unlike(const struct predict_line *l)
{
    return l->beyond >= PREDICT_UNLIKE;
}

static void put_decisions(const struct predict_columns *c,
                          const struct predict_line *l, struct buf *b)
{
    struct buf set = {0};

    if (c->ask->threshold)
        buf_printf(b, "  %*.1f %%  %-6s", SIDE_COLUMN - 2, 100.0 * l->abnormal,
                   l->raised ? "yes" : "no");
    if (c->ask->unlike)
        buf_printf(b, "  %*.3f  %-6s", SIDE_COLUMN, l->distance,
                   is_unlike(l) ? "yes" : "no");
    if (!c->ask->sets)
        return;
    put_set(c, l, " or ", &set);
    buf_puts(b, "  ");
    put_text(b, set.data && l->n_set ? set.data : "none", 0);
    buf_puts(b, l->n_set == 1 ? "" : " (refer)");
    buf_release(&set);
}

void predict_row(const struct predict_columns *c, const struct predict_line *l,
                 struct buf *b)
{
    const struct model_info *m = c->model;

    put_text(b, l->file, c->width);
    buf_puts(b, "  ");
    if (l->aside) {
        buf_puts(b, "set aside: ");
        put_text(b, l->aside, 0);
    } else {
        put_text(b, m->class_name[l->predicted], widest_class(m));
        for (int i = 0; i < m->n_class; i++)
            buf_printf(b, "  %*.1f %%", column_width(m->class_name[i]) - 2,
                       100.0 * l->p[i]);
        put_decisions(c, l, b);
    }
    buf_puts(b, "\n");
}

/* --- JSON ------------------------------------------------------------------ */

/* One picture by its path, several by their methods. */
static json_t *pictures_json(const struct predict_columns *c,
                             const struct predict_line *l)
{
    json_t *j;

    if (c->ask->n_method == 1)
        return json_text(l->picture[0]);
    j = json_object();
    for (int i = 0; i < c->ask->n_method; i++)
        json_object_set_new(j, c->ask->method[i], json_text(l->picture[i]));
    return j;
}

static void set_classes(const struct predict_columns *c,
                        const struct predict_line *l, json_t *j)
{
    json_t *set = json_array();

    for (int i = 0; i < c->model->n_class; i++)
        if (l->set[i])
            json_array_append_new(set, json_text(c->model->class_name[i]));
    json_object_set_new(j, "set", set);
    json_object_set_new(j, "refer", json_boolean(l->n_set != 1));
}

static void set_decisions(const struct predict_columns *c,
                          const struct predict_line *l, json_t *j)
{
    if (c->ask->threshold) {
        json_object_set_new(j, "abnormal", json_number(l->abnormal));
        json_object_set_new(j, "raised", json_boolean(l->raised));
    }
    if (c->ask->sets)
        set_classes(c, l, j);
    if (c->ask->unlike) {
        json_object_set_new(j, "distance", json_number(l->distance));
        json_object_set_new(j, "beyond", json_number(l->beyond));
        json_object_set_new(j, "unlike", json_boolean(is_unlike(l)));
    }
}

static json_t *line_json(const struct predict_columns *c,
                         const struct predict_line *l)
{
    const struct model_info *m = c->model;
    json_t *j = json_object(), *p;

    json_object_set_new(j, "file", json_text(l->file));
    if (l->aside) {
        json_object_set_new(j, "set_aside", json_text(l->aside));
        return j;
    }
    json_object_set_new(j, PREDICTED, json_text(m->class_name[l->predicted]));
    p = json_object();
    for (int i = 0; i < m->n_class; i++)
        json_object_set_new(p, m->class_name[i], json_real(l->p[i]));
    json_object_set_new(j, "probability", p);
    set_decisions(c, l, j);
    if (c->ask->n_method > 0 && c->ask->dir)
        json_object_set_new(j, "picture", pictures_json(c, l));
    return j;
}

int predict_json(const struct predict_columns *c, const struct predict_line *l,
                 struct buf *b, struct err *err)
{
    json_t *j = line_json(c, l);
    char *text = json_dumps(j, JSON_REAL_PRECISION(9));

    json_decref(j);
    if (!text)
        return err_set(err, ERR_SYSTEM, "no memory for a line");
    buf_puts(b, text);
    buf_puts(b, "\n");
    free(text);
    return 0;
}

/* --- CSV ------------------------------------------------------------------- */

void predict_csv_head(const struct predict_columns *c, struct buf *b)
{
    char name[MODEL_NAME_MAX + 4];

    buf_puts(b, "file," PREDICTED);
    for (int i = 0; i < c->model->n_class; i++) {
        snprintf(name, sizeof(name), "p_%s", c->model->class_name[i]);
        buf_csv_next(b, name);
    }
    buf_puts(b, c->ask->threshold ? ",p_abnormal,raised" : "");
    buf_puts(b, c->ask->sets ? ",set,refer" : "");
    buf_puts(b, c->ask->unlike ? ",distance,beyond,unlike" : "");
    for (int i = 0; i < c->ask->n_method && c->ask->n_method > 1; i++)
        buf_printf(b, ",picture_%s", c->ask->method[i]);
    buf_puts(b, c->ask->n_method > 1 ? ",status\n" : ",picture,status\n");
}

/* Of a picture that was set aside, empty fields. */
static void put_csv_set(const struct predict_columns *c,
                        const struct predict_line *l, struct buf *b)
{
    struct buf set = {0};

    if (!l->aside)
        put_set(c, l, "|", &set);
    buf_csv_next(b, set.data ? set.data : "");
    buf_puts(b, l->aside ? "," : l->n_set == 1 ? ",no" : ",yes");
    buf_release(&set);
}

static void put_csv_decisions(const struct predict_columns *c,
                              const struct predict_line *l, struct buf *b)
{
    if (c->ask->threshold && l->aside)
        buf_puts(b, ",,");
    else if (c->ask->threshold)
        buf_printf(b, ",%.9g,%s", l->abnormal, l->raised ? "yes" : "no");
    if (c->ask->sets)
        put_csv_set(c, l, b);
    if (c->ask->unlike && l->aside)
        buf_puts(b, ",,,");
    else if (c->ask->unlike)
        buf_printf(b, ",%.6f,%.6f,%s", l->distance, l->beyond,
                   is_unlike(l) ? "yes" : "no");
}

void predict_csv(const struct predict_columns *c, const struct predict_line *l,
                 struct buf *b)
{
    buf_csv(b, l->file);
    buf_puts(b, ",");
    if (!l->aside)
        buf_csv(b, c->model->class_name[l->predicted]);
    for (int i = 0; i < c->model->n_class; i++) {
        buf_puts(b, ",");
        if (!l->aside)
            buf_printf(b, "%.9g", l->p[i]);
    }
    put_csv_decisions(c, l, b);
    for (int i = 0; i < c->ask->n_method; i++)
        buf_csv_next(b, l->aside ? "" : l->picture[i]);
    if (c->ask->n_method == 0)
        buf_puts(b, ",");
    buf_csv_next(b, l->aside ? l->aside : "ok");
    buf_puts(b, "\n");
}
