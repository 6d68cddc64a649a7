/*
 * placement.h - the command that starts a program on the hosts of its place
 *
 * One row for each launcher: by fork on this host, by Slurm's srun, by
 * mpirun's slots or by mpirun.
 */
#ifndef ORCHESTRATION_SCHEDULER_PLACEMENT_H
#define ORCHESTRATION_SCHEDULER_PLACEMENT_H

#include "orchestration/scheduler/allocation.h"

enum {
    PLACEMENT_ARGS = 64,
    PLACEMENT_TEXT = 1 << 15, /* bytes of all words of a command */
};

/* A command line while it is put together. */
struct command {
    const char *arg[PLACEMENT_ARGS]; /* in text; ends in NULL */
    int n;
    char text[PLACEMENT_TEXT];
    size_t used;
};

void command_add(struct command *c, const char *fmt, ...) PRINTF(2, 3);

/* A process that is to be started; all is borrowed. */
struct placement_request {
    const struct allocation *allocation;
    const struct process_place *place;
    const char *map_by; /* for mpirun --map-by; "": none */
    const char *token;  /* of the process (scheduler_link.h) */
    const char *log;    /* file for what a slot's program prints */
};

/* Begin a command with what starts the following program at its place. */
void placement_begin(struct command *c, const struct placement_request *r);

/* The same with 'ranks' processes by mpirun, where mpirun would have them. */
void placement_begin_ranks(struct command *c, int ranks);

/* "local", "slurm", ... */
const char *placement_word(enum launcher_choice launcher);

#endif
