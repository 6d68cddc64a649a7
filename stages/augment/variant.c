/* variant.c - the key of a row, and its recipe */
#include "variant.h"

uint32_t variant_make(const struct variant_args *a, size_t r, uint8_t *dst,
                      uint8_t *scratch, struct buf *text)
{
    const struct sources *s = a->sources;
    const struct augment_picture picture = {
        .w = (int)s->data.w,
        .h = (int)s->data.h,
        .src = store_image(&s->data, sources_row(s, r)),
        .dst = dst,
        .scratch = scratch,
    };
    const struct recipe_key key = {.seed = a->seed,
                                   .variant = (uint32_t)(r % s->variants)};

    text->len = 0;
    recipe_vary(a->recipe, key, &picture, text);
    return key.variant;
}
