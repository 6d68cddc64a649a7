/*
 * pictures.h - which pictures there are: files, or all in a directory
 */
#ifndef IMG_PICTURES_H
#define IMG_PICTURES_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { PICTURES_MAX = 10000000, PICTURES_DEPTH = 64 };

struct pictures {
    char **path; /* owned, (n) owned */
    size_t n;
};

/* Is a folder of this name the file system's or a NAS's own, such as @eaDir,
 * which holds thumbnails of the pictures beside it? */
bool pictures_is_system(const char *name);

/* Append one path.  Errors: ERR_USAGE over PICTURES_MAX; ERR_SYSTEM. */
MUST_USE int pictures_add(struct pictures *p, const char *path,
                          struct err *err);

/*
 * Append the paths below 'dir' of all files in it, at any depth, whose names
 * are a picture's (decode.h) and do not begin with a dot, in byte order.
 * Folders that pictures_is_system() are left out.
 * Errors: ERR_USAGE folders over PICTURES_DEPTH deep; as pictures_add() and
 * file_dir_list().
 */
MUST_USE int pictures_walk(struct pictures *p, const char *dir,
                           struct err *err);

/*
 * Append a word of a command line: a picture, or all in a directory.
 *   below [out] NULL, or the bytes of each path's folder that the word names;
 *               owned by the caller, (p->n), grown
 * Errors: as the two above.
 */
MUST_USE int pictures_add_word(struct pictures *p, const char *word,
                               size_t **below, struct err *err);

/*
 * Append what a list names, one path a line, as pictures_add_word() takes it; a
 * line end may be CR LF, empty lines are left out.
 *   f    [in] is read to its end
 *   name [in] of the list, for errors
 * Errors: ERR_INPUT it cannot be read; as pictures_add_word().
 */
MUST_USE int pictures_add_list(struct pictures *p, FILE *f, const char *name,
                               struct err *err);

void pictures_release(struct pictures *p);

#endif
