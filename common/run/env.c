#include "run/env.h"

#include "run/node.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LOCK_SECONDS = 30, LOCK_TRIES_A_SECOND = 10 };

int env_load(struct run_env *e, const char *run_dir, struct err *err)
{
    char path[FILE_PATH_MAX], digest[HASH_HEX] = "";

    if (file_path(path, err, "%s/run.yaml", run_dir) < 0)
        return -1;
    if (!file_exists(path))
        return err_set(err, ERR_USAGE,
                       "'%s' is not a run directory (no run.yaml); make one "
                       "with 'papline run CONFIG'",
                       run_dir);
    if (hash_file(path, digest, err) < 0)
        return -1;
    if (strcmp(e->dir, run_dir) == 0 && strcmp(e->digest, digest) == 0)
        return 0;
    env_release(e);
    memcpy(e->digest, digest, sizeof(digest));
    if (config_read(&e->config, path, NULL, 0, err) < 0 ||
        plan_join(&e->plan, &e->config, run_dir, err) < 0)
        return -1;
    return file_path(e->dir, err, "%s", run_dir);
}

/* Path of the node's lock: its directory name with '/' made '-'. */
static int lock_path(const struct run_env *e, const struct plan_node *node,
                     char path[FILE_PATH_MAX], struct err *err)
{
    char *p;

    if (file_path(path, err, "%s/.locks", e->dir) < 0 ||
        dir_make(path, err) < 0 ||
        file_path(path, err, "%s/.locks/%s", e->dir, node->dir) < 0)
        return -1;
    for (p = path + strlen(e->dir) + strlen("/.locks/"); *p; p++)
        if (*p == '/')
            *p = '-';
    return 0;
}

/* Ask for a lock of that kind, which replaces the one that is held. */
static bool take(int fd, short kind)
{
    struct flock fl = {.l_type = kind, .l_whence = SEEK_SET};

    return fcntl(fd, F_SETLK, &fl) == 0;
}

static bool take_alone(const struct run_env *e, const struct plan_node *node,
                       int fd)
{
    (void)e;
    (void)node;
    return take(fd, F_WRLCK);
}

/* Shared; whoever comes first begins the output, alone. */
static bool take_shared(const struct run_env *e, const struct plan_node *node,
                        int fd)
{
    char path[FILE_PATH_MAX];
    struct err why;
    bool resumed;

    if (!take(fd, F_RDLCK))
        return false;
    if (node_is_begun(e->dir, node) || node_is_current(e->dir, node))
        return true;
    if (take(fd, F_WRLCK) &&
        (node_is_begun(e->dir, node) ||
         node_begin(e->dir, node, path, &resumed, &why) == 0))
        return take(fd, F_RDLCK);
    take(fd, F_UNLCK);
    return false;
}

/* Take the node's lock by 'take_it', waiting a while. */
static int lock(struct run_env *e, const struct plan_node *node,
                bool (*take_it)(const struct run_env *e,
                                const struct plan_node *node, int fd),
                struct err *err)
{
    const struct timespec pause = {.tv_nsec = 1000000000 / LOCK_TRIES_A_SECOND};
    char path[FILE_PATH_MAX];
    int fd;

    if (lock_path(e, node, path, err) < 0)
        return -1;
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        return err_set(err, ERR_SYSTEM, "cannot open '%s': %s", path,
                       strerror(errno));
    for (int i = 0; i < LOCK_SECONDS * LOCK_TRIES_A_SECOND; i++) {
        if (take_it(e, node, fd)) {
            e->lock = fd;
            return 0;
        }
        nanosleep(&pause, NULL);
    }
    close(fd);
    return err_set(err, ERR_AGAIN, "another process is making %s", node->name);
}

int env_lock(struct run_env *e, const struct plan_node *node, struct err *err)
{
    return lock(e, node, take_alone, err);
}

int env_share(struct run_env *e, const struct plan_node *node, struct err *err)
{
    return lock(e, node, take_shared, err);
}

void env_unlock(struct run_env *e)
{
    if (e->lock)
        close(e->lock);
    e->lock = 0;
}

void env_release(struct run_env *e)
{
    env_unlock(e);
    plan_release(&e->plan);
    e->dir[0] = '\0';
}
