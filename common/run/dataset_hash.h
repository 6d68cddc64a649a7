/*
 * dataset_hash.h - has the content of a dataset changed?
 */
#ifndef RUN_DATASET_HASH_H
#define RUN_DATASET_HASH_H

#include "base/err.h"
#include "base/hash.h"

#include <stdbool.h>

enum {
    DATASET_MAX_FILES = 20000000,
    DATASET_MAX_FOLDERS = 20000,
    DATASET_MAX_DEPTH = 64,
    DATASET_SETTLED = 2, /* seconds after which a file's time is believed */
};

/*
 * Hash of the relative paths and contents of all files below 'path', in byte
 * order.  Left out: hidden names, folders of a file system's own
 * (img/pictures.h), and, unless a table names the pictures, files beside a
 * folder CROPPED (the uncropped clusters of the official archive) other than
 * contours (*.dat).
 * Links are followed; a file that cannot be read and what is no file count by
 * their names, a folder met again by its name and that by which it was entered.
 *   named [in] layout.csv names the pictures: any file may be one
 *   cache [in] file of hashes by path, size, time and inode, so that unchanged
 *              files are not read again; NULL: none.  One that cannot be read
 *              or written costs time, nothing else
 * Deterministic.
 * Errors: ERR_USAGE 'path' cannot be read, limits above; ERR_SYSTEM.
 */
MUST_USE int dataset_hash(const char *path, bool named, const char *cache,
                          char hex[HASH_HEX], struct err *err);

#endif
