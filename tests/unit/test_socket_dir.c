/* test_socket_dir.c - what is left is swept, what is in use is not */
#include "test_dir.h"
#include "worker/socket_dir.h"

#include <sys/stat.h>
#include <sys/wait.h>

enum { PROCESSES = 4, TIMES = 150 };

static size_t count_dirs(void)
{
    char **names = NULL;
    size_t n = 0;
    struct err err;

    BUG_ON(file_dir_list(dir, &names, &n, &err) < 0);
    file_dir_list_free(names, n);
    return n;
}

static void check_one(void)
{
    struct socket_dir d, empty = {.path = ""};
    struct err err = {0};
    struct stat st;

    ok(socket_dir_make(&d, &err) == 0 && stat(d.path, &st) == 0 &&
           (st.st_mode & 0777) == 0700,
       "a directory for the owner alone");
    ok(strncmp(d.path, dir, strlen(dir)) == 0, "  it lies in TMPDIR");
    socket_dir_remove(&d);
    ok(count_dirs() == 0 && d.path[0] == '\0', "  it is removed");
    socket_dir_remove(&d);
    socket_dir_remove(&empty);
    ok(count_dirs() == 0, "removing none does nothing");
}

/* A process that ends without a word. */
static void leave_one(void)
{
    const pid_t pid = fork();
    struct socket_dir d;
    struct err err;
    int status;

    if (pid == 0)
        _exit(socket_dir_make(&d, &err) < 0);
    ok(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0,
       "a process ends and leaves its directory");
}

static void check_sweep(void)
{
    struct socket_dir a, b;
    const char *other = in_dir("papline-abcdef");
    struct err err = {0};

    leave_one();
    ok(count_dirs() == 1, "the directory that a dead process left is there");
    ok(socket_dir_make(&a, &err) == 0 && count_dirs() == 1,
       "the next one sweeps it");
    ok(socket_dir_make(&b, &err) == 0 && count_dirs() == 2,
       "one that is in use stays");
    BUG_ON(mkdir(other, 0700) < 0);
    socket_dir_remove(&b);
    ok(socket_dir_make(&b, &err) == 0 && file_exists(other),
       "  so does one without an owner, which may be just being made");
    BUG_ON(rmdir(other) < 0);
    socket_dir_remove(&a);
    socket_dir_remove(&b);
}

/* Make, look whether it is still there, remove, many times. */
static int make_many(void)
{
    struct socket_dir d;
    char path[128];
    struct err err;

    for (int i = 0; i < TIMES; i++) {
        if (socket_dir_make(&d, &err) < 0)
            return 1;
        snprintf(path, sizeof(path), "%s/owner", d.path);
        if (!file_exists(path))
            return 1;
        socket_dir_remove(&d);
    }
    return 0;
}

static void check_together(void)
{
    pid_t pid[PROCESSES];
    int good = 0, status;

    for (int i = 0; i < PROCESSES; i++) {
        pid[i] = fork();
        if (pid[i] == 0)
            _exit(make_many());
    }
    for (int i = 0; i < PROCESSES; i++)
        good += waitpid(pid[i], &status, 0) == pid[i] && status == 0;
    ok(good == PROCESSES, "several processes at once sweep none in use");
    ok(count_dirs() == 0, "  and leave nothing");
}

static void check_cannot(void)
{
    struct socket_dir d;
    struct err err = {0};

    BUG_ON(setenv("TMPDIR", "/nowhere/at/all", 1) < 0);
    fails(socket_dir_make(&d, &err), err, ERR_SYSTEM,
          "cannot make a directory in '/nowhere/at/all'",
          "a directory is not made where TMPDIR is not");
    ok(d.path[0] == '\0', "nothing is left to remove");
}

int main(void)
{
    begin_dir();
    BUG_ON(setenv("TMPDIR", dir, 1) < 0);
    check_one();
    check_sweep();
    check_together();
    check_cannot();
    ok(count_dirs() == 0, "nothing is left");
    return end_dir();
}
