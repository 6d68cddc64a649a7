/*
 * train_rank.h - what a rank of a training job does from beginning to end
 */
#ifndef TRAIN_TRAIN_RANK_H
#define TRAIN_TRAIN_RANK_H

#include "ranks/dist.h"

/*
 * Rank 0: papline-train with these arguments.  The others: what rank 0 tells
 * them, until it is over.  Collective.  Returns the exit status.  It may be
 * called again, but not on two threads of a process at a time, since rank 0
 * sets the handlers of signals and the others ignore them.
 */
int train_rank_run(struct dist *d, int argc, char **argv);

#endif
