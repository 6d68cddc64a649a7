#include "img/decode.h"

#include "base/file.h"
#include "img/bmp.h"
#include "img/decode_samples.h"
#include "img/orient.h"
#include "img/reencode.h"
#include "img/vipslib.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A file in memory. */
struct file_bytes {
    const uint8_t *p; /* borrowed */
    size_t n;
};

/* The call of one libvips loader; all take the same options. */
typedef int (*load_f)(void *bytes, size_t size, VipsImage **out, ...);

static bool is_jpeg(const void *p, size_t n)
{
    return n >= 3 && memcmp(p, "\xff\xd8\xff", 3) == 0;
}

static bool is_png(const void *p, size_t n)
{
    return n >= 8 && memcmp(p, "\x89PNG\r\n\x1a\n", 8) == 0;
}

static bool is_webp(const void *p, size_t n)
{
    return n >= 12 && memcmp(p, "RIFF", 4) == 0 &&
           memcmp((const char *)p + 8, "WEBP", 4) == 0;
}

/* Is the mark that ends such a file missing from its last bytes? */
static bool lacks_mark(const uint8_t *p, size_t n, const char *mark, size_t len)
{
    const size_t from = n > 4096 ? n - 4096 : 0;

    for (size_t i = from; i + len <= n; i++)
        if (memcmp(p + i, mark, len) == 0)
            return false;
    return true;
}

static bool cut_jpeg(const uint8_t *p, size_t n)
{
    return lacks_mark(p, n, "\xff\xd9", 2);
}

static bool cut_png(const uint8_t *p, size_t n)
{
    return lacks_mark(p, n, "IEND", 4);
}

static bool cut_webp(const uint8_t *p, size_t n)
{
    const uint32_t size = (uint32_t)p[4] | (uint32_t)p[5] << 8 |
                          (uint32_t)p[6] << 16 | (uint32_t)p[7] << 24;

    return size > n - 8;
}

enum { N_KINDS = 5, N_ENDS = 4 };

static const struct image_format {
    const char *name;
    const char *ends[N_ENDS]; /* of file names */
    bool (*is)(const void *p, size_t n);
    bool (*cut)(const uint8_t *p, size_t n); /* NULL: cannot be told */
    load_f *load;                            /* NULL: bmp.h's */
} kinds[N_KINDS] = {
    {"BMP", {".bmp", ".dib"}, bmp_is, NULL, NULL},
    {"JPEG",
     {".jpg", ".jpeg", ".jpe", ".jfif"},
     is_jpeg,
     cut_jpeg,
     &vips.jpegload_buffer},
    {"PNG", {".png"}, is_png, cut_png, &vips.pngload_buffer},
    {"TIFF", {".tif", ".tiff"}, tiff_tags_is, NULL, &vips.tiffload_buffer},
    {"WebP", {".webp"}, is_webp, cut_webp, &vips.webpload_buffer},
};

bool decode_is_image_name(const char *name)
{
    const char *dot = strrchr(name, '.');

    for (size_t i = 0; dot && i < N_KINDS * N_ENDS; i++) {
        const char *end = kinds[i / N_ENDS].ends[i % N_ENDS];

        if (end && strcasecmp(dot, end) == 0)
            return true;
    }
    return false;
}

static const struct image_format *find_kind(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < N_KINDS; i++)
        if (kinds[i].is(p, n))
            return &kinds[i];
    return NULL;
}

/* Say why libvips does not read a TIFF that may be whole, or return false. */
static bool refuse_tags(const struct tiff_tags *t, struct err *err)
{
    static const int codecs[] = {1, 2, 3, 4, 5, 7, 8, 32773, 32946};
    const bool grey = t->samples == 1 && tiff_tags_colours(t) == 1;
    bool known = false;

    for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++)
        known = known || t->compression == codecs[i];
    if (!known)
        err_set(err, ERR_INPUT,
                "TIFF image of compression %d, which is not read here, or "
                "damaged",
                t->compression);
    else if (t->bits != 8 && t->bits != 16 && !(grey && t->bits < 5))
        err_set(err, ERR_INPUT,
                "TIFF image of %d bits a sample, must be 8 or 16", t->bits);
    else
        return false;
    return true;
}

/* libvips' own text is shared by all threads, so it cannot be repeated here. */
static int refuse_damaged(const struct image_format *kind, const uint8_t *p,
                          size_t n, struct err *err)
{
    struct tiff_tags tags;

    vips.error_clear();
    if (tiff_tags_is(p, n) && tiff_tags_read(&tags, p, n) &&
        refuse_tags(&tags, err))
        return -1;
    if (kind->cut && kind->cut(p, n))
        return err_set(err, ERR_INPUT, "truncated %s image (%zu bytes)",
                       kind->name, n);
    return err_set(err, ERR_INPUT, "%s %s image (%zu bytes)",
                   kind->cut ? "damaged" : "truncated or damaged", kind->name,
                   n);
}

/* Returns 1 if libvips failed: the caller knows what kind it was. */
static int copy_out(struct image *im, VipsImage *from, struct err *err)
{
    if (image_init(im, vips.image_get_width(from), vips.image_get_height(from),
                   err) < 0)
        return -1;
    if (decode_samples_copy(from, im->px, (size_t)im->w * 3) == 0)
        return 0;
    image_release(im);
    return 1;
}

static int check_type(const VipsImage *im, const struct image_format *kind,
                      struct err *err)
{
    const VipsBandFormat format = vips.image_get_format(im);
    const VipsInterpretation colours = vips.image_get_interpretation(im);

    if (format != VIPS_FORMAT_UCHAR && format != VIPS_FORMAT_USHORT &&
        colours != VIPS_INTERPRETATION_LABS)
        return err_set(
            err, ERR_INPUT, "%s image of pixel type %s, must be 8 or 16 bits",
            kind->name,
            vips.enum_nick(vips.band_format_get_type(), (int)format));
    if (!vips.colourspace_issupported(im))
        return err_set(err, ERR_INPUT, "%s image of %d bands without colours",
                       kind->name, vips.image_get_bands(im));
    return image_check_size(vips.image_get_width(im), vips.image_get_height(im),
                            err);
}

/* The loaded image as a picture.  Returns 1 if libvips failed. */
static int take_loaded(struct image *im, VipsImage **v,
                       const struct tiff_tags *tags, struct decoding *d,
                       struct err *err)
{
    int rc = 0;

    d->orientation = vips.image_get_orientation(*v);
    d->pages = vips.image_get_n_pages(*v);
    if (tags)
        rc = decode_samples_pick(v, tags, d, err);
    if (rc == 0)
        rc = decode_samples_scale(
            v, tags && tags->photometric == TIFF_MIN_IS_WHITE, d, err);
    if (rc == 0)
        rc = decode_samples_rgb(v);
    if (rc == 0)
        rc = vips.image_get_bands(*v) != 3 ? 1 : copy_out(im, *v, err);
    if (rc == 0 && d->upright)
        rc = orient(im, d->orientation, err);
    return rc;
}

static int decode_vips(struct image *im, const struct image_format *kind,
                       const struct file_bytes *from, struct decoding *d,
                       struct err *err)
{
    struct tiff_tags tags;
    const bool tagged = tiff_tags_read(&tags, from->p, from->n);
    VipsImage *v = NULL;
    int rc = 1; /* 1: libvips failed */

    if (vipslib_start(err) < 0)
        return -1;
    if (tagged && tags.photometric >= 0 && tiff_tags_colours(&tags) == 0)
        return err_set(err, ERR_INPUT,
                       "TIFF image of photometric interpretation %d, which is "
                       "not read",
                       tags.photometric);
    /* libvips reads the bytes only, though it asks for void *. */
    if ((*kind->load)((void *)(uintptr_t)from->p, from->n, &v, "access",
                      VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_ERROR,
                      NULL) == 0) {
        rc = check_type(v, kind, err);
        if (rc == 0)
            rc = take_loaded(im, &v, tagged ? &tags : NULL, d, err);
    }
    g_clear_object(&v);
    return rc == 1 ? refuse_damaged(kind, from->p, from->n, err) : rc;
}

int decode_bytes_as(struct image *im, const void *bytes, size_t size,
                    struct decoding *d, struct err *err)
{
    const struct image_format *kind;
    int rc;

    *im = (struct image){0};
    d->orientation = d->pages = 1;
    d->spare = 0;
    d->most = -1;
    if (size == 0)
        return err_set(err, ERR_INPUT, "empty file (0 bytes)");
    kind = find_kind(bytes, size);
    if (!kind)
        return err_set(err, ERR_INPUT,
                       "not a BMP, JPEG, PNG, TIFF or WebP image (%zu bytes)",
                       size);
    rc = kind->load
             ? decode_vips(im, kind, &(struct file_bytes){bytes, size}, d, err)
             : bmp_decode(im, bytes, size, err);
    return rc == 0 && d->jpeg ? reencode(im, d->jpeg, err) : rc;
}

int decode_bytes(struct image *im, const void *bytes, size_t size,
                 struct err *err)
{
    return decode_bytes_as(im, bytes, size, &(struct decoding){0}, err);
}

int decode_bits_of(int most)
{
    int n = DECODE_BITS_LEAST;

    while (most >> n)
        n++;
    return n;
}

int decode_read_as(struct image *im, const char *path, struct decoding *d,
                   struct err *err)
{
    struct err why = {0};
    char *bytes = NULL;
    size_t size = 0;
    int rc;

    *im = (struct image){0};
    if (file_read(path, DECODE_MAX_BYTES, &bytes, &size, err) < 0)
        return -1;
    rc = decode_bytes_as(im, bytes, size, d, &why);
    free(bytes);
    return rc == 0 ? 0 : err_set(err, why.code, "'%s': %s", path, why.text);
}

int decode_read(struct image *im, const char *path, struct err *err)
{
    return decode_read_as(im, path, &(struct decoding){0}, err);
}
