/*
 * pictures.h - which pictures there are: files, or all in a directory
 */
#ifndef IMG_PICTURES_H
#define IMG_PICTURES_H

#include "base/err.h"

#include <stddef.h>

enum { PICTURES_MAX = 10000000, PICTURES_DEPTH = 64 };

struct pictures {
    char **path; /* owned, (n) owned */
    size_t n;
};

/* Append one path.  Errors: ERR_USAGE over PICTURES_MAX; ERR_SYSTEM. */
MUST_USE int pictures_add(struct pictures *p, const char *path,
                          struct err *err);

/*
 * Append the paths below 'dir' of all files in it, at any depth, whose names
 * are a picture's (decode.h) and do not begin with a dot, in byte order.
 * Errors: ERR_USAGE folders over PICTURES_DEPTH deep; as pictures_add() and
 * file_dir_list().
 */
MUST_USE int pictures_walk(struct pictures *p, const char *dir,
                           struct err *err);

void pictures_release(struct pictures *p);

#endif
