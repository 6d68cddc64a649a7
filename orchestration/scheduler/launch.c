#include "orchestration/scheduler/launch.h"

#include "base/clock.h"
#include "base/program.h"
#include "orchestration/scheduler/journal.h"
#include "orchestration/scheduler/placement.h"
#include "ranks/launched.h"
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

/* --- instead of this process ---------------------------------------------- */

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
    struct command *cmd = calloc(1, sizeof(*cmd));
    char program[FILE_PATH_MAX];

    if (!cmd || program_path(program, "papline", err) < 0) {
        free(cmd);
        return -1;
    }
    placement_begin_ranks(cmd, ranks);
    command_add(cmd, "%s", program);
    while (*args)
        command_add(cmd, "%s", *args++);
    execvp(cmd->arg[0], (char *const *)(uintptr_t)cmd->arg);
    err_set(err, ERR_SYSTEM, "cannot start '%s': %s", cmd->arg[0],
            strerror(errno));
    free(cmd);
    return -1;
}

/* --- children ------------------------------------------------------------- */

int launch_running(const struct launcher *l, int step, enum child_role role)
{
    int n = 0;

    for (int i = 0; i < LAUNCH_MAX_CHILDREN; i++)
        n += l->child[i].pid && l->child[i].step == step &&
             l->child[i].role == role && !l->child[i].leaving;
    return n;
}

int launch_left(const struct launcher *l, int step)
{
    int n = 0;

    for (int i = 0; i < LAUNCH_MAX_CHILDREN; i++)
        n += l->child[i].pid && l->child[i].step == step;
    return n;
}

/* What Slurm says of the job's own processes is not so of another's. */
static void unset_slurm_options(void)
{
    static const char *const name[] = {
        "SLURM_MEM_PER_CPU",  "SLURM_MEM_PER_NODE",    "SLURM_NTASKS_PER_NODE",
        "SLURM_DISTRIBUTION", "SLURM_NTASKS_PER_CORE", "SLURM_CPU_BIND",
    };

    for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++)
        unsetenv(name[i]);
}

/* What is started, and how; in the child until exec. */
struct start {
    struct command command;       /* owned */
    char token_text[24];          /* of its hello */
    int threads;                  /* of each rank; 0: as it finds */
    int out;                      /* standard output and error */
    char slot_log[FILE_PATH_MAX]; /* where a slot's program writes */
    rlim_t files;                 /* launcher.files */
    pid_t parent;
};

/* In the child: what it finds in its environment beside what is ours. */
static void set_environment(const struct start *t)
{
    const char *launcher = t->command.arg[0];

    setenv(SCHEDULER_LINK_TOKEN, t->token_text, 1);
    launched_set_threads(t->threads);
    if (strcmp(launcher, "srun") == 0)
        unset_slurm_options();
    /* else what mpirun starts by srun waits for this step's end */
    else if (getenv("SLURM_STEP_ID") || getenv("SLURM_STEPID"))
        setenv("SLURM_OVERLAP", "1", 1);
    /* A process that is started without them is a job of its own, even if this
     * one is a rank of another. */
    if (strcmp(launcher, "mpirun") != 0 && strcmp(launcher, "srun") != 0)
        launched_forget();
}

/* In the child: srun takes the limit to other hosts, which may allow less. */
static void restore_files(rlim_t soft)
{
    struct rlimit files;

    if (soft == 0 || getrlimit(RLIMIT_NOFILE, &files) < 0)
        return;
    files.rlim_cur = soft;
    (void)setrlimit(RLIMIT_NOFILE, &files);
}

/* In the child: never returns.  A pipe that is closed does not end it: it saves
 * its work when its scheduler has died. */
_Noreturn static void exec_command(const struct start *t)
{
    const int null = open("/dev/null", O_RDONLY);
    sigset_t none;

    set_environment(t);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != t->parent) /* it died before the line above */
        _exit(1);
    setpgid(0, 0);
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (null >= 0)
        dup2(null, STDIN_FILENO);
    dup2(t->out, STDOUT_FILENO);
    dup2(t->out, STDERR_FILENO);
    restore_files(t->files);
    execvp(t->command.arg[0], (char *const *)(uintptr_t)t->command.arg);
    fprintf(stderr, "papline: cannot start '%s': %s\n", t->command.arg[0],
            strerror(errno));
    _exit(127);
}

struct child *launch_free_child(struct launcher *l)
{
    for (int i = 0; i < LAUNCH_MAX_CHILDREN; i++)
        if (l->child[i].pid == 0)
            return &l->child[i];
    return NULL;
}

/* The name of the place of a process in the names of logs. */
static const char *host_of(const struct launcher *l,
                           const struct launch_args *a)
{
    return a->role == CHILD_SINK
               ? "sink"
               : l->allocation->hosts.host[a->place.part[0].host].name;
}

static int make_command(struct start *t, const struct launcher *l,
                        const struct launch_args *a, struct err *err)
{
    char program[FILE_PATH_MAX];
    struct command *c = &t->command;
    const struct placement_request r = {.allocation = l->allocation,
                                        .place = &a->place,
                                        .map_by = a->config->scheduler.map_by,
                                        .token = t->token_text,
                                        .log = t->slot_log};

    if (program_path(program, a->step->stage->program, err) < 0 ||
        file_path(t->slot_log, err, "%s/logs/%s/%s-slot.log", l->run_dir,
                  a->step->name, host_of(l, a)) < 0)
        return -1;
    if (a->role == CHILD_WORKER)
        placement_begin(c, &r);
    command_add(c, "%s", program);
    command_add(c, "--join");
    command_add(c, "%s", l->run_dir);
    if (a->role == CHILD_SINK)
        command_add(c, "--sink");
    return 0;
}

static int fork_child(struct launcher *l, struct child *child, struct start *t,
                      const struct launch_args *a, struct err *err)
{
    if (process_log_open(&child->log, &t->out, err) < 0)
        return -1;
    child->pid = fork();
    if (child->pid == 0)
        exec_command(t);
    close(t->out);
    if (child->pid < 0) {
        child->pid = 0;
        close(child->log.in);
        return err_set(err, ERR_SYSTEM, "cannot start a process: %s",
                       strerror(errno));
    }
    process_log_begin(&child->log, l->run_dir, a->step->name, host_of(l, a),
                      child->pid);
    if (a->role == CHILD_WORKER && l->allocation->launcher == LAUNCHER_SLOTS)
        memcpy(child->log.path, t->slot_log, sizeof(t->slot_log));
    return 0;
}

/* --- in the journal ------------------------------------------------------- */

static void note_start(const struct launcher *l, const struct child *c)
{
    const struct process_place *p = &c->place;
    struct buf hosts = {0};
    char cores[16], process[24];

    snprintf(cores, sizeof(cores), "%d", host_list_place_cores(p));
    snprintf(process, sizeof(process), "%ld", (long)c->pid);
    for (int i = 0; i < p->n_part; i++)
        buf_printf(&hosts, "%s%s", i ? "," : "",
                   l->allocation->hosts.host[p->part[i].host].name);
    journal_add(l->run_dir, "process-start", "node", c->step_name, "host",
                hosts.data ? hosts.data : "", "cores", cores, "process",
                process);
    buf_release(&hosts);
}

static void note_end(const struct launcher *l, const struct child *c,
                     int status)
{
    char process[24], text[128];

    snprintf(process, sizeof(process), "%ld", (long)c->pid);
    launch_describe(status, text, sizeof(text));
    journal_add(l->run_dir, "process-end", "node", c->step_name, "process",
                process, "status", text);
}

int launch_start(struct launcher *l, const struct launch_args *a,
                 struct err *err)
{
    struct child *child = launch_free_child(l);
    struct start *t = calloc(1, sizeof(*t));
    uint64_t token;
    int rc = -1;

    if (!child || !t) {
        free(t);
        return err_set(err, ERR_USAGE,
                       "more than %d processes; lower augment.workers or "
                       "explain.workers",
                       LAUNCH_MAX_CHILDREN);
    }
    randombytes_buf(&token, sizeof(token));
    snprintf(t->token_text, sizeof(t->token_text), "%016jx", (uintmax_t)token);
    t->threads = a->place.threads;
    t->files = l->files;
    t->parent = getpid();
    *child = (struct child){.role = a->role,
                            .step = a->index,
                            .step_name = a->step->name,
                            .token = token,
                            .place = a->place,
                            .started = clock_now()};
    if (make_command(t, l, a, err) == 0)
        rc = fork_child(l, child, t, a, err);
    free(t);
    if (rc == 0 && a->role == CHILD_WORKER)
        note_start(l, child);
    return rc;
}

void launch_read_logs(struct launcher *l, const struct plan *name)
{
    char before[PLAN_NAME_MAX + 4];

    for (int i = 0; i < LAUNCH_MAX_CHILDREN; i++)
        if (l->child[i].pid) {
            snprintf(before, sizeof(before), "%s%s%s", name ? "[" : "",
                     name ? name->step[l->child[i].step].name : "",
                     name ? "] " : "");
            process_log_read(&l->child[i].log, before);
        }
}

int launch_reap(struct launcher *l, struct child *ended, int *status)
{
    for (int i = 0; i < LAUNCH_MAX_CHILDREN; i++) {
        struct child *c = &l->child[i];

        if (c->pid == 0 || waitpid(c->pid, status, WNOHANG) != c->pid)
            continue;
        process_log_close(&c->log, "");
        if (c->role == CHILD_WORKER)
            note_end(l, c, *status);
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
                 "exit status %d (signal %d, %s, ended one of its processes)",
                 WEXITSTATUS(status), WEXITSTATUS(status) - SIGNALLED,
                 strsignal(WEXITSTATUS(status) - SIGNALLED));
    else
        snprintf(text, size, "exit status %d", WEXITSTATUS(status));
}
