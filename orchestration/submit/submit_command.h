/*
 * submit_command.h - papline submit: a run as jobs of a batch system
 *
 * Three forms: one job that runs all; the same and an array of workers that
 * join it; with 'split' a job that makes what all experiments need, then one an
 * experiment, then one that does what is left and writes the report.  The last
 * form has no scheduler while experiments are made: each stage's program is
 * run by itself, and the plan of the last job finds their outputs current.
 */
#ifndef ORCHESTRATION_SUBMIT_SUBMIT_COMMAND_H
#define ORCHESTRATION_SUBMIT_SUBMIT_COMMAND_H

#include "orchestration/run_command.h"

#include <stdio.h>

struct submit_args {
    const char *site; /* --site FILE; NULL: the defaults */
    int array;        /* --array N: workers; 0: none */
    bool split;
    bool dry_run; /* print scripts and commands, change nothing */
};

/*
 * Write the scripts to RUN/submit, hand them to the batch system, note the jobs
 * in RUN/submit/jobs.jsonl, and print their numbers.  run->scratch becomes that
 * of the site.
 * Errors: as run_command_prepare() and site_read(); ERR_USAGE --array with
 * --split; ERR_AGAIN jobs of the run are in the queue, or the batch system
 * refuses (those that it took before are cancelled).
 */
MUST_USE int submit_command_run(FILE *out, struct run_command_args *run,
                                const struct submit_args *a, struct err *err);

#endif
