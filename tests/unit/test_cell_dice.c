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

/*
 * 2 |A and B| / (|A| + |B|) of two masks of n pixels, set where not 0; 1 of two
 * that are empty.  Source: Dice 1945.
 */
static double dice_of(const uint8_t *a, const uint8_t *b, size_t n)
{
    size_t both = 0, all = 0;

    for (size_t i = 0; i < n; i++) {
        both += a[i] && b[i];
        all += (a[i] != 0) + (size_t)(b[i] != 0);
    }
    return all ? 2.0 * (double)both / (double)all : 1.0;
}

static void check_dice(void)
{
    const uint8_t a[4] = {1, 1, 0, 0}, b[4] = {0, 2, 3, 0}, none[4] = {0};

    near(dice_of(a, b, 4), 0.5, 0, "Dice of masks that share half");
    near(dice_of(a, a, 4), 1, 0, "  of a mask with itself");
    near(dice_of(a, none, 4), 0, 0, "  with nothing");
    near(dice_of(none, none, 4), 1, 0, "  of two that are empty");
}

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
    q->nucleus += dice_of(r.nucleus, nucleus, PIXELS) / CELLS;
    q->cell += dice_of(r.cell, cell, PIXELS) / CELLS;
    q->found += (fault == CELL_FOUND) / (double)CELLS;
    cell_regions_release(&r);
    image_release(&small);
    drawn_release(&d);
}

int main(void)
{
    check_dice();
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
