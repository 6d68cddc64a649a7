/*
 * mpi_wait.h - wait for MPI as one of several programs on a machine
 *
 * The calls of MPI that wait keep a core busy until the slowest rank is there.
 * Here a rank looks often for a while, and then sleeps between looks: at once
 * if another program has had the core in between.
 */
#ifndef RANKS_MPI_WAIT_H
#define RANKS_MPI_WAIT_H

#include <mpi.h>

/* Until '*r' is done, which is MPI_REQUEST_NULL then.  Returns what MPI_Test
 * does.  With MPI_THREAD_MULTIPLE other threads may use MPI meanwhile. */
int mpi_wait(MPI_Request *r);

#endif
