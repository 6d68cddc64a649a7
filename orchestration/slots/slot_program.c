#define _DEFAULT_SOURCE /* putenv */
#include "orchestration/slots/slot_program.h"

#include "base/log.h"
#include "ranks/launched.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIGNALLED = 128, DESCRIPTORS = 4096 };

int slot_program_redirect(const char *output, struct err *err)
{
    const int fd =
        open(output, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    int rc = 0;

    if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0)
        rc = err_set(err, ERR_SYSTEM, "cannot write '%.300s': %s", output,
                     strerror(errno));
    if (fd >= 0)
        close(fd);
    return rc;
}

/* --- in the child --------------------------------------------------------- */

static void reset_signals(void)
{
    static const int changed[] = {SIGTERM, SIGINT, SIGUSR1, SIGPIPE};
    sigset_t none;

    for (size_t i = 0; i < sizeof(changed) / sizeof(changed[0]); i++)
        signal(changed[i], SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Not all of MPI's descriptors are closed when another program starts; other
 * ranks would not notice that this one has died. */
static void set_streams(const struct slot_program *p)
{
    const int null = p->reads ? -1 : open("/dev/null", O_RDONLY | O_CLOEXEC);
    struct err err;

    for (int fd = STDERR_FILENO + 1; fd < DESCRIPTORS; fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    if (null >= 0)
        dup2(null, STDIN_FILENO);
    if (p->output[0] && slot_program_redirect(p->output, &err) < 0)
        log_warn("%s", err.text);
}

static _Noreturn void exec_program(const struct slot_program *p, pid_t parent)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) /* it died before the line above */
        _exit(1);
    launched_forget();
    for (int i = 0; i < p->n_env; i++)
        putenv((char *)(uintptr_t)p->env[i]);
    launched_set_threads(p->cores);
    set_streams(p);
    reset_signals();
    execvp(p->arg[0], (char *const *)(uintptr_t)p->arg);
    log_error("cannot start '%s': %s", p->arg[0], strerror(errno));
    _exit(127);
}

/* --- in the slot ---------------------------------------------------------- */

int slot_program_start(pid_t *pid, const struct slot_program *p,
                       struct err *err)
{
    const pid_t self = getpid();

    *pid = fork();
    if (*pid == 0)
        exec_program(p, self);
    if (*pid < 0)
        return err_set(err, ERR_SYSTEM, "cannot start a process: %s",
                       strerror(errno));
    setpgid(*pid, *pid); /* here too: it may be signalled before it runs */
    return 0;
}

int slot_program_reap(pid_t pid, int *status)
{
    int s;

    if (waitpid(pid, &s, WNOHANG) != pid)
        return 0;
    *status = WIFSIGNALED(s) ? SIGNALLED + WTERMSIG(s) : WEXITSTATUS(s);
    return 1;
}

void slot_program_signal(pid_t pid, int sig)
{
    kill(sig == SIGKILL ? -pid : pid, sig);
}
