/*
 * main.c - papline-slot: programs on the ranks of `mpirun papline run`
 *
 * An mpirun within another is refused, or knows nothing of the other's hosts.  So
 * rank 0 alone runs the scheduler, and what that starts the other ranks start
 * for it, or are: a training of several ranks runs in their own processes.
 */
#include "base/log.h"
#include "base/version.h"
#include "orchestration/slots/slot_agent.h"
#include "orchestration/slots/slot_client.h"
#include "orchestration/slots/slot_guard.h"
#include "orchestration/slots/slot_server.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static const char help[] =
    "papline-slot: programs on the ranks of one mpirun\n\n"
    "usage: mpirun -n N papline-slot serve PROGRAM [ARG...]\n"
    "       papline-slot start SLOT[,SLOT...] [--output FILE]\n"
    "           [--env NAME=VALUE]... PROGRAM [ARG...]\n"
    "       papline-slot list\n\n"
    "serve: rank 0 runs PROGRAM, the others are slots 1 to N-1, until it ends;\n"
    "  the status is its.  A rank that dies ends the job with status 75.\n"
    "start: within PROGRAM, run another on a slot.  Signals and status are\n"
    "  passed on; it is ended if this is.  Several slots: papline-train, whose\n"
    "  ranks they are.\n"
    "list: a line a slot: number, host, cores, free memory of the host in\n"
    "  bytes, process.\n";

/* --- ranks ---------------------------------------------------------------- */

static int be_slot(const struct rank_mail *mail, int cores, struct err *err)
{
    signal(SIGTERM, SIG_IGN); /* rank 0 decides when to stop */
    signal(SIGINT, SIG_IGN);
    signal(SIGUSR1, SIG_IGN);
    return slot_agent_run(mail, cores, err);
}

/* A rank that cannot go on ends all: what was done stays. */
static int be_rank(const char *const *arg, int *status, struct err *err)
{
    struct rank_mail mail;
    int cores = 1, rc;

    if (rank_mail_open(&mail, err) < 0)
        return -1;
    rc = rank_mail_cores(&mail, &cores, err);
    if (rc == 0)
        rc = mail.rank == 0 ? slot_server_run(&mail, arg, status, err)
                            : be_slot(&mail, cores, err);
    if (rc < 0) {
        log_error("rank %d: %s", mail.rank, err->text);
        rank_mail_abort(err_exit_status(ERR_AGAIN));
    }
    rank_mail_close(&mail);
    return 0;
}

/* --- what can be asked for ------------------------------------------------ */

static int do_serve(int n, char **args, int *status, struct err *err)
{
    int rank;

    if (n < 1)
        return err_set(err, ERR_USAGE, "give a program; see --help");
    rank = slot_guard_split(status, err);
    return rank > 0 ? be_rank((const char *const *)args, status, err) : rank;
}

static int do_list(int n, char **args, int *status, struct err *err)
{
    (void)status;
    if (n > 0)
        return err_set(err, ERR_USAGE, "unexpected '%s'; see --help", args[0]);
    return slot_client_list(err);
}

static const struct slot_verb {
    const char *word;
    int (*act)(int n, char **args, int *status, struct err *err);
} verbs[] = {
    {"serve", do_serve},
    {"start", slot_client_start},
    {"list", do_list},
};

int main(int argc, char **argv)
{
    struct err err = {0};
    int status = 0;

    log_name("papline-slot");
    if (argc > 1 && strcmp(argv[1], "--help") == 0)
        return fputs(help, stdout) < 0;
    if (argc > 1 && strcmp(argv[1], "--version") == 0)
        return printf("papline-slot %s\n", PAPLINE_VERSION) < 0;
    err_set(&err, ERR_USAGE, "give serve, start or list; see --help");
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (argc > 1 && strcmp(argv[1], verbs[i].word) == 0 &&
            verbs[i].act(argc - 2, argv + 2, &status, &err) == 0)
            return status;
    log_error("%s", err.text);
    return err_exit_status(err.code);
}
