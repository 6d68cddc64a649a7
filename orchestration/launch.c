#include "orchestration/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIGNALLED = 128 }; /* what mpirun and shells add to a signal */

/* A command line while it is put together; strings are borrowed. */
struct command {
    const char *arg[LAUNCH_MAX_ARGS];
    int n;
    char program[FILE_PATH_MAX];
    char ranks[32];
};

static void add(struct command *c, const char *arg)
{
    BUG_ON(c->n >= LAUNCH_MAX_ARGS - 1);
    c->arg[c->n++] = arg;
}

/* --- placements ------------------------------------------------------------ */

static void place_local(struct command *c, const struct config *cfg)
{
    (void)cfg;
    add(c, c->program);
}

static void add_mpirun(struct command *c, int ranks)
{
    snprintf(c->ranks, sizeof(c->ranks), "%d", ranks);
    add(c, "mpirun");
    add(c, "-n");
    add(c, c->ranks);
    add(c, "--quiet");
    add(c, "--oversubscribe");
    add(c, "--bind-to");
    add(c, "none");
    if (geteuid() == 0)
        add(c, "--allow-run-as-root");
    add(c, c->program);
}

static void place_mpirun(struct command *c, const struct config *cfg)
{
    add_mpirun(c, (int)cfg->train.ranks);
}

/* How a stage's processes are started, and how many. */
static const struct placement {
    const char *stage;
    void (*place)(struct command *c, const struct config *cfg);
    size_t workers; /* where in the configuration; 0: one */
} placements[] = {
    {"draw", place_local, 0},
    {"preprocess", place_local, 0},
    {"augment", place_local, offsetof(struct config, augment.workers)},
    {"train", place_mpirun, 0},
    {"evaluate", place_local, 0},
    {"explain", place_local, offsetof(struct config, explain.workers)},
};

static const struct placement *placement_of(const struct plan_node *node)
{
    for (size_t i = 0; i < sizeof(placements) / sizeof(placements[0]); i++)
        if (strcmp(placements[i].stage, node->stage) == 0)
            return &placements[i];
    return NULL;
}

/* --- children -------------------------------------------------------------- */

/* The directory that this program is in. */
static int find_bin(char bin[FILE_PATH_MAX], struct err *err)
{
    const ssize_t n = readlink("/proc/self/exe", bin, FILE_PATH_MAX - 1);
    char *slash = NULL;

    if (n > 0) {
        bin[n] = '\0';
        slash = strrchr(bin, '/');
    }
    if (!slash)
        return err_set(err, ERR_SYSTEM, "cannot find this program's place: %s",
                       strerror(errno));
    *slash = '\0';
    return 0;
}

/* Path of a program of ours, which is there. */
static int find_program(const char *bin, const char *name,
                        char path[FILE_PATH_MAX], struct err *err)
{
    if (file_path(path, err, "%s/%s", bin, name) < 0)
        return -1;
    if (access(path, X_OK) < 0)
        return err_set(err, ERR_USAGE, "'%s' is missing; run make", path);
    return 0;
}

int launch_init(struct launcher *l, const char *run_dir, struct err *err)
{
    memset(l, 0, sizeof(*l));
    if (find_bin(l->bin, err) < 0)
        return -1;
    return file_path(l->run_dir, err, "%s", run_dir);
}

static int become_command(struct command *c, const char *const *args,
                          struct err *err)
{
    while (*args)
        add(c, *args++);
    execvp(c->arg[0], (char *const *)(uintptr_t)c->arg);
    return err_set(err, ERR_SYSTEM, "cannot start '%s': %s", c->arg[0],
                   strerror(errno));
}

int launch_become(const char *program, const char *const *args, struct err *err)
{
    char bin[FILE_PATH_MAX], path[FILE_PATH_MAX];
    const char **all;
    size_t n = 0;

    if (find_bin(bin, err) < 0 || find_program(bin, program, path, err) < 0)
        return -1;
    while (args[n])
        n++;
    all = calloc(n + 2, sizeof(*all));
    if (!all)
        return err_set(err, ERR_SYSTEM, "no memory for %zu words", n);
    all[0] = path;
    memcpy(all + 1, args, n * sizeof(*all));
    execv(path, (char *const *)(uintptr_t)all);
    free(all);
    return err_set(err, ERR_SYSTEM, "cannot start '%s': %s", path,
                   strerror(errno));
}

int launch_become_ranks(int ranks, const char *const *args, struct err *err)
{
    char bin[FILE_PATH_MAX];
    struct command cmd = {.n = 0};

    if (find_bin(bin, err) < 0 ||
        find_program(bin, "papline", cmd.program, err) < 0)
        return -1;
    add_mpirun(&cmd, ranks);
    return become_command(&cmd, args, err);
}

int launch_wanted(const struct config *c, const struct plan_node *node,
                  enum role role)
{
    const struct placement *p = placement_of(node);

    if (!p)
        return 0;
    if (role == ROLE_SINK)
        return node->division == PLAN_ROWS ? 1 : 0;
    if (p->workers == 0)
        return 1;
    return (int)*(const int64_t *)((const char *)c + p->workers);
}

int launch_running(const struct launcher *l, enum role role)
{
    int n = 0;

    for (int i = 0; i < LAUNCH_MAX_CHILDREN; i++)
        n += l->child[i].pid && l->child[i].role == role;
    return n;
}

/* In the child: never returns. */
_Noreturn static void become(const struct command *c, pid_t parent)
{
    const int null = open("/dev/null", O_RDONLY);
    sigset_t none;

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) /* it died before the line above */
        _exit(1);
    setpgid(0, 0);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (null >= 0)
        dup2(null, STDIN_FILENO);
    execvp(c->arg[0], (char *const *)(uintptr_t)c->arg);
    fprintf(stderr, "papline: cannot start '%s': %s\n", c->arg[0],
            strerror(errno));
    _exit(127);
}

static struct child *free_child(struct launcher *l)
{
    for (int i = 0; i < LAUNCH_MAX_CHILDREN; i++)
        if (l->child[i].pid == 0)
            return &l->child[i];
    return NULL;
}

int launch_start(struct launcher *l, const struct config *c,
                 const struct plan_node *node, enum role role, struct err *err)
{
    const struct placement *p = placement_of(node);
    struct child *child = free_child(l);
    const pid_t self = getpid();
    struct command cmd = {.n = 0};
    pid_t pid;

    BUG_ON(!p);
    if (!child)
        return err_set(err, ERR_USAGE, "more than %d processes",
                       LAUNCH_MAX_CHILDREN);
    if (find_program(l->bin, node->program, cmd.program, err) < 0)
        return -1;
    p->place(&cmd, c);
    add(&cmd, "--join");
    add(&cmd, l->run_dir);
    if (role == ROLE_SINK)
        add(&cmd, "--sink");
    pid = fork();
    if (pid == 0)
        become(&cmd, self);
    if (pid < 0)
        return err_set(err, ERR_SYSTEM, "cannot start a process: %s",
                       strerror(errno));
    *child = (struct child){.pid = pid, .role = role};
    return 0;
}

int launch_reap(struct launcher *l, pid_t *pid, enum role *role, int *status)
{
    for (int i = 0; i < LAUNCH_MAX_CHILDREN; i++) {
        struct child *c = &l->child[i];

        if (c->pid == 0 || waitpid(c->pid, status, WNOHANG) != c->pid)
            continue;
        *pid = c->pid;
        *role = c->role;
        c->pid = 0;
        return 1;
    }
    return 0;
}

void launch_signal(struct launcher *l, int sig)
{
    for (int i = 0; i < LAUNCH_MAX_CHILDREN; i++)
        if (l->child[i].pid)
            kill(sig == SIGKILL ? -l->child[i].pid : l->child[i].pid, sig);
}

void launch_describe(int status, char *text, size_t size)
{
    if (WIFSIGNALED(status))
        snprintf(text, size, "killed by signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) > SIGNALLED)
        snprintf(text, size,
                 "exit status %d (signal %d, %s, ended one of its "
                 "processes)",
                 WEXITSTATUS(status), WEXITSTATUS(status) - SIGNALLED,
                 strsignal(WEXITSTATUS(status) - SIGNALLED));
    else
        snprintf(text, size, "exit status %d", WEXITSTATUS(status));
}
