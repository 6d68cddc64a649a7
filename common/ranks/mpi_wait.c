#include "ranks/mpi_wait.h"

#include "base/clock.h"

#include <sched.h>
#include <stdbool.h>
#include <time.h>

static const double awake = 2e-3;  /* s of looking all the time */
static const double taken = 50e-6; /* s between two looks if another had the
                                      core: one takes about 1e-6 s */
static const long shortest = 20000, longest = 400000; /* ns of a sleep */

int mpi_wait(MPI_Request *r)
{
    struct timespec pause = {.tv_nsec = shortest};
    const double begin = clock_now();
    double before = begin, now;
    bool sleeps = false;
    int rc, done = 0;

    while ((rc = MPI_Test(r, &done, MPI_STATUS_IGNORE)) == MPI_SUCCESS &&
           !done) {
        now = clock_now();
        sleeps = sleeps || now - begin > awake || now - before > taken;
        before = now;
        if (!sleeps) {
            sched_yield();
            continue;
        }
        nanosleep(&pause, NULL);
        if (pause.tv_nsec < longest)
            pause.tv_nsec *= 2;
    }
    return rc;
}
