/* test_explain.c - Grad-CAM is PyTorch's, its pictures and cells as promised */
#include "nn/graph.h"
#include "nn/layers.h"
#include "stages/explain/choose_cells.h"
#include "stages/explain/explainer.h"
#include "stages/explain/heatmap_image.h"
#include "stages/explain/map_outline.h"
#include "tap.h"

#include "golden/gradcam_golden.inc"

#include <stdlib.h>

enum { H = 9, W = 7, LAYER_H = 5, LAYER_W = 4, LAYER_C = 6, CLASSES = 3 };

static const float *const golden_da[] = {golden_da_0, golden_da_1, golden_da_2};
static const float *const golden_cam[] = {golden_cam_0, golden_cam_1,
                                          golden_cam_2};
static const float *const golden_map[] = {golden_map_0, golden_map_1,
                                          golden_map_2};

static double worst_difference(const float *a, const float *b, size_t n)
{
    double d = 0.0;

    for (size_t i = 0; i < n; i++)
        d = fmax(d, fabs((double)a[i] - (double)b[i]));
    return d;
}

static void check_formula(void)
{
    float cam[LAYER_H * LAYER_W], map[H * W];

    for (int c = 0; c < CLASSES; c++) {
        gradcam(golden_a, golden_da[c], LAYER_H, LAYER_W, LAYER_C, cam);
        near(worst_difference(cam, golden_cam[c], LAYER_H * LAYER_W), 0.0, 1e-6,
             "Grad-CAM of given activations and gradients");
        explainer_resize(cam, LAYER_H, LAYER_W, false, map, H, W);
        explainer_normalise(map, H * W);
        near(worst_difference(map, golden_map[c], H * W), 0.0, 1e-5,
             "  enlarged and normalised");
    }
}

static void check_resize(void)
{
    float y[100];

    explainer_resize(golden_from_3x3_10x10, 3, 3, false, y, 10, 10);
    near(worst_difference(y, golden_to_3x3_10x10, 100), 0.0, 1e-6,
         "a map enlarged from 3x3 to 10x10");
    explainer_resize(golden_from_2x2_7x5, 2, 2, false, y, 7, 5);
    near(worst_difference(y, golden_to_2x2_7x5, 35), 0.0, 1e-6,
         "a map enlarged from 2x2 to 7x5");
    explainer_resize(golden_from_4x5_2x3, 4, 5, false, y, 2, 3);
    near(worst_difference(y, golden_to_4x5_2x3, 6), 0.0, 1e-6,
         "a map reduced from 4x5 to 2x3");
    explainer_resize(golden_from_3x4_3x4, 3, 4, false, y, 3, 4);
    near(worst_difference(y, golden_from_3x4_3x4, 12), 0.0, 1e-6,
         "a map of 3x3 in its own size");
    explainer_resize(&(const float){3.5f}, 1, 1, false, y, 4, 4);
    near(worst_difference(y, (const float[]){3.5f, 3.5f, 3.5f, 3.5f}, 4), 0.0,
         1e-9, "one value fills the map");
    explainer_resize((const float[]){1, 2, 3, 4}, 2, 2, false, y, 1, 1);
    near(y[0], 1.0, 1e-9, "one pixel takes the first corner");
}

static bool all_zero(const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(x[i] <= 0.0f && x[i] >= 0.0f))
            return false;
    return true;
}

static void check_flat(void)
{
    float zero[LAYER_H * LAYER_W * LAYER_C] = {0}, cam[LAYER_H * LAYER_W];
    float flat[4] = {0.7f, 0.7f, 0.7f, 0.7f}, two[2] = {2.0f, 6.0f};
    float ridge[7] = {0, 1, 0, 0, 5, 5, 5};
    int x, y;

    gradcam(zero, golden_da_0, LAYER_H, LAYER_W, LAYER_C, cam);
    explainer_normalise(cam, LAYER_H * LAYER_W);
    ok(all_zero(cam, LAYER_H * LAYER_W), "activations of zero: zeros");
    gradcam(golden_a, zero, LAYER_H, LAYER_W, LAYER_C, cam);
    explainer_normalise(cam, LAYER_H * LAYER_W);
    ok(all_zero(cam, LAYER_H * LAYER_W), "gradients of zero: zeros");
    explainer_normalise(flat, 4);
    ok(all_zero(flat, 4), "a flat map: zeros");
    explainer_normalise(two, 2);
    near(two[0], 0.0, 1e-9, "the smallest of a map becomes 0");
    near(two[1], 4.0 / (4.0 + 1e-7), 1e-6, "the largest of a map becomes 1");
    explainer_peak(&(struct explainer_map){.heat = zero}, 2, 3, &x, &y);
    ok(x == 0 && y == 0, "the peak of nothing is the first pixel");
    explainer_peak(&(struct explainer_map){.heat = ridge}, 1, 7, &x, &y);
    ok(x == 5 && y == 0, "of equal pixels the middle one is the peak");
    explainer_peak(
        &(struct explainer_map){.heat = ridge, .grid.x.n = 2, .grid.y.n = 1}, 1,
        7, &x, &y);
    ok(x == 4, "of a grid's that which is nearest to the picture's middle");
}

/* --- the same through the engine --- */

static struct graph *build_graph(struct err *err)
{
    struct graph *g = graph_new(&(struct graph_args){
        .max_batch = 1, .threads = 1, .memory = GRAPH_KEEP_ALL});
    struct node *x = nn_input(g, "input", H, W, 3);

    x = nn_conv2d(g, x, "conv",
                  (struct conv_args){.filters = LAYER_C,
                                     .size = 3,
                                     .stride = 2,
                                     .pad = PAD_SAME,
                                     .bias = true});
    x = nn_batch_norm(g, x, "bn",
                      (struct bn_args){.act = ACT_RELU6, .act_name = "act"});
    x = nn_conv2d(g, x, "mix",
                  (struct conv_args){.filters = 4, .size = 1, .bias = true});
    x = nn_relu(g, x, "mix_relu");
    x = nn_global_avg_pool(g, x, "pool");
    x = nn_dense(g, x, "hidden", (struct dense_args){.units = 8});
    x = nn_relu(g, x, "hidden_relu");
    x = nn_dense(g, x, "logits", (struct dense_args){.units = CLASSES});
    if (graph_finish(g, err) == 0)
        return g;
    graph_free(g);
    return NULL;
}

static void fill_weights(struct graph *g)
{
    static const struct {
        const char *name;
        const float *value;
        size_t n;
    } row[] = {
#define ROW(tensor, array)                                                     \
    {tensor, golden_##array, sizeof(golden_##array) / sizeof(float)}
        ROW("conv/kernel:0", conv_kernel),
        ROW("conv/bias:0", conv_bias),
        ROW("bn/gamma:0", bn_gamma),
        ROW("bn/beta:0", bn_beta),
        ROW("bn/moving_mean:0", bn_mean),
        ROW("bn/moving_variance:0", bn_variance),
        ROW("mix/kernel:0", mix_kernel),
        ROW("mix/bias:0", mix_bias),
        ROW("hidden/kernel:0", hidden_kernel),
        ROW("hidden/bias:0", hidden_bias),
        ROW("logits/kernel:0", logits_kernel),
        ROW("logits/bias:0", logits_bias),
#undef ROW
    };
    const struct named_tensor *t;
    size_t n, found = 0;

    graph_tensors(g, &t, &n);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < sizeof(row) / sizeof(row[0]); j++)
            if (strcmp(t[i].name, row[j].name) == 0 && t[i].len == row[j].n) {
                memcpy(t[i].data, row[j].value, row[j].n * sizeof(float));
                found++;
            }
    ok(found == n && n == sizeof(row) / sizeof(row[0]),
       "PyTorch's weights are in place");
}

static void check_engine(void)
{
    const struct explain_settings stretched = {.placement =
                                                   PLACEMENT_STRETCHED};
    struct err err = {0};
    struct graph *g = build_graph(&err);
    const struct explainer *e = explainer_find("gradcam", &err);
    struct gradients grad = {0};
    const int target[] = {0, 1, 2};
    float map[H * W] = {0};
    struct explainer_map out = {.heat = map};

    if (!ok(g && e &&
                gradients_init(&grad, g,
                               (struct node *[]){graph_node(g, "act")}, 1,
                               &err) == 0,
            "a network and Grad-CAM for it")) {
        printf("# %s\n", err.text);
        return;
    }
    fill_weights(g);
    for (int c = 0; c < CLASSES; c++) {
        const struct gradients_layer *l = grad.layer;
        const struct explainer_task t = {.settings = &stretched,
                                         .target = &target[c],
                                         .n_target = 1,
                                         .h = H,
                                         .w = W,
                                         .layer = l,
                                         .n_layer = 1};

        gradients_take(&grad, golden_x, &target[c], 1);
        ok(e->explain(&t, &out, &err) == 0, "a cell is explained by Grad-CAM");
        near(
            worst_difference(graph_output(g)->out.data, golden_logits, CLASSES),
            0.0, 1e-5, "  PyTorch's logits");
        near(worst_difference(l->a, golden_a, LAYER_H * LAYER_W * LAYER_C), 0.0,
             1e-5, "  PyTorch's activations");
        near(worst_difference(l->da[0], golden_da[c],
                              LAYER_H * LAYER_W * LAYER_C),
             0.0, 1e-5, "  PyTorch's gradients");
        near(worst_difference(map, golden_map[c], H * W), 0.0, 1e-4,
             "  PyTorch's map");
    }
    gradients_release(&grad);
    graph_free(g);
}

static void check_table(void)
{
    struct err err = {0};
    const struct explainer *e = explainer_find("gradcam", &err);

    ok(e && strcmp(explainer_title(e), "Grad-CAM") == 0,
       "an explainer by name");
    fails(explainer_find("gradcan", &err) ? 0 : -1, err, ERR_USAGE,
          "explain.methods: 'gradcan' is unknown; there is: gradcam, gradcampp",
          "an unknown one is refused");
}

/* --- pictures --- */

static double linear_light(uint8_t v)
{
    const double x = v / 255.0;

    return x <= 0.04045 ? x / 12.92 : pow((x + 0.055) / 1.055, 2.4);
}

/* CIE L*a*b* under D65: not the space that the table was made in. */
static void to_lab(const uint8_t rgb[3], double lab[3])
{
    const double r = linear_light(rgb[0]), g = linear_light(rgb[1]),
                 b = linear_light(rgb[2]);
    double f[3] = {(0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
                   0.2126 * r + 0.7152 * g + 0.0722 * b,
                   (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089};

    for (int i = 0; i < 3; i++)
        f[i] = f[i] > 0.008856 ? cbrt(f[i]) : 7.787 * f[i] + 16.0 / 116.0;
    lab[0] = 116.0 * f[1] - 16.0;
    lab[1] = 500.0 * (f[0] - f[1]);
    lab[2] = 200.0 * (f[1] - f[2]);
}

/* Matplotlib 3.6, get_cmap("jet", 256)(i, bytes=True). */
static void check_jet(void)
{
    static const int at[] = {0, 31, 32, 96, 112, 163, 200, 227, 255};
    static const uint8_t want[][3] = {
        {0, 0, 127},    {0, 0, 255},    {0, 0, 255},
        {21, 255, 225}, {73, 255, 173}, {237, 255, 8},
        {255, 118, 0},  {254, 18, 0},   {127, 0, 0}};
    uint8_t rgb[256][3];
    bool same = true;

    heatmap_image_table(COLOURS_JET, rgb);
    for (int i = 0; i < 9; i++)
        same = same && memcmp(rgb[at[i]], want[i], 3) == 0;
    ok(same, "jet is Matplotlib's");
}

static void check_colours(void)
{
    uint8_t rgb[256][3];
    double last = -1.0;
    bool rising = true, inside = true;

    heatmap_image_table(COLOURS_UNIFORM, rgb);
    for (int i = 0; i < 256; i++) {
        double lab[3];

        to_lab(rgb[i], lab);
        rising = rising && lab[0] > last;
        last = lab[0];
        for (int c = 0; c < 3; c++) /* a clipped channel sticks at an end */
            inside = inside && rgb[i][c] > 0 && rgb[i][c] < 255;
    }
    ok(rising, "lightness rises with every step");
    ok(inside, "no colour is clipped");
    ok(last > 90.0, "up to nearly white");
    for (int i = 0; i < 16; i++) {
        double a[3], b[3];

        to_lab(rgb[i * 16], a);
        to_lab(rgb[i * 16 + 15], b);
        ok(b[0] - a[0] > 2.5 && b[0] - a[0] < 8.0,
           "a sixteenth is neither a step nor a plateau in L*");
    }
}

/* Pixel (x, y) of panel 'place' of two columns. */
static const uint8_t *panel_at(const struct image *im, int place, int x, int y)
{
    return image_row(im, heatmap_image_top() + y) +
           3 * (heatmap_image_left(2, place) + x);
}

static void check_panels(void)
{
    const uint8_t rgb[] = {10, 20, 30, 200, 210, 220};
    const float map[] = {0.0f, 1.0f};
    struct heatmap_cell c = {.rgb = rgb, .map = map, .h = 1, .w = 2, .most = 1};
    uint8_t heat[256][3];
    struct image im;
    struct err err = {0};

    BUG_ON(image_init(&im, heatmap_image_strip_width(2, 4),
                      heatmap_image_strip_height(1), &err) < 0);
    ok(im.w == 4 * (2 * HEATMAP_SCALE + HEATMAP_GAP) + HEATMAP_BAR +
                   HEATMAP_SIDE &&
           im.h == HEATMAP_SCALE + 2 * 2 + 12 * (HEATMAP_HEAD + HEATMAP_FOOT),
       "a strip has room for panels, scale and words");
    heatmap_image_table(COLOURS_UNIFORM, heat);
    heatmap_image_begin(COLOURS_UNIFORM, &im);
    for (int i = 0; i < 3; i++)
        heatmap_image_draw(&c, (enum heatmap_panel)i, i, &im);
    c.least = 0.2;
    c.most = 0.6;
    heatmap_image_draw(&c, PANEL_MAP, 3, &im);
    ok(memcmp(panel_at(&im, 0, 0, 0), rgb, 3) == 0 &&
           memcmp(panel_at(&im, 0, 1, 1), rgb, 3) == 0 &&
           memcmp(panel_at(&im, 0, 2, 0), rgb + 3, 3) == 0,
       "a strip: the cell, enlarged in both directions");
    ok(*panel_at(&im, 0, 4, 0) == HEATMAP_PAPER,
       "a strip: a gap behind the cell");
    ok(*panel_at(&im, 1, 2, 0) ==
           (uint8_t)lround(0.3 * (0.2126 * 200 + 0.7152 * 210 + 0.0722 * 220) +
                           0.7 * heat[255][0]),
       "a strip: the map over grey");
    ok(memcmp(panel_at(&im, 2, 0, 0), heat[0], 3) == 0 &&
           memcmp(panel_at(&im, 2, 2, 0), heat[255], 3) == 0,
       "a strip: the map in its colours");
    ok(memcmp(panel_at(&im, 3, 0, 0), heat[51], 3) == 0 &&
           memcmp(panel_at(&im, 3, 2, 0), heat[153], 3) == 0,
       "a strip: a map on a scale that others share");
    ok(memcmp(panel_at(&im, 4, 0, 0), heat[255], 3) == 0 &&
           memcmp(panel_at(&im, 4, 0, 1), heat[0], 3) == 0,
       "a strip: the scale, 1 at its top");
    image_release(&im);
}

/* Inked pixels of 'im' in rows from .. to - 1. */
static int count_ink(const struct image *im, int from, int to)
{
    int n = 0;

    for (int y = from; y < to; y++)
        for (int x = 0; x < im->w; x++)
            n += image_row(im, y)[3 * x] < 128;
    return n;
}

static void check_words(void)
{
    const int side = 60, top = heatmap_image_top();
    struct image im;
    struct err err = {0};

    BUG_ON(image_init(&im, heatmap_image_strip_width(side, 1),
                      heatmap_image_strip_height(side), &err) < 0);
    heatmap_image_begin(COLOURS_JET, &im);
    ok(count_ink(&im, 0, top) == 0, "a strip begins without words");
    ok(heatmap_image_words("Grad-CAM++", "", side, 0, &im, &err) == 0,
       "words are put above a panel");
    ok(count_ink(&im, 0, top) > 30 &&
           count_ink(&im, top + side * HEATMAP_SCALE, im.h) == 0,
       "  and are there, and not below it");
    ok(heatmap_image_words("", "0 to 0.5", side, 0, &im, &err) == 0 &&
           count_ink(&im, top + side * HEATMAP_SCALE, im.h) > 15,
       "words are put below a panel");
    image_release(&im);
}

/* A part of 7 x 7 in 20 x 20, at three times its size. */
static void check_outline(void)
{
    const struct map_outline_pen pen = {
        .zoom = 3, .line = {200, 0, 0}, .halo = {0, 0, 9}, .minus = true};
    uint8_t mask[20 * 20] = {0};
    struct image im;
    struct err err = {0};
    int line = 0;

    for (int i = 0; i < 49; i++)
        mask[(5 + i / 7) * 20 + 5 + i % 7] = 2;
    BUG_ON(image_init(&im, 60, 60, &err) < 0);
    ok(map_outline_draw(mask, 1, 20, 20, &pen, &im, &err) == 0 &&
           count_ink(&im, 0, 60) == 60 * 60,
       "pixels without the bit have no outline");
    ok(map_outline_draw(mask, 2, 20, 20, &pen, &im, &err) == 0,
       "a part of a mask is outlined");
    for (int i = 0; i < 60 * 60; i++)
        line += im.px[3 * i] == 200;
    ok(line == 4 * 20 + 7, "  by a line of one pixel and a minus of seven");
    ok(image_row(&im, 15)[3 * 15] == 200 &&
           image_row(&im, 14)[3 * 15 + 2] == 9 &&
           image_row(&im, 20)[3 * 20] == 0,
       "  the line inside, its halo outside");
    ok(image_row(&im, 24)[3 * 24] == 200 && image_row(&im, 25)[3 * 24 + 2] == 9,
       "  the sign in the middle, with a halo");
    image_release(&im);
}

static void check_pick(void)
{
    struct prediction list[] = {
        {7, 0, 0, .9f, false, false}, {1, 0, 0, .9f, false, false},
        {2, 0, 1, .6f, false, false}, {3, 0, 0, .95f, false, false},
        {4, 1, 0, .7f, false, false}, {5, 1, 2, .8f, false, false},
        {6, 2, 2, .5f, false, false}, {8, 0, 0, .1f, false, false},
    };
    const size_t want[] = {3, 1, 2, 5, 4, 6};
    bool same = true;

    ok(choose_cells(list, 8, 2) == 6,
       "two right and two wrong cells of each class are chosen");
    for (size_t i = 0; i < 6; i++)
        same = same && list[i].row == want[i];
    ok(same, "  by class, right first, the surest first, then the lower row");
    ok(choose_cells(list, 6, 1) == 4,
       "one right and one wrong cell of each class are chosen");
    ok(choose_cells(list, 6, 0) == 0, "no cell of each class is chosen");
    ok(choose_cells(list, 0, 5) == 0, "of no cells none is chosen");
}

int main(void)
{
    check_jet();
    check_formula();
    check_resize();
    check_flat();
    check_table();
    check_engine();
    check_colours();
    check_panels();
    check_words();
    check_outline();
    check_pick();
    return tap_done();
}
