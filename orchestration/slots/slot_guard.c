#include "orchestration/slots/slot_guard.h"

#include "base/log.h"
#include "ranks/launched.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t rank_pid;

static void pass_on(int sig)
{
    if (rank_pid > 0)
        kill((pid_t)rank_pid, sig);
}

/* mpirun signals the rank too, srun and people perhaps the guard alone. */
static int wait_for_rank(pid_t pid)
{
    const struct sigaction sa = {.sa_handler = pass_on};
    int status;

    rank_pid = pid;
    sigaction(SIGTERM, &sa, NULL);
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGUSR1, &sa, NULL);
    prctl(PR_SET_NAME, "papline-guard");
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (!WIFSIGNALED(status))
        return WEXITSTATUS(status);
    if (WTERMSIG(status) == SIGTERM) /* mpirun ends what is left of a job */
        return err_exit_status(ERR_AGAIN);
    log_error("rank %d was ended by signal %d (%s); the same command goes on",
              launched_rank(), WTERMSIG(status), strsignal(WTERMSIG(status)));
    return err_exit_status(ERR_AGAIN);
}

int slot_guard_split(int *status, struct err *err)
{
    const pid_t self = getpid(), pid = fork();

    if (pid < 0)
        return err_set(err, ERR_SYSTEM, "cannot start a process: %s",
                       strerror(errno));
    if (pid > 0) {
        *status = wait_for_rank(pid);
        return 0;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != self)
        _exit(1);
    return 1;
}
