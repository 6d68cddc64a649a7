/*
 * online_worker.h - make the fresh variants that a training rank asks for
 */
#ifndef AUGMENT_ONLINE_WORKER_H
#define AUGMENT_ONLINE_WORKER_H

#include "base/err.h"

/*
 * "--stream ENDPOINT DATA RECIPE PID": until the rank ends, the process PID that
 * has started this one.
 * Errors: ERR_USAGE bad options, recipe or endpoint; ERR_INPUT a damaged store
 * or message, a recipe or row other than those known here; ERR_SYSTEM.
 */
MUST_USE int online_worker_main(int argc, char **argv, struct err *err);

#endif
