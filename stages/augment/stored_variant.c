/* stored_variant.c - the stream of a row, and its recipe */
#include "stored_variant.h"

#include "img/reencode.h"

#include <string.h>

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

/* As reencode(), of pixels that stay where they are. */
static int make_jpeg(const struct augment_picture *p, int quality,
                     struct err *err)
{
    struct image im;
    int rc = image_init(&im, p->w, p->h, err);

    if (rc < 0)
        return -1;
    memcpy(im.px, p->dst, augment_bytes(p));
    rc = reencode(&im, quality, err);
    if (rc == 0)
        memcpy(p->dst, im.px, augment_bytes(p));
    image_release(&im);
    return rc;
}

int stored_variant_make(const struct stored_variant_args *a, size_t r,
                        uint8_t *dst, struct buf *text, struct err *err)
{
    const struct augmented_rows *s = a->sources;
    const size_t row = augmented_rows_source(s, r);
    const struct augment_picture picture = {.w = (int)s->data.w,
                                            .h = (int)s->data.h,
                                            .src = store_image(&s->data, row),
                                            .dst = dst,
                                            .scratch = a->scratch};
    const struct recipe_stream stream = {.seed = a->seed,
                                         .content =
                                             source_hash(a, row, &picture),
                                         .content_size = HASH_HEX - 1,
                                         .variant = stored_variant_number(s, r),
                                         .slides = slide_stains_any(a->slides),
                                         .row = row};

    text->len = 0;
    recipe_apply(a->recipe, &stream, &picture, text);
    return a->jpeg ? make_jpeg(&picture, a->jpeg, err) : 0;
}
