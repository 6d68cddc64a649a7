/*
 * launched.h - what mpirun or srun told this process of its place in a job
 *
 * Read from the environment, without MPI.
 */
#ifndef RANKS_LAUNCHED_H
#define RANKS_LAUNCHED_H

#include <stdbool.h>

/* Was this process started as a rank of a job, which may have one alone? */
bool launched_is_rank(void);

/* Ranks of the job; 1 if this process is none, or if that cannot be told. */
int launched_size(void);

/* Which of them this process is, from 0 on; 0 if that cannot be told. */
int launched_rank(void);

/* Forget it: what this process starts is then no rank of the job, and may be an
 * mpirun.  No other thread may read the environment. */
void launched_forget(void);

/*
 * For a program that this process is about to start, set what the user has not:
 * so many threads, 0: as it finds; one of OpenBLAS' own, which gemm.h asks for;
 * and threads that wait for work spin for a millisecond or two before they sleep,
 * where OpenMP's would spin for some twenty on a core that others may want.  As
 * launched_forget().
 */
void launched_set_threads(int threads);

#endif
