/* stored_variant.c - the stream of a row, and its recipe */
#include "stored_variant.h"

static const char *source_hash(const struct stored_variant_args *a, size_t row,
                               const struct augment_picture *p)
{
    struct stored_variant_source *s = a->source;

    if (!s->known || s->row != row)
        hash_of(p->src, augment_bytes(p), s->hash);
    s->known = true;
    s->row = row;
    return s->hash;
}

uint32_t stored_variant_make(const struct stored_variant_args *a, size_t r,
                             uint8_t *dst, uint8_t *scratch, struct buf *text)
{
    const struct augmented_rows *s = a->sources;
    const size_t row = augmented_rows_source(s, r);
    const struct augment_picture picture = {.w = (int)s->data.w,
                                            .h = (int)s->data.h,
                                            .src = store_image(&s->data, row),
                                            .dst = dst,
                                            .scratch = scratch};
    const struct recipe_stream stream = {
        .seed = a->seed,
        .content = source_hash(a, row, &picture),
        .content_size = HASH_HEX - 1,
        .variant = (uint32_t)(r % s->variants)};

    text->len = 0;
    recipe_apply(a->recipe, &stream, &picture, text);
    return stream.variant;
}
