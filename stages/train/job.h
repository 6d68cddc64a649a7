/*
 * job.h - a training as every rank is told of it, and what its regime does
 */
#ifndef TRAIN_JOB_H
#define TRAIN_JOB_H

#include "base/hash.h"
#include "config/config.h"
#include "config/recipe_text.h"
#include "ranks/dist.h"
#include "worker/stage.h"

/* A unit as it is sent to the other ranks. */
struct train_job {
    bool end; /* there is none any more */
    bool augmented;
    char data[FILE_PATH_MAX], augment[FILE_PATH_MAX]; /* directories */
    char out[FILE_PATH_MAX];
    char cache[FILE_PATH_MAX];
    char kept[FILE_PATH_MAX]; /* of the last checkpoint; "": it is not kept */
    char hash[HASH_HEX], any_length[HASH_HEX]; /* of the step; see plan.h */
    char data_hash[HASH_HEX], augment_hash[HASH_HEX]; /* of the stores */
    char teacher_hash[HASH_HEX]; /* of train.teacher's file; "": none */
    char network[CONFIG_NAME_MAX], regime[CONFIG_NAME_MAX];
    char start[FILE_PATH_MAX]; /* weights to begin with; "": random ones */
    int64_t seed;
    int fold, folds; /* of cross-validation; folds 1: one split */
    struct config config;
    char recipe[RECIPE_TEXT_MAX]; /* text of train.augment_recipe */
    size_t recipe_size;
};

/*
 * Do it.  Collective: every rank has the same job.
 *   link [in] of rank 0; NULL on the others
 * Files of trainer.h in job.out; of regime contrastive also those of the
 * encoder, in job.out/encoder.
 * Errors: as trainset_open(), frozen_cache_open(), trainer_run().  Ranks that
 * cannot speak with each other end the program.
 */
MUST_USE int job_run(struct dist *d, const struct train_job *j,
                     struct stage_link *link, struct err *err);

#endif
