/* sheet.c - copying, and libvips' text */
#include "img/sheet.h"

#include "base/buf.h"
#include "img/vips_functions.h"
#include "img/vipslib.h"

#include <string.h>

enum { GAP = 8, LINE = 12, FONT_DPI = 72 }; /* pixels */

int sheet_init(struct sheet *s, const struct sheet_shape *shape,
               struct err *err)
{
    const int rows = (shape->n + shape->columns - 1) / shape->columns;
    const int w = shape->w * shape->zoom + GAP;
    const int h = shape->h * shape->zoom + shape->lines * LINE + GAP;

    s->shape = *shape;
    if (image_init(&s->im, shape->columns * w + GAP, rows * h + GAP, err) < 0)
        return -1;
    memset(s->im.px, 255, image_bytes(&s->im));
    return 0;
}

/* A mask of ink, black on white, at (x, y), inside w x h. */
static void draw_mask(struct sheet *s, VipsImage *mask, int x, int y, int w,
                      int h)
{
    size_t size = 0;
    uint8_t *m = vips.image_write_to_memory(mask, &size);
    const int mw = vips.image_get_width(mask), mh = vips.image_get_height(mask);

    for (int j = 0; m && j < mh && j < h; j++)
        for (int i = 0; i < mw && i < w; i++)
            for (int k = 0; k < 3; k++)
                image_row(&s->im, y + j)[3 * (x + i) + k] =
                    (uint8_t)(255 - m[(ptrdiff_t)j * mw + i]);
    g_free(m);
}

static void write_words(struct sheet *s, const char *words, int x, int y)
{
    const int w = s->shape.w * s->shape.zoom, h = s->shape.lines * LINE;
    struct buf markup = {0};
    VipsImage *mask = NULL;

    buf_html(&markup, words);
    if (markup.data && *words &&
        vips.text(&mask, markup.data, "font", "sans 9", "width", w, "dpi",
                  FONT_DPI, NULL) == 0)
        draw_mask(s, mask, x, y, w, h);
    vips.error_clear();
    if (mask)
        g_object_unref(mask);
    buf_release(&markup);
}

int sheet_put(struct sheet *s, int i, const uint8_t *px, const char *words,
              struct err *err)
{
    const struct sheet_shape *f = &s->shape;
    const int w = f->w * f->zoom, h = f->h * f->zoom;
    const int x = GAP + i % f->columns * (w + GAP);
    const int y = GAP + i / f->columns * (h + f->lines * LINE + GAP);

    BUG_ON(i < 0 || i >= f->n);
    if (vipslib_start(err) < 0)
        return -1;
    for (int j = 0; j < h; j++)
        for (int k = 0; k < w; k++)
            memcpy(image_row(&s->im, y + j) + (size_t)(3 * (x + k)),
                   px + 3 * ((ptrdiff_t)(j / f->zoom) * f->w + k / f->zoom), 3);
    write_words(s, words, x, y + h + 2);
    return 0;
}

void sheet_release(struct sheet *s)
{
    image_release(&s->im);
}
