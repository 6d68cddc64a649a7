/* test_reencode.c - a picture as JPEG leaves it, beside what Pillow makes */
#include "img/reencode.h"

#include "base/file.h"
#include "img/decode.h"
#include "img/png.h"
#include "img/vipslib.h"
#include "test_dir.h"

enum { W = 13, H = 11, N = W * H * 3 };

#include "golden/reencode_golden.inc"

/* The picture of reencode.py. */
static struct image make_picture(void)
{
    struct image im;
    struct err err = {0};

    BUG_ON(image_init(&im, W, H, &err) < 0);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            uint8_t *p = image_row(&im, y) + 3 * x;

            p[0] = (uint8_t)(x * 37 + y * 11);
            p[1] = (uint8_t)(x * x * 5 + y * 40);
            p[2] = (uint8_t)(255 - x * 19 - y * y * 3);
        }
    return im;
}

static int furthest(const uint8_t *a, const uint8_t *b)
{
    int worst = 0;

    for (int i = 0; i < N; i++)
        if (abs(a[i] - b[i]) > worst)
            worst = abs(a[i] - b[i]);
    return worst;
}

static void check_golden(int quality, const uint8_t *want, const char *what)
{
    struct image im = make_picture(), again = make_picture();
    struct err err = {0};

    ok(reencode(&im, quality, &err) == 0 && im.w == W && im.h == H, what);
    printf("# off by %d\n", furthest(im.px, want));
    ok(furthest(im.px, want) <= 1, "  its pixels are Pillow's");
    ok(reencode(&again, quality, &err) == 0 && memcmp(im.px, again.px, N) == 0,
       "  and the same every time");
    image_release(&im);
    image_release(&again);
}

/* A file that is read, and the same read as JPEG leaves it. */
static void check_reading(void)
{
    struct decoding d = {.jpeg = 95};
    struct image im = make_picture(), got;
    struct err err = {0};

    ok(png_write(&im, in_dir("a.png"), &err) == 0 &&
           decode_read_as(&got, in_dir("a.png"), &d, &err) == 0 &&
           reencode(&im, 95, &err) == 0 && memcmp(im.px, got.px, N) == 0,
       "a file is read so where that is asked for");
    image_release(&got);
    image_release(&im);
}

static void check_small(void)
{
    struct image im;
    struct err err = {0};

    BUG_ON(image_init(&im, 1, 1, &err) < 0);
    memset(im.px, 77, 3);
    ok(reencode(&im, 100, &err) == 0 && im.w == 1 && im.px[0] == 77 &&
           im.px[1] == 77 && im.px[2] == 77,
       "a grey pixel stays one");
    image_release(&im);
}

int main(void)
{
    begin_dir();
    check_golden(95, q95_420, "quality 95");
    check_golden(40, q40_420, "quality 40");
    ok(furthest(q95_420, q95_444) > 8, "colours of half the size are others");
    check_reading();
    check_small();
    vipslib_end_thread();
    return end_dir();
}
