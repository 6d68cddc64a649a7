/* test_cell_dice.c - how well drawn cells are segmented, whose regions are
 * known
 */
#include "img/cell_regions.h"
#include "img/contour.h"
#include "stages/draw/draw.h"
#include "stages/draw/draw_cell.h"
#include "tap.h"

#include <stdlib.h>

enum { SIDE = 110, PIXELS = SIDE * SIDE, CELLS = 4 };

/* Mean Dice of a class' cells. */
struct quality {
    double nucleus, cell, found;
};

static void fill_text(const struct buf *text, const struct image *im,
                      uint8_t *mask)
{
    const struct point scale = {(double)SIDE / im->w, (double)SIDE / im->h};
    struct contour c;
    struct err err = {0};

    BUG_ON(contour_parse(&c, text->data, text->len, &err) < 0);
    contour_scale(&c, scale, (struct point){0, 0});
    contour_fill(&c, SIDE, SIDE, mask);
    contour_release(&c);
}

static void add_cell(int class, int number, struct quality *q)
{
    static uint8_t nucleus[PIXELS], cell[PIXELS];
    const struct resize_place all = {SIDE, SIDE, 0, 0};
    struct cell_regions r;
    enum cell_fault fault;
    struct image small;
    struct drawn d;
    struct err err = {0};

    BUG_ON(draw_cell(&d, 202, class, number, 0, &err) < 0 ||
           resize_nearest(&small, &d.im, SIDE, SIDE, &err) < 0 ||
           cell_regions_init(&r, SIDE, SIDE, &err) < 0 ||
           cell_regions_segment(&r, small.px, &all, &fault, &err) < 0);
    fill_text(&d.nucleus, &d.im, nucleus);
    fill_text(&d.cytoplasm, &d.im, cell);
    q->nucleus += cell_regions_dice(r.nucleus, nucleus, PIXELS) / CELLS;
    q->cell += cell_regions_dice(r.cell, cell, PIXELS) / CELLS;
    q->found += (fault == CELL_FOUND) / (double)CELLS;
    cell_regions_release(&r);
    image_release(&small);
    drawn_release(&d);
}

int main(void)
{
    for (int class = 0; class < CELL_CLASSES; class ++) {
        struct quality q = {0};
        char what[80];

        for (int i = 0; i < CELLS; i++)
            add_cell(class, i, &q);
        snprintf(what, sizeof(what), "%s nuclei are where they were drawn",
                 cell_class_name(class));
        ok(q.nucleus > 0.9, what);
        ok(q.cell > 0.93, "  and so are the cells");
        ok(q.found > 0.99, "  all of them");
        printf("# Dice %.3f of nuclei, %.3f of cells\n", q.nucleus, q.cell);
    }
    return tap_done();
}
