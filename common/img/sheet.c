#include "img/sheet.h"

#include "img/words.h"

#include <string.h>

enum { GAP = 8, LINE = WORDS_LINE }; /* pixels */

/* Where the first row of pictures begins. */
static int first_row(const struct sheet_shape *shape)
{
    return shape->heading ? 2 * GAP + LINE : GAP;
}

int sheet_most_rows(const struct sheet_shape *shape)
{
    const int w = shape->columns * (shape->w * shape->zoom + GAP) + GAP;
    const int h = shape->h * shape->zoom + shape->lines * LINE + GAP;
    const int most = IMAGE_MAX_PIXELS / w < IMAGE_MAX_SIDE
                         ? IMAGE_MAX_PIXELS / w
                         : IMAGE_MAX_SIDE;

    if (w > IMAGE_MAX_SIDE || most < first_row(shape))
        return 0;
    return (most - first_row(shape)) / h;
}

int sheet_init(struct sheet *s, const struct sheet_shape *shape,
               struct err *err)
{
    const int rows = (shape->n + shape->columns - 1) / shape->columns;
    const int w = shape->w * shape->zoom + GAP;
    const int h = shape->h * shape->zoom + shape->lines * LINE + GAP;

    s->shape = *shape;
    if (image_init(&s->im, shape->columns * w + GAP,
                   first_row(shape) + rows * h, err) < 0)
        return -1;
    memset(s->im.px, 255, image_bytes(&s->im));
    if (shape->heading &&
        words_draw(shape->heading,
                   &(struct words_place){GAP, GAP, s->im.w - 2 * GAP, LINE},
                   &s->im, err) < 0) {
        sheet_release(s);
        return -1;
    }
    return 0;
}

int sheet_put(struct sheet *s, int i, const uint8_t *px, const char *words,
              struct err *err)
{
    const struct sheet_shape *f = &s->shape;
    const int w = f->w * f->zoom, h = f->h * f->zoom;
    const int x = GAP + i % f->columns * (w + GAP);
    const int y = first_row(f) + i / f->columns * (h + f->lines * LINE + GAP);
    const struct words_place below = {x, y + h + 2, w, f->lines * LINE};

    BUG_ON(i < 0 || i >= f->n);
    for (int j = 0; j < h; j++)
        for (int k = 0; k < w; k++)
            memcpy(image_row(&s->im, y + j) + (size_t)(3 * (x + k)),
                   px + 3 * ((ptrdiff_t)(j / f->zoom) * f->w + k / f->zoom), 3);
    return words_draw(words, &below, &s->im, err);
}

void sheet_release(struct sheet *s)
{
    image_release(&s->im);
}
