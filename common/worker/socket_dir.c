#include "worker/socket_dir.h"

#include "base/file.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "papline-"

enum { RANDOM = 6, LONGEST_TMP = 40 };

static const char *temporary_dir(void)
{
    const char *tmp = getenv("TMPDIR");

    return tmp && strlen(tmp) <= LONGEST_TMP ? tmp : "/tmp";
}

/* Was it made by this user's process, which has gone?  One without an owner is
 * just being made, or none of ours. */
static int is_left(const char *dir)
{
    char path[FILE_PATH_MAX];
    struct stat st;
    struct err err;
    int fd, left;

    if (lstat(dir, &st) < 0 || !S_ISDIR(st.st_mode) || st.st_uid != geteuid() ||
        (st.st_mode & 0777) != 0700 ||
        file_path(path, &err, "%s/owner", dir) < 0)
        return 0;
    fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return 0;
    left = flock(fd, LOCK_EX | LOCK_NB) == 0;
    close(fd);
    return left;
}

static void remove_stale(const char *tmp)
{
    char path[FILE_PATH_MAX], **names = NULL;
    struct err err;
    size_t n = 0;

    if (file_dir_list(tmp, &names, &n, &err) < 0)
        return;
    for (size_t i = 0; i < n; i++)
        if (strncmp(names[i], PREFIX, strlen(PREFIX)) == 0 &&
            strlen(names[i]) == strlen(PREFIX) + RANDOM &&
            file_path(path, &err, "%s/%s", tmp, names[i]) == 0 &&
            is_left(path) && file_dir_remove(path, &err) < 0)
            break;
    file_dir_list_free(names, n);
}

/* The file gets its name when it is locked, so that nobody finds it without.
 * flock() belongs to the open file, so that a child which inherits it would
 * keep it: it is closed on exec. */
static int lock_directory(struct socket_dir *d, struct err *err)
{
    char path[FILE_PATH_MAX], made[FILE_PATH_MAX];

    if (file_path(path, err, "%s/owner", d->path) < 0 ||
        file_path(made, err, "%s/made", d->path) < 0)
        return -1;
    d->owner = open(made, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (d->owner < 0 || flock(d->owner, LOCK_EX | LOCK_NB) < 0 ||
        rename(made, path) < 0)
        return err_set(err, ERR_SYSTEM, "cannot lock '%s': %s", path,
                       strerror(errno));
    return 0;
}

int socket_dir_make(struct socket_dir *d, struct err *err)
{
    const char *tmp = temporary_dir();

    remove_stale(tmp);
    d->owner = -1;
    snprintf(d->path, sizeof(d->path), "%s/" PREFIX "XXXXXX", tmp);
    if (!mkdtemp(d->path)) { /* mode 0700 */
        d->path[0] = '\0';
        return err_set(err, ERR_SYSTEM, "cannot make a directory in '%s': %s",
                       tmp, strerror(errno));
    }
    if (lock_directory(d, err) == 0)
        return 0;
    socket_dir_remove(d);
    return -1;
}

void socket_dir_remove(struct socket_dir *d)
{
    struct err err;

    if (!d->path[0])
        return;
    if (file_dir_remove(d->path, &err) < 0)
        log_warn("%s", err.text);
    if (d->owner >= 0)
        close(d->owner);
    *d = (struct socket_dir){.owner = -1};
}
