/*
 * train_rank.c - rank 0 is the stage, the others follow it
 *
 * Rank 0 speaks with the scheduler, reads the plan and writes the files.  It
 * sends each unit to the other ranks, which wait for nothing else, and at the
 * end an empty one.
 */
#include "stages/train/train_rank.h"

#include "run/frozen_cache_name.h"
#include "run/longer_training.h"
#include "run/output.h"
#include "run/pretrained_weights.h"
#include "stages/train/job.h"
#include "worker/stage.h"

#include <signal.h>
#include <string.h>

struct train {
    struct dist *dist; /* borrowed */
    struct train_job job;
};

/* What is read of input 'in'. */
static int find_input(struct train_job *j, const struct unit *u,
                      const struct plan_step *in, struct err *err)
{
    if (in->stage->id == STAGE_PREPROCESS) {
        memcpy(j->data_hash, in->hash, HASH_HEX);
        return file_path(j->data, err, "%s/%s", u->run_dir, in->dir);
    }
    if (in->stage->id == STAGE_AUGMENT) {
        memcpy(j->augment_hash, in->hash, HASH_HEX);
        j->augmented = true;
        return file_path(j->augment, err, "%s/%s", u->run_dir, in->dir);
    }
    if (in->stage->id == STAGE_TRAIN) /* it goes on from that one */
        return file_path(j->start, err, "%s/%s/%s", u->run_dir, in->dir,
                         "model.safetensors");
    if (in->stage->id == STAGE_WEIGHTS && !j->start[0])
        return pretrained_weights_path(j->start, u->run_dir, in, err);
    return 0;
}

static int find_inputs(struct train_job *j, const struct unit *u,
                       struct err *err)
{
    for (int i = 0; i < u->step->n_input; i++)
        if (find_input(j, u, &u->plan->step[u->step->input[i]], err) < 0)
            return -1;
    if (!j->data[0])
        return err_set(err, ERR_USAGE, "%s reads no images in the plan",
                       u->step->name);
    return 0;
}

static int make_job(struct train_job *j, const struct unit *u, struct err *err)
{
    const struct recipe_text *r = &u->plan->fresh_recipe;
    bool resumed;

    BUG_ON(r->size > sizeof(j->recipe));
    memset(j, 0, sizeof(*j));
    /* as the plan has it: the file may have changed since, or be out of reach */
    memcpy(j->recipe, r->text, r->size);
    j->recipe_size = r->size;
    j->seed = u->step->seed;
    j->fold = u->step->fold;
    j->folds = u->step->folds;
    j->config = *u->config;
    memcpy(j->hash, u->step->hash, sizeof(j->hash));
    memcpy(j->any_length, u->step->any_length, sizeof(j->any_length));
    memcpy(j->teacher_hash, u->plan->teacher, sizeof(j->teacher_hash));
    memcpy(j->network, u->step->network, sizeof(j->network));
    memcpy(j->regime, u->step->regime, sizeof(j->regime));
    if (find_inputs(j, u, err) < 0 ||
        file_path(j->cache, err, "%s/" FROZEN_CACHE_DIR, u->run_dir) < 0 ||
        longer_training_dir(j->kept, u->run_dir, u->step, err) < 0)
        return -1;
    return output_begin(u->run_dir, u->step, j->out, &resumed, err);
}

static int handle(void *self, const struct unit *u, struct err *err)
{
    struct train *t = self;

    if (output_is_current(u->run_dir, u->step))
        return 0;
    if (make_job(&t->job, u, err) < 0 ||
        dist_bcast(t->dist, &t->job, sizeof(t->job), err) < 0 ||
        job_run(t->dist, &t->job, u->link, err) < 0)
        return -1;
    return output_commit(u->run_dir, u->step, err);
}

/* The other ranks: whatever goes wrong with a job, rank 0 reports it. */
static int follow_rank0(struct dist *d, struct train_job *j)
{
    struct err err = {0};

    for (;;) {
        if (dist_bcast(d, j, sizeof(*j), &err) < 0)
            dist_abort(d, err_exit_status(err.code));
        if (j->end)
            return 0;
        if (job_run(d, j, NULL, &err) < 0)
            err = (struct err){0};
    }
}

/* The stage, then word to the others that it is over. */
static int lead_ranks(struct train *t, int argc, char **argv)
{
    const struct stage stage = {
        .id = STAGE_TRAIN,
        .summary = "train networks on the stores of a run; under mpirun with "
                   "several ranks",
        .handle = handle,
        .self = t,
    };
    const int status = stage_main(&stage, argc, argv);
    struct err err = {0};

    memset(&t->job, 0, sizeof(t->job));
    t->job.end = true;
    if (dist_bcast(t->dist, &t->job, sizeof(t->job), &err) < 0)
        dist_abort(t->dist, status ? status : 1);
    return status;
}

int train_rank_run(struct dist *d, int argc, char **argv)
{
    struct train t = {.dist = d};

    if (d->rank == 0)
        return lead_ranks(&t, argc, argv);
    /* rank 0 decides when to stop, and tells */
    signal(SIGTERM, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGUSR1, SIG_IGN);
    return follow_rank0(d, &t.job);
}
