#include "stages/report/report_maps.h"

#include "stages/report/report.h"
#include "stages/report/report_data.h"
#include "stages/report/report_html.h"

#include "base/file.h"
#include "base/npy.h"
#include "img/heat_colours.h"
#include "page/page_embed.h"
#include "page/page_heat.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE_MAX = 4096 };

/* --- one map -------------------------------------------------------------- */

/* The values of a file as grey; NULL errors: why it is none is no matter. */
static int read_map(struct image *im, const char *path)
{
    struct npy a = {0};
    struct err err;
    int rc = -1;

    if (npy_map(&a, path, &err) < 0)
        return -1;
    if (a.type == NPY_F32 && a.n_dim == 2 && a.dim[0] <= SIDE_MAX &&
        a.dim[1] <= SIDE_MAX)
        rc = image_init(im, (int)a.dim[1], (int)a.dim[0], &err);
    if (rc == 0)
        page_heat_fill(a.data, im);
    npy_release(&a);
    return rc;
}

void report_maps_put_id(int i, size_t score, struct buf *b)
{
    buf_printf(b, "m%d-%zu", i + 1, score);
}

static bool is_empty(const struct image *im)
{
    for (size_t i = 0; i < image_bytes(im); i++)
        if (im->px[i] > 0)
            return false;
    return true;
}

/* Errors: there is no such map. */
static int put_map(const struct report_data *d, int i, size_t score,
                   struct buf *b)
{
    const struct report_experiment *e = &d->experiment[i];
    const char *file = report_field(&e->scores, score, "map");
    char path[FILE_PATH_MAX];
    struct image im = {0};
    struct buf id = {0};
    struct err err;

    if (!*file || strstr(file, "..") ||
        file_path(path, &err, "%s/%s/%s", d->run_dir, e->explain->dir, file) <
            0 ||
        read_map(&im, path) < 0)
        return -1;
    report_maps_put_id(i, score, &id);
    page_embed_picture(id.data ? id.data : "", &im, b);
    b->failed = b->failed || id.failed;
    buf_release(&id);
    e->maps.map[score] = is_empty(&im) ? REPORT_MAP_EMPTY : REPORT_MAP_THERE;
    image_release(&im);
    return 0;
}

/* --- which are shown ------------------------------------------------------ */

static const char *field_of(const struct report_experiment *e, size_t row,
                            const char *name)
{
    return report_field(&e->scores, row, name);
}

static bool is_right(const struct report_experiment *e, size_t row)
{
    return strcmp(report_label(&e->scores, row),
                  field_of(e, row, "predicted")) == 0;
}

/* Is it of the cell and class of the row before? */
static bool goes_on(const struct report_experiment *e, size_t row)
{
    return row > 0 && *field_of(e, row, "method") &&
           strcmp(field_of(e, row, "file"), field_of(e, row - 1, "file")) ==
               0 &&
           strcmp(field_of(e, row, "target"), field_of(e, row - 1, "target")) ==
               0;
}

static bool is_alike(const struct report_experiment *e, size_t row,
                     size_t other)
{
    return strcmp(report_label(&e->scores, row),
                  report_label(&e->scores, other)) == 0 &&
           is_right(e, row) == is_right(e, other);
}

/* The cell of a row of scores.csv, or REPORT_NO_ROW. */
static size_t find_cell(const struct report_experiment *e, size_t score)
{
    const struct report_cells *c = &e->cells;
    const char *file = field_of(e, score, "file");

    for (size_t i = 0; i < c->told.o.n; i++)
        if (c->score[i] != REPORT_NO_ROW && strcmp(c->told.file[i], file) == 0)
            return i;
    return REPORT_NO_ROW;
}

/* Where it is in data/; older tables do not say it. */
static size_t find_row(const struct report_experiment *e,
                       const struct report_explained *x)
{
    const double row = report_number(&e->scores, x->score, "row");

    if (x->cell != REPORT_NO_ROW)
        return e->cells.row[x->cell];
    return row >= 0 && row < STORE_MAX_SAMPLES ? (size_t)row : REPORT_NO_ROW;
}

static int list_explained(struct report_experiment *e, struct err *err)
{
    struct report_maps *m = &e->maps;
    const size_t rows = e->scores.csv.n_row;

    m->of = calloc(rows + 1, sizeof(*m->of));
    m->map = calloc(rows + 1, sizeof(*m->map));
    if (!m->of || !m->map)
        return err_set(err, ERR_SYSTEM, "no memory for %zu maps", rows);
    for (size_t i = 0; i < rows; i++) {
        struct report_explained *x = &m->of[m->n];

        if (goes_on(e, i)) {
            m->of[m->n - 1].n++;
            continue;
        }
        *x = (struct report_explained){.score = i, .n = 1};
        x->cell = find_cell(e, i);
        x->row = find_row(e, x);
        for (size_t j = 0; j < m->n; j++)
            x->rank += is_alike(e, m->of[j].score, i);
        m->n++;
    }
    return 0;
}

/* Take the maps of one; false: there is no room for them. */
static bool take_maps(const struct report_data *d, int i,
                      struct report_explained *x, size_t *room)
{
    struct report_maps *m = &d->experiment[i].maps;
    struct buf all = {0};
    size_t found = 0;

    for (size_t r = x->score; r < x->score + x->n; r++)
        found += put_map(d, i, r, &all) == 0;
    if (all.failed || all.len > *room) {
        buf_release(&all);
        return false;
    }
    *room -= all.len;
    x->shown = found > 0;
    buf_take(&m->defs, &all);
    return true;
}

/* The first of each class and verdict, then the second of each, while there is
 * room. */
static void choose_maps(const struct report_data *d, int i, size_t room)
{
    struct report_maps *m = &d->experiment[i].maps;
    bool full = false;

    for (size_t rank = 0, done = 0; done < m->n; rank++)
        for (size_t k = 0; k < m->n; k++) {
            if (m->of[k].rank != rank)
                continue;
            done++;
            full = full || !take_maps(d, i, &m->of[k], &room);
            m->of[k].left_out = full;
            m->left_out += full;
        }
}

/* Bytes of experiment i: half of all for those of the headline, where there
 * are others. */
static size_t room_of(const struct report_data *d, int i,
                      const struct report_told_of *t)
{
    const int others = d->n_experiment - t->n;
    bool first = false;

    for (int k = 0; k < t->n; k++)
        first = first || t->list[k] == i;
    if (first)
        return (size_t)(REPORT_MAP_BYTES / (others ? 2 : 1) / t->n);
    return (size_t)(REPORT_MAP_BYTES / (t->n ? 2 : 1) / others);
}

int report_maps_choose(struct report_data *d, struct err *err)
{
    struct report_told_of t;

    report_cells_headline(&t, d);
    for (int i = 0; i < d->n_experiment; i++) {
        if (list_explained(&d->experiment[i], err) < 0)
            return -1;
        choose_maps(d, i, room_of(d, i, &t));
    }
    return 0;
}

void report_maps_release(struct report_maps *m)
{
    free(m->of);
    free(m->map);
    buf_release(&m->defs);
    *m = (struct report_maps){0};
}

/* --- colours -------------------------------------------------------------- */

static void read_colours(const struct report_data *d, uint8_t rgb[256][3])
{
    if (d->config->explain.colours == COLOURS_JET)
        heat_colours_jet(rgb);
    else
        heat_colours_even(rgb);
}

void report_maps_put_defs(struct report_data *d, struct buf *b)
{
    uint8_t rgb[256][3];
    struct buf defs = {0};
    size_t any = 0;

    for (int i = 0; i < d->n_experiment; i++)
        any += d->experiment[i].maps.defs.len;
    if (any == 0)
        return;
    read_colours(d, rgb);
    page_heat_put_filter((const uint8_t(*)[3])rgb, &defs);
    for (int i = 0; i < d->n_experiment; i++)
        buf_take(&defs, &d->experiment[i].maps.defs);
    page_embed_defs(&defs, b);
}

void report_maps_put_bar(const struct report_data *d, struct buf *b)
{
    uint8_t rgb[256][3];

    read_colours(d, rgb);
    page_heat_put_bar((const uint8_t(*)[3])rgb, b);
}
