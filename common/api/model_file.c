#define _XOPEN_SOURCE 700 /* realpath */
#include "api/model_file.h"

#include "nn/model.h"

#include <stdlib.h>
#include <string.h>

int model_file_find(struct model_file *f, const char *path, struct err *err)
{
    char *absolute;

    if (model_path(f->path, path, err) < 0)
        return -1;
    absolute = realpath(f->path, NULL);
    if (absolute && strlen(absolute) < sizeof(f->path))
        memcpy(f->path, absolute, strlen(absolute) + 1);
    free(absolute);
    if (stat(f->path, &f->was) < 0)
        f->was = (struct stat){0}; /* who reads it says why */
    return 0;
}

int model_file_check(const struct model_file *f, struct err *err)
{
    struct stat is;

    if (stat(f->path, &is) == 0 && is.st_dev == f->was.st_dev &&
        is.st_ino == f->was.st_ino && is.st_size == f->was.st_size &&
        is.st_mtim.tv_sec == f->was.st_mtim.tv_sec &&
        is.st_mtim.tv_nsec == f->was.st_mtim.tv_nsec)
        return 0;
    return err_set(err, ERR_INPUT,
                   "'%.300s' has been replaced since it was loaded; load it "
                   "again",
                   f->path);
}
