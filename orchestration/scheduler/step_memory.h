/*
 * step_memory.h - what the processes of a step take in memory
 *
 * Known before they start.  Of a training within 15 % of what is measured:
 * train_memory.h says of what it is made.  Of evaluate and explain the networks
 * are planned likewise, as they will be, but not allocated; of these and the
 * other stages the rest is the number in their row of stage_table.c, so that
 * they take less rather than more.  What a process really had at most is
 * "peak_memory" in the manifest of its output.
 *
 * The number of pictures is that of the run's stores, or of the dataset as long
 * as they are not there.
 */
#ifndef ORCHESTRATION_SCHEDULER_STEP_MEMORY_H
#define ORCHESTRATION_SCHEDULER_STEP_MEMORY_H

#include "run/plan.h"

/* What the steps of a run read. */
struct step_memory_data {
    double images;    /* in data/ */
    double augmented; /* in augment/ */
    int classes;
};

/*
 * Count them: in the stores of 'run_dir', else in the dataset.  What cannot be
 * read counts as none: the step that reads it will say so.
 */
void step_memory_count(struct step_memory_data *d, const struct config *c,
                       const struct plan *p, const char *run_dir);

struct step_memory_args {
    const struct config *config;
    const struct plan_step *step;
    const struct step_memory_data *data;
    int threads; /* of each of its processes, if the configuration gives none */
};

/* Bytes. */
struct step_memory {
    double own;    /* of each of its processes: a rank, a worker */
    double shared; /* of files that all of them map: the pages are there once */
    double beside; /* of other processes that it has */
    int processes; /* ranks; of workers it is one */
};

/* Deterministic.  Of networks that cannot be built nothing is counted: the
 * step itself will say why.  Some milliseconds. */
struct step_memory step_memory_plan(const struct step_memory_args *a);

/* The peak of one of its processes, and what its ranks take together, or one
 * worker. */
static inline double step_memory_peak(const struct step_memory *m)
{
    return m->own + m->shared;
}

static inline double step_memory_total(const struct step_memory *m)
{
    return m->own * m->processes + m->shared + m->beside;
}

#endif
