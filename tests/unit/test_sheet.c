/* test_sheet.c - where the pictures of a sheet lie */
#include "img/sheet.h"
#include "tap.h"

enum { W = 3, H = 2, ZOOM = 2, COLUMNS = 2, N = 3, LINES = 1 };

/* What sheet.c leaves between pictures, and for a line of words. */
enum { GAP = 8, LINE = 12 };

/* Is the pixel of (x, y) of picture i, which is all of grey 10 (i + 1)? */
static bool is_of(const struct sheet *s, int i, int x, int y)
{
    const int left = GAP + i % COLUMNS * (W * ZOOM + GAP);
    const int top = GAP + i / COLUMNS * (H * ZOOM + LINES * LINE + GAP);

    return image_row(&s->im, top + y)[3 * (left + x)] == 10 * (i + 1);
}

static void check_places(void)
{
    const struct sheet_shape shape = {N, COLUMNS, W, H, ZOOM, LINES, NULL};
    struct sheet s;
    struct err err = {0};
    bool all = true, beside = true;

    BUG_ON(sheet_init(&s, &shape, &err) < 0);
    ok(s.im.w == GAP + COLUMNS * (W * ZOOM + GAP) &&
           s.im.h == GAP + 2 * (H * ZOOM + LINES * LINE + GAP),
       "a sheet has room for two rows of two pictures");
    for (int i = 0; i < N; i++) {
        uint8_t px[W * H * 3];

        memset(px, 10 * (i + 1), sizeof(px));
        BUG_ON(sheet_put(&s, i, px, "", &err) < 0);
    }
    for (int i = 0; i < N; i++) {
        all = all && is_of(&s, i, 0, 0) &&
              is_of(&s, i, W * ZOOM - 1, H * ZOOM - 1);
        beside = beside && !is_of(&s, i, -1, 0) && !is_of(&s, i, 0, -1) &&
                 !is_of(&s, i, W * ZOOM, 0) && !is_of(&s, i, 0, H * ZOOM);
    }
    ok(all, "pictures of a sheet lie in rows of two");
    ok(beside, "the gaps between pictures of a sheet stay white");
    sheet_release(&s);
}

/* A line of words above all pictures. */
static void check_heading(void)
{
    const struct sheet_shape shape = {
        .n = 1, .columns = 1, .w = 40, .h = H, .zoom = 2, .heading = "heading"};
    uint8_t px[40 * H * 3] = {0};
    struct sheet s;
    struct err err = {0};
    int ink = 0;

    BUG_ON(sheet_init(&s, &shape, &err) < 0);
    for (int y = 0; y < 2 * GAP + LINE; y++)
        for (int x = 0; x < s.im.w; x++)
            ink += image_row(&s.im, y)[3 * x] < 128;
    ok(ink > 15, "a sheet has a heading");
    BUG_ON(sheet_put(&s, 0, px, "", &err) < 0);
    ok(image_row(&s.im, 2 * GAP + LINE)[3 * GAP] == 0 &&
           image_row(&s.im, 2 * GAP + LINE - 1)[3 * GAP] == 255,
       "  and its pictures begin below");
    sheet_release(&s);
}

/* As many rows as image.h lets there be, by its side and by its pixels. */
static void check_rows(void)
{
    struct sheet_shape tall = {.columns = 1, .w = 10, .h = 1000, .zoom = 1};
    struct sheet_shape wide = {
        .columns = 19, .w = 1000, .h = 1000, .zoom = 1, .heading = "heading"};
    struct sheet s;
    struct err err = {0};

    tall.n = sheet_most_rows(&tall);
    ok(tall.n == (IMAGE_MAX_SIDE - GAP) / (1000 + GAP) &&
           sheet_init(&s, &tall, &err) == 0,
       "as many rows as a side may have");
    sheet_release(&s);
    tall.n++;
    ok(sheet_init(&s, &tall, &err) < 0, "  one more is too many");
    wide.n = 19 * (sheet_most_rows(&wide) + 1);
    ok(wide.n == 19 * 4 && sheet_init(&s, &wide, &err) < 0,
       "  of wide ones as many as there may be pixels");
    wide.columns = 20;
    ok(sheet_most_rows(&wide) == 0, "  of too wide ones none");
}

int main(void)
{
    check_places();
    check_rows();
    check_heading();
    return tap_done();
}
