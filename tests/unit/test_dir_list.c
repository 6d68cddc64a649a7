/* test_dir_list.c - a directory of which only a part can be read */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "test_dir.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>

static int left = -1; /* names until reading fails; negative: it does not */

/* In place of the C library's. */
struct dirent *readdir(DIR *d)
{
    struct dirent *(*real)(DIR *);

    if (left == 0) {
        errno = EIO;
        return NULL;
    }
    left -= left > 0;
    *(void **)&real = dlsym(RTLD_NEXT, "readdir");
    return real(d);
}

int main(void)
{
    char **names = NULL;
    struct err err = {0};
    size_t n = 0;

    begin_dir();
    put_file(in_dir("a"), "");
    put_file(in_dir("b"), "");
    errno = EIO; /* of something else */
    ok(file_dir_list(dir, &names, &n, &err) == 0 && n == 2 &&
           strcmp(names[0], "a") == 0,
       "a directory");
    file_dir_list_free(names, n);
    names = NULL;
    left = 3;
    fails(file_dir_list(dir, &names, &n, &err), err, ERR_SYSTEM,
          "cannot read all of directory", "one that ends with an error");
    ok(left == 0 && !names, "  is not taken for a shorter one");
    left = -1;
    return end_dir();
}
