/*
 * pretrained_weights.h - files of pretrained weights: which, and brought into a
 * run
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
MUST_USE int pretrained_find(char path[FILE_PATH_MAX], const char *dir,
                             const char *network, struct err *err);

/*
 * Make the output of 'node', of stage "weights": NETWORK.safetensors, checked
 * against the network.  Reads Keras' .h5 in a process of its own, so call it
 * while no other thread is at work (base/isolate.h).
 *   plan [in] whose 'weights' say what the file must be
 *   dir  [in] train.weights
 * Errors: ERR_USAGE as pretrained_find(); ERR_INPUT damaged or not of the
 * network; ERR_AGAIN the file was changed since the plan was made; ERR_SYSTEM.
 */
MUST_USE int pretrained_import(const char *run_dir, const struct plan *plan,
                               const struct plan_node *node, const char *dir,
                               struct err *err);

/* What pretrained_import() wrote: its place in the run. */
MUST_USE int pretrained_path(char path[FILE_PATH_MAX], const char *run_dir,
                             const struct plan_node *node, struct err *err);

#endif
