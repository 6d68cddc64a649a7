/* test_img_resize.c - sizes change as Pillow changes them */
#include "img/resize.h"

#include "tap.h"

#include <stdlib.h>

enum { SIDE = 110, FIELD = 331 };

struct resize_case {
    int w, h, noise;
    resize_f resize;
    uint32_t squash, keep, scale; /* CRC-32 of the result */
};

static const struct resize_case golden[] = {
#include "golden/resize_golden.inc"
};

static uint32_t crc32_of(const uint8_t *p, size_t n)
{
    uint32_t c = ~0u;

    while (n-- > 0) {
        c ^= *p++;
        for (int k = 0; k < 8; k++)
            c = c >> 1 ^ (c & 1 ? 0xedb88320u : 0);
    }
    return ~c;
}

/* The pictures of resize.py. */
static void fill_picture(struct image *im, bool noise)
{
    for (uint32_t i = 0; noise && i < image_bytes(im); i++)
        im->px[i] = (uint8_t)(i * 2654435761u >> 24);
    for (int y = 0; !noise && y < im->h; y++)
        for (int x = 0; x < im->w; x++) {
            uint8_t *p = image_row(im, y) + 3 * x;

            p[0] = (uint8_t)(x * 3 + y);
            p[1] = (uint8_t)(x * y);
            p[2] = (uint8_t)(255 - x + 2 * y);
        }
}

static void check_golden(const struct resize_case *g)
{
    const bool lanczos = g->resize == resize_lanczos;
    const struct resizing keep = {lanczos, ASPECT_KEEP, 0},
                          scale = {lanczos, ASPECT_SCALE, FIELD};
    struct image in = {0}, out = {0};
    struct err err = {0};
    char what[96];

    snprintf(what, sizeof(what), "%s of %d x %d %s",
             lanczos ? "lanczos" : "nearest", g->w, g->h,
             g->noise ? "noise" : "waves");
    if (image_init(&in, g->w, g->h, &err) < 0) {
        ok(false, err.text);
        return;
    }
    fill_picture(&in, g->noise);
    ok(g->resize(&out, &in, SIDE, SIDE, &err) == 0 &&
           crc32_of(out.px, image_bytes(&out)) == g->squash,
       what);
    image_release(&out);
    ok(resize_as(&out, &in, SIDE, SIDE, &keep, &err) == 0 &&
           crc32_of(out.px, image_bytes(&out)) == g->keep,
       "  aspect kept, reflected");
    image_release(&out);
    ok(resize_as(&out, &in, SIDE, SIDE, &scale, &err) == 0 &&
           crc32_of(out.px, image_bytes(&out)) == g->scale,
       "  at one scale, in an empty field");
    image_release(&out);
    image_release(&in);
}

/* Where pictures lie, and which do not fit. */
static void check_places(void)
{
    static const struct resizing scale = {false, ASPECT_SCALE, FIELD},
                                 keep = {false, ASPECT_KEEP, 0},
                                 squash = {false, ASPECT_SQUASH, 0};
    struct resize_place p = resize_place_as(&scale, 62, 301, SIDE, SIDE);

    ok(p.w == 21 && p.h == 100 && p.left == 44 && p.top == 5,
       "a picture in the field");
    p = resize_place_as(&scale, 662, 331, SIDE, SIDE);
    ok(p.w == SIDE && p.h == 55 && p.left == 0 && p.top == 27,
       "one that is larger is put as if its aspect was kept");
    p = resize_place_as(&keep, 662, 331, SIDE, SIDE);
    ok(p.h == 55 && p.top == 27, "  so");
    p = resize_place_as(&squash, 662, 331, SIDE, SIDE);
    ok(p.w == SIDE && p.h == SIDE && p.top == 0, "one that is squashed");
    ok(resize_is_shrunk(&scale, 1, FIELD + 1, SIDE, SIDE) &&
           !resize_is_shrunk(&scale, FIELD, FIELD, SIDE, SIDE) &&
           !resize_is_shrunk(&keep, 1000, 1000, SIDE, SIDE),
       "what is larger than the field is shrunk");
    p = resize_place_as(&scale, FIELD, FIELD, 64, 48);
    ok(p.w == 48 && p.h == 48 && p.left == 8,
       "in a store that is lower than wide, what does not fit is shrunk");
}

static void check_failures(void)
{
    static const struct resizing keep = {false, ASPECT_KEEP, 0},
                                 scale = {false, ASPECT_SCALE, 9};
    struct image in = {0}, out = {0};
    struct err err = {0};

    if (image_init(&in, 2, 2, &err) < 0)
        return;
    fails(resize_nearest(&out, &in, 0, 5, &err), err, ERR_INPUT,
          "empty image: 0 x 5", "resizing to nothing is refused");
    fails(resize_lanczos(&out, &in, 30000, 5, &err), err, ERR_INPUT,
          "at most 20000", "lanczos to a huge size");
    fails(resize_as(&out, &in, 5, 30000, &keep, &err), err, ERR_INPUT,
          "at most 20000", "kept at a huge size");
    ok(!out.px, "  and no picture is left");
    fails(resize_as(&out, &in, 5, 30000, &scale, &err), err, ERR_INPUT,
          "at most 20000", "at one scale at a huge size");
    fails(image_init(&out, 9000, 9000, &err), err, ERR_INPUT,
          "in all at most 67108864", "an image of too many pixels is refused");
    image_release(&in);
    image_release(&in);
    ok(!in.px && in.w == 0, "release twice is fine");
}

int main(void)
{
    for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++)
        check_golden(&golden[i]);
    check_places();
    check_failures();
    return tap_done();
}
