/* test_bmp.c - bitmaps: every kind that is read, every fault that is refused */
#include "img/bmp.h"

#include "base/file.h"
#include "tap.h"

#include <stdlib.h>
#include <unistd.h>

enum { W = 3, H = 2 }; /* rows of 9 bytes, padded to 12 */

/* Reads the same pixels back, whatever the row padding. */
static void check_round_trip(int w, int h)
{
    struct image im = {0}, got = {0};
    struct err err = {0};
    char *bytes = NULL, what[64];
    size_t size = 0;

    snprintf(what, sizeof(what), "%d x %d survives", w, h);
    if (!ok(image_init(&im, w, h, &err) == 0, "an image to encode"))
        return;
    for (size_t i = 0; i < image_bytes(&im); i++)
        im.px[i] = (uint8_t)(i * 37 + 11);
    ok(bmp_encode(&im, &bytes, &size, &err) == 0 &&
           bmp_decode(&got, bytes, size, &err) == 0 && got.w == w &&
           got.h == h && memcmp(got.px, im.px, image_bytes(&im)) == 0,
       what);
    ok(size == 54 + (size_t)h * (((size_t)w * 3 + 3) / 4 * 4), "  its size");
    image_release(&got);
    for (size_t cut = 0; cut < size; cut++) {
        char *exact = malloc(cut ? cut : 1); /* a sanitizer sees a step over */

        if (!exact)
            break;
        memcpy(exact, bytes, cut);
        if (bmp_decode(&got, exact, cut, &err) == 0 || got.px ||
            err.code != ERR_INPUT)
            ok(false, "a bitmap cut short is refused");
        free(exact);
    }
    ok(strstr(err.text, "truncated bitmap") != NULL, "every cut is refused");
    free(bytes);
    image_release(&im);
}

static void put_bytes(uint8_t *p, uint32_t v, int n)
{
    for (int i = 0; i < n; i++)
        p[i] = (uint8_t)(v >> 8 * i & 255);
}

struct fields {
    int32_t w, h;
    uint32_t bits, compression, colours, offset, info, planes;
};

/* Headers written by hand, independent of bmp_encode(). */
static void put_headers(uint8_t *p, struct fields f)
{
    memcpy(p, "BM", 2);
    put_bytes(p + 10, f.offset, 4);
    put_bytes(p + 14, f.info ? f.info : 40, 4);
    put_bytes(p + 18, (uint32_t)f.w, 4);
    put_bytes(p + 22, (uint32_t)f.h, 4);
    put_bytes(p + 26, f.planes ? f.planes : 1, 2);
    put_bytes(p + 28, f.bits, 2);
    put_bytes(p + 30, f.compression, 4);
    put_bytes(p + 46, f.colours, 4);
}

static void check_pixels(const uint8_t *bytes, size_t size, const uint8_t *want,
                         const char *what)
{
    struct image im = {0};
    struct err err = {0};

    works(bmp_decode(&im, bytes, size, &err) == 0 && im.w == W && im.h == H &&
              memcmp(im.px, want, sizeof(uint8_t[H * W * 3])) == 0,
          err, what);
    image_release(&im);
}

static const uint8_t want[H * W * 3] = {10, 20, 30, 11, 21, 31, 12, 22, 32,
                                        40, 50, 60, 41, 51, 61, 42, 52, 62};

static void check_24(void)
{
    uint8_t p[54 + 2 * 12] = {0};
    const uint8_t top[9] = {30, 20, 10, 31, 21, 11, 32, 22, 12};
    const uint8_t bottom[9] = {60, 50, 40, 61, 51, 41, 62, 52, 42};

    put_headers(p, (struct fields){.w = W, .h = H, .bits = 24, .offset = 54});
    memcpy(p + 54, bottom, 9);
    memcpy(p + 66, top, 9);
    check_pixels(p, sizeof(p), want, "24 bits, from the bottom");
    put_headers(p, (struct fields){.w = W, .h = -H, .bits = 24, .offset = 54});
    memcpy(p + 54, top, 9);
    memcpy(p + 66, bottom, 9);
    check_pixels(p, sizeof(p), want, "24 bits, from the top");
}

/* 32 bits with bytes in the order given by 'at', or plain BGRX. */
static void check_32(bool fields, const int at[3], const char *what)
{
    uint8_t p[66 + 4 * H * W] = {0};
    const uint32_t offset = fields ? 66 : 54;

    put_headers(p, (struct fields){.w = W,
                                   .h = -H,
                                   .bits = 32,
                                   .compression = fields ? 3 : 0,
                                   .offset = offset});
    for (int c = 0; fields && c < 3; c++)
        put_bytes(p + 54 + 4 * c, (uint32_t)0xff << 8 * at[c], 4);
    for (int i = 0; i < H * W; i++)
        for (int c = 0; c < 3; c++)
            p[(int)offset + 4 * i + at[c]] = want[3 * i + c];
    check_pixels(p, offset + 4 * H * W, want, what);
}

static void check_palette(void)
{
    uint8_t p[54 + 4 * 6 + 4 * H] = {0};

    put_headers(
        p, (struct fields){
               .w = W, .h = -H, .bits = 8, .colours = 6, .offset = 54 + 4 * 6});
    for (int i = 0; i < 6; i++) {
        for (int c = 0; c < 3; c++)
            p[54 + 4 * i + 2 - c] = want[3 * i + c];
        p[78 + i / W * 4 + i % W] = (uint8_t)i;
    }
    check_pixels(p, sizeof(p), want, "8 bits with a palette");
    p[78] = 200; /* beyond the six colours */
    {
        struct image im = {0};
        struct err err = {0};

        ok(bmp_decode(&im, p, sizeof(p), &err) == 0 && im.px[0] == 0 &&
               im.px[1] == 0 && im.px[3] == 11,
           "a colour that the palette lacks is black");
        image_release(&im);
    }
}

static void check_refused(struct fields f, const char *part, const char *what)
{
    uint8_t p[54 + 2 * 12] = {0};
    struct image im = {0};
    struct err err = {0};

    put_headers(p, f);
    fails(bmp_decode(&im, p, sizeof(p), &err), err, ERR_INPUT, part, what);
    ok(!im.px && im.w == 0, "  and the image is empty");
}

static const struct {
    struct fields f;
    const char *part, *what;
} rows[] = {
    {{.w = 30000, .h = 30000, .bits = 24, .offset = 54},
     "30000 x 30000 pixels: a side has at most 20000",
     "30000 x 30000 is refused"},
    {{.w = 20000, .h = 20000, .bits = 24, .offset = 54},
     "in all at most 67108864",
     "20000 x 20000 is refused"},
    {{.w = 0, .h = 2, .bits = 24, .offset = 54}, "empty image", "no width"},
    {{.w = -3, .h = 2, .bits = 24, .offset = 54},
     "empty image",
     "width below 0"},
    {{.w = 3, .h = INT32_MIN, .bits = 24, .offset = 54},
     "height -2147483648",
     "a height without a positive"},
    {{.w = 3, .h = 2, .bits = 8, .compression = 1, .offset = 54},
     "run-length (RLE8)",
     "run-length coding by name"},
    {{.w = 3, .h = 2, .bits = 24, .compression = 9, .offset = 54},
     "unknown compression (9)",
     "unknown compression"},
    {{.w = 3, .h = 2, .bits = 16, .offset = 54}, "16 bits a pixel", "16 bits"},
    {{.w = 3, .h = 2, .bits = 1, .offset = 54}, "1 bits a pixel", "1 bit"},
    {{.w = 3, .h = 2, .bits = 24, .offset = 4000},
     "pixels at byte 4000 of 78",
     "offset beyond the end"},
    {{.w = 3, .h = 2, .bits = 24, .offset = 20},
     "pixels at byte 20",
     "offset inside the headers"},
    {{.w = 3, .h = 3, .bits = 24, .offset = 54},
     "truncated bitmap: 24 bytes of pixels, 3 x 3 at 24 bits need 36",
     "a row that is not there"},
    {{.w = 3, .h = 2, .bits = 24, .offset = 54, .info = 12},
     "second header of 12 bytes",
     "an OS/2 header"},
    {{.w = 3, .h = 2, .bits = 24, .offset = 54, .info = 0xffffffff},
     "second header",
     "a header beyond the end"},
    {{.w = 3, .h = 2, .bits = 24, .offset = 54, .planes = 3},
     "3 planes",
     "planes"},
    {{.w = 3, .h = 2, .bits = 8, .offset = 54, .colours = 300},
     "300 palette colours",
     "too many colours"},
    {{.w = 3, .h = 2, .bits = 8, .offset = 54, .colours = 2},
     "2 palette colours in 0 bytes",
     "a palette under the pixels"},
    {{.w = 3, .h = 2, .bits = 8, .offset = 54 + 9, .colours = 3},
     "3 palette colours in 9 bytes",
     "a palette of three bytes a colour"},
    {{.w = 3, .h = 2, .bits = 32, .compression = 3, .offset = 54},
     "colour mask 00000000",
     "masks that are not bytes"},
};

static void check_all_refused(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        check_refused(rows[i].f, rows[i].part, rows[i].what);
}

static void check_write(void)
{
    char path[] = "/tmp/t-bmp-XXXXXX", *bytes = NULL;
    const int fd = mkstemp(path);
    struct image im = {0}, got = {0};
    struct err err = {0};
    size_t size = 0;

    BUG_ON(fd < 0 || image_init(&im, 2, 2, &err) < 0);
    im.px[0] = 200;
    ok(bmp_write(&im, path, &err) == 0 &&
           file_read(path, 4096, &bytes, &size, &err) == 0 &&
           bmp_decode(&got, bytes, size, &err) == 0 && got.px[0] == 200,
       "a file reads back");
    fails(bmp_write(&im, "/nonexistent/x.bmp", &err), err, ERR_SYSTEM,
          "cannot write '/nonexistent/x.bmp'",
          "a bitmap is not written where there is no directory");
    close(fd);
    unlink(path);
    free(bytes);
    image_release(&im);
    image_release(&got);
}

int main(void)
{
    struct image im = {0};
    struct err err = {0};

    for (int w = 1; w <= 5; w++)
        check_round_trip(w, 2);
    check_24();
    check_32(false, (const int[3]){2, 1, 0}, "32 bits");
    check_32(true, (const int[3]){0, 1, 2}, "32 bits with masks");
    check_32(true, (const int[3]){3, 2, 1}, "32 bits with masks higher up");
    check_palette();
    check_all_refused();
    fails(bmp_decode(&im, "PM", 2, &err), err, ERR_INPUT, "not a bitmap",
          "what is no bitmap is refused");
    check_write();
    return tap_done();
}
