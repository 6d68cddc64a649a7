#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int file_path(char path[FILE_PATH_MAX], struct err *err, const char *fmt, ...)
{
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(path, FILE_PATH_MAX, fmt, ap);
    va_end(ap);
    if (n < 0 || n >= FILE_PATH_MAX)
        return err_set(err, ERR_INPUT,
                       "path too long (over %d bytes): %.80s...",
                       FILE_PATH_MAX - 1, path);
    return 0;
}

bool file_exists(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0;
}

int file_size(const char *path, size_t *size, struct err *err)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return err_set(err, ERR_INPUT, "cannot read '%.200s': %s", path,
                       strerror(errno));
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_INPUT, "'%.200s' is not a regular file", path);
    *size = (size_t)st.st_size;
    return 0;
}

static int read_fd(int fd, const char *path, size_t size, char *data,
                   struct err *err)
{
    size_t got = 0;

    while (got < size) {
        const ssize_t n = read(fd, data + got, size - got);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set(err, ERR_SYSTEM, "cannot read '%s': %s", path,
                           strerror(errno));
        if (n == 0)
            return err_set(err, ERR_INPUT, "'%s' shrank while it was read",
                           path);
        got += (size_t)n;
    }
    return 0;
}

int file_read(const char *path, size_t max, char **data, size_t *size,
              struct err *err)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    char *p = NULL;
    int rc = -1;

    if (fd < 0 || fstat(fd, &st) < 0) {
        err_set(err, ERR_INPUT, "cannot open '%s': %s", path, strerror(errno));
        goto out;
    }
    if (!S_ISREG(st.st_mode)) {
        err_set(err, ERR_INPUT, "'%s' is not a regular file", path);
        goto out;
    }
    if ((size_t)st.st_size > max) {
        err_set(err, ERR_INPUT, "'%s' has %jd bytes, at most %zu are read",
                path, (intmax_t)st.st_size, max);
        goto out;
    }
    p = malloc((size_t)st.st_size + 1);
    if (!p) {
        err_set(err, ERR_SYSTEM, "no memory for '%s' (%jd bytes)", path,
                (intmax_t)st.st_size);
        goto out;
    }
    if (read_fd(fd, path, (size_t)st.st_size, p, err) < 0)
        goto out;
    p[st.st_size] = '\0';
    *size = (size_t)st.st_size;
    *data = p;
    p = NULL;
    rc = 0;
out:
    free(p);
    if (fd >= 0)
        close(fd);
    return rc;
}

int file_write_all(int fd, const void *data, size_t size)
{
    const char *p = data;

    while (size > 0) {
        const ssize_t n = write(fd, p, size);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        p += n;
        size -= (size_t)n;
    }
    return 0;
}

void file_parent(char dir[FILE_PATH_MAX], const char *path)
{
    char *slash;

    if (dir != path)
        snprintf(dir, FILE_PATH_MAX, "%s", path);
    slash = strrchr(dir, '/');
    if (!slash)
        snprintf(dir, FILE_PATH_MAX, ".");
    else if (slash == dir)
        dir[1] = '\0';
    else
        *slash = '\0';
}

/* Give the file of 'fd', called 'from', its name for good; closes 'fd'. */
static int name_file(int fd, const char *from, const char *path,
                     struct err *err)
{
    char dir[FILE_PATH_MAX];
    const int failed = fsync(fd) < 0 ? errno : 0;

    close(fd);
    if (failed)
        return err_set(err, ERR_SYSTEM, "cannot write '%s': %s", from,
                       strerror(failed));
    if (rename(from, path) < 0)
        return err_set(err, ERR_SYSTEM, "cannot rename '%s' to '%s': %s", from,
                       path, strerror(errno));
    file_parent(dir, path);
    return file_sync(dir, err);
}

int file_adopt(const char *from, const char *path, struct err *err)
{
    const int fd = open(from, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return err_set(err, ERR_SYSTEM, "cannot open '%s': %s", from,
                       strerror(errno));
    return name_file(fd, from, path, err);
}

int file_adopt_first(const char *from, const char *path, struct err *err)
{
    char dir[FILE_PATH_MAX];

    if (file_sync(from, err) < 0)
        return -1;
    if (link(from, path) < 0 && !file_exists(path))
        return file_adopt(from, path, err);
    unlink(from);
    file_parent(dir, path);
    return file_sync(dir, err);
}

static int write_mode(const char *path, const struct file_part *part, size_t n,
                      mode_t mode, struct err *err)
{
    char tmp[FILE_PATH_MAX];
    int fd;

    if (file_path(tmp, err, "%s.tmp%ld", path, (long)getpid()) < 0)
        return -1;
    fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0)
        return err_set(err, ERR_SYSTEM, "cannot write '%s': %s", tmp,
                       strerror(errno));
    for (size_t i = 0; i < n; i++) {
        if (file_write_all(fd, part[i].data, part[i].size) == 0)
            continue;
        err_set(err, ERR_SYSTEM, "cannot write '%s': %s", tmp, strerror(errno));
        close(fd);
        unlink(tmp);
        return -1;
    }
    if (name_file(fd, tmp, path, err) < 0) {
        unlink(tmp);
        return -1;
    }
    return 0;
}

int file_write(const char *path, const void *data, size_t size, struct err *err)
{
    return write_mode(path, &(struct file_part){data, size}, 1, 0666, err);
}

int file_write_parts(const char *path, const struct file_part *part, size_t n,
                     struct err *err)
{
    return write_mode(path, part, n, 0666, err);
}

int file_write_secret(const char *path, const void *data, size_t size,
                      struct err *err)
{
    return write_mode(path, &(struct file_part){data, size}, 1, 0600, err);
}

int file_append(const char *path, const void *data, size_t size,
                struct err *err)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    int rc = 0;

    if (fd < 0 || file_write_all(fd, data, size) < 0 || fsync(fd) < 0)
        rc = err_set(err, ERR_SYSTEM, "cannot append to '%s': %s", path,
                     strerror(errno));
    if (fd >= 0)
        close(fd);
    return rc;
}

int file_pwrite(int fd, const void *data, size_t size, size_t offset,
                struct err *err)
{
    const char *p = data;

    while (size > 0) {
        const ssize_t n = pwrite(fd, p, size, (off_t)offset);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set(err, ERR_SYSTEM, "cannot write %zu bytes: %s", size,
                           strerror(errno));
        p += n;
        offset += (size_t)n;
        size -= (size_t)n;
    }
    return 0;
}

int file_dir_make(const char *path, struct err *err)
{
    char part[FILE_PATH_MAX];
    struct stat st;

    if (file_path(part, err, "%s", path) < 0)
        return -1;
    for (char *p = part + 1;; p++) {
        const char c = *p;

        if (c != '/' && c != '\0')
            continue;
        *p = '\0';
        if (mkdir(part, 0777) < 0 && errno != EEXIST)
            return err_set(err, ERR_SYSTEM, "cannot make directory '%s': %s",
                           part, strerror(errno));
        if (c == '\0')
            break;
        *p = c;
    }
    if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
        return err_set(err, ERR_SYSTEM, "'%s' is not a directory", path);
    return 0;
}

int file_sync(const char *path, struct err *err)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    int rc = 0;

    if (fd < 0 || fsync(fd) < 0)
        rc = err_set(err, ERR_SYSTEM, "cannot sync '%s': %s", path,
                     strerror(errno));
    if (fd >= 0)
        close(fd);
    return rc;
}

int file_by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Append a copy of 'name'; -1 without memory. */
static int list_add(char ***names, size_t *n, size_t *room, const char *name)
{
    char **grown, *copy;

    if (*n == *room) {
        *room = *room ? 2 * *room : 64;
        grown = realloc(*names, *room * sizeof(**names));
        if (!grown)
            return -1;
        *names = grown;
    }
    copy = strdup(name);
    if (!copy)
        return -1;
    (*names)[(*n)++] = copy;
    return 0;
}

/* The names in 'd', to be freed after an error, too. */
static int read_names(DIR *d, const char *path, char ***list, size_t *len,
                      struct err *err)
{
    const struct dirent *e;
    size_t room = 0;

    for (errno = 0; (e = readdir(d)); errno = 0) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        if (list_add(list, len, &room, e->d_name) < 0)
            return err_set(err, ERR_SYSTEM, "no memory to list '%s'", path);
    }
    return errno == 0 ? 0
                      : err_set(err, ERR_SYSTEM,
                                "cannot read all of directory '%s': %s", path,
                                strerror(errno));
}

int file_dir_list(const char *path, char ***names, size_t *n, struct err *err)
{
    DIR *d = opendir(path);
    char **list = NULL;
    size_t len = 0;
    int rc;

    if (!d)
        return err_set(err, ERR_INPUT, "cannot read directory '%s': %s", path,
                       strerror(errno));
    rc = read_names(d, path, &list, &len, err);
    closedir(d);
    if (rc < 0) {
        file_dir_list_free(list, len);
        return -1;
    }
    if (len > 1)
        qsort(list, len, sizeof(*list), file_by_name);
    *names = list;
    *n = len;
    return 0;
}

void file_dir_list_free(char **names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(names[i]);
    free(names);
}

static int remove_children(const char *path, struct err *err)
{
    char child[FILE_PATH_MAX];
    char **names = NULL;
    size_t n = 0;
    int rc = 0;

    if (file_dir_list(path, &names, &n, err) < 0)
        return -1;
    for (size_t i = 0; i < n && rc == 0; i++) {
        rc = file_path(child, err, "%s/%s", path, names[i]);
        if (rc == 0)
            rc = file_dir_remove(child, err);
    }
    file_dir_list_free(names, n);
    return rc;
}

int file_dir_remove(const char *path, struct err *err)
{
    struct stat st;

    if (lstat(path, &st) < 0)
        return errno == ENOENT
                   ? 0
                   : err_set(err, ERR_SYSTEM, "cannot remove '%s': %s", path,
                             strerror(errno));
    if (S_ISDIR(st.st_mode) && remove_children(path, err) < 0)
        return -1;
    if (remove(path) < 0)
        return err_set(err, ERR_SYSTEM, "cannot remove '%s': %s", path,
                       strerror(errno));
    return 0;
}
