/*
 * store_images.h - the open images.npy of a store that is being written
 */
#ifndef STORE_STORE_IMAGES_H
#define STORE_STORE_IMAGES_H

#include "base/npy.h"

#include <stdbool.h>

/*
 * Open DIR/images.npy for writing; it has its full size on the disk then.
 *   shape [in]     of the array
 *   fresh [in,out] start from zeros, and remove rows.log, which speaks of other
 *                  images; set if what was there could not be gone on with
 * Returns its file descriptor, or -1.  Errors: ERR_SYSTEM no space, or the disk
 * fails; ERR_INPUT the path is too long.
 */
MUST_USE int store_images_open(const char *dir, const struct npy *shape,
                               bool *fresh, struct err *err);

#endif
