/*
 * file_kind.h - what a file is that was taken for something else
 *
 * Told by its first bytes, as file(1) does, for messages alone: a download that
 * a login page answered, a repository without its large files, a picture.
 */
#ifndef BASE_FILE_KIND_H
#define BASE_FILE_KIND_H

#include <stddef.h>

enum { FILE_KIND_BYTES = 4096 }; /* of a file's beginning that are looked at */

/*
 * Words that go on after "FILE is ", as "a JPEG picture"; NULL: not known.
 *   bytes [in] the file's first 'n' bytes, all of a short file's
 */
const char *file_kind_words(const void *bytes, size_t n);

/* The same of the file at 'path'; NULL also where it cannot be read. */
const char *file_kind_at(const char *path);

#endif
