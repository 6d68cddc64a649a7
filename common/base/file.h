/*
 * file.h - whole files and directories; writes that a crash cannot tear
 *
 * Paths are at most FILE_PATH_MAX - 1 bytes; a longer one is ERR_INPUT.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { FILE_PATH_MAX = 4096 };

/* Join printf-style into path[FILE_PATH_MAX].  Errors: ERR_INPUT too long. */
MUST_USE int file_path(char path[FILE_PATH_MAX], struct err *err,
                       const char *fmt, ...) PRINTF(3, 4);

/* Does 'path' name something that can be seen? */
bool file_exists(const char *path);

/* Bytes of a regular file.  Errors: ERR_INPUT missing or of another kind. */
MUST_USE int file_size(const char *path, size_t *size, struct err *err);

/*
 * Read a whole regular file of at most 'max' bytes; the caller free()s *data,
 * which has a NUL behind its *size bytes.
 * Errors: ERR_INPUT missing, unreadable, not a regular file or over 'max';
 * ERR_SYSTEM no memory or a failing disk.
 */
MUST_USE int file_read(const char *path, size_t max, char **data, size_t *size,
                       struct err *err);

/*
 * Replace 'path' by 'size' bytes: temporary file beside it, fsync, rename,
 * fsync of the directory.  A crash leaves the old file or the new one.
 * Errors: ERR_SYSTEM; 'path' is as before.
 */
MUST_USE int file_write(const char *path, const void *data, size_t size,
                        struct err *err);

/* A piece of a file. */
struct file_part {
    const void *data; /* borrowed; may be NULL if it has no bytes */
    size_t size;
};

/* As file_write(), of 'n' pieces one behind the other. */
MUST_USE int file_write_parts(const char *path, const struct file_part *part,
                              size_t n, struct err *err);

/* Give the finished file 'from' the name 'path', beside it: fsync, rename,
 * fsync of the directory.  Errors: ERR_SYSTEM; both are as before. */
MUST_USE int file_adopt(const char *from, const char *path, struct err *err);

/*
 * As file_adopt(), unless there is a 'path' already: that stays, and 'from'
 * goes.  So of several processes the first names its file, and all find that.
 * Where the file system has no hard links a second that comes in the same
 * moment may replace it.
 */
MUST_USE int file_adopt_first(const char *from, const char *path,
                              struct err *err);

/* As file_write(), and the file's mode is 0600. */
MUST_USE int file_write_secret(const char *path, const void *data, size_t size,
                               struct err *err);

/* Add 'size' bytes at the end and fsync.  Errors: ERR_SYSTEM. */
MUST_USE int file_append(const char *path, const void *data, size_t size,
                         struct err *err);

/* Write all of 'size' bytes at 'offset' of 'fd'.  Errors: ERR_SYSTEM. */
MUST_USE int file_pwrite(int fd, const void *data, size_t size, size_t offset,
                         struct err *err);

/* Make a directory and its parents (mode 0777 less umask).  ERR_SYSTEM. */
MUST_USE int file_dir_make(const char *path, struct err *err);

/* The directory that 'path' lies in; may be written over it. */
void file_parent(char dir[FILE_PATH_MAX], const char *path);

/* Write all of it to a file or pipe; -1 sets errno. */
MUST_USE int file_write_all(int fd, const void *data, size_t size);

/* fsync a file, or a directory, so that renames in it last.  ERR_SYSTEM. */
MUST_USE int file_sync(const char *path, struct err *err);

/* Remove a file or a directory and all in it; symbolic links are not
 * followed.  A missing one is no error.  ERR_SYSTEM. */
MUST_USE int file_dir_remove(const char *path, struct err *err);

/*
 * Names in a directory, sorted by byte, without "." and "..".
 * The caller frees with file_dir_list_free().
 * Errors: ERR_INPUT cannot be opened; ERR_SYSTEM not all of it can be read, no
 * memory.
 */
MUST_USE int file_dir_list(const char *path, char ***names, size_t *n,
                           struct err *err);
void file_dir_list_free(char **names, size_t n);

/* For qsort() of texts: by byte. */
int file_by_name(const void *a, const void *b);

#endif
