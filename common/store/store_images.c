#include "store/store_images.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Give the file its size on the disk. */
static int reserve_space(int fd, const char *path, size_t size, struct err *err)
{
    const int rc = posix_fallocate(fd, 0, (off_t)size);
    struct statvfs fs = {0};

    if (rc == 0)
        return 0;
    if ((rc == EINVAL || rc == EOPNOTSUPP) && ftruncate(fd, (off_t)size) == 0)
        return 0; /* a file system that cannot promise space */
    if (fstatvfs(fd, &fs) < 0)
        fs = (struct statvfs){0};
    return err_set(err, ERR_SYSTEM,
                   "cannot reserve %zu bytes for '%s', %ju are free: %s", size,
                   path, (uintmax_t)fs.f_bavail * fs.f_frsize, strerror(rc));
}

/* Zeros behind a header. */
static int fill_file(int fd, const char *path, const struct npy *shape,
                     struct err *err)
{
    char header[NPY_HEADER];

    npy_header(shape, header);
    if (ftruncate(fd, 0) < 0)
        return err_set(err, ERR_SYSTEM, "cannot empty '%s': %s", path,
                       strerror(errno));
    if (reserve_space(fd, path, NPY_HEADER + npy_bytes(shape), err) < 0 ||
        file_pwrite(fd, header, sizeof(header), 0, err) < 0)
        return -1;
    if (fsync(fd) < 0)
        return err_set(err, ERR_SYSTEM, "cannot sync '%s': %s", path,
                       strerror(errno));
    return 0;
}

/* A log of other images must go before the images that it speaks of. */
static int remove_log(const char *dir, struct err *err)
{
    char log[FILE_PATH_MAX];

    if (file_path(log, err, "%s/rows.log", dir) < 0 ||
        file_dir_remove(log, err) < 0)
        return -1;
    return file_sync(dir, err);
}

int store_images_open(const char *dir, const struct npy *shape, bool *fresh,
                      struct err *err)
{
    char path[FILE_PATH_MAX];
    struct stat st;
    int fd;

    if (file_path(path, err, "%s/images.npy", dir) < 0)
        return -1;
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0 || fstat(fd, &st) < 0) {
        err_set(err, ERR_SYSTEM, "cannot write '%s': %s", path,
                strerror(errno));
        goto fail;
    }
    if (!*fresh && (size_t)st.st_size == NPY_HEADER + npy_bytes(shape))
        return fd;
    *fresh = true;
    if (remove_log(dir, err) == 0 && fill_file(fd, path, shape, err) == 0 &&
        file_sync(dir, err) == 0)
        return fd;
fail:
    if (fd >= 0)
        close(fd);
    return -1;
}
