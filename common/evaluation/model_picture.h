/*
 * model_picture.h - a picture as a trained network takes it
 *
 * Pictures are read, brought to size and prepared as the model's file says that
 * its own were.
 */
#ifndef EVALUATION_MODEL_PICTURE_H
#define EVALUATION_MODEL_PICTURE_H

#include "img/decode.h"
#include "img/image.h"
#include "nn/model.h"

struct model_picture {
    struct image image;      /* owned: of the model's size */
    struct cell_size size;   /* before that, pixels */
    struct decoding read_as; /* what reading the file found */
    int nuclei;              /* if it is a whole field (img/field.h), else 0 */
};

/*
 * Read a file.  Thread-safe.  Deterministic.
 * Errors: as decode_read_as() and image_init(); *p is empty then, but for what
 * reading found.
 */
MUST_USE int model_picture_read(struct model_picture *p,
                                const struct model_info *m, const char *path,
                                struct err *err);

/*
 * The same of a picture in memory; nothing is known of its file.
 *   im [in,out] is released
 * Errors: as reencode() and image_init(); *p is empty then.
 */
MUST_USE int model_picture_fit(struct model_picture *p,
                               const struct model_info *m, struct image *im,
                               struct err *err);

void model_picture_release(struct model_picture *p);

#endif
