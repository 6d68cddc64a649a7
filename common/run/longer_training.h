/*
 * longer_training.h - a training that goes on where a shorter one ended
 *
 * With a constant rate, or one that the validation loss lowers, the epochs of
 * a training do not depend on how many are to follow.  So the last checkpoint
 * is kept in RUN/checkpoints/HASH, where HASH is the step's content hash but
 * for train.epochs, and the same training with more epochs begins with it: its
 * result is that of an unbroken one, bit for bit.  The directory may be
 * deleted.  Regime contrastive has none: the checkpoint of its classifier lacks
 * the encoder, and one that is trained again by other ranks or libraries
 * differs.
 */
#ifndef RUN_LONGER_TRAINING_H
#define RUN_LONGER_TRAINING_H

#include "run/plan.h"

#define LONGER_TRAINING_DIR "checkpoints"

struct json_t; /* jansson's */

/*
 * Why training with these parameters always starts at its beginning; NULL: it
 * can be gone on with.
 */
const char *longer_training_obstacle(const struct json_t *params);

/* Parameters without those that say how long training is; json_decref() it. */
struct json_t *longer_training_params(const struct json_t *params);

/*
 * What a step that is to run, and whose output has 'manifest', does with it;
 * NULL: nothing, they differ in more than the length, or it is to be shorter.
 */
const char *longer_training_says(const char *run_dir,
                                 const struct plan_step *step,
                                 const struct json_t *manifest);

/* Where the last checkpoint of 'step' is kept; "": nowhere.  Errors: ERR_INPUT
 * too long. */
MUST_USE int longer_training_dir(char path[FILE_PATH_MAX], const char *run_dir,
                                 const struct plan_step *step, struct err *err);

#endif
