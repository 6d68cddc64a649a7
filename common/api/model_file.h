/*
 * model_file.h - a model's file that is read more than once
 *
 * What is asked for later is read from the file when it is asked for, wherever
 * the program works by then; it has to be the file that was loaded.
 */
#ifndef API_MODEL_FILE_H
#define API_MODEL_FILE_H

#include "base/file.h"

#include <sys/stat.h>

struct model_file {
    char path[FILE_PATH_MAX]; /* absolute, if there is a file */
    struct stat was;          /* before it was loaded */
};

/* As model_path(), of which the errors are. */
MUST_USE int model_file_find(struct model_file *f, const char *path,
                             struct err *err);

/* Errors: ERR_INPUT another file is there now. */
MUST_USE int model_file_check(const struct model_file *f, struct err *err);

#endif
