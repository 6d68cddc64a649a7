#include "base/program.h"

#include <errno.h>
#include <poll.h>
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
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    int fault = errno; /* of the write that failed, if one did before */

    if (fflush(stdout) != 0)
        fault = errno;
    else if (!ferror(stdout))
        return 0;
    /* without a reader: who read it has seen enough */
    if (poll(&out, 1, 0) > 0 && (out.revents & POLLERR))
        return 0;
    return err_set(err, ERR_SYSTEM,
                   "cannot write all of it to standard output: %s",
                   strerror(fault));
}
