#include "img/gaussian_blur.h"

#include "img/vips_functions.h"
#include "img/vipslib.h"

#include <string.h>

#define MASK_LEAST 0.001

int gaussian_blur(const float *x, int h, int w, int bands, double sigma,
                  float *y, struct err *err)
{
    const size_t size = (size_t)h * (size_t)w * (size_t)bands * sizeof(*x);
    VipsImage *in, *out = NULL;
    void *bytes = NULL;
    size_t got = 0;

    if (vipslib_start(err) < 0)
        return -1;
    in = vips.image_new_from_memory(x, size, w, h, bands, VIPS_FORMAT_FLOAT);
    if (in && vips.gaussblur(in, &out, sigma, "precision", VIPS_PRECISION_FLOAT,
                             "min_ampl", MASK_LEAST, NULL) == 0)
        bytes = vips.image_write_to_memory(out, &got);
    if (bytes && got == size)
        memcpy(y, bytes, size);
    g_free(bytes);
    g_clear_object(&out);
    g_clear_object(&in);
    vips.error_clear();
    return got == size ? 0
                       : err_set(err, ERR_SYSTEM,
                                 "libvips does not blur %d x %d pixels", w, h);
}
