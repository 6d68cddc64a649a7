#include "orchestration/scheduler/launch.h"

#include "base/program.h"
#include "worker/scheduler_link.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIGNALLED = 128 }; /* what mpirun and shells add to a signal */

extern char **environ;

/* A command line while it is put together; strings are borrowed. */
struct command {
    const char *arg[LAUNCH_MAX_ARGS];
    int n;
    char program[FILE_PATH_MAX];
    char ranks[32];
};

static void add_argument(struct command *c, const char *arg)
{
    BUG_ON(c->n >= LAUNCH_MAX_ARGS - 1);
    c->arg[c->n++] = arg;
}

/* --- the command line ----------------------------------------------------- */

/* mpirun gives ranks on other hosts only those variables that it is told. */
static void add_mpirun(struct command *c, int ranks, const char *variable)
{
    snprintf(c->ranks, sizeof(c->ranks), "%d", ranks);
    add_argument(c, "mpirun");
    add_argument(c, "-n");
    add_argument(c, c->ranks);
    add_argument(c, "--quiet");
    add_argument(c, "--oversubscribe");
    add_argument(c, "--bind-to");
    add_argument(c, "none");
    if (geteuid() == 0)
        add_argument(c, "--allow-run-as-root");
    if (variable) {
        add_argument(c, "-x");
        add_argument(c, variable);
    }
    add_argument(c, c->program);
}

/* One rank needs no launcher, and mpirun waits for ever in some job steps
 * (open-mpi #8378). */
static void add_program(struct command *c, int ranks)
{
    if (ranks > 1)
        add_mpirun(c, ranks, SCHEDULER_LINK_TOKEN);
    else
        add_argument(c, c->program);
}

/* --- instead of this process ---------------------------------------------- */

static int exec_with_args(struct command *c, const char *const *args,
                          struct err *err)
{
    while (*args)
        add_argument(c, *args++);
    execvp(c->arg[0], (char *const *)(uintptr_t)c->arg);
    return err_set(err, ERR_SYSTEM, "cannot start '%s': %s", c->arg[0],
                   strerror(errno));
}

int launch_exec(const char *program, const char *const *args, struct err *err)
{
    char path[FILE_PATH_MAX];
    const char **all;
    size_t n = 0;

    if (program_path(path, program, err) < 0)
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

int launch_exec_ranks(int ranks, const char *const *args, struct err *err)
{
    struct command cmd = {.n = 0};

    if (program_path(cmd.program, "papline", err) < 0)
        return -1;
    add_mpirun(&cmd, ranks, NULL);
    return exec_with_args(&cmd, args, err);
}

/* --- children ------------------------------------------------------------- */

int launch_wanted(const struct config *c, const struct plan_step *step,
                  enum child_role role)
{
    if (role == CHILD_SINK)
        return step->stage->division == STAGE_ROWS ? 1 : 0;
    return stage_table_workers(step->stage, c);
}

int launch_running(const struct launcher *l, int step, enum child_role role)
{
    int n = 0;

    for (int i = 0; i < LAUNCH_MAX_CHILDREN; i++)
        n += l->child[i].pid && l->child[i].step == step &&
             l->child[i].role == role;
    return n;
}

static bool has_prefix(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Does a variable say which rank of some other launcher's job this is? */
static bool is_rank_variable(const char *v)
{
    return has_prefix(v, "PMIX_") || has_prefix(v, "PMI_") ||
           has_prefix(v, "OMPI_COMM_WORLD_") || has_prefix(v, "SLURM_STEPID=");
}

/* A process that is started without mpirun is a job of its own, even if this
 * one is a rank of another. */
static void unset_rank(void)
{
    char **kept = environ;

    for (char **v = environ; *v; v++)
        if (!is_rank_variable(*v))
            *kept++ = *v;
    *kept = NULL;
}

/* In the child: what it finds in its environment beside what is ours. */
static void set_environment(const struct command *c, int threads,
                            uint64_t token)
{
    char text[32];

    snprintf(text, sizeof(text), "%016jx", (uintmax_t)token);
    setenv(SCHEDULER_LINK_TOKEN, text, 1);
    if (threads > 0) { /* the user's own number comes first */
        char number[16];

        snprintf(number, sizeof(number), "%d", threads);
        setenv("OMP_NUM_THREADS", number, 0);
    }
    /* gemm.h asks it for one thread; without this it starts with many, which
     * spin for a while */
    setenv("OPENBLAS_NUM_THREADS", "1", 0);
    /* else what mpirun starts by srun waits for this step's end */
    if (getenv("SLURM_STEP_ID") || getenv("SLURM_STEPID"))
        setenv("SLURM_OVERLAP", "1", 1);
    if (strcmp(c->arg[0], "mpirun") != 0)
        unset_rank();
}

/* In the child: never returns. */
_Noreturn static void exec_command(const struct command *c, pid_t parent,
                                   int threads, uint64_t token)
{
    const int null = open("/dev/null", O_RDONLY);
    sigset_t none;

    set_environment(c, threads, token);
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

int launch_start(struct launcher *l, const struct launch_args *a,
                 struct err *err)
{
    struct child *child = free_child(l);
    const pid_t self = getpid();
    struct command cmd = {.n = 0};
    uint64_t token;
    pid_t pid;

    if (!child)
        return err_set(err, ERR_USAGE,
                       "more than %d processes; lower augment.workers or "
                       "explain.workers",
                       LAUNCH_MAX_CHILDREN);
    if (program_path(cmd.program, a->step->stage->program, err) < 0)
        return -1;
    add_program(&cmd, stage_table_ranks(a->step->stage, a->config));
    add_argument(&cmd, "--join");
    add_argument(&cmd, l->run_dir);
    if (a->role == CHILD_SINK)
        add_argument(&cmd, "--sink");
    randombytes_buf(&token, sizeof(token));
    pid = fork();
    if (pid == 0)
        exec_command(&cmd, self, a->threads, token);
    if (pid < 0)
        return err_set(err, ERR_SYSTEM, "cannot start a process: %s",
                       strerror(errno));
    *child = (struct child){
        .pid = pid, .role = a->role, .step = a->index, .token = token};
    return 0;
}

int launch_reap(struct launcher *l, struct child *ended, int *status)
{
    for (int i = 0; i < LAUNCH_MAX_CHILDREN; i++) {
        struct child *c = &l->child[i];

        if (c->pid == 0 || waitpid(c->pid, status, WNOHANG) != c->pid)
            continue;
        *ended = *c;
        c->pid = 0;
        return 1;
    }
    return 0;
}

const struct child *launch_find(const struct launcher *l, uint64_t token)
{
    for (int i = 0; i < LAUNCH_MAX_CHILDREN; i++)
        if (l->child[i].pid && l->child[i].token == token)
            return &l->child[i];
    return NULL;
}

void launch_signal(struct launcher *l, int step, int sig)
{
    for (int i = 0; i < LAUNCH_MAX_CHILDREN; i++)
        if (l->child[i].pid && l->child[i].step == step)
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
