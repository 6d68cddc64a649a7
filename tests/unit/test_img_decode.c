/* test_img_decode.c - every kind of picture is read; what is none is refused */
#include "img/decode.h"

#include "img/bmp.h"
#include "img/png.h"
#include "img/vipslib.h"
#include "test_dir.h"

#define CORPUS "tests/fuzz/corpus/decode/"

enum { W = 8, H = 6 };

struct decode_case {
    const char *name;
    int tol; /* levels */
    uint8_t px[H * W * 3];
};

static const struct decode_case golden[] = {
#include "golden/decode_golden.inc"
};

static void check_golden(const struct decode_case *g)
{
    char path[FILE_PATH_MAX];
    struct image im = {0};
    struct err err = {0};
    int worst = 0;

    snprintf(path, sizeof(path), CORPUS "%s", g->name);
    if (!works(decode_read(&im, path, &err) == 0 && im.w == W && im.h == H, err,
               g->name))
        return;
    for (int i = 0; i < H * W * 3; i++)
        if (abs(im.px[i] - g->px[i]) > worst)
            worst = abs(im.px[i] - g->px[i]);
    if (!ok(worst <= g->tol, "  its pixels"))
        printf("# off by %d, at most %d\n", worst, g->tol);
    image_release(&im);
}

/* Cut to half and to all but a few bytes: refused, by name of the kind. */
static void check_cut(const char *name, const char *part)
{
    char path[FILE_PATH_MAX], *bytes = NULL;
    size_t size = 0;
    struct image im = {0};
    struct err err = {0};

    snprintf(path, sizeof(path), CORPUS "%s", name);
    if (file_read(path, 1 << 20, &bytes, &size, &err) < 0) {
        ok(false, name);
        return;
    }
    fails(decode_bytes(&im, bytes, size / 2, &err), err, ERR_INPUT, part, name);
    fails(decode_bytes(&im, bytes, 20, &err), err, ERR_INPUT, part,
          "  twenty bytes of it");
    ok(!im.px && im.w == 0, "  and no picture is left");
    free(bytes);
}

static void check_bytes(const char *bytes, size_t n, const char *part,
                        const char *what)
{
    struct image im = {0};
    struct err err = {0};

    fails(decode_bytes(&im, bytes, n, &err), err, ERR_INPUT, part, what);
}

static void check_refused(void)
{
    struct image im = {0};
    struct err err = {0};

    check_bytes("", 0, "empty file (0 bytes)", "zero bytes");
    check_bytes("hello, world", 12,
                "not a BMP, JPEG, PNG, TIFF or WebP image (12 bytes)", "text");
    check_bytes("<svg xmlns='http://www.w3.org/2000/svg'/>", 41, "not a BMP",
                "SVG never reaches libvips");
    check_bytes("%PDF-1.4\n", 9, "not a BMP", "PDF never reaches libvips");
    check_bytes("GIF89a", 6, "not a BMP", "GIF never reaches libvips");
    check_bytes("\xff\xd8\xff", 3, "truncated JPEG image (3 bytes)",
                "three bytes of JPEG");
    check_bytes("\xff\xd8\xff\xe0junk\xff\xd9", 10, "damaged JPEG image",
                "a JPEG of nothing");
    check_cut("rgb.png", "truncated PNG image");
    check_cut("rgb.jpg", "truncated JPEG image");
    check_cut("rgb.webp", "truncated WebP image");
    check_cut("rgb.tiff", "truncated or damaged TIFF image");
    check_cut("rgb.bmp", "truncated bitmap");
    fails(decode_read(&im, CORPUS "huge.png", &err), err, ERR_INPUT,
          "huge.png': image of 30000 x 30000 pixels: a side has at most 20000",
          "a PNG of 30000 x 30000, from its header");
    fails(decode_read(&im, CORPUS "float.tiff", &err), err, ERR_INPUT,
          "TIFF image of pixel type float, must be 8 or 16 bits",
          "pixels of real numbers");
    fails(decode_read(&im, "/nonexistent.png", &err), err, ERR_INPUT,
          "cannot open '/nonexistent.png'",
          "a picture that is not there is refused");
    fails(decode_read(&im, "tests", &err), err, ERR_INPUT, "not a regular file",
          "a directory is no picture");
}

static void check_png(void)
{
    const char *path = in_dir("x.png");
    char *bytes = NULL;
    struct image im = {0}, got = {0};
    struct err err = {0};
    size_t size = 0;

    need(image_init(&im, 5, 4, &err) == 0, &err);
    for (size_t i = 0; i < image_bytes(&im); i++)
        im.px[i] = (uint8_t)(i * 101);
    ok(png_encode(&im, &bytes, &size, &err) == 0 && size > 8 &&
           memcmp(bytes, "\x89PNG", 4) == 0 && (uint8_t)bytes[25] == 2,
       "PNG of colour type 2, RGB");
    ok(png_write(&im, path, &err) == 0 && decode_read(&got, path, &err) == 0 &&
           got.w == 5 && got.h == 4 &&
           memcmp(got.px, im.px, image_bytes(&im)) == 0,
       "PNG survives a file");
    fails(png_write(&im, "/nonexistent/x.png", &err), err, ERR_SYSTEM,
          "/nonexistent/x.png",
          "a PNG is not written where there is no directory");
    free(bytes);
    image_release(&im);
    image_release(&got);
}

/* The same bytes decoded by several threads at once give the same pixels. */
static void check_threads(void)
{
    int wrong = 0;

#pragma omp parallel for num_threads(4) reduction(+ : wrong)
    for (int i = 0; i < 200; i++) {
        struct image im = {0};
        struct err err = {0};

        if (decode_read(&im, i % 2 ? CORPUS "rgb.png" : CORPUS "rgb.webp",
                        &err) < 0 ||
            memcmp(im.px, golden[0].px, sizeof(golden[0].px)) != 0)
            wrong++;
        image_release(&im);
    }
    ok(wrong == 0, "four threads decode at once");
}

int main(void)
{
    vipslib_end_thread(); /* before anything started it: must do nothing */
    for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++)
        check_golden(&golden[i]);
    check_refused();
    begin_dir();
    check_png();
    check_threads();
    return end_dir();
}
