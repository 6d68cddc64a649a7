/*
 * ignored_files.h - files of a dataset that are no pictures by their endings
 *
 * Counted by class and ending, so that a class whose pictures are of a kind
 * that is not read does not vanish in silence.  Contours (*.dat) are used, and
 * not counted.
 */
#ifndef PREPROCESS_IGNORED_FILES_H
#define PREPROCESS_IGNORED_FILES_H

#include "base/buf.h"
#include "config/config.h"

struct json_t; /* jansson's */

enum { IGNORED_ENDING = 16 }; /* bytes of an ending that are kept */

struct ignored_ending {
    char class_name[CONFIG_NAME_MAX];
    char ending[IGNORED_ENDING]; /* ".gif", in small letters; "": none */
    size_t n;
};

struct ignored_files {
    struct ignored_ending *ending; /* owned: class by class as they are met */
    size_t n;
    size_t n_system; /* folders that are the file system's own */
};

/* Count file 'name' of a class.  Errors: ERR_SYSTEM no memory. */
MUST_USE int ignored_files_add(struct ignored_files *f, const char *class_name,
                               const char *name, struct err *err);

/* Append "12 .gif, 1 without an ending" of a class; of all if it is NULL. */
void ignored_files_put(const struct ignored_files *f, const char *class_name,
                       struct buf *out);

/* Append a line for each class, and one of the system's folders. */
void ignored_files_warn(const struct ignored_files *f, struct buf *warnings);

/* [{"class": ..., "ending": ".gif", "files": 12}], or NULL: there are none. */
struct json_t *ignored_files_json(const struct ignored_files *f);

void ignored_files_release(struct ignored_files *f);

#endif
