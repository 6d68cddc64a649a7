#include "stages/report/report_pictures.h"

#include "stages/report/report.h"
#include "stages/report/report_data.h"
#include "stages/report/report_html.h"
#include "stages/report/report_nearest.h"

#include "page/page_embed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool report_pictures_has(const struct report_pictures *p, size_t row)
{
    return p->open && row < p->data.n && p->there[row];
}

/* Add the picture of a row, if it is none yet and there is room. */
static int add_picture(struct report_pictures *p, size_t row, struct err *err)
{
    struct image im = {0};
    struct buf one = {0};
    char id[32];

    if (row >= p->data.n || p->there[row] || p->room == 0)
        return 0;
    if (image_init(&im, (int)p->data.w, (int)p->data.h, err) < 0)
        return -1;
    memcpy(im.px, store_image(&p->data, row), image_bytes(&im));
    snprintf(id, sizeof(id), "p%zu", row);
    page_embed_picture(id, &im, &one);
    image_release(&im);
    if (one.failed || one.len > p->room) {
        p->room = 0;
        buf_release(&one);
        return 0;
    }
    p->room -= one.len;
    p->there[row] = 1;
    buf_take(&p->defs, &one);
    return 0;
}

/* --- choosing ------------------------------------------------------------- */

/* Is it among those that are looked at first? */
static bool is_remarkable(const struct report_data *d,
                          const struct report_cell_at *at)
{
    return at->verdict != CELL_RIGHT ||
           d->experiment[at->experiment].cells.score[at->i] != REPORT_NO_ROW;
}

/* Add remarkable cells of 't', or the others. */
static int add_told(struct report_data *d, const struct report_told_of *t,
                    bool remarkable, struct err *err)
{
    struct report_cell_at *list;
    size_t n;
    int rc;

    rc = report_cells_list(&list, &n, d, t, err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        if (is_remarkable(d, &list[i]) == remarkable)
            rc = add_picture(
                &d->pictures,
                d->experiment[list[i].experiment].cells.row[list[i].i], err);
    free(list);
    return rc;
}

/* Add the training cells that are nearest to remarkable ones of the
 * headline. */
static int add_nearest(struct report_data *d, struct err *err)
{
    struct report_told_of t;
    struct report_cell_at *list;
    size_t n;
    int rc;

    report_cells_headline(&t, d);
    rc = report_cells_list(&list, &n, d, &t, err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        for (int j = 0; rc == 0 && j < NEAREST_SHOWN; j++)
            if (is_remarkable(d, &list[i]))
                rc = add_picture(
                    &d->pictures,
                    report_nearest_row(&d->experiment[list[i].experiment],
                                       list[i].i, j),
                    err);
    free(list);
    return rc;
}

static int add_all(struct report_data *d, bool remarkable, struct err *err)
{
    struct report_told_of t;

    report_cells_headline(&t, d);
    if (add_told(d, &t, remarkable, err) < 0)
        return -1;
    for (int i = 0; i < d->n_experiment; i++) {
        report_cells_told_of(&t, d, i);
        if (add_told(d, &t, remarkable, err) < 0)
            return -1;
    }
    return 0;
}

int report_pictures_choose(struct report_data *d, struct err *err)
{
    struct report_pictures *p = &d->pictures;
    char dir[FILE_PATH_MAX];
    struct err why = {0};

    if (file_path(dir, &why, "%s/%s", d->run_dir, d->data_dir) < 0 ||
        store_open(&p->data, dir, &why) < 0) {
        snprintf(p->why, sizeof(p->why), "%.200s", why.text);
        return 0;
    }
    p->open = true;
    p->room = REPORT_CELL_BYTES;
    p->there = calloc(p->data.n + 1, 1);
    if (!p->there)
        return err_set(err, ERR_SYSTEM, "no memory for %zu pictures",
                       p->data.n);
    return add_all(d, true, err) < 0 || add_nearest(d, err) < 0 ||
                   add_all(d, false, err) < 0
               ? -1
               : 0;
}

void report_pictures_release(struct report_pictures *p)
{
    if (p->open)
        store_close(&p->data);
    free(p->there);
    buf_release(&p->defs);
    *p = (struct report_pictures){0};
}

/* --- on the page ---------------------------------------------------------- */

void report_pictures_put_defs(struct report_data *d, struct buf *b)
{
    if (d->pictures.defs.len > 0)
        page_embed_defs(&d->pictures.defs, b);
}

void report_pictures_open(const struct report_pictures *p, const char *label,
                          struct buf *b)
{
    report_html_put(b, "<svg class=\"picture\" role=\"img\" aria-label=\"%s\"",
                    label);
    buf_printf(b, " viewBox=\"0 0 %zu %zu\"", p->data.w, p->data.h);
}

void report_pictures_use(const struct report_pictures *p, size_t row,
                         struct buf *b)
{
    if (report_pictures_has(p, row))
        buf_printf(b, "<use href=\"#p%zu\"/>", row);
}

void report_pictures_put(const struct report_pictures *p, size_t row,
                         const char *label, struct buf *b)
{
    if (!report_pictures_has(p, row)) {
        buf_puts(b, "<span class=\"nopicture\">no picture</span>");
        return;
    }
    report_pictures_open(p, label, b);
    buf_puts(b, ">");
    report_pictures_use(p, row, b);
    buf_puts(b, "</svg>");
}
