/* stored_variant.c - the stream of a row, and its recipe */
#include "stored_variant.h"

#include "img/reencode.h"

#include <stdlib.h>
#include <string.h>

int stored_variant_open(struct stored_variants *v,
                        const struct stored_variant_args *a, struct err *err)
{
    const struct store *data = &v->sources.data;
    size_t bytes;

    *v = (struct stored_variants){.seed = (uint64_t)a->config->run.seed,
                                  .jpeg = (int)a->config->preprocess.jpeg};
    if (recipe_init(&v->recipe, a->recipe, err) < 0 ||
        augmented_rows_open(&v->sources, a->run_dir,
                            a->config->augment.variants, err) < 0)
        return -1;
    bytes = a->pictures * data->h * data->w * 3;
    v->pixels = malloc(bytes + augment_scratch((int)data->w, (int)data->h));
    if (!v->pixels)
        return err_set(err, ERR_SYSTEM, "no memory for %zu images",
                       a->pictures);
    v->scratch = v->pixels + bytes;
    return 0;
}

void stored_variant_close(struct stored_variants *v)
{
    augmented_rows_close(&v->sources);
    recipe_release(&v->recipe);
    free(v->pixels);
    buf_release(&v->text);
    *v = (struct stored_variants){0};
}

static const char *source_hash(struct stored_variants *v, size_t row,
                               const struct augment_picture *p)
{
    if (!v->known || v->row != row)
        hash_of(p->src, augment_bytes(p), v->source);
    v->known = true;
    v->row = row;
    return v->source;
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

int stored_variant_make(struct stored_variants *v, size_t r, size_t at,
                        struct err *err)
{
    const struct store *data = &v->sources.data;
    const size_t row = augmented_rows_source(&v->sources, r);
    const struct augment_picture picture = {.w = (int)data->w,
                                            .h = (int)data->h,
                                            .src = store_image(data, row),
                                            .dst = v->pixels +
                                                   at * data->h * data->w * 3,
                                            .scratch = v->scratch};
    const struct recipe_stream stream = {
        .seed = v->seed,
        .content = source_hash(v, row, &picture),
        .content_size = HASH_HEX - 1,
        .variant = stored_variant_number(&v->sources, r)};

    v->text.len = 0;
    recipe_apply(&v->recipe, &stream, &picture, &v->text);
    if (buf_check(&v->text, err) < 0)
        return -1;
    return v->jpeg ? make_jpeg(&picture, v->jpeg, err) : 0;
}
