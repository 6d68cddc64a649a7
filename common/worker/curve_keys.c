#include "worker/curve_keys.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

enum { KEY_BYTES = 32, MAX_FILE = 512 }; /* a key unpacked; a key file */

void curve_keys_wipe(struct curve_keypair *kp)
{
    sodium_memzero(kp, sizeof(*kp));
}

bool curve_keys_valid(const char *z85)
{
    uint8_t raw[KEY_BYTES];
    const bool good =
        strlen(z85) == CURVE_KEYS_Z85 - 1 && zmq_z85_decode(raw, z85);

    sodium_memzero(raw, sizeof(raw));
    return good;
}

int curve_keys_parse(const char *text, struct curve_keypair *kp,
                     struct err *err)
{
    char version[10], public[CURVE_KEYS_Z85 + 1], secret[CURVE_KEYS_Z85 + 1];
    char peer[CURVE_KEYS_Z85 + 1], rest[2], derived[CURVE_KEYS_Z85];
    int n, rc = 0;

    memset(kp, 0, sizeof(*kp));
    n = sscanf(text, "papline-key %9s public %41s secret %41s peer %41s %1s",
               version, public, secret, peer, rest);
    if (n < 1)
        rc = err_set(err, ERR_USAGE, "not a key file");
    else if (strcmp(version, "1") != 0)
        rc = err_set(err, ERR_USAGE, "key file of version %s, this reads 1",
                     version);
    else if (n != 4 || !curve_keys_valid(public) || !curve_keys_valid(secret) ||
             !curve_keys_valid(peer))
        rc = err_set(err, ERR_USAGE, "damaged key file");
    else if (zmq_curve_public(derived, secret) < 0 ||
             strcmp(derived, public) != 0)
        rc = err_set(err, ERR_USAGE,
                     "public and secret key do not belong together");
    if (rc == 0) {
        memcpy(kp->public_key, public, CURVE_KEYS_Z85);
        memcpy(kp->secret_key, secret, CURVE_KEYS_Z85);
        memcpy(kp->peer_key, peer, CURVE_KEYS_Z85);
    }
    sodium_memzero(secret, sizeof(secret));
    return rc;
}

/* All of a small file; its length, or -1. */
static ssize_t read_text(int fd, char *text, size_t room)
{
    size_t len = 0;
    ssize_t n;

    while (len < room && (n = read(fd, text + len, room - len)) != 0) {
        if (n < 0 && errno != EINTR)
            return -1;
        len += n > 0 ? (size_t)n : 0;
    }
    return (ssize_t)len;
}

/* Open, but only what its owner alone can read; -1 and 'err' otherwise. */
static int open_private(const char *path, struct err *err)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;

    if (fd < 0)
        return err_set(err, ERR_USAGE, "cannot open key file '%s': %s", path,
                       strerror(errno));
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        err_set(err, ERR_USAGE, "key file '%s' is not a regular file", path);
    else if (st.st_mode & 077)
        err_set(err, ERR_USAGE,
                "key file '%s' is open to others: chmod 600 '%s'", path, path);
    else
        return fd;
    close(fd);
    return -1;
}

int curve_keys_read(const char *path, struct curve_keypair *kp, struct err *err)
{
    const int fd = open_private(path, err);
    char text[MAX_FILE + 1];
    struct err why;
    ssize_t n;
    int rc = -1;

    memset(kp, 0, sizeof(*kp));
    if (fd < 0)
        return -1;
    n = read_text(fd, text, MAX_FILE + 1);
    if (n < 0)
        err_set(err, ERR_USAGE, "cannot read key file '%s': %s", path,
                strerror(errno));
    else if (n > MAX_FILE || memchr(text, '\0', (size_t)n))
        err_set(err, ERR_USAGE, "'%s': not a key file", path);
    else {
        text[n] = '\0';
        rc = curve_keys_parse(text, kp, &why);
        if (rc < 0)
            err_set(err, ERR_USAGE, "'%s': %s", path, why.text);
    }
    sodium_memzero(text, sizeof(text));
    close(fd);
    return rc;
}

static int write_pair(const char *dir, const char *name,
                      const struct curve_keypair *kp, struct err *err)
{
    char path[FILE_PATH_MAX], text[MAX_FILE];
    int n, rc;

    if (file_path(path, err, "%s/%s", dir, name) < 0)
        return -1;
    n = snprintf(text, sizeof(text),
                 "papline-key 1\npublic  %s\nsecret  %s\npeer    %s\n",
                 kp->public_key, kp->secret_key, kp->peer_key);
    rc = file_write_secret(path, text, (size_t)n, err);
    sodium_memzero(text, sizeof(text));
    return rc;
}

static int write_both(const char *dir, struct err *err)
{
    struct curve_keypair server = {0}, worker = {0};
    int rc = -1;

    if (zmq_curve_keypair(server.public_key, server.secret_key) < 0 ||
        zmq_curve_keypair(worker.public_key, worker.secret_key) < 0) {
        err_set(err, ERR_SYSTEM, "cannot make CURVE keys: %s",
                zmq_strerror(errno));
        goto out;
    }
    memcpy(server.peer_key, worker.public_key, CURVE_KEYS_Z85);
    memcpy(worker.peer_key, server.public_key, CURVE_KEYS_Z85);
    if (write_pair(dir, "server.key", &server, err) < 0 ||
        write_pair(dir, "worker.key", &worker, err) < 0)
        goto out;
    rc = 0;
out:
    curve_keys_wipe(&server);
    curve_keys_wipe(&worker);
    return rc;
}

/* 1: the private directory is there; 0: nothing is; -1: something else. */
static int check_directory(const char *dir, struct err *err)
{
    struct stat st;

    if (lstat(dir, &st) < 0 && errno == ENOENT)
        return 0;
    if (lstat(dir, &st) < 0)
        return err_set(err, ERR_SYSTEM, "cannot see '%s': %s", dir,
                       strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return err_set(err, ERR_USAGE, "'%s' is not a directory", dir);
    if (st.st_mode & 077)
        return err_set(err, ERR_USAGE, "'%s' is open to others: chmod 700 '%s'",
                       dir, dir);
    return 1;
}

/* Remove a directory that is not needed; that it may fail does no harm. */
static void drop_directory(const char *path)
{
    struct err ignored;

    if (file_dir_remove(path, &ignored) < 0)
        return;
}

int curve_keys_make(const char *run_dir, struct err *err)
{
    char dir[FILE_PATH_MAX], tmp[FILE_PATH_MAX];
    int there, lost;

    if (file_path(dir, err, "%s/keys", run_dir) < 0 ||
        file_path(tmp, err, "%s/keys.XXXXXX", run_dir) < 0)
        return -1;
    there = check_directory(dir, err);
    if (there != 0)
        return there < 0 ? -1 : 0;
    if (!mkdtemp(tmp)) /* mode 0700 */
        return err_set(err, ERR_SYSTEM, "cannot make directory '%s': %s", tmp,
                       strerror(errno));
    if (write_both(tmp, err) < 0) {
        drop_directory(tmp);
        return -1;
    }
    if (rename(tmp, dir) == 0)
        return file_sync(run_dir, err);
    lost = errno == EEXIST || errno == ENOTEMPTY; /* another was faster */
    if (!lost)
        err_set(err, ERR_SYSTEM, "cannot rename '%s' to '%s': %s", tmp, dir,
                strerror(errno));
    drop_directory(tmp);
    return lost && check_directory(dir, err) == 1 ? 0 : -1;
}
