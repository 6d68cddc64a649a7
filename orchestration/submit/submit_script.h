/*
 * submit_script.h - the text of the scripts that a batch system runs
 *
 * A script is made of directives, which the batch systems write differently,
 * of a few variables and functions, and of job_body.sh or worker_body.sh, which
 * are the same in all of them: signals, and what becomes of status 75.
 */
#ifndef ORCHESTRATION_SUBMIT_SUBMIT_SCRIPT_H
#define ORCHESTRATION_SUBMIT_SUBMIT_SCRIPT_H

#include "base/buf.h"
#include "orchestration/submit/site.h"

enum submit_kind {
    SUBMIT_RUN,        /* papline run */
    SUBMIT_WORKERS,    /* an array of workers for it */
    SUBMIT_PREPARE,    /* --split: what all experiments need */
    SUBMIT_EXPERIMENT, /* train, evaluate and explain one */
    SUBMIT_REPORT,     /* all that is left */
    SUBMIT_KINDS
};

struct submit_script {
    const struct site *site; /* borrowed, as all below */
    const char *run_dir;     /* absolute */
    const char *bin;         /* directory of the programs */
    const char *endpoint;    /* scheduler.endpoint of run; NULL: its own */
    const char *until;       /* of prepare: its last stage */
    const char *programs;    /* of workers: "papline-augment papline-explain" */
    int array;               /* workers */
    int ranks;               /* of a training */
};

/* "run.sh", in RUN/submit; "run" in names of jobs. */
const char *submit_script_file(enum submit_kind kind);

/* Name of a job: papline, the run's, what it does. */
void submit_script_job(const struct submit_script *s, const char *what,
                       char name[CONFIG_NAME_MAX]);

void submit_script_write(const struct submit_script *s, enum submit_kind kind,
                         struct buf *out);

/* 'text' as one word of a shell. */
void submit_script_quote(struct buf *out, const char *text);

#endif
