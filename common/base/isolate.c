/* isolate.c - the child sends its verdict, a 'struct err', then its bytes */
#define _DEFAULT_SOURCE
#include "base/isolate.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PIECE = 1 << 16 };

/* --- in the child ----------------------------------------------------------*/

/* Beyond the first a signal comes, at the second the end. */
static void set_limit(int what, size_t n, size_t end)
{
    const struct rlimit r = {n, end};

    (void)setrlimit(what, &r);
}

/* Bytes of address space in use; 0 where that cannot be told. */
static size_t space_in_use(void)
{
    FILE *f = fopen("/proc/self/statm", "r");
    size_t pages = 0;

    if (f) {
        if (fscanf(f, "%zu", &pages) != 1)
            pages = 0;
        fclose(f);
    }
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void confine_child(const struct isolate_limits *l)
{
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    const size_t used = space_in_use();

    set_limit(RLIMIT_CORE, 0, 0);
    set_limit(RLIMIT_CPU, (size_t)l->seconds, (size_t)l->seconds + 1);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    if (used)
        set_limit(RLIMIT_AS, used + l->memory, used + l->memory);
#else
    (void)used;
#endif
    if (nowhere >= 0)
        (void)dup2(nowhere, STDERR_FILENO);
}

static _Noreturn void run_child(int fd, isolate_f work, const void *arg,
                                const struct isolate_limits *l)
{
    struct err err = {0};
    struct buf out = {0};
    int rc;

    confine_child(l);
    rc = work(arg, &out, &err);
    if (rc == 0)
        rc = buf_check(&out, &err);
    if (file_write_all(fd, &err, sizeof(err)) == 0 && rc == 0)
        rc = file_write_all(fd, out.data, out.len);
    _exit(rc < 0 && err.code == ERR_NONE);
}

/* --- in the parent ---------------------------------------------------------*/

/* Everything that comes; -1 if that is over the limit or cannot be kept. */
static int receive_all(int fd, size_t most, struct buf *all, struct err *err)
{
    char piece[PIECE];
    ssize_t k;

    while ((k = read(fd, piece, sizeof(piece))) != 0) {
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return err_set(err, ERR_SYSTEM, "cannot read from a child: %s",
                           strerror(errno));
        if (all->len + (size_t)k > most + sizeof(struct err))
            return err_set(err, ERR_INPUT, "gives over %zu bytes", most);
        buf_put(all, piece, (size_t)k);
    }
    return buf_check(all, err);
}

static int check_exit(int status, const struct buf *all, struct err *err)
{
    struct err said = {0};

    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
        return err_set(err, ERR_INPUT, "takes too long; it is damaged");
    if (WIFSIGNALED(status) || WEXITSTATUS(status) != 0 ||
        all->len < sizeof(said))
        return err_set(err, ERR_INPUT,
                       "crashes the library that reads it; it is damaged");
    memcpy(&said, all->data, sizeof(said));
    said.text[sizeof(said.text) - 1] = '\0';
    if (said.code != ERR_NONE)
        return err_set(err, said.code, "%s", said.text);
    return 0;
}

int isolate(isolate_f work, const void *arg, const struct isolate_limits *l,
            struct buf *out, struct err *err)
{
    struct buf all = {0};
    int fd[2], status = 0, rc;
    pid_t pid;

    if (pipe(fd) < 0)
        return err_set(err, ERR_SYSTEM, "cannot open a pipe: %s",
                       strerror(errno));
    pid = fork();
    if (pid == 0) {
        close(fd[0]);
        run_child(fd[1], work, arg, l);
    }
    close(fd[1]);
    if (pid < 0) {
        close(fd[0]);
        return err_set(err, ERR_SYSTEM, "cannot start a process: %s",
                       strerror(errno));
    }
    rc = receive_all(fd[0], l->result, &all, err);
    close(fd[0]);
    if (rc < 0)
        kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (rc == 0)
        rc = check_exit(status, &all, err);
    if (rc == 0) {
        buf_put(out, all.data + sizeof(struct err),
                all.len - sizeof(struct err));
        rc = buf_check(out, err);
    }
    buf_release(&all);
    return rc;
}
