/*
 * decode.h - read a picture, whatever it is called
 *
 * The kind is told by the first bytes: BMP goes to bmp.h; JPEG, PNG, TIFF
 * (BigTIFF too) and WebP each go straight to libvips' loader for that kind, so
 * nothing else that libvips can open (SVG, PDF, ImageMagick) is ever reached.
 * The size in the header is checked before a pixel is decoded.
 *
 * Grey becomes R = G = B, CMYK goes through its profile, CIELAB is converted,
 * 16 bits are scaled to 8, transparent pixels are put on white.  Of the samples
 * of a TIFF behind its colours, alpha are those that it calls so (tiff_tags.h);
 * the others are left out.  Of several pages or frames the first is taken.  A
 * rotation noted in EXIF is applied only where that is asked for (Keras'
 * load_img() does not).
 */
#ifndef IMG_DECODE_H
#define IMG_DECODE_H

#include "img/image.h"

#include <stdbool.h>

/* Does a file of that name claim to be a picture: *.bmp, .dib, .jpg, .jpeg,
 * .jpe, .jfif, .png, .tif, .tiff, .webp in any case? */
bool decode_is_image_name(const char *name);

enum { DECODE_MAX_BYTES = 256 * 1024 * 1024 }; /* of a file */

enum { DECODE_BITS_LEAST = 8, DECODE_BITS_MOST = 15 };

/* How a picture is read, and what is odd about it. */
struct decoding {
    int bits;        /* [in] that 16-bit grey and RGB samples use, the lower
                        ones: 2^bits - 1 is the brightest; 0: all 16 */
    bool upright;    /* [in] turn it as EXIF, or the TIFF, says */
    int jpeg;        /* [in] quality, 1 .. 100, of the JPEG that it is then made
                        and read again from (reencode.h); 0: it is not */
    int orientation; /* [out] as EXIF numbers them; 1: as it is stored */
    int pages;       /* [out] or frames; 1: no further ones */
    int spare;       /* [out] samples of a pixel that are no colour, no alpha */
    int most;        /* [out] largest colour of 16 bits, as it is stored; -1: it
                        is no 16-bit grey or RGB */
};

/* The fewest bits, 8 at least, that hold 'most'. */
int decode_bits_of(int most);

/*
 * Decode 'size' bytes into *im, which need not be initialised.  Thread-safe.
 * Deterministic, and so is the text of an error.
 * Errors: ERR_INPUT no such picture, truncated, damaged, too large, or of a
 * pixel type that is not 8 or 16 bits, or of samples whose colours are not
 * known; ERR_SYSTEM no memory, no libvips.
 * *im is then empty.
 */
MUST_USE int decode_bytes(struct image *im, const void *bytes, size_t size,
                          struct err *err);

/*
 * The same, as 'd' says.
 *   d [in] [out] what it finds is set before an error, as far as it is known
 * Errors: likewise; ERR_INPUT a sample needs more than d->bits bits.
 */
MUST_USE int decode_bytes_as(struct image *im, const void *bytes, size_t size,
                             struct decoding *d, struct err *err);

/*
 * Read and decode a file.
 * Errors: as file_read() and decode_bytes(); texts of the latter begin with
 * the path.
 */
MUST_USE int decode_read(struct image *im, const char *path, struct err *err);
MUST_USE int decode_read_as(struct image *im, const char *path,
                            struct decoding *d, struct err *err);

#endif
