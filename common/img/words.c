/* words.c - libvips' text */
#include "img/words.h"

#include "base/buf.h"
#include "img/vips_functions.h"
#include "img/vipslib.h"

enum { FONT_DPI = 72 };

/* Black ink: 255 in the mask leaves nothing of a pixel. */
static void draw_ink(VipsImage *mask, const struct words_place *p,
                     struct image *im)
{
    size_t size = 0;
    uint8_t *m = vips.image_write_to_memory(mask, &size);
    const int mw = vips.image_get_width(mask), mh = vips.image_get_height(mask);

    for (int j = 0; m && j < mh && j < p->h; j++)
        for (int i = 0; i < mw && i < p->w; i++)
            for (int k = 0; k < 3; k++) {
                uint8_t *to = image_row(im, p->y + j) + 3 * (p->x + i) + k;

                *to = (uint8_t)(*to * (255 - m[(ptrdiff_t)j * mw + i]) / 255);
            }
    g_free(m);
}

int words_draw(const char *words, const struct words_place *p, struct image *im,
               struct err *err)
{
    struct buf markup = {0};
    VipsImage *mask = NULL;

    BUG_ON(p->x < 0 || p->y < 0 || p->x + p->w > im->w || p->y + p->h > im->h);
    if (vipslib_start(err) < 0)
        return -1;
    buf_html(&markup, words);
    if (markup.data && *words &&
        vips.text(&mask, markup.data, "font", "sans 9", "width", p->w, "dpi",
                  FONT_DPI, NULL) == 0)
        draw_ink(mask, p, im);
    vips.error_clear();
    g_clear_object(&mask);
    buf_release(&markup);
    return 0;
}
