/* test_explain_measure.c - maps against contours and against each other */
#include "golden/similar_golden.inc"
#include "img/contour.h"
#include "stages/explain/choose_cells.h"
#include "stages/explain/localisation.h"
#include "stages/explain/map_scores.h"
#include "stages/explain/map_similarity.h"
#include "store/contours.h"
#include "test_dir.h"

enum { H = 17, W = 23 };

/* As maps() of similar.py. */
static void make_maps(float *a, float *b)
{
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            const int at = y * W + x;

            a[at] = (float)((7 * x + 3 * y + x * y) % 32) / 31.0f;
            b[at] =
                x < 12 ? a[at] : (float)((5 * x + 11 * y + x * y) % 16) / 15.0f;
        }
}

static void check_similar(void)
{
    float a[H * W], b[H * W], flat[H * W] = {0};
    struct map_similarity s;
    struct err err = {0};

    make_maps(a, b);
    ok(map_similarity(a, b, H, W, &s, &err) == 0, "two maps are compared");
    near(s.spearman, golden_spearman, 1e-9, "Spearman of two maps as SciPy's");
    near(s.ssim, golden_ssim, 1e-6, "SSIM of two maps as scikit-image's");
    BUG_ON(map_similarity(a, a, H, W, &s, &err) < 0);
    ok(s.spearman > 1 - 1e-12 && s.ssim > 1 - 1e-12, "a map is like itself");
    BUG_ON(map_similarity(a, flat, H, W, &s, &err) < 0);
    ok(s.spearman == 0 && s.ssim < 1, "a flat map has no ranks");
    BUG_ON(map_similarity(a, a, 5, 5, &s, &err) < 0);
    ok(s.ssim == 1, "SSIM of equal maps smaller than a window is 1");
    BUG_ON(map_similarity(a, b + 13, 5, 5, &s, &err) < 0);
    ok(s.ssim == 0, "SSIM of unequal maps smaller than a window is 0");
}

static struct contour contour_of(const double *xy, size_t n)
{
    struct contour c = {.point = malloc(n * sizeof(*c.point)), .n = n};

    BUG_ON(!c.point);
    for (size_t i = 0; i < n; i++)
        c.point[i] = (struct point){xy[2 * i], xy[2 * i + 1]};
    return c;
}

static bool mask_is(const struct contour *c, const char *const *want)
{
    uint8_t mask[H * W];
    bool same = true;

    contour_fill(c, H, W, mask);
    for (int i = 0; i < H * W; i++)
        same = same && mask[i] == (want[i / W][i % W] == '#');
    return same;
}

static void check_fill(void)
{
    struct contour star = contour_of(golden_star, 7);
    struct contour concave = contour_of(golden_concave, 5);

    ok(mask_is(&star, golden_star_mask),
       "a star that leaves the picture is filled");
    ok(mask_is(&concave, golden_concave_mask), "a concave polygon is filled");
    contour_release(&star);
    contour_release(&concave);
}

static int parse_contour(struct contour *c, const char *text, struct err *err)
{
    return contour_parse(c, text, strlen(text), err);
}

/* Rows from a whole number on belong to it, rows from its end on do not. */
static void check_whole_numbers(void)
{
    const double box[] = {1, 1, 4, 1, 4, 3, 1, 3};
    struct contour c = contour_of(box, 4);
    uint8_t mask[H * W];
    int n = 0;

    contour_fill(&c, H, W, mask);
    for (int i = 0; i < H * W; i++)
        n += mask[i];
    ok(n == 6 && mask[W + 1] && mask[2 * W + 3] && !mask[3 * W + 1],
       "a box between whole numbers has its first row, not the one behind it");
    contour_release(&c);
}

/* What contours.csv keeps of a contour. */
static void check_contours_file(void)
{
    const double xy[] = {1, 2.5, 3, 4, 5, 6};
    struct contour c = contour_of(xy, 3), got = {0};
    struct buf b = {0};
    struct contours all;
    struct err err = {0};

    begin_dir();
    buf_puts(&b, CONTOURS_HEADER);
    contours_put(4, CONTOUR_NUCLEUS, &c, NULL, &b);
    put_file(CONTOURS_FILE, b.data);
    BUG_ON(contours_open(&all, dir, &err) < 0);
    ok(contours_of(&all, 4, CONTOUR_NUCLEUS, &got, &err) == 0 && got.n == 3 &&
           got.point[1].x == 3 && got.point[0].y == 2.5 && got.point[2].y == 6,
       "contours.csv gives back the points of a contour");
    contours_close(&all);
    contour_release(&got);
    contour_release(&c);
    buf_release(&b);
}

static void check_parse(void)
{
    struct contour c;
    struct err err = {0};

    ok(parse_contour(&c, "1,2\r\n 3.5 , -4e0\n\n5,6", &err) == 0 && c.n == 3 &&
           c.point[1].x > 3.4 && c.point[1].y < -3.9,
       "a contour with blanks, empty lines and CRLF is read");
    contour_release(&c);
    fails(parse_contour(&c, "1,2\n3,4\n", &err), err, ERR_INPUT,
          "2 points, a contour has 3 or more",
          "a contour of two points is refused");
    fails(parse_contour(&c, "", &err), err, ERR_INPUT, "0 points",
          "an empty contour is refused");
    fails(parse_contour(&c, "1,2\n3;4\n5,6\n", &err), err, ERR_INPUT,
          "line 2 is not \"x,y\"",
          "a contour with a line without comma is refused");
    fails(parse_contour(&c, "1,2\n3,nan\n5,6\n", &err), err, ERR_INPUT,
          "line 2", "a contour with a line without number is refused");
    fails(parse_contour(&c, "1,2,3\n", &err), err, ERR_INPUT, "line 1",
          "a contour with three numbers in a line is refused");
    fails(parse_contour(&c, "1,2\n3,4\n5,1e9\n", &err), err, ERR_INPUT,
          "within 20000 pixels", "a contour with a point far away is refused");
}

static void check_place(void)
{
    const double inside[] = {-1, 0, 40, 0, 20, 30};
    const double cluster[] = {1000, 500, 1040, 500, 1020, 530};
    const double nucleus[] = {1001, 502, 1009, 502, 1005, 510};
    struct contour c = contour_of(inside, 3);
    struct point by;
    struct err err = {0};

    ok(contour_place(&c, 41, 31, &by, &err) == 0 && c.point[0].x == -1 &&
           by.x == 0 && by.y == 0,
       "a contour of the crop stays");
    contour_release(&c);
    c = contour_of(cluster, 3);
    fails(contour_place(&c, 30, 31, &by, &err), err, ERR_INPUT,
          "41 x 31 pixels for a picture of 30 x 31",
          "a contour larger than the crop is refused");
    ok(c.point[0].x == 1000, "  and stays where it is");
    ok(contour_place(&c, 61, 51, &by, &err) == 0,
       "a contour that counts in the cluster is placed");
    near(c.point[0].x, 10, 1e-9, "  its left comes to the middle of the crop");
    near(c.point[2].y, 40, 1e-9,
         "  its lower end comes to the middle of the crop");
    near(by.x, -990, 1e-9, "  which is told");
    contour_scale(&c, (struct point){0.5, 0.5}, (struct point){0, 3});
    near(c.point[0].x, 4.75, 1e-9, "a placed contour is resized as areas are");
    near(c.point[2].y, 22.75, 1e-9, "a placed contour is shifted");
    contour_release(&c);
    c = contour_of(nucleus, 3);
    fails(contour_follow(&c, 61, 51, (struct point){0, 0}, &err), err,
          ERR_INPUT, "from (1001, 502) to (1009, 510), moved as its cell's",
          "a part that would lie outside is refused");
    ok(contour_follow(&c, 61, 51, by, &err) == 0 &&
           fabs(c.point[0].x - 11) < 1e-9 && fabs(c.point[0].y - 12) < 1e-9,
       "a part is moved as its cell");
    contour_release(&c);
}

static void check_draw(void)
{
    const double box[] = {1, 1, 3, 1, 3, 3, 1, 3};
    struct contour c = contour_of(box, 4);
    const struct contour_pen pen = {
        .zoom = 1, .left = 5, .w = 5, .h = 5, .rgb = {9, 8, 7}};
    struct image im;
    struct err err = {0};
    int n = 0;

    BUG_ON(image_init(&im, 10, 5, &err) < 0);
    contour_draw(&c, &pen, &im);
    for (int i = 0; i < 50; i++)
        n += im.px[3 * i] == 9 && im.px[3 * i + 2] == 7;
    ok(n == 8 && image_row(&im, 1)[3 * 6] == 9 && image_row(&im, 2)[3 * 7] == 0,
       "the line of a box is drawn, its inside is not");
    image_release(&im);
    contour_release(&c);
}

/* A nucleus of 2 x 2 in a cytoplasm of 4 x 4, top left in 8 x 8. */
static void draw_regions(uint8_t *r)
{
    for (int i = 0; i < 64; i++) {
        const int x = i % 8, y = i / 8;

        r[i] = x < 2 && y < 2   ? LOCALISATION_NUCLEUS
               : x < 4 && y < 4 ? LOCALISATION_CYTOPLASM
                                : 0;
    }
}

static void check_locate(void)
{
    uint8_t region[64];
    float heat[64] = {0};
    struct explainer_map map = {.heat = heat};
    double f[LOCALISATION_FIGURES];
    const double *cytoplasm = f + LOCALISATION_EACH;
    struct err err = {0};

    draw_regions(region);
    heat[9] = 1.0f;  /* nucleus */
    heat[11] = 0.5f; /* cytoplasm */
    heat[63] = 0.5f; /* outside */
    ok(localisation_measure(&map, region, 8, 8, f, &err) == 0,
       "a map is located in nucleus and cytoplasm");
    near(f[LOCALISATION_POINTING], 1, 0, "nucleus: the peak lies in it");
    near(f[LOCALISATION_MASS], 0.5, 1e-12, "nucleus: half of the map's mass");
    /* 9, 11, 63, then of zeros the first: 0 */
    near(f[LOCALISATION_RANK], 0.5, 1e-12,
         "nucleus: two of its four pixels are among the first four");
    near(f[LOCALISATION_AREA], 4.0 / 64, 1e-12,
         "nucleus: its share of the picture");
    near(cytoplasm[LOCALISATION_POINTING], 0, 0,
         "cytoplasm: the peak lies elsewhere");
    near(cytoplasm[LOCALISATION_MASS], 0.25, 1e-12,
         "cytoplasm: a quarter of the map's mass");
    /* 9, 11, 63, then 0 1 2 3 4 5 6 7 8: in it 11, 2, 3 */
    near(cytoplasm[LOCALISATION_RANK], 3.0 / 12, 1e-12,
         "cytoplasm: three of its twelve pixels are among the first twelve");
    near(cytoplasm[LOCALISATION_AREA], 12.0 / 64, 1e-12,
         "cytoplasm: its share of the picture");
    near(f[LOCALISATION_CHANCE], 4.0 / 64, 1e-12,
         "nucleus: a map of pixels points at it by chance as its area says");
    near(f[LOCALISATION_BEYOND], 60.0 / 64, 1e-12,
         "nucleus: pointing at it is more than chance by the rest");
    near(f[LOCALISATION_TOUCHED], 1, 0, "nucleus: the map touches it");
    near(cytoplasm[LOCALISATION_TOUCHED], 1, 0,
         "cytoplasm: half of the peak touches it");
    heat[11] = 0.49f;
    map.grid = (struct map_grid){{2, 1, 4}, {2, 1, 4}};
    ok(localisation_measure(&map, region, 8, 8, f, &err) == 0 &&
           cytoplasm[LOCALISATION_TOUCHED] == 0,
       "cytoplasm: less than half of the peak does not touch it");
    near(f[LOCALISATION_CHANCE], 0.25, 1e-12,
         "nucleus: one of four values of a grid lies in it");
    near(cytoplasm[LOCALISATION_CHANCE], 0, 0, "cytoplasm: none does");
    memset(heat, 0, sizeof(heat));
    ok(localisation_measure(&map, region, 8, 8, f, &err) == 0 &&
           f[LOCALISATION_MASS] == 0 && cytoplasm[LOCALISATION_MASS] == 0,
       "a map of zeros has no mass anywhere");
    ok(f[LOCALISATION_POINTING] == 0 && f[LOCALISATION_TOUCHED] == 0,
       "a map of zeros points at nothing and touches nothing");
    ok(strcmp(localisation_name(0), "nucleus_pointing") == 0 &&
           strcmp(localisation_name(LOCALISATION_FIGURES - 1),
                  "cytoplasm_area") == 0,
       "figures of location have names");
}

static void check_measured(void)
{
    struct prediction all[6], list[6];
    uint32_t order[6];
    const struct choose_cells_args a = {all, 6, 3, 1, order},
                                   every = {all, 6, 6, 1, order};
    size_t n, measured = 0;

    for (size_t i = 0; i < 6; i++)
        all[i] = (struct prediction){.row = 10 + i, .p = 0.5f};
    list[0] = (struct prediction){14, 0, 0, 0.5f, true, true};
    n = choose_cells_measured(list, 1, &a);
    for (size_t i = 0; i < n; i++)
        measured += list[i].measured;
    ok(measured == 3 && (n == 3 || n == 4) && list[0].shown && !list[1].shown,
       "three of six are drawn, one shown stays first");
    list[0] = (struct prediction){14, 0, 0, 0.5f, true, true};
    n = choose_cells_measured(list, 1, &every);
    ok(n == 6 && list[0].measured && list[1].row == 10 && list[5].row == 15,
       "  or all, each once");
}

static const char *figure_title(int f)
{
    return f ? "second" : "first";
}

static void check_figures(void)
{
    static const struct figure_kind kind = {"kind", 2, figure_title};
    static const struct word_list methods = {.word = {"a", "b"}, .n = 2};
    static const char names[1][CONFIG_NAME_MAX] = {"One, two"};
    struct figure_table t = {
        .kind = &kind, .methods = &methods, .class_name = names, .n_class = 1};
    const char *path = in_dir("figures.csv");
    struct buf b = {0};
    struct err err = {0};

    map_scores_header(&kind, &b);
    map_scores_put(&kind, "b", 0, "One, two/003", (double[]){1.0 / 3, -2}, &b);
    map_scores_put(&kind, "b", 0, "", (double[]){1, 4}, &b);
    put_file(path, b.data);
    ok(map_scores_read(&t, path, &err) == 0 && t.n == 2 &&
           t.row[0].method == 1 && t.row[0].value[0] == 1.0 / 3 &&
           strcmp(t.row[0].group, "One, two/003") == 0,
       "figures come back with all digits");
    b.len = 0;
    ok(map_scores_write(&t, &b, &err) == 0 &&
           strstr(b.data, "b,all,first,2,2,0.666667,,\n") &&
           strstr(b.data, "b,\"One, two\",second,2,2,1.000000,,\n"),
       "means by method and class");
    map_scores_release(&t);
    put_file(path, "method,truth,group,first\n");
    fails(map_scores_read(&t, path, &err), err, ERR_INPUT, "no figures of kind",
          "a file with other columns is refused");
    b.len = 0;
    map_scores_header(&kind, &b);
    map_scores_put(&kind, "c", 0, "", (double[]){1, 4}, &b);
    put_file(path, b.data);
    fails(map_scores_read(&t, path, &err), err, ERR_INPUT, "is not of this run",
          "a file of another method is refused");
    map_scores_release(&t);
    buf_release(&b);
}

int main(void)
{
    check_similar();
    check_fill();
    check_whole_numbers();
    check_contours_file();
    check_parse();
    check_place();
    check_draw();
    check_locate();
    check_measured();
    check_figures();
    return end_dir();
}
