/* test_cell_concepts.c - nucleus and cytoplasm found and measured, as SciPy and
 * scikit-image do */
#include "golden/concepts_golden.inc"
#include "img/cell_concepts.h"
#include "img/component_tree.h"
#include "img/gaussian_blur.h"
#include "img/nuclei.h"
#include "img/watershed.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

enum { H = 19, W = 23, SIDE_MOST = 64 };

static const struct pixel_pitch pitch = {1.4, 0.8};

/* --- what it is made of --------------------------------------------------- */

static void check_blur(void)
{
    float x[H * W], y[H * W];
    struct err err = {0};

    for (int i = 0; i < H * W; i++)
        x[i] =
            (float)((7 * (i % W) + 3 * (i / W) + i % W * (i / W)) % 32) / 31.0f;
    works(gaussian_blur(x, H, W, 1, 1.3, y, &err) == 0, err, "a plane");
    near((double)y[0], golden_blur[0], 2e-3, "  blurred as SciPy at a corner");
    near((double)y[W - 1], golden_blur[1], 2e-3, "  at another");
    near((double)y[9 * W + 11], golden_blur[2], 2e-3, "  in the middle");
    near((double)y[18 * W], golden_blur[3], 2e-3, "  at the lower left");
    near((double)y[5 * W + 17], golden_blur[4], 2e-3, "  elsewhere");
    works(gaussian_blur(x, 1, 1, 1, 2.0, y, &err) == 0, err, "one pixel");
    near((double)y[0], (double)x[0], 1e-6, "  stays as it is");
}

static void check_distance(void)
{
    uint8_t set[H * W];
    float d[H * W];
    struct err err = {0};
    double worst = 0.0;

    for (int i = 0; i < H * W; i++)
        set[i] = (5 * (i % W) + 11 * (i / W) + i % W * (i / W)) % 37 == 0;
    works(distance_to(set, H, W, pitch, d, &err) == 0, err, "distances");
    for (int i = 0; i < H * W; i++)
        worst = fmax(worst, fabs((double)d[i] - golden_distance[i]));
    near(worst, 0.0, 1e-5, "  of oblong pixels as SciPy's");
    memset(set, 0, sizeof(set));
    BUG_ON(distance_to(set, H, W, pitch, d, &err) < 0);
    ok(isinf(d[0]) && isinf(d[H * W - 1]),
       "from nothing all is infinitely far");
    set[W - 1] = 1;
    BUG_ON(distance_to(set, 1, W, pitch, d, &err) < 0);
    near((double)d[0], 1.4 * (W - 1), 1e-6, "along a single row");
}

static void check_watershed(void)
{
    enum { FH = 29, FW = 31 };
    static float height[FH * FW];
    static uint8_t label[FH * FW];
    struct err err = {0};
    bool same = true;

    for (int i = 0; i < FH * FW; i++)
        height[i] = (float)(i * 311 % (FH * FW));
    label[3 * FW + 4] = 1;
    label[20 * FW + 25] = 2;
    label[14 * FW + 2] = 3;
    works(watershed(height, FH, FW, label, &err) == 0, err, "a flood");
    for (int i = 0; i < FH * FW; i++)
        same = same && label[i] == golden_flood[i / FW][i % FW] - '0';
    ok(same, "  as scikit-image's, pixel by pixel");
    memset(label, 0, sizeof(label));
    memset(height, 0, sizeof(height));
    label[0] = 1;
    label[8] = 2;
    BUG_ON(watershed(height, 1, 9, label, &err) < 0);
    ok(label[3] == 1 && label[4] == 1 && label[5] == 2,
       "flat land is divided in the middle");
    memset(label, 0, sizeof(label));
    BUG_ON(watershed(height, FH, FW, label, &err) < 0);
    ok(label[0] == 0 && label[FH * FW - 1] == 0, "without a marker nothing");
}

static void check_tree(void)
{
    const struct component_limits limits = {48, 9, H * W};
    static float x[H * W];
    struct component_tree t;
    struct err err = {0};
    double sum[7] = {0};

    for (int i = 0; i < H * W; i++) {
        const int u = i % W, v = i / W;
        const int a = 200 - (u - 7) * (u - 7) - (v - 6) * (v - 6);
        const int b = 150 - (u - 17) * (u - 17) - 2 * (v - 12) * (v - 12);

        x[i] = (float)((a > b ? a : b) + (3 * u + 5 * v + u * v) % 5);
    }
    works(component_tree_init(&t, x, H, W, &limits, &err) == 0, err,
          "components");
    for (size_t i = 0; i < t.n; i++) {
        const struct component *c = &t.list[i];
        const double v[7] = {1,     c->area, c->sides, c->contrast,
                             c->xx, c->yy,   c->xy};

        for (int k = 0; k < 7; k++)
            sum[k] += v[k];
    }
    near(sum[0], golden_tree[0], 0, "  as many as by labelling each step");
    near(sum[1], golden_tree[1], 0, "  as large");
    near(sum[2], golden_tree[2], 0, "  of as many sides");
    near(sum[3], golden_tree[3], 1e-9, "  of the contrast across them");
    near(sum[4], golden_tree[4], 1e-9, "  as wide");
    near(sum[5], golden_tree[5], 1e-9, "  as high");
    near(sum[6], golden_tree[6], 1e-9, "  as oblique");
    component_tree_release(&t);
    for (int i = 0; i < H * W; i++)
        x[i] = 3.0f;
    BUG_ON(component_tree_init(&t, x, H, W, &limits, &err) < 0);
    ok(t.n == 0, "a flat picture has no components");
    component_tree_release(&t);
}

/* --- cells ---------------------------------------------------------------- */

struct ellipse {
    int x, y, a, b;
};

/* As CASES of concepts.py. */
static const struct drawn_case {
    const char *name;
    int h, w;
    struct ellipse cell;
    int n;
    struct ellipse nucleus[2];
    enum cell_fault fault;
    const char *const *regions;
    const double *measures;
} cases[] = {
    {"one",
     37,
     53,
     {26, 18, 22, 15},
     1,
     {{23, 17, 6, 4}},
     CELL_FOUND,
     golden_one_regions,
     golden_one_measures},
    {"two",
     48,
     64,
     {32, 24, 27, 20},
     2,
     {{25, 22, 6, 6}, {39, 26, 6, 5}},
     CELL_FOUND,
     golden_two_regions,
     golden_two_measures},
    {"touching",
     64,
     60,
     {30, 32, 25, 27},
     2,
     {{25, 30, 6, 6}, {35, 31, 6, 6}},
     CELL_FOUND,
     golden_touching_regions,
     golden_touching_measures},
    {"border",
     40,
     41,
     {20, 12, 18, 24},
     1,
     {{20, 0, 6, 5}},
     CELL_CUT,
     golden_border_regions,
     golden_border_measures},
    {"side",
     45,
     40,
     {20, 22, 18, 20},
     1,
     {{22, 20, 9, 6}},
     CELL_FOUND,
     golden_side_regions,
     golden_side_measures},
};

static bool is_inside(int x, int y, struct ellipse e, int more)
{
    const int a = e.a + more, b = e.b + more;
    const int u = (x - e.x) * b, v = (y - e.y) * a;

    return u * u + v * v <= a * a * b * b;
}

static void set_pixel(uint8_t *px, int r, int g, int b, int grain)
{
    px[0] = (uint8_t)(r + grain);
    px[1] = (uint8_t)(g + grain);
    px[2] = (uint8_t)(b + grain);
}

/* As picture() of concepts.py; also the number of the nucleus at each pixel. */
static void draw_case(const struct drawn_case *c, uint8_t *rgb, uint8_t *number,
                      uint8_t *cell)
{
    for (int i = 0; i < c->h * c->w; i++) {
        const int x = i % c->w, y = i / c->w;
        const int grain = (7 * x + 13 * y + x * y) % 11;
        const bool in = is_inside(x, y, c->cell, 0);
        uint8_t *px = rgb + 3 * i;

        number[i] = 0;
        set_pixel(px, in ? 196 : 226, in ? 120 : 222, in ? 150 : 228, grain);
        for (int k = 0; k < c->n; k++)
            if (in && is_inside(x, y, c->nucleus[k], 3))
                set_pixel(px, 200, 150, 175, grain);
        for (int k = 0; k < c->n; k++)
            if (is_inside(x, y, c->nucleus[k], 0)) {
                set_pixel(px, 70, 50, 95, 2 * grain);
                number[i] = number[i] ? 1 : (uint8_t)(k + 1);
            }
        cell[i] = in || number[i];
    }
}

/* Pixels that are otherwise than in the drawing. */
static int differing(const struct cell_regions *r, const char *const *drawing)
{
    int n = 0;

    for (int i = 0; i < r->h * r->w; i++) {
        const char is = r->nucleus[i] ? '#' : r->cell[i] ? '+' : '.';

        n += drawing[i / r->w][i % r->w] != is;
    }
    return n;
}

static void check_segment(const struct drawn_case *c, const uint8_t *rgb)
{
    const struct resize_place all = {c->w, c->h, 0, 0};
    struct cell_regions r;
    enum cell_fault fault;
    struct err err = {0};
    char what[80];

    BUG_ON(cell_regions_init(&r, c->h, c->w, &err) < 0);
    snprintf(what, sizeof(what), "case %s", c->name);
    works(cell_regions_segment(&r, rgb, &all, &fault, &err) == 0, err, what);
    ok(fault == c->fault && r.nuclei == c->n, "  its nuclei are found");
    if (!ok(differing(&r, c->regions) <= c->h * c->w / 100,
            "  as the independent segmentation, all but 1 pixel in 100"))
        printf("# %d differ\n", differing(&r, c->regions));
    cell_regions_release(&r);
}

static void check_measures(const struct drawn_case *c, const uint8_t *rgb,
                           const uint8_t *number, const uint8_t *cell)
{
    static const enum cell_concept which[] = {
        CONCEPT_NUCLEUS_AREA, CONCEPT_CELL_AREA, CONCEPT_NC_RATIO,
        CONCEPT_DARKNESS,     CONCEPT_TEXTURE,   CONCEPT_ROUNDNESS,
        CONCEPT_HALO,         CONCEPT_COLOUR,    CONCEPT_NUCLEI};
    struct cell_regions r;
    double value[CELL_CONCEPTS];
    struct err err = {0};
    char what[80];

    BUG_ON(cell_regions_init(&r, c->h, c->w, &err) < 0);
    memcpy(r.nucleus, number, (size_t)c->h * (size_t)c->w);
    memcpy(r.cell, cell, (size_t)c->h * (size_t)c->w);
    r.nuclei = c->n;
    works(cell_concepts_measure(&r, rgb, pitch, value, &err) == 0, err,
          "  it is measured");
    for (size_t i = 0; i < sizeof(which) / sizeof(*which); i++) {
        snprintf(what, sizeof(what), "  %s as SciPy's",
                 cell_concepts_name(which[i]));
        near(value[which[i]], c->measures[i], 1e-5, what);
    }
    ok(isnan(value[CONCEPT_NUCLEUS_RATIO]), "  a ratio needs other cells");
    cell_regions_release(&r);
}

static void check_cases(void)
{
    static uint8_t rgb[3 * SIDE_MOST * SIDE_MOST];
    static uint8_t number[SIDE_MOST * SIDE_MOST], cell[SIDE_MOST * SIDE_MOST];

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        draw_case(&cases[i], rgb, number, cell);
        check_segment(&cases[i], rgb);
        check_measures(&cases[i], rgb, number, cell);
    }
}

/* A cell that fills a part of the picture, as preprocess.aspect puts it. */
static void check_place(void)
{
    const struct drawn_case *c = &cases[0];
    const struct resize_place place = {c->w, c->h, 4, 9};
    static uint8_t small[3 * SIDE_MOST * SIDE_MOST], rgb[3 * 64 * 64];
    static uint8_t number[SIDE_MOST * SIDE_MOST], cell[SIDE_MOST * SIDE_MOST];
    struct cell_regions r;
    enum cell_fault fault;
    struct err err = {0};
    int inside = 0, all = 0;

    draw_case(c, small, number, cell);
    for (int y = 0; y < c->h; y++)
        memcpy(rgb + 3 * ((y + 9) * 64 + 4), small + 3 * y * c->w,
               3 * (size_t)c->w);
    BUG_ON(cell_regions_init(&r, 64, 64, &err) < 0);
    BUG_ON(cell_regions_segment(&r, rgb, &place, &fault, &err) < 0);
    for (int i = 0; i < 64 * 64; i++) {
        const int x = i % 64 - 4, y = i / 64 - 9;
        const bool in = x >= 0 && x < c->w && y >= 0 && y < c->h;

        all += r.cell[i];
        inside += in && r.cell[i] && c->regions[y][x] != '.';
    }
    ok(fault == CELL_FOUND && all > 0 && inside >= all * 99 / 100,
       "a picture that fills a part of another is looked at alone");
    cell_regions_release(&r);
}

static void check_faults(void)
{
    static uint8_t rgb[3 * 41 * 37], mask[41 * 37], cell[41 * 37];
    const struct resize_place all = {41, 37, 0, 0};
    struct cell_regions r;
    enum cell_fault fault;
    struct err err = {0};

    BUG_ON(cell_regions_init(&r, 37, 41, &err) < 0);
    memset(rgb, 128, sizeof(rgb));
    BUG_ON(cell_regions_segment(&r, rgb, &all, &fault, &err) < 0);
    ok(fault == CELL_NO_NUCLEUS && r.nuclei == 0, "a grey picture has no cell");
    for (int i = 0; i < 41 * 37; i++)
        if (is_inside(i % 41, i / 41, (struct ellipse){20, 18, 6, 6}, 0))
            rgb[3 * i] = 127;
    BUG_ON(cell_regions_segment(&r, rgb, &all, &fault, &err) < 0);
    ok(fault == CELL_FAINT, "a disc one grey level darker is too faint");
    BUG_ON(cell_regions_take(&r, mask, cell, &fault, &err) < 0);
    ok(fault == CELL_NO_NUCLEUS && r.nuclei == 0,
       "empty masks have no nucleus");
    memset(mask + 100, 1, 40);
    BUG_ON(cell_regions_take(&r, mask, mask, &fault, &err) < 0);
    ok(fault == CELL_NO_CYTOPLASM, "a nucleus alone has no cytoplasm");
    BUG_ON(cell_regions_take(&r, mask, cell, &fault, &err) < 0);
    ok(fault == CELL_NO_CYTOPLASM && r.cell[110] == 1,
       "a nucleus belongs to the cell");
    cell_regions_release(&r);
}

/* A disc is a nucleus, a darker angle in the middle is not. */
static void check_shape(void)
{
    static uint8_t rgb[3 * 64 * 64];
    const struct resize_place all = {64, 64, 0, 0};
    struct cell_regions r;
    enum cell_fault fault;
    struct err err = {0};

    for (int i = 0; i < 64 * 64; i++) {
        const int x = i % 64, y = i / 64;
        const bool angle = (x > 28 && x < 33 && y > 24 && y < 46) ||
                           (x > 28 && x < 50 && y > 41 && y < 46);
        const bool disc = is_inside(x, y, (struct ellipse){22, 20, 6, 6}, 0);

        memset(rgb + 3 * i, angle ? 40 : disc ? 70 : 190, 3);
    }
    BUG_ON(cell_regions_init(&r, 64, 64, &err) < 0);
    BUG_ON(cell_regions_segment(&r, rgb, &all, &fault, &err) < 0);
    ok(fault == CELL_FOUND && r.nucleus[20 * 64 + 22] && r.nuclei == 1 &&
           !r.nucleus[44 * 64 + 31],
       "a disc is a nucleus, a darker angle is not");
    cell_regions_release(&r);
}

/* --- numbers of nuclei ---------------------------------------------------- */

static int count_nuclei(const struct ellipse *e, int n, uint8_t *label)
{
    static uint8_t mask[64 * 61];
    struct err err = {0};
    int count;

    for (int i = 0; i < 64 * 61; i++) {
        mask[i] = 0;
        for (int k = 0; k < n; k++)
            mask[i] |= is_inside(i % 64, i / 64, e[k], 0);
    }
    BUG_ON(nuclei_number(mask, 61, 64, label, &count, &err) < 0);
    return count;
}

static void check_nuclei(void)
{
    static const struct ellipse touching[] = {{20, 30, 10, 9}, {37, 31, 9, 9}};
    static const struct ellipse bump[] = {{20, 30, 10, 9}, {31, 31, 3, 3}};
    static const struct ellipse waist[] = {{20, 30, 10, 10}, {32, 30, 10, 10}};
    static const struct ellipse oval[] = {{30, 30, 20, 9}};
    static const struct ellipse apart[] = {{8, 8, 7, 7}, {50, 50, 7, 6}};
    static uint8_t label[64 * 61];

    ok(count_nuclei(touching, 2, label) == 2, "two discs that touch are two");
    ok(label[30 * 64 + 20] == 1 && label[31 * 64 + 37] == 2 &&
           label[30 * 64 + 27] == 1 && label[30 * 64 + 31] == 2,
       "  divided between them, the larger first");
    ok(count_nuclei(bump, 2, label) == 1, "a bump is no nucleus");
    ok(count_nuclei(waist, 2, label) == 1, "a slight waist parts nothing");
    ok(count_nuclei(oval, 1, label) == 1, "an oval is one");
    ok(count_nuclei(apart, 2, label) == 2, "two apart are two");
    ok(count_nuclei(apart, 0, label) == 0 && label[0] == 0, "none is none");
}

int main(void)
{
    check_blur();
    check_distance();
    check_watershed();
    check_tree();
    check_cases();
    check_place();
    check_faults();
    check_shape();
    check_nuclei();
    return tap_done();
}
