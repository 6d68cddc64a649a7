/* submit_jobs.c - a plan divided into jobs */
#include "orchestration/submit/submit_jobs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The job that makes a step. */
static enum submit_kind kind_of(const struct plan_step *step)
{
    if (step->stage->id < STAGE_TRAIN)
        return SUBMIT_PREPARE;
    if (step->stage->id == STAGE_REPORT || step->ensemble)
        return SUBMIT_REPORT;
    return SUBMIT_EXPERIMENT;
}

/* Its place, which is made if it is not there. */
static int job_for(struct submit_jobs *s, const struct plan_step *step)
{
    const enum submit_kind kind = kind_of(step);
    const char *experiment = kind == SUBMIT_EXPERIMENT ? step->experiment : "";

    for (int i = 0; i < s->n; i++)
        if (s->job[i].kind == kind &&
            strcmp(s->job[i].experiment, experiment) == 0)
            return i;
    s->job[s->n].kind = kind;
    snprintf(s->job[s->n].experiment, PLAN_NAME_MAX, "%s", experiment);
    return s->n++;
}

static void add_stage(struct submit_job *job, const char *word)
{
    const size_t n = strlen(job->stages);

    snprintf(job->stages + n, sizeof(job->stages) - n, "%s%s", n ? ":" : "",
             word);
}

static void add_after(struct submit_job *job, int other)
{
    for (int i = 0; i < job->n_after; i++)
        if (job->after[i] == other)
            return;
    BUG_ON(job->n_after == SUBMIT_JOB_MAX_AFTER);
    job->after[job->n_after++] = other;
}

/* Put a step into its job; that of the report waits for all, whatever comes. */
static void add_step(struct submit_jobs *s, const struct plan *p, int index,
                     int *made_by)
{
    const struct plan_step *step = &p->step[index];
    const int at = job_for(s, step);
    struct submit_job *job = &s->job[at];

    made_by[index] = at;
    if (job->kind == SUBMIT_PREPARE)
        s->until = step->stage->word;
    if (job->kind != SUBMIT_EXPERIMENT)
        return;
    add_stage(job, step->stage->word);
    for (int i = 0; i < step->n_input; i++) {
        const int other = made_by[step->input[i]];

        if (other >= 0 && other != at)
            add_after(job, other);
    }
}

int submit_jobs_split(struct submit_jobs *s, const struct plan *p,
                      struct err *err)
{
    int *made_by = calloc((size_t)p->n_step + 1, sizeof(*made_by));

    *s = (struct submit_jobs){
        .job = calloc((size_t)p->n_step + 1, sizeof(*s->job))};
    if (!s->job || !made_by) {
        free(made_by);
        submit_jobs_release(s);
        return err_set(err, ERR_SYSTEM, "no memory for jobs");
    }
    for (int i = 0; i < p->n_step; i++) {
        made_by[i] = -1;
        if (p->step[i].run && kind_of(&p->step[i]) != SUBMIT_REPORT)
            add_step(s, p, i, made_by);
    }
    s->job[s->n++].kind = SUBMIT_REPORT;
    free(made_by);
    return 0;
}

void submit_jobs_release(struct submit_jobs *s)
{
    free(s->job);
    *s = (struct submit_jobs){0};
}
