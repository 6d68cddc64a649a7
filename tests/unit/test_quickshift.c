/* test_quickshift.c - segments are those of scikit-image */
#include "explain_golden.h"
#include "stages/explain/quickshift.h"

static void check_segments(const char *run, int h, int w, double kernel,
                           double max_dist)
{
    static uint8_t rgb[3 * MAX_PIXELS];
    static int32_t label[MAX_PIXELS];
    static float x[MAX_PIXELS];
    const struct quickshift_args a = {kernel, max_dist, 0.2, NULL};
    struct err err = {0};
    int n;

    draw_picture(h, w, rgb);
    n = quickshift(&a, rgb, h, w, label, &err);
    for (int i = 0; i < h * w; i++)
        x[i] = (float)label[i];
    close_to(distance_of(run, "segments", x, (size_t)(h * w)), 1e-7, run,
             "scikit-image's segments");
    x[0] = (float)n;
    close_to(distance_of(run, "n segments", x, 1), 1e-7, run, "and as many");
}

/* A picture of one colour is all ties: the given noise decides, as in
 * scikit-image. */
static void check_noise(void)
{
    enum { NOISE_H = 12, NOISE_W = 14, NOISE_N = NOISE_H * NOISE_W };
    static const double noise[] = {
#include "golden/quickshift_noise.inc"
    };
    uint8_t rgb[3 * NOISE_N];
    int32_t label[NOISE_N];
    float x[NOISE_N];
    struct quickshift_args a = {1.0, 2.0, 1.0, noise};
    struct err err = {0};
    int n;

    memset(rgb, 90, sizeof(rgb));
    n = quickshift(&a, rgb, NOISE_H, NOISE_W, label, &err);
    for (int i = 0; i < NOISE_N; i++)
        x[i] = (float)label[i];
    close_to(distance_of("noise", "segments", x, NOISE_N), 1e-7, "one colour",
             "scikit-image's segments with its noise");
    a.noise = NULL;
    n = quickshift(&a, rgb, NOISE_H, NOISE_W, label, &err);
    ok(n >= 1 && n <= NOISE_N, "without noise the result is defined");
    a.kernel = 8.0;
    a.max_dist = 200.0;
    ok(quickshift(&a, rgb, NOISE_H, NOISE_W, label, &err) == 1 &&
           label[0] == 0 && label[NOISE_N - 1] == 0,
       "a large kernel leaves one segment");
    ok(quickshift(&a, rgb, 1, 1, label, &err) == 1, "so does one pixel");
}

/* The middle of a row lies as far from the segment before it as from the one
 * behind it. */
static void check_equal_distance(void)
{
    enum { SIDES = 90, MIDDLE = 102, W = 5 };
    static const uint8_t grey[W] = {SIDES, SIDES, MIDDLE, SIDES, SIDES};
    const struct quickshift_args a = {1.0, 1.5, 0.2, NULL};
    uint8_t rgb[3 * W];
    int32_t label[W];
    struct err err = {0};

    for (int i = 0; i < 3 * W; i++)
        rgb[i] = grey[i / 3];
    ok(quickshift(&a, rgb, 1, W, label, &err) == 2 && label[1] == 0 &&
           label[3] == 1,
       "two halves of a row that another pixel divides are two segments");
    ok(label[2] == 0, "of two equally near denser pixels the first counts");
}

int main(void)
{
    check_segments("small", 26, 22, 1.5, 200);
    check_segments("mobilenetv2", 110, 110, 4, 200);
    check_segments("wide", 40, 75, 2.5, 4);
    check_noise();
    check_equal_distance();
    return tap_done();
}
