/*
 * report.h - everything about a run in one page that needs no network
 *
 * RUN/report/index.html: accuracy with its interval beside the baseline's,
 * warnings first, results of all experiments, for each its classes, confusion
 * matrix, curves and explained cells, what the data were, the configuration
 * and where each part came from.  Charts are inline SVG, pictures are embedded;
 * there is no script and no request.  All text from files is escaped.
 */
#ifndef ORCHESTRATION_REPORT_H
#define ORCHESTRATION_REPORT_H

#include "run/config.h"
#include "run/plan.h"

enum {
    REPORT_MAX_BYTES = 20000000,     /* of the page */
    REPORT_PICTURE_BYTES = 13000000, /* of that, embedded pictures as base64 */
    REPORT_SMALL_CLASS = 20,         /* fewer test cells are warned about */
};

/*
 * Write out_dir/index.html, atomically; 'out_dir' exists.  What a run lacks
 * (an experiment not evaluated yet, a damaged file) is shown as missing.
 * Pictures beyond REPORT_PICTURE_BYTES, shared evenly by the experiments, are
 * left out and counted on the page.  Deterministic.
 * Errors: ERR_SYSTEM; ERR_INPUT the page would be over REPORT_MAX_BYTES.
 */
MUST_USE int report_write(const char *run_dir, const struct config *config,
                          const struct plan *plan, const char *out_dir,
                          struct err *err);

#endif
