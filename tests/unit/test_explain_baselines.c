/* test_explain_baselines.c - what an explainer has to beat, and the chart of
 * insertion and deletion */
#include "charts/svg_masking.h"
#include "golden/explain_baselines_golden.inc"
#include "markup.h"
#include "stages/explain/localisation.h"
#include "tap.h"

enum { MAX_SIDE = 64 };

/* As picture() of explain_baselines.py. */
static void draw_picture(int h, int w, uint8_t *rgb)
{
    for (int i = 0; i < 3 * h * w; i++)
        rgb[i] = (uint8_t)((i * 37 + i / (3 * w) * 11) % 256);
}

/* Of every third row and fifth column. */
static double worst_difference(const float *y, int h, int w, const float *want)
{
    double worst = 0.0;

    for (int i = 0; i < h; i += 3)
        for (int j = 0; j < w; j += 5)
            worst = fmax(worst, fabs((double)y[i * w + j] - (double)*want++));
    return worst;
}

static struct explainer_map explain(const char *name, int h, int w,
                                    const uint8_t *region, float *heat)
{
    static uint8_t rgb[3 * MAX_SIDE * MAX_SIDE];
    struct err err = {0};
    const struct explainer *e = explainer_find(name, &err);
    const struct explainer_task t = {
        .rgb = rgb, .region = region, .h = h, .w = w, .n_target = 1};
    struct explainer_map map = {.heat = heat};

    draw_picture(h, w, rgb);
    works(e && e->baseline && e->explain(&t, &map, &err) == 0, err, name);
    return map;
}

static void check_golden(const char *name, int h, int w, const float *want)
{
    static float heat[MAX_SIDE * MAX_SIDE];

    explain(name, h, w, NULL, heat);
    near(worst_difference(heat, h, w, want), 0, 1e-5, "  as SciPy has it");
}

static void check_contour(void)
{
    uint8_t region[64] = {0};
    float heat[64];
    double sum = 0.0;

    region[9] = region[10] = LOCALISATION_NUCLEUS;
    region[11] = LOCALISATION_CYTOPLASM;
    explain("contour", 8, 8, region, heat);
    for (int i = 0; i < 64; i++)
        sum += (double)heat[i];
    ok(heat[9] > 0.99f && heat[10] > 0.99f && sum < 2.001,
       "  it is the nucleus and nothing else");
    explain("contour", 8, 8, NULL, heat);
    ok(heat[9] <= 0.0f, "  and nothing where there is no contour");
}

static void check_names(void)
{
    struct word_list names = {.word = {"lime", "centre"}, .n = 2};

    explainer_add_baselines(&names);
    ok(names.n == 4 && strcmp(names.word[2], "blurred") == 0 &&
           strcmp(names.word[3], "contour") == 0,
       "baselines are added to explainers, each once");
}

static void check_chart(void)
{
    const double up[] = {0.1, 0.5, 0.9}, down[] = {0.9, 0.25, 0.1};
    const struct svg_masking_line line[] = {{"Grad-CAM++ & more", up, down},
                                            {"centre", down, up}};
    const struct svg_masking m = {"Removing", 3, 2, line};
    struct buf b = {0};

    svg_masking(&m, true, &b);
    ok(!b.failed && markup_count(b.data, "<path class=\"pl-s pl-s0\"") == 3 &&
           markup_count(b.data, "<path class=\"pl-s pl-s1\"") == 3,
       "a method has a line in each panel and one in the legend");
    ok(strstr(b.data, "Grad-CAM++ &amp; more") &&
           strstr(b.data, "d=\"M52.0 318.0L182.0 214.0L312.0 110.0\""),
       "  its name and its points");
    buf_release(&b);
}

int main(void)
{
    check_golden("centre", 26, 22, golden_centre_26);
    check_golden("centre", 48, 64, golden_centre_48);
    check_golden("blurred", 26, 22, golden_blurred_26);
    check_golden("blurred", 48, 64, golden_blurred_48);
    check_contour();
    check_names();
    check_chart();
    return tap_done();
}
