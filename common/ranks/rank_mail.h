/*
 * rank_mail.h - short messages between the ranks of a job
 *
 * For ranks that wait long and must not use the processor while they do:
 * nothing here waits for a message.  One thread of a process uses this; another
 * may at the same time be a rank of a group (dist_start_group()).
 */
#ifndef RANKS_RANK_MAIL_H
#define RANKS_RANK_MAIL_H

#include "base/err.h"

#include <stddef.h>

struct rank_mail {
    int rank, size;
};

/*
 * Start MPI and join the job of all ranks.  Collective.
 * Errors: ERR_SYSTEM MPI, or it does not let several threads use it.
 */
MUST_USE int rank_mail_open(struct rank_mail *m, struct err *err);

/* Leave it, when all do.  Collective. */
void rank_mail_close(struct rank_mail *m);

/* Send 'n' bytes; long ones wait until the other receives.  Errors:
 * ERR_SYSTEM the job is broken. */
MUST_USE int rank_mail_send(const struct rank_mail *m, int to,
                            const void *bytes, size_t n, struct err *err);

/*
 * Take the next message, if one is there.
 *   from  [out] its sender
 *   bytes [out] (n) of at most 'room'
 * Returns 1, or 0 if there is none.  Errors: ERR_SYSTEM the job is broken, or
 * the message too long.
 */
MUST_USE int rank_mail_receive(const struct rank_mail *m, int *from,
                               void *bytes, size_t room, size_t *n,
                               struct err *err);

/*
 * This rank's part of the cores that it may use, at least one, when those that
 * ranks share are dealt out; rank 0 takes none.  Collective.
 * Errors: ERR_SYSTEM.
 */
MUST_USE int rank_mail_cores(const struct rank_mail *m, int *cores,
                             struct err *err);

/* End all ranks at once with that exit status. */
_Noreturn void rank_mail_abort(int status);

#endif
