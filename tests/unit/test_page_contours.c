/* test_page_contours.c - outlines of regions as paths */
#include "page/page_contours.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

enum { H = 40, W = 50, SIDE = 110 };

static uint8_t mask[H * W];

static void fill_box(int left, int top, int w, int h, int label)
{
    for (int y = top; y < top + h; y++)
        memset(mask + y * W + left, label, (size_t)w);
}

/* Read a path back; twice the area within, of holes negative, of all loops. */
static double path_area(const char *s, int *loops)
{
    double x = 0, y = 0, x0 = 0, y0 = 0, area = 0;

    *loops = 0;
    while (*s) {
        char *end;
        const double px = x, py = y;
        const char c = *s++;

        if (c == 'Z') {
            area += x * y0 - x0 * y;
            (*loops)++;
            continue;
        }
        x = strtod(s, &end);
        y = strtod(end, &end);
        s = end;
        if (c == 'M') {
            x0 = x;
            y0 = y;
        } else {
            area += px * y - x * py;
        }
    }
    return area;
}

static void check_trace(int label, double pixels, int wanted, const char *what)
{
    struct buf b = {0};
    int loops;
    double area;

    page_contours_trace(mask, H, W, label, &b);
    area = path_area(b.data ? b.data : "", &loops) / 2.0;
    ok(loops == wanted, what);
    ok(!b.failed && fabs(area - pixels) <= 0.03 * pixels + 0.5 * loops,
       "  and what is within");
    if (loops != wanted || fabs(area - pixels) > 0.03 * pixels + 0.5 * loops)
        printf("# %d loops, area %.1f: %s\n", loops, area, b.data);
    buf_release(&b);
}

static void check_traces(void)
{
    struct contour box = {(struct point[]){{0, 0}, {0.2, 0}, {9, 0}, {9, 9}},
                          4};
    struct buf b = {0};

    check_trace(1, 0, 0, "nothing has no edge");
    fill_box(0, 0, W, H, 1);
    check_trace(1, W * H, 1, "the whole picture has one");
    fill_box(10, 10, 20, 15, 0);
    check_trace(1, W * H - 300, 2, "a hole has another");
    fill_box(10, 10, 20, 15, 2);
    check_trace(2, 300, 1, "another label has its own");
    memset(mask, 0, sizeof(mask));
    fill_box(5, 5, 10, 10, 1);
    fill_box(15, 15, 10, 10, 1);
    check_trace(1, 200, 2, "what touches at a corner lies apart");
    fill_box(15, 5, 10, 10, 2);
    check_trace(1, 200, 2, "whatever lies beside it");
    page_contours_put(&box, &b);
    ok(strcmp(b.data, "M0.5 0.5L9.5 0.5L9.5 9.5Z") == 0,
       "a contour goes through the middles of pixels, thinned");
    buf_release(&b);
}

/* A dark disk in a grey one. */
static void paint_cell(uint8_t *rgb, int nucleus)
{
    for (int i = 0; i < SIDE * SIDE; i++) {
        const int x = i % SIDE - SIDE / 2, y = i / SIDE - SIDE / 2;
        const int r = x * x + y * y;

        memset(rgb + 3 * i,
               r < nucleus * nucleus ? 60
               : r < 40 * 40         ? 170
                                     : 235,
               3);
    }
}

static void check_segmented(void)
{
    static uint8_t rgb[3 * SIDE * SIDE];
    const struct page_contours_picture p = {
        rgb, SIDE, SIDE, {SIDE, SIDE, 0, 0}};
    json_t *cell = json_object(), *none = json_object();
    const char *cytoplasm = "", *nucleus = "";
    enum cell_fault fault;
    struct err err = {0};
    int loops, found = 0;

    paint_cell(rgb, 12);
    works(page_contours_segment(&p, cell, &fault, &err) == 0, err,
          "a cell is segmented");
    ok(json_unpack(cell, "{s:[s, s], s:b}", "contours", &cytoplasm, &nucleus,
                   "segmented", &found) == 0 &&
           found && fault == CELL_FOUND,
       "  which says so");
    near(path_area(cytoplasm, &loops) / 2, 5026, 250, "  has its cytoplasm");
    near(path_area(nucleus, &loops) / 2, 452, 45, "  and its nucleus");
    memset(rgb, 235, sizeof(rgb));
    works(page_contours_segment(&p, none, &fault, &err) == 0, err,
          "an empty field");
    ok(json_object_size(none) == 0 && fault != CELL_FOUND, "  has no contours");
    json_decref(cell);
    json_decref(none);
}

int main(void)
{
    check_traces();
    check_segmented();
    return tap_done();
}
