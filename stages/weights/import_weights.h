/*
 * import_weights.h - a file of pretrained weights, checked and brought into a
 * run
 */
#ifndef STAGES_WEIGHTS_IMPORT_WEIGHTS_H
#define STAGES_WEIGHTS_IMPORT_WEIGHTS_H

#include "run/plan.h"

/*
 * Is there a file of 'network' in 'dir', train.weights, that can be imported?
 * Errors: ERR_USAGE as pretrained_weights_find(); ERR_INPUT damaged or not of
 * the network; ERR_SYSTEM.
 */
MUST_USE int import_weights_check(const char *network, const char *dir,
                                  struct err *err);

/*
 * Make the output of 'step', of stage "weights": NETWORK.safetensors, checked
 * against the network.
 *   plan [in] whose 'weights' say what the file must be
 *   dir  [in] train.weights
 * Errors: ERR_USAGE as pretrained_weights_find(); ERR_INPUT damaged or not of
 * the network; ERR_AGAIN the file was changed since the plan was made;
 * ERR_SYSTEM.
 */
MUST_USE int import_weights(const char *run_dir, const struct plan *plan,
                            const struct plan_step *step, const char *dir,
                            struct err *err);

#endif
