/* reencode.c - through libvips' JPEG writer, and back as any file is read */
#include "img/reencode.h"

#include "img/decode.h"
#include "img/vips_functions.h"
#include "img/vipslib.h"

/* Bytes of the file, which g_free() frees; -1: libvips failed. */
static int encode(const struct image *im, int quality, void **bytes, size_t *n)
{
    VipsImage *v = vips.image_new_from_memory(im->px, image_bytes(im), im->w,
                                              im->h, 3, VIPS_FORMAT_UCHAR);
    VipsImage *rgb = NULL;
    int rc =
        v ? vips.copy(v, &rgb, "interpretation", VIPS_INTERPRETATION_sRGB, NULL)
          : -1;

    if (rc == 0)
        rc = vips.jpegsave_buffer(rgb, bytes, n, "Q", quality, "subsample_mode",
                                  VIPS_FOREIGN_SUBSAMPLE_ON, NULL);
    g_clear_object(&rgb);
    g_clear_object(&v);
    return rc;
}

int reencode(struct image *im, int quality, struct err *err)
{
    struct image again = {0};
    void *bytes = NULL;
    size_t n = 0;
    int rc = vipslib_start(err);

    if (rc == 0 && encode(im, quality, &bytes, &n) < 0) {
        vips.error_clear();
        rc = err_set(err, ERR_INPUT, "%d x %d pixels cannot be made JPEG",
                     im->w, im->h);
    }
    if (rc == 0)
        rc = decode_bytes(&again, bytes, n, err);
    g_free(bytes);
    image_release(im);
    *im = again;
    return rc;
}
