#include "run/run.h"

#include "base/lock.h"
#include "run/output.h"

#include <errno.h>
#include <fcntl.h>

#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LOCK_SECONDS = 30, LOCK_TRIES_A_SECOND = 10 };

int run_load(struct run_state *r, const char *run_dir, struct err *err)
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
    if (strcmp(r->dir, run_dir) == 0 && strcmp(r->digest, digest) == 0)
        return 0;
    run_release(r);
    memcpy(r->digest, digest, sizeof(digest));
    if (config_read(&r->config, path, NULL, 0, err) < 0 ||
        plan_join(&r->plan, &r->config, run_dir, err) < 0)
        return -1;
    return file_path(r->dir, err, "%s", run_dir);
}

/* Path of the step's lock: its directory name with '/' made '-'. */
static int lock_path(const struct run_state *r, const struct plan_step *step,
                     char path[FILE_PATH_MAX], struct err *err)
{
    char *p;

    if (file_path(path, err, "%s/.locks", r->dir) < 0 ||
        file_dir_make(path, err) < 0 ||
        file_path(path, err, "%s/.locks/%s", r->dir, step->dir) < 0)
        return -1;
    for (p = path + strlen(r->dir) + strlen("/.locks/"); *p; p++)
        if (*p == '/')
            *p = '-';
    return 0;
}

/* A lock file while it is asked for. */
struct asked {
    const struct run_state *run; /* borrowed */
    const struct plan_step *step;
    char path[FILE_PATH_MAX];
    int fd;
};

/* As lock_take(). */
static int take_alone(const struct asked *a, struct err *err)
{
    return lock_take(a->fd, LOCK_ALONE, a->path, err);
}

/* Begin the output, if that was not done meanwhile, and share it. */
static int begin_alone(const struct asked *a, struct err *err)
{
    char path[FILE_PATH_MAX];
    bool resumed;

    if (!output_is_begun(a->run->dir, a->step) &&
        output_begin(a->run->dir, a->step, path, &resumed, err) < 0)
        return -1;
    return lock_take(a->fd, LOCK_SHARED, a->path, err);
}

/* Shared; whoever comes first begins the output, alone. */
static int take_shared(const struct asked *a, struct err *err)
{
    int got = lock_take(a->fd, LOCK_SHARED, a->path, err);

    if (got <= 0 || output_is_begun(a->run->dir, a->step) ||
        output_is_current(a->run->dir, a->step))
        return got;
    got = lock_take(a->fd, LOCK_ALONE, a->path, err);
    if (got > 0)
        return begin_alone(a, err);
    /* another process shares it, and will begin: let it */
    if (got == 0 && lock_take(a->fd, LOCK_NONE, a->path, err) < 0)
        return -1;
    return got;
}

/* Take the step's lock by 'take_it', waiting a while. */
static int wait_for_lock(struct run_state *r, const struct plan_step *step,
                         int (*take_it)(const struct asked *a, struct err *err),
                         struct err *err)
{
    const struct timespec pause = {.tv_nsec = 1000000000 / LOCK_TRIES_A_SECOND};
    struct asked a = {.run = r, .step = step};
    int got = 0;

    if (lock_path(r, step, a.path, err) < 0)
        return -1;
    a.fd = open(a.path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (a.fd < 0)
        return err_set(err, ERR_SYSTEM, "cannot open '%s': %s", a.path,
                       strerror(errno));
    for (int i = 0; i < LOCK_SECONDS * LOCK_TRIES_A_SECOND; i++) {
        got = take_it(&a, err);
        if (got != 0)
            break;
        nanosleep(&pause, NULL);
    }
    if (got > 0) {
        r->lock = a.fd;
        return 0;
    }
    close(a.fd);
    if (got < 0)
        return -1;
    return err_set(err, ERR_AGAIN,
                   "another process is making %s in '%s'; try again when it "
                   "has ended",
                   step->name, r->dir);
}

const struct config *run_config(struct run_state *r,
                                const struct plan_step *step)
{
    plan_step_config(&r->own, &r->config, step);
    return &r->own;
}

int run_lock(struct run_state *r, const struct plan_step *step, struct err *err)
{
    return wait_for_lock(r, step, take_alone, err);
}

int run_share(struct run_state *r, const struct plan_step *step,
              struct err *err)
{
    return wait_for_lock(r, step, take_shared, err);
}

int run_lock_scheduler(const char *run_dir, int *lock, struct err *err)
{
    char path[FILE_PATH_MAX];
    int fd, got;

    if (file_path(path, err, "%s/scheduler.lock", run_dir) < 0)
        return -1;
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        return err_set(err, ERR_SYSTEM, "cannot open '%s': %s", path,
                       strerror(errno));
    got = lock_take(fd, LOCK_ALONE, path, err);
    if (got > 0) {
        *lock = fd;
        return 0;
    }
    close(fd);
    if (got < 0)
        return -1;
    return err_set(err, ERR_AGAIN,
                   "another scheduler is running '%s'; see 'papline status %s'",
                   run_dir, run_dir);
}

/* Does nobody hold the lock of a step? */
static int check_lock(const struct run_state *r, const char *name,
                      struct err *err)
{
    char path[FILE_PATH_MAX];
    int fd, got;

    if (file_path(path, err, "%s/.locks/%s", r->dir, name) < 0)
        return -1;
    fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, ERR_SYSTEM, "cannot open '%s': %s", path,
                       strerror(errno));
    got = lock_take(fd, LOCK_ALONE, path, err);
    close(fd);
    if (got == 0)
        err_set(err, ERR_AGAIN, "another process is making %s in '%s'", name,
                r->dir);
    return got > 0 ? 0 : -1;
}

int run_lock_all(struct run_state *r, struct err *err)
{
    char path[FILE_PATH_MAX], **names = NULL;
    size_t n = 0;
    int rc = run_lock_scheduler(r->dir, &r->lock, err);

    if (rc == 0)
        rc = file_path(path, err, "%s/.locks", r->dir);
    if (rc == 0 && file_exists(path))
        rc = file_dir_list(path, &names, &n, err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = check_lock(r, names[i], err);
    file_dir_list_free(names, n);
    return rc;
}

void run_unlock(struct run_state *r)
{
    if (r->lock)
        close(r->lock);
    r->lock = 0;
}

void run_release(struct run_state *r)
{
    run_unlock(r);
    plan_release(&r->plan);
    r->dir[0] = '\0';
}
