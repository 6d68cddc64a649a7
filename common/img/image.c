#include "img/image.h"

#include <stdlib.h>

int image_check_size(int64_t w, int64_t h, struct err *err)
{
    if (w < 1 || h < 1)
        return err_set(err, ERR_INPUT, "empty image: %jd x %jd pixels",
                       (intmax_t)w, (intmax_t)h);
    if (w > IMAGE_MAX_SIDE || h > IMAGE_MAX_SIDE)
        return err_set(err, ERR_INPUT,
                       "image of %jd x %jd pixels: a side has at most %d",
                       (intmax_t)w, (intmax_t)h, IMAGE_MAX_SIDE);
    if (w * h > IMAGE_MAX_PIXELS)
        return err_set(err, ERR_INPUT,
                       "image of %jd x %jd pixels: in all at most %d",
                       (intmax_t)w, (intmax_t)h, IMAGE_MAX_PIXELS);
    return 0;
}

int image_init(struct image *im, int w, int h, struct err *err)
{
    *im = (struct image){0};
    if (image_check_size(w, h, err) < 0)
        return -1;
    im->px = calloc((size_t)w * (size_t)h, 3);
    if (!im->px)
        return err_set(err, ERR_SYSTEM, "no memory for %d x %d pixels", w, h);
    im->w = w;
    im->h = h;
    return 0;
}

size_t image_bytes(const struct image *im)
{
    return (size_t)im->w * (size_t)im->h * 3;
}

void image_release(struct image *im)
{
    free(im->px);
    *im = (struct image){0};
}
