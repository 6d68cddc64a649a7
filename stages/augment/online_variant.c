/* online_variant.c - the key of a fresh variant, and its recipe */
#include "stages/augment/online_variant.h"

size_t fresh_scratch(const struct fresh *f)
{
    return augment_scratch((int)f->data->w, (int)f->data->h);
}

void fresh_make(const struct fresh *f, size_t row, uint32_t variant,
                uint32_t epoch, uint8_t *dst, uint8_t *scratch)
{
    const struct augment_picture picture = {
        .w = (int)f->data->w,
        .h = (int)f->data->h,
        .src = store_image(f->data, row),
        .dst = dst,
        .scratch = scratch,
    };
    const struct recipe_key key = {
        .seed = f->seed, .variant = variant, .epoch = epoch};

    BUG_ON(epoch == 0);
    recipe_vary(f->recipe, key, &picture, NULL);
}
