/* online_variant.c - the stream of a fresh variant, and its recipe */
#include "stages/augment/online_variant.h"

size_t online_variant_scratch(const struct online_variant *f)
{
    return augment_scratch((int)f->data->w, (int)f->data->h);
}

void online_variant_make(const struct online_variant *f, size_t row,
                         uint32_t variant, uint32_t epoch, uint8_t *dst,
                         uint8_t *scratch)
{
    const struct augment_picture picture = {.w = (int)f->data->w,
                                            .h = (int)f->data->h,
                                            .src = store_image(f->data, row),
                                            .dst = dst,
                                            .scratch = scratch};
    const struct recipe_stream stream = {
        .seed = f->seed, .variant = variant, .epoch = epoch};

    BUG_ON(epoch == 0);
    recipe_vary(f->recipe, stream, &picture, NULL);
}
