#include "page/page_contours.h"

#include "base/json.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* Points that lie closer to the one before are left out, pixels. */
#define THIN 1.2

struct path {
    struct buf *out;
    struct point last;
    bool begun;
};

static void put_point(struct path *p, double x, double y)
{
    if (p->begun && hypot(x - p->last.x, y - p->last.y) < THIN)
        return;
    buf_printf(p->out, "%c%.1f %.1f", p->begun ? 'L' : 'M', x, y);
    p->last = (struct point){x, y};
    p->begun = true;
}

void page_contours_put(const struct contour *c, struct buf *b)
{
    struct path p = {.out = b};

    for (size_t i = 0; i < c->n; i++)
        put_point(&p, c->point[i].x + 0.5, c->point[i].y + 0.5);
    buf_puts(b, "Z");
}

/* --- edges of pixels ------------------------------------------------------ */

struct tracing {
    const uint8_t *pixels;
    int h, w, label;
    uint8_t *done; /* owned: (h, w) the upper edge of a pixel was gone along */
};

static bool is_inside(const struct tracing *t, int x, int y)
{
    return x >= 0 && x < t->w && y >= 0 && y < t->h &&
           t->pixels[y * t->w + x] == t->label;
}

/*
 * Go round the edge that begins with the upper one of a pixel, clockwise, what
 * is inside on the right hand, through the middles of the pixels' edges.
 * Corners at which pixels touch keep these apart.
 */
static void trace_edge(const struct tracing *t, int x0, int y0, struct buf *b)
{
    static const int dx[4] = {1, 0, -1, 0}, dy[4] = {0, 1, 0, -1};
    struct path p = {.out = b};
    int x = x0, y = y0, to = 0;

    do {
        if (to == 0)
            t->done[y * t->w + x] = 1;
        put_point(&p, x + dx[to] / 2.0, y + dy[to] / 2.0);
        x += dx[to];
        y += dy[to];
        /* the pixels ahead: a corner's four are (x-1 .. x, y-1 .. y) */
        if (!is_inside(t, x - (to == 1 || to == 2), y - (to == 2 || to == 3)))
            to = (to + 1) % 4;
        else if (is_inside(t, x - (to == 2 || to == 3),
                           y - (to == 0 || to == 3)))
            to = (to + 3) % 4;
    } while (x != x0 || y != y0 || to != 0);
    buf_puts(b, "Z");
}

void page_contours_trace(const uint8_t *pixels, int h, int w, int label,
                         struct buf *b)
{
    struct tracing t = {pixels, h, w, label,
                        calloc((size_t)h * (size_t)w, sizeof(*t.done))};

    b->failed = b->failed || !t.done;
    for (int y = 0; t.done && y < h; y++)
        for (int x = 0; x < w; x++)
            if (is_inside(&t, x, y) && !is_inside(&t, x, y - 1) &&
                !t.done[y * w + x])
                trace_edge(&t, x, y, b);
    free(t.done);
}

/* --- regions -------------------------------------------------------------- */

json_t *page_contours_regions(const struct cell_regions *r)
{
    struct buf cell = {0}, nuclei = {0};
    json_t *list = NULL;

    page_contours_trace(r->cell, r->h, r->w, 1, &cell);
    for (int i = 1; i <= r->nuclei; i++)
        page_contours_trace(r->nucleus, r->h, r->w, i, &nuclei);
    if (!cell.failed && !nuclei.failed)
        list = json_pack("[s, s]", cell.data ? cell.data : "",
                         nuclei.data ? nuclei.data : "");
    buf_release(&cell);
    buf_release(&nuclei);
    return list;
}

int page_contours_segment(const struct page_contours_picture *p, json_t *cell,
                          enum cell_fault *fault, struct err *err)
{
    struct cell_regions r;
    int rc = cell_regions_init(&r, p->h, p->w, err);

    if (rc == 0)
        rc = cell_regions_segment(&r, p->rgb, &p->place, fault, err);
    if (rc == 0 && *fault == CELL_FOUND &&
        (json_object_set_new(cell, "contours", page_contours_regions(&r)) < 0 ||
         json_object_set_new(cell, "segmented", json_true()) < 0))
        rc = err_set(err, ERR_SYSTEM, "no memory for contours");
    cell_regions_release(&r);
    return rc;
}
