#include "img/png.h"

#include "base/file.h"
#include "img/vips_functions.h"
#include "img/vipslib.h"

#include <stdlib.h>
#include <string.h>

/* 'kind' is libvips' name of a format with its options. */
static int encode_image(const struct image *im, const char *kind, char **bytes,
                        size_t *size, struct err *err)
{
    VipsImage *v = NULL;
    void *made = NULL;
    int rc = -1;

    if (vipslib_start(err) < 0)
        return -1;
    v = vips.image_new_from_memory(im->px, image_bytes(im), im->w, im->h, 3,
                                   VIPS_FORMAT_UCHAR);
    if (!v || vips.image_write_to_buffer(v, kind, &made, size, NULL) != 0) {
        vips.error_clear();
        err_set(err, ERR_SYSTEM, "cannot encode %d x %d pixels as %s", im->w,
                im->h, kind);
        goto out;
    }
    *bytes = malloc(*size);
    if (!*bytes) {
        err_set(err, ERR_SYSTEM, "no memory for %zu bytes of %s", *size, kind);
        goto out;
    }
    memcpy(*bytes, made, *size);
    rc = 0;
out:
    g_free(made);
    g_clear_object(&v);
    return rc;
}

int png_encode(const struct image *im, char **bytes, size_t *size,
               struct err *err)
{
    return encode_image(im, ".png[compression=6]", bytes, size, err); /* of 9 */
}

int png_encode_webp(const struct image *im, char **bytes, size_t *size,
                    struct err *err)
{
    return encode_image(im, ".webp[Q=80,strip]", bytes, size, err);
}

int png_write(const struct image *im, const char *path, struct err *err)
{
    char *bytes = NULL;
    size_t size = 0;
    int rc = png_encode(im, &bytes, &size, err);

    if (rc == 0)
        rc = file_write(path, bytes, size, err);
    free(bytes);
    return rc;
}
