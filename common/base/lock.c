#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

int lock_take(int fd, enum lock_kind kind, const char *path, struct err *err)
{
    static const short type[] = {
        [LOCK_NONE] = F_UNLCK, [LOCK_SHARED] = F_RDLCK, [LOCK_ALONE] = F_WRLCK};
    struct flock fl = {.l_type = type[kind], .l_whence = SEEK_SET};

    while (fcntl(fd, F_SETLK, &fl) < 0) {
        if (errno == EAGAIN || errno == EACCES)
            return 0;
        if (errno != EINTR)
            return err_set(
                err, ERR_SYSTEM,
                "cannot lock '%.300s': %s; a run needs a file system "
                "that gives locks (NFS with its lock service, "
                "Lustre mounted with flock)",
                path, strerror(errno));
    }
    return 1;
}
