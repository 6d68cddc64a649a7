/* test_img_samples.c - samples that are no alpha, bits that are not full, the
 * orientation, and what is refused truly */
#include "img/decode.h"
#include "img/orient.h"
#include "img/tiff_tags.h"
#include "made_tiff.h"
#include "tap.h"

enum { W = 6, H = 4 };

static struct made_bytes file;

/* --- what the samples are ------------------------------------------------- */

static int colour_of(int x, int y, int c)
{
    return c == 0 ? 100 + x : c == 1 ? 50 + y : c == 2 ? 60 + x + y : 0;
}

static int with_infrared(int x, int y, int c)
{
    return c < 3 ? colour_of(x, y, c) : 7 * x + y;
}

static int with_opaque(int x, int y, int c)
{
    return c < 3 ? colour_of(x, y, c) : 255;
}

/* The fourth sample is none, the fifth alpha. */
static int alpha_last(int x, int y, int c)
{
    return c < 3 ? colour_of(x, y, c) : c == 3 ? 0 : 255;
}

static int grey_opaque(int x, int y, int c)
{
    return c == 0 ? colour_of(x, y, 0) : 255;
}

static int grey_zero(int x, int y, int c)
{
    return c == 0 ? colour_of(x, y, 0) : 0;
}

static int clear(int x, int y, int c)
{
    return c < 3 ? colour_of(x, y, c) : 0;
}

static int ink(int x, int y, int c)
{
    (void)x;
    (void)y;
    return c == 4 ? 0 : 10 * (c + 1);
}

/* Ink of which alpha leaves all on the left, nothing on the right. */
static int ink_left(int x, int y, int c)
{
    return c == 4 ? (x < W / 2 ? 255 : 0) : ink(x, y, c);
}

/* Decode 't'. */
static int decode_made(struct made_tiff t, struct image *im, struct decoding *d,
                       struct err *err)
{
    t.w = W;
    t.h = H;
    made_tiff(&file, &t);
    return decode_bytes_as(im, file.p, file.n, d, err);
}

/* Is 'im' the colours, or where 'grey' the first of them? */
static bool shows_colours(const struct image *im, bool grey)
{
    if (im->w != W || im->h != H)
        return false;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            for (int c = 0; c < 3; c++)
                if (abs(image_row(im, y)[3 * x + c] -
                        colour_of(x, y, grey ? 0 : c)) > 1)
                    return false;
    return true;
}

enum { GREY = 1, RGB = 2 }; /* PhotometricInterpretation */

static const struct samples_case {
    const char *what;
    int samples, photometric, n_extra, extra[2];
    bool big;
    int (*sample)(int x, int y, int c);
    int spare; /* samples that are left out */
} samples_cases[] = {
    {"RGB", 3, RGB, 0, {0}, false, colour_of, 0},
    {"RGB and zeros, no tag", 4, RGB, 0, {0}, false, colour_of, 1},
    {"RGB and infrared, unspecified", 4, RGB, 1, {0}, false, with_infrared, 1},
    {"RGB and infrared in BigTIFF", 4, RGB, 0, {0}, true, with_infrared, 1},
    {"RGB and alpha", 4, RGB, 1, {2}, false, with_opaque, 0},
    {"RGB and associated alpha", 4, RGB, 1, {1}, false, with_opaque, 0},
    {"RGB, infrared and alpha", 5, RGB, 2, {0, 2}, false, alpha_last, 1},
    {"RGB of 5 samples, no tag", 5, RGB, 0, {0}, false, with_infrared, 2},
    {"RGB of 8 samples in BigTIFF", 8, RGB, 0, {0}, true, colour_of, 5},
    {"grey and something", 2, GREY, 1, {0}, false, grey_zero, 1},
    {"grey and something, no tag", 2, GREY, 0, {0}, false, grey_zero, 1},
    {"grey and alpha", 2, GREY, 1, {2}, false, grey_opaque, 0},
};

static void check_samples(const struct samples_case *s)
{
    const struct made_tiff t = {.samples = s->samples,
                                .bits = 8,
                                .photometric = s->photometric,
                                .n_extra = s->n_extra,
                                .extra = {s->extra[0], s->extra[1]},
                                .big = s->big,
                                .sample = s->sample};
    struct decoding d = {0};
    struct image im;
    struct err err = {0};

    if (!ok(decode_made(t, &im, &d, &err) == 0 &&
                shows_colours(&im, s->photometric == GREY) &&
                d.spare == s->spare,
            s->what))
        printf("# %s; %d left out\n", err.text, d.spare);
    image_release(&im);
}

static void check_others(void)
{
    struct made_tiff t = {.samples = 4,
                          .bits = 8,
                          .photometric = 2,
                          .n_extra = 1,
                          .extra = {2},
                          .sample = clear};
    struct decoding d = {0};
    struct image im, four;
    struct err err = {0};

    ok(decode_made(t, &im, &d, &err) == 0 && im.px[0] == 255,
       "what alpha makes clear is white");
    image_release(&im);
    t = (struct made_tiff){
        .samples = 4, .bits = 8, .photometric = 5, .sample = ink};
    ok(decode_made(t, &four, &d, &err) == 0 && d.spare == 0, "CMYK");
    t.samples = 5;
    ok(decode_made(t, &im, &d, &err) == 0 && d.spare == 1 &&
           memcmp(im.px, four.px, image_bytes(&im)) == 0,
       "  and a fifth sample, which is left out");
    image_release(&im);
    t.n_extra = 1;
    t.extra[0] = 2;
    t.sample = ink_left;
    ok(decode_made(t, &im, &d, &err) == 0 && d.spare == 0 &&
           memcmp(im.px, four.px, 3 * (W / 2)) == 0,
       "  and alpha");
    ok(im.px && im.px[3 * (W - 1)] > 250 && im.px[3 * (W - 1) + 1] > 250 &&
           im.px[3 * (W - 1) + 2] > 250,
       "    what that makes clear is white");
    image_release(&im);
    image_release(&four);
    t = (struct made_tiff){.samples = 3,
                           .bits = 8,
                           .photometric = 2,
                           .pages = 3,
                           .sample = colour_of};
    ok(decode_made(t, &im, &d, &err) == 0 && d.pages == 3 &&
           shows_colours(&im, false),
       "of three pages the first, and they are counted");
    image_release(&im);
}

/* --- what is refused, and as what ----------------------------------------- */

static int lab(int x, int y, int c)
{
    (void)x;
    (void)y;
    return c == 0 ? 128 : c == 1 ? 20 : 236;
}

static void check_refused(void)
{
    static const struct {
        struct made_tiff t;
        const char *part;
    } row[] = {
        {{.samples = 5, .bits = 8, .photometric = 1},
         "TIFF image of 5 samples"},
        {{.samples = 3, .bits = 8, .photometric = 1},
         "TIFF image of 3 samples"},
        {{.samples = 4, .bits = 8, .photometric = 8},
         "CIELAB TIFF image of 4 samples"},
        {{.samples = 3, .bits = 8, .photometric = 9},
         "photometric interpretation 9, which is not read"},
        {{.samples = 3, .bits = 8, .photometric = 2, .compression = 34712},
         "compression 34712, which is not read"},
        {{.samples = 3, .bits = 24, .photometric = 2},
         "24 bits a sample, must be 8 or 16"},
        {{.samples = 3, .bits = 32, .photometric = 2}, "pixel type uint"},
    };
    struct image im;
    struct err err = {0};

    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        struct made_tiff t = row[i].t;

        t.sample = colour_of;
        fails(decode_made(t, &im, &(struct decoding){0}, &err), err, ERR_INPUT,
              row[i].part, row[i].part);
        ok(!strstr(err.text, "image (") && !im.px, "  not as damaged");
    }
    ok(decode_made(
           (struct made_tiff){
               .samples = 3, .bits = 8, .photometric = 8, .sample = lab},
           &im, &(struct decoding){0}, &err) == 0 &&
           abs(im.px[0] - 137) <= 1 && abs(im.px[1] - 109) <= 1 &&
           abs(im.px[2] - 153) <= 1,
       "CIELAB of 8 bits is read"); /* sRGB of L 50.2, a 20, b -20 under D65 */
    image_release(&im);
}

/* --- bits that are not full ----------------------------------------------- */

static int twelve(int x, int y, int c)
{
    return c < 3 ? (colour_of(x, y, c) * 4095 + 254) / 255 : 65535;
}

static int twelve_all(int x, int y, int c)
{
    return c < 3 ? twelve(x, y, c) : 4095;
}

static int full(int x, int y, int c)
{
    return 257 * colour_of(x, y, c);
}

/* 12 bits shifted up, as PNG's sBIT means them. */
static int left_justified(int x, int y, int c)
{
    return twelve(x, y, c) << 4;
}

static int from_white(int x, int y, int c)
{
    return 4095 - twelve(x, y, c);
}

static void check_bits(void)
{
    struct made_tiff t = {
        .samples = 3, .bits = 16, .photometric = 2, .sample = twelve};
    struct decoding d = {0}, as = {.bits = 12};
    struct image im;
    struct err err = {0};

    ok(decode_made(t, &im, &d, &err) == 0 && d.most < 4096 && im.px[0] == 6,
       "12 bits in 16 are dark, and it is known how far they go");
    ok(decode_bits_of(d.most) == 11 && decode_bits_of(4095) == 12 &&
           decode_bits_of(4096) == 13 && decode_bits_of(3) == 8 &&
           decode_bits_of(65535) == 16,
       "  how many bits hold them");
    image_release(&im);
    ok(decode_made(t, &im, &as, &err) == 0 && shows_colours(&im, false) &&
           as.most == d.most,
       "  and are scaled where that is asked for");
    image_release(&im);
    t.samples = 4;
    t.n_extra = 1;
    t.extra[0] = 2;
    ok(decode_made(t, &im, &as, &err) == 0 && shows_colours(&im, false),
       "  alpha of 16 bits stays");
    image_release(&im);
    t.sample = twelve_all;
    ok(decode_made(t, &im, &as, &err) == 0 && shows_colours(&im, false),
       "  alpha of 12 bits is scaled as well");
    image_release(&im);
    t = (struct made_tiff){
        .samples = 1, .bits = 16, .photometric = 0, .sample = from_white};
    ok(decode_made(t, &im, &as, &err) == 0 && shows_colours(&im, true) &&
           as.most <= 4095,
       "  grey that counts from white");
    image_release(&im);
}

static void check_full(void)
{
    struct made_tiff t = {
        .samples = 3, .bits = 16, .photometric = 2, .sample = full};
    struct decoding d = {0}, as = {.bits = 12};
    struct image im;
    struct err err = {0};

    ok(decode_made(t, &im, &d, &err) == 0 && shows_colours(&im, false),
       "16 bits that are full stay as they are");
    image_release(&im);
    fails(decode_made(t, &im, &as, &err), err, ERR_INPUT,
          "over the 4095 of 12 bits (preprocess.bits)",
          "  and are refused as 12");
    t.sample = left_justified;
    ok(decode_made(t, &im, &d, &err) == 0 && shows_colours(&im, false) &&
           decode_bits_of(d.most) > 12,
       "12 bits that were shifted up stay as they are");
    image_release(&im);
    t.bits = 8;
    t.sample = colour_of;
    ok(decode_made(t, &im, &as, &err) == 0 && shows_colours(&im, false) &&
           as.most == -1,
       "8 bits are not concerned");
    image_release(&im);
}

/* --- the orientation ------------------------------------------------------ */

/* Where the first stored pixel is in the upright picture, and the second. */
static void check_orientation(void)
{
    static const struct {
        int first[2], second[2];
    } want[9] = {{{0, 0}, {0, 0}},         {{0, 0}, {1, 0}},
                 {{W - 1, 0}, {W - 2, 0}}, {{W - 1, H - 1}, {W - 2, H - 1}},
                 {{0, H - 1}, {1, H - 1}}, {{0, 0}, {0, 1}},
                 {{H - 1, 0}, {H - 1, 1}}, {{H - 1, W - 1}, {H - 1, W - 2}},
                 {{0, W - 1}, {0, W - 2}}};
    struct made_tiff t = {
        .samples = 3, .bits = 8, .photometric = 2, .sample = colour_of};

    for (int how = 1; how <= 8; how++) {
        struct decoding d = {0}, up = {.upright = true};
        struct image im, turned;
        struct err err = {0};
        char what[64];

        snprintf(what, sizeof(what), "orientation %d", how);
        t.orientation = how;
        if (!ok(decode_made(t, &im, &d, &err) == 0 && d.orientation == how &&
                    shows_colours(&im, false) &&
                    decode_made(t, &turned, &up, &err) == 0,
                what))
            return;
        ok(turned.w == (how < 5 ? W : H) &&
               memcmp(image_row(&turned, want[how].first[1]) +
                          3 * want[how].first[0],
                      im.px, 3) == 0 &&
               memcmp(image_row(&turned, want[how].second[1]) +
                          3 * want[how].second[0],
                      im.px + 3, 3) == 0,
           "  is turned upright");
        image_release(&im);
        image_release(&turned);
    }
}

/* --- tags ----------------------------------------------------------------- */

static void check_tags(void)
{
    struct tiff_tags tags;
    bool fine = true;

    made_tiff(&file, &(struct made_tiff){.w = 2,
                                         .h = 2,
                                         .samples = 7,
                                         .bits = 8,
                                         .photometric = 2,
                                         .n_extra = 4,
                                         .extra = {0, 0, 1, 2},
                                         .sample = colour_of});
    ok(tiff_tags_read(&tags, file.p, file.n) && tags.samples == 7 &&
           tags.bits == 8 && tags.photometric == 2 && tags.n_extra == 4 &&
           tiff_tags_alpha(&tags) == 5,
       "tags of a TIFF");
    for (size_t n = 0; n < file.n; n++) {
        uint8_t *cut = malloc(n + 1);

        memcpy(cut, file.p, n);
        fine = fine && (!tiff_tags_read(&tags, cut, n) || tags.samples == 7);
        free(cut);
    }
    ok(fine, "  cut anywhere");
    ok(!tiff_tags_read(&tags, "II*\0\xff\xff\xff\xff", 8) &&
           !tiff_tags_read(&tags, "hello", 5) && !tiff_tags_read(&tags, "", 0),
       "  of what has none");
}

static void check_names(void)
{
    static const char *const yes[] = {"a.JFIF", "a.jpe", "a.dib", "a.b.TIF"};
    static const char *const no[] = {"a.gif", "jpe", "a.jp2", "a.jfif.txt"};
    bool fine = true;

    for (size_t i = 0; i < 4; i++)
        fine = fine && decode_is_image_name(yes[i]) &&
               !decode_is_image_name(no[i]);
    ok(fine, "names of pictures");
}

int main(void)
{
    check_names();
    for (size_t i = 0; i < sizeof(samples_cases) / sizeof(*samples_cases); i++)
        check_samples(&samples_cases[i]);
    check_others();
    check_refused();
    check_bits();
    check_full();
    check_orientation();
    check_tags();
    return tap_done();
}
