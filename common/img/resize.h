/*
 * resize.h - change a picture's size
 *
 * Both methods give Pillow's bytes, so that a network sees what Keras'
 * load_img() gave the authors'.  A picture of the right size comes back as it is.
 * Deterministic.
 * Source: Pillow 9.4, Image.resize(), NEAREST and LANCZOS.
 */
#ifndef IMG_RESIZE_H
#define IMG_RESIZE_H

#include "base/resizing.h"
#include "img/image.h"

/*
 * Resize 'in' to w x h; the aspect ratio is not kept.
 *   out [out] need not be initialised; must not be 'in'
 * Errors: as image_init(); 'out' is then empty.
 */
typedef int (*resize_f)(struct image *out, const struct image *in, int w, int h,
                        struct err *err);

/*
 * Nearest neighbour: out(x, y) = in(floor((x + 1/2) s), floor((y + 1/2) t)),
 * s = in.w / w, t = in.h / h.  Does not average: fine texture aliases.
 */
MUST_USE int resize_nearest(struct image *out, const struct image *in, int w,
                            int h, struct err *err);

/*
 * Lanczos window of 3 lobes, widened by the scale where it shrinks, columns
 * first, rounded to 8 bits between the two passes:
 *     weight(d) = sinc(d) sinc(d / 3), |d| < 3, sinc(d) = sin(pi d) / (pi d)
 */
MUST_USE int resize_lanczos(struct image *out, const struct image *in, int w,
                            int h, struct err *err);

/* Where a picture lies in the one that it was resized into. */
struct resize_place {
    int w, h, left, top;
};

/* As resize_as() puts it there; all of it, if it is squashed. */
struct resize_place resize_place_as(const struct resizing *how, int in_w,
                                    int in_h, int w, int h);

/* Is a picture larger than the field of ASPECT_SCALE, so that it is made
 * smaller than the others to fit? */
bool resize_is_shrunk(const struct resizing *how, int in_w, int in_h, int w,
                      int h);

/*
 * As a dataset is prepared.
 *
 * ASPECT_KEEP: so that the whole picture just fits into w x h, centred, its
 * aspect ratio kept to the nearest pixel; what is left is filled by reflection
 * about the outermost pixels (as numpy.pad "reflect"; an odd rest goes behind).
 *
 * ASPECT_SCALE: by the factor w / field, whatever the picture's size, so that
 * all have one magnification; centred (an odd rest goes behind).  What is left
 * is the median colour of the outermost pixels (each channel by itself, the
 * upper one of two), which the reflection fades into over w / 16 pixels: an
 * empty field, where reflection alone would show the cell again and again.  A
 * picture that is larger than the field is put as by ASPECT_KEEP.
 * Errors: as image_init().
 */
MUST_USE int resize_as(struct image *out, const struct image *in, int w, int h,
                       const struct resizing *how, struct err *err);

#endif
