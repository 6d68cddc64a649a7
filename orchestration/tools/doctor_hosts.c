#include "orchestration/tools/doctor_hosts.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/host_address.h"
#include "orchestration/scheduler/placement.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { HOST_SECONDS = 30 }; /* for a command on a host */

/* --- what a run would do -------------------------------------------------- */

static void tell_hosts(struct doctor_hosts *d)
{
    const struct allocation *a = &d->allocation;
    const struct host_list *l = &a->hosts;
    char until[CLOCK_TEXT] = "";
    size_t used;

    if (a->ends > 0)
        clock_text(until, a->ends);
    used = (size_t)snprintf(
        d->hosts, sizeof(d->hosts), "%s: %d host%s, %d core%s%s%s:", a->source,
        l->n, l->n == 1 ? "" : "s", host_list_cores(l),
        host_list_cores(l) == 1 ? "" : "s", *until ? ", until " : "", until);
    for (int i = 0; i < l->n && used < sizeof(d->hosts) - 1; i++)
        used += (size_t)snprintf(d->hosts + used, sizeof(d->hosts) - used,
                                 " %s:%d", l->host[i].name, l->host[i].cores);
}

static void tell_launcher(struct doctor_hosts *d)
{
    const struct allocation *a = &d->allocation;
    const char *how = "processes by fork, MPI ranks by mpirun";

    if (a->launcher == LAUNCHER_SLURM && a->job_step)
        how = "srun --overlap, as this is a step of the job";
    else if (a->launcher == LAUNCHER_SLURM)
        how = a->pmix ? "srun --exact, MPI ranks by srun --mpi=pmix"
                      : "srun --exact, MPI ranks by mpirun --host";
    else if (a->launcher == LAUNCHER_MPIRUN)
        how = "mpirun --host, by fork on this one";
    else if (a->launcher == LAUNCHER_SLOTS)
        how = "papline-slot, on the ranks of this mpirun";
    snprintf(d->launcher, sizeof(d->launcher), "%s: %s",
             placement_word(a->launcher), how);
}

static void tell_transport(struct doctor_hosts *d)
{
    char address[HOST_ADDRESS];
    struct err err;

    if (d->allocation.launcher == LAUNCHER_LOCAL)
        snprintf(d->transport, sizeof(d->transport),
                 "ipc sockets in a directory of mode 0700");
    else if (host_address(address, &err) < 0)
        snprintf(d->transport, sizeof(d->transport), "%s", err.text);
    else
        snprintf(d->transport, sizeof(d->transport),
                 "tcp://%s, encrypted; another interface by scheduler.endpoint",
                 address);
}

static void tell_binding(struct doctor_hosts *d)
{
    const struct allocation *a = &d->allocation;

    snprintf(d->binding, sizeof(d->binding), "%s",
             a->launcher == LAUNCHER_SLURM && !a->job_step
                 ? "as Slurm binds its steps; threads as cores are given"
                 : "to no core; threads as cores are given");
}

/* Which hosts and launcher a run asks for. */
static int read_config(struct config *c, const char *run_dir, struct err *err)
{
    char path[FILE_PATH_MAX];

    config_init(c);
    if (!run_dir)
        return 0;
    if (file_path(path, err, "%s/run.yaml", run_dir) < 0)
        return -1;
    return file_exists(path) ? config_read(c, path, NULL, 0, err) : 0;
}

int doctor_hosts_find(struct doctor_hosts *d, const char *run_dir,
                      struct err *err)
{
    static struct config c;

    if (read_config(&c, run_dir, err) < 0)
        return -1;
    if (allocation_find(&d->allocation, &c, err) < 0)
        return -1;
    tell_hosts(d);
    tell_launcher(d);
    tell_transport(d);
    tell_binding(d);
    return 0;
}

/* --- trying --------------------------------------------------------------- */

/* In a process of its own: does it end well in time? */
static bool command_succeeds(const struct command *c)
{
    const double end = clock_now() + HOST_SECONDS;
    const struct timespec pause = {.tv_nsec = 20000000};
    const pid_t pid = fork();
    int status = -1;

    if (pid == 0) {
        const int null = open("/dev/null", O_RDWR);

        if (null >= 0) {
            dup2(null, STDIN_FILENO);
            dup2(null, STDOUT_FILENO);
            dup2(null, STDERR_FILENO);
        }
        execvp(c->arg[0], (char *const *)(uintptr_t)c->arg);
        _exit(127);
    }
    while (pid > 0 && waitpid(pid, &status, WNOHANG) == 0) {
        if (clock_now() > end)
            kill(pid, SIGKILL);
        nanosleep(&pause, NULL);
    }
    return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool host_sees(const struct allocation *a, int host, const char *file)
{
    const struct process_place place = {
        .n_part = 1,
        .part = {{.host = host, .ranks = 1, .cores = 1}},
        .threads = 1};
    struct command *c = calloc(1, sizeof(*c));
    bool sees = false;

    if (!c)
        return false;
    placement_begin(c, &(struct placement_request){.allocation = a,
                                                   .place = &place,
                                                   .map_by = "",
                                                   .token = "0",
                                                   .log = "/dev/null"});
    command_add(c, "test");
    command_add(c, "-e");
    command_add(c, "%s", file);
    sees = command_succeeds(c);
    free(c);
    return sees;
}

int doctor_hosts_seeing(const struct allocation *a, const char *file,
                        char *missing)
{
    int n = 0;

    missing[0] = '\0';
    for (int i = 0; i < a->hosts.n; i++) {
        const bool sees = host_sees(a, i, file);

        n += sees;
        if (!sees && !missing[0])
            snprintf(missing, HOST_LIST_NAME, "%s", a->hosts.host[i].name);
    }
    return n;
}
