#include "img/png.h"

#include "base/file.h"
#include "img/vipslib.h"

#include <stdlib.h>
#include <string.h>
#include <vips/vips.h>

enum { COMPRESSION = 6 }; /* of 9: zlib's default */

int png_encode(const struct image *im, char **bytes, size_t *size,
               struct err *err)
{
    VipsImage *v = NULL;
    void *png = NULL;
    int rc = -1;

    if (vipslib_start(err) < 0)
        return -1;
    v = vips_image_new_from_memory(im->px, image_bytes(im), im->w, im->h, 3,
                                   VIPS_FORMAT_UCHAR);
    if (!v || vips_pngsave_buffer(v, &png, size, "compression", COMPRESSION,
                                  NULL) != 0) {
        vips_error_clear();
        err_set(err, ERR_SYSTEM, "cannot encode %d x %d pixels as PNG", im->w,
                im->h);
        goto out;
    }
    *bytes = malloc(*size);
    if (!*bytes) {
        err_set(err, ERR_SYSTEM, "no memory for %zu bytes of PNG", *size);
        goto out;
    }
    memcpy(*bytes, png, *size);
    rc = 0;
out:
    g_free(png);
    if (v)
        g_object_unref(v);
    return rc;
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
