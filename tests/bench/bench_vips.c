/*
 * bench_vips.c - what libvips would take for what is done by hand here
 *
 * Each operation that libvips has in some form, on a cell of 110 x 110 x 3
 * bytes in memory, one thread, from bytes to bytes.  Prints processor
 * microseconds of either, the ratio of medians over rounds that alternate, and
 * by how much the results differ: mean and largest, of 255.
 */
#include "base/clock.h"
#include "img/resize.h"
#include "stages/augment/recipe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vips/vips.h>

enum { SIDE = 110, FROM = 220, ROUNDS = 9, TIMES = 100 };

static uint8_t small[SIDE * SIDE * 3], large[FROM * FROM * 3];

/* --- libvips' ways -------------------------------------------------------- */

static int by_flip(VipsImage *in, VipsImage **out)
{
    return vips_flip(in, out, VIPS_DIRECTION_HORIZONTAL, NULL);
}

/* As augment_affine at 30 degrees, about the centre, black beyond. */
static int by_affine(VipsImage *in, VipsImage **out)
{
    const double c = cos(VIPS_PI / 6), s = sin(VIPS_PI / 6), m = SIDE / 2.0;
    VipsInterpolate *linear = vips_interpolate_new("bilinear");
    VipsArrayInt *area = vips_array_int_newv(4, 0, 0, SIDE, SIDE);
    const int rc =
        vips_affine(in, out, c, -s, s, c, "interpolate", linear, "oarea", area,
                    "idx", -m, "idy", -m, "odx", m, "ody", m, NULL);

    vips_area_unref(VIPS_AREA(area));
    g_object_unref(linear);
    return rc;
}

static int by_linear(VipsImage *in, VipsImage **out)
{
    return vips_linear1(in, out, 1.35, 0, "uchar", TRUE, NULL);
}

static int by_gamma(VipsImage *in, VipsImage **out)
{
    return vips_gamma(in, out, "exponent", 0.5, NULL);
}

static int by_gaussblur(VipsImage *in, VipsImage **out)
{
    return vips_gaussblur(in, out, 4.0, NULL);
}

static int by_canny(VipsImage *in, VipsImage **out)
{
    return vips_canny(in, out, "sigma", 1.4, "precision",
                      VIPS_PRECISION_INTEGER, NULL);
}

static int by_hist_equal(VipsImage *in, VipsImage **out)
{
    return vips_hist_equal(in, out, NULL);
}

static int by_hist_local(VipsImage *in, VipsImage **out)
{
    return vips_hist_local(in, out, 14, 14, "max_slope", 3, NULL);
}

static int by_conv(VipsImage *in, VipsImage **out)
{
    VipsImage *m = vips_image_new_matrixv(3, 3, -1., -1., -1., -1., 9., -1.,
                                          -1., -1., -1.);
    const int rc =
        vips_conv(in, out, m, "precision", VIPS_PRECISION_INTEGER, NULL);

    g_object_unref(m);
    return rc;
}

static int by_hsv(VipsImage *in, VipsImage **out)
{
    VipsImage *hsv, *moved;
    const double gain[] = {1, 1.3, 1}, add[] = {14, 0, 0};
    int rc = vips_colourspace(in, &hsv, VIPS_INTERPRETATION_HSV, NULL);

    if (rc)
        return rc;
    rc = vips_linear(hsv, &moved, gain, add, 3, "uchar", TRUE, NULL);
    g_object_unref(hsv);
    if (rc)
        return rc;
    moved->Type = VIPS_INTERPRETATION_HSV;
    rc = vips_colourspace(moved, out, VIPS_INTERPRETATION_sRGB, NULL);
    g_object_unref(moved);
    return rc;
}

static int by_lanczos(VipsImage *in, VipsImage **out)
{
    return vips_resize(in, out, (double)SIDE / FROM, "kernel",
                       VIPS_KERNEL_LANCZOS3, NULL);
}

static int by_nearest(VipsImage *in, VipsImage **out)
{
    return vips_resize(in, out, (double)SIDE / FROM, "kernel",
                       VIPS_KERNEL_NEAREST, NULL);
}

/* --- one row -------------------------------------------------------------- */

static const struct operation {
    const char *vips; /* its name there */
    int (*by)(VipsImage *in, VipsImage **out);
    const struct augment *ours; /* NULL: resize */
    float param[AUGMENT_MAX_PARAMS];
    resize_f resize;
} operations[] = {
    {"vips_flip", by_flip, &augment_fliph, {1}, NULL},
    {"vips_affine", by_affine, &augment_affine, {30, 0, 0, 1, 1, 0, 0}, NULL},
    {"vips_linear", by_linear, &augment_brightness, {1.35f}, NULL},
    {"vips_gamma", by_gamma, &augment_gamma, {2}, NULL},
    {"vips_gaussblur", by_gaussblur, &augment_blur, {4}, NULL},
    {"vips_conv", by_conv, &augment_sharpen, {1, 1}, NULL},
    {"vips_canny", by_canny, &augment_canny, {0}, NULL},
    {"vips_hist_equal", by_hist_equal, &augment_equalize, {0}, NULL},
    {"vips_hist_local", by_hist_local, &augment_clahe, {0}, NULL},
    {"vips_colourspace", by_hsv, &augment_huesat, {0}, NULL},
    {"vips_resize lanczos3", by_lanczos, NULL, {0}, resize_lanczos},
    {"vips_resize nearest", by_nearest, NULL, {0}, resize_nearest},
};

static uint8_t *result_of_vips(const struct operation *o, size_t *n)
{
    const int side = o->resize ? FROM : SIDE;
    VipsImage *in = vips_image_new_from_memory(o->resize ? large : small,
                                               (size_t)(side * side * 3), side,
                                               side, 3, VIPS_FORMAT_UCHAR);
    VipsImage *rgb = NULL, *out = NULL;
    uint8_t *px;

    BUG_ON(!in || vips_copy(in, &rgb, "interpretation",
                            VIPS_INTERPRETATION_sRGB, NULL) != 0);
    BUG_ON(o->by(rgb, &out) != 0);
    px = vips_image_write_to_memory(out, n);
    BUG_ON(!px);
    g_object_unref(out);
    g_object_unref(rgb);
    g_object_unref(in);
    return px;
}

static void ours(const struct operation *o, uint8_t *dst, uint8_t *scratch)
{
    const struct augment_picture p = {SIDE, SIDE, small, dst, scratch};
    struct recipe_step step = {.op = o->ours, .probability = 1};
    const struct recipe r = {
        .all = {.kind = RECIPE_EACH, .n_step = 1, .step = &step}};
    const struct recipe_stream stream = {1, "content", 7, 1, 0, NULL, 0};
    struct buf text = {0};
    struct err err;

    if (o->resize) {
        struct image in = {.w = FROM, .h = FROM, .px = large}, out;

        BUG_ON(o->resize(&out, &in, SIDE, SIDE, &err) < 0);
        memcpy(dst, out.px, sizeof(small));
        image_release(&out);
        return;
    }
    for (int i = 0; i < AUGMENT_MAX_PARAMS; i++) {
        const float v = o->param[0] != 0 ? o->param[i] : o->ours->strong[i];

        step.range[i] = (struct recipe_range){v, v};
    }
    recipe_apply(&r, &stream, &p, &text);
    buf_release(&text);
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static double median(double *x)
{
    qsort(x, ROUNDS, sizeof(*x), compare);
    return x[ROUNDS / 2];
}

/* How far libvips' bytes are from ours. */
static void print_difference(const struct operation *o, const uint8_t *dst)
{
    size_t n;
    uint8_t *px = result_of_vips(o, &n);
    double sum = 0;
    int most = 0;

    if (n != sizeof(small)) {
        printf("%zu values, here %zu\n", n, sizeof(small));
        g_free(px);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const int d = abs(px[i] - dst[i]);

        sum += d;
        most = d > most ? d : most;
    }
    printf("mean %.1f, most %d\n", sum / (double)n, most);
    g_free(px);
}

static void report(const struct operation *o, uint8_t *dst, uint8_t *scratch)
{
    double by_vips[ROUNDS], by_us[ROUNDS], begin, v, u;

    for (int r = 0; r < ROUNDS; r++) {
        begin = clock_processor();
        for (int i = 0; i < TIMES; i++) {
            size_t n;

            g_free(result_of_vips(o, &n));
        }
        by_vips[r] = (clock_processor() - begin) / TIMES;
        begin = clock_processor();
        for (int i = 0; i < TIMES; i++)
            ours(o, dst, scratch);
        by_us[r] = (clock_processor() - begin) / TIMES;
    }
    v = median(by_vips);
    u = median(by_us);
    printf("%-22s %-12s %8.0f us %8.0f us  %6.2f  ", o->vips,
           o->resize ? "resize" : o->ours->name, 1e6 * v, 1e6 * u, v / u);
    print_difference(o, dst);
}

static void draw(uint8_t *px, int side)
{
    for (int i = 0; i < side * side * 3; i++) {
        const int k = i % 3, x = i / 3 % side - side / 2,
                  y = i / 3 / side - side / 2;
        const int d = 3 * x * x + 4 * y * y;
        const int v = d < side * side / 12  ? 50 + 30 * k
                      : d < side * side / 2 ? 150 - 10 * k * k + 40 * x / side
                                            : 205 - 5 * k;

        px[i] = (uint8_t)(v + (int)(((uint32_t)i * 2654435761u) >> 29));
    }
}

int main(void)
{
    static uint8_t dst[SIDE * SIDE * 3];
    uint8_t *scratch = malloc(augment_scratch(SIDE, SIDE));

    BUG_ON(!scratch || vips_init("bench_vips") != 0);
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    draw(small, SIDE);
    draw(large, FROM);
    printf("libvips %s\n%-22s %-12s %11s %11s  %6s  difference\n",
           vips_version_string(), "libvips", "here", "libvips", "here",
           "ratio");
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
        report(&operations[i], dst, scratch);
    free(scratch);
    return 0;
}
