/*
 * remake.c - the pictures below a directory as TIFF, of 8 or more bits
 *
 *     remake BITS FROM TO
 *
 * writes TO/X.tif for each picture FROM/X.EXT: of 8 bits if BITS is 8, with a
 * fourth sample of zeros, which is no alpha, if it is 0; else of 16 bits of
 * which the lower BITS are used, so that what scales them gives the same pixels.
 */
#include "base/err.h"
#include "img/decode.h"
#include "img/pictures.h"
#include "made_tiff.h"

#include <stdio.h>

static struct image picture;
static int bits;

static int sample(int x, int y, int c)
{
    const int limit = (1 << bits) - 1;

    if (c > 2)
        return 0;
    return bits <= 8 ? image_row(&picture, y)[3 * x + c]
                     : (image_row(&picture, y)[3 * x + c] * limit + 254) / 255;
}

static int remake(const char *from, const char *to, const char *name,
                  struct err *err)
{
    char path[FILE_PATH_MAX], *slash;
    const char *dot = strrchr(name, '.');
    struct made_tiff t = {.samples = bits ? 3 : 4,
                          .bits = bits > 8 ? 16 : 8,
                          .photometric = 2,
                          .sample = sample};
    int rc;

    if (file_path(path, err, "%s/%s", from, name) < 0 ||
        decode_read(&picture, path, err) < 0)
        return -1;
    t.w = picture.w;
    t.h = picture.h;
    rc = file_path(path, err, "%s/%.*s.tif", to, (int)(dot - name), name);
    slash = strrchr(path, '/');
    *slash = '\0';
    if (rc == 0)
        rc = file_dir_make(path, err);
    *slash = '/';
    if (rc == 0)
        rc = made_tiff_write(&t, path, err);
    image_release(&picture);
    return rc;
}

int main(int argc, char **argv)
{
    struct pictures list = {0};
    struct err err = {0};
    int rc = -1;

    if (argc != 4) {
        fprintf(stderr, "usage: remake BITS FROM TO\n");
        return 2;
    }
    bits = atoi(argv[1]);
    rc = pictures_walk(&list, argv[2], &err);
    for (size_t i = 0; rc == 0 && i < list.n; i++)
        rc = remake(argv[2], argv[3], list.path[i], &err);
    pictures_release(&list);
    if (rc < 0)
        fprintf(stderr, "remake: %s\n", err.text);
    return rc < 0 ? err_exit_status(err.code) : 0;
}
