/*
 * verify.h - is every output of a run as it was sealed?
 */
#ifndef ORCHESTRATION_TOOLS_VERIFY_H
#define ORCHESTRATION_TOOLS_VERIFY_H

#include "base/err.h"

#include <stdio.h>

/*
 * Read every file of every sealed output below 'run_dir', compare sizes and
 * hashes with the manifests, and print a line each to 'out'.  Outputs
 * that are not finished are named, which is no fault.
 * Errors: ERR_INPUT some output is damaged; ERR_USAGE no such run directory.
 */
MUST_USE int verify_run(FILE *out, const char *run_dir, struct err *err);

#endif
