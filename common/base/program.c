#include "base/program.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int program_path(char path[FILE_PATH_MAX], const char *name, struct err *err)
{
    char self[FILE_PATH_MAX];
    const ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    char *slash;

    self[n > 0 ? n : 0] = '\0';
    slash = strrchr(self, '/');
    if (!slash)
        return err_set(err, ERR_SYSTEM, "cannot find this program's place: %s",
                       strerror(errno));
    *slash = '\0';
    if (file_path(path, err, "%s/%s", self, name) < 0)
        return -1;
    if (access(path, X_OK) < 0)
        return err_set(err, ERR_USAGE, "'%s' is missing; run make", path);
    return 0;
}

int program_flush(struct err *err)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 0;
    if (errno == EPIPE) /* who read it has seen enough */
        return 0;
    return err_set(err, ERR_SYSTEM,
                   "cannot write all of it to standard output: %s",
                   errno ? strerror(errno) : "an error before its end");
}
