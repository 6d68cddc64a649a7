/*
 * submit_jobs.h - which jobs a plan becomes, and which wait for which
 */
#ifndef ORCHESTRATION_SUBMIT_SUBMIT_JOBS_H
#define ORCHESTRATION_SUBMIT_SUBMIT_JOBS_H

#include "orchestration/submit/submit_script.h"
#include "run/plan.h"

enum { SUBMIT_JOB_MAX_AFTER = 4, SUBMIT_JOB_STAGES = 64 };

struct submit_job {
    enum submit_kind kind;
    char experiment[PLAN_NAME_MAX];  /* "" of other kinds */
    char stages[SUBMIT_JOB_STAGES];  /* "train:evaluate:explain" */
    int after[SUBMIT_JOB_MAX_AFTER]; /* jobs that must have done well */
    int n_after;
};

struct submit_jobs {
    struct submit_job *job; /* owned */
    int n;
    const char *until; /* last stage that is made for all; NULL: none is */
};

/* The jobs of --split for what 'p' has to run, in an order in which those come
 * first that others wait for; the last is that of the report. */
MUST_USE int submit_jobs_split(struct submit_jobs *s, const struct plan *p,
                               struct err *err);
void submit_jobs_release(struct submit_jobs *s);

#endif
