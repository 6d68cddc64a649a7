/*
 * output_files.h - the files of an output directory
 *
 * Internal to output.c and output_check.c.  Beside its files an output holds
 * the manifest, while it is made .begun, and .seen: what each large file looked
 * like to the file system (size, times, inode) when its content was last found
 * to be as in the manifest, so that it need not be read each time.
 */
#ifndef RUN_OUTPUT_FILES_H
#define RUN_OUTPUT_FILES_H

#include "base/err.h"
#include "base/hash.h"

#include <stdbool.h>

#define OUTPUT_MANIFEST "manifest.json"
#define OUTPUT_BEGUN    ".begun"
#define OUTPUT_SEEN     ".seen"

enum {
    OUTPUT_MAX_FILES = 1000000,
    OUTPUT_SMALL = 1 << 14, /* bytes: up to so many a file is always read */
    OUTPUT_STAMP = 128,     /* bytes of a stamp */
};

struct json_t; /* jansson's */
struct stat;

struct output_file {
    char *name; /* owned: relative to the directory */
    size_t size;
    char hex[HASH_HEX];
    char stamp[OUTPUT_STAMP];
};

struct output_files {
    struct output_file *file; /* owned: in byte order of name */
    size_t n;
};

/*
 * List the regular files below 'dir' but its manifest, .begun and .seen, and
 * unless 'parts' those in .parts (output.h); links are not followed and not
 * listed.
 * Errors: ERR_INPUT too deep or too many; ERR_SYSTEM.
 */
MUST_USE int output_files_list(struct output_files *f, const char *dir,
                               bool parts, struct err *err);

/* Take size, hash and stamp of each, after syncing it with its folder. */
MUST_USE int output_files_hash(struct output_files *f, const char *dir,
                               struct err *err);

/* The JSON object in a file of at most 'max' bytes; json_decref() it.  NULL:
 * ERR_INPUT it is missing or damaged; ERR_SYSTEM it cannot be read. */
MUST_USE struct json_t *output_files_read(const char *path, size_t max,
                                          struct err *err);

/* What a file looks like: another after a write to it, but for one within the
 * same tick of the file system's clock. */
void output_files_stamp(char stamp[OUTPUT_STAMP], const struct stat *st);

/* Does 'seen' say that file 'name' looked like this? */
bool output_files_seen(const struct json_t *seen, const char *name,
                       const char *stamp);

/* .seen of a directory, an empty object without; json_decref() it.  Writing it
 * may fail unheard, as on a disk that is only for reading. */
struct json_t *output_files_recall(const char *dir);
void output_files_remember(const char *dir, const struct json_t *seen);

/* The same of files that were hashed just now. */
void output_files_note(const struct output_files *f, const char *dir);

/* Is it what an interrupted file_write() leaves ("x.tmp123")? */
bool output_files_temporary(const char *name);

void output_files_release(struct output_files *f);

#endif
