/*
 * pretrained_weights.h - files of pretrained weights: which, and where in a run
 *
 * In the directory train.weights a network's file is the first, in byte order,
 * that is called NETWORK*.safetensors, or if there is none NETWORK*.h5, where
 * no letter or digit follows the network's name.
 */
#ifndef RUN_PRETRAINED_WEIGHTS_H
#define RUN_PRETRAINED_WEIGHTS_H

#include "base/file.h"
#include "run/plan.h"

/*
 * The file of 'network' in 'dir'.
 * Errors: ERR_USAGE 'dir' is empty text, cannot be read, or has no such file.
 */
MUST_USE int pretrained_weights_find(char path[FILE_PATH_MAX], const char *dir,
                                     const char *network, struct err *err);

/* The file that a step of stage "weights" makes. */
MUST_USE int pretrained_weights_path(char path[FILE_PATH_MAX],
                                     const char *run_dir,
                                     const struct plan_step *step,
                                     struct err *err);

#endif
