/*
 * report.h - everything about a run in one page that needs no network
 *
 * RUN/report/index.html: what the cells are, what was missed and raised,
 * warnings, accuracy with its interval beside the baseline's, results of all experiments, the explainers' figures in them, the
 * paper's tables with this run beside it, for each experiment its classes,
 * confusion matrix, curves, reliability and explained cells, what the data
 * were, the configuration and where each part came from.  Charts are inline
 * SVG, pictures and the files behind the charts are embedded; no request is
 * made.  One script, of common/page/ and report_curves.js, which the page's policy knows by its
 * hash, makes tables and gallery sort and filter; all is there without it.  All
 * text from files is escaped.
 */
#ifndef STAGES_REPORT_REPORT_H
#define STAGES_REPORT_REPORT_H

#include "config/config.h"
#include "run/plan.h"

enum {
    REPORT_MAX_BYTES = 20000000, /* of the page */
    REPORT_CELL_BYTES = 6000000, /* of that, cells, */
    REPORT_MAP_BYTES = 4000000,  /* their maps, as base64, */
    REPORT_EACH_BYTES = 7000000, /* sections up to the last experiment, */
    REPORT_DATA_BYTES = 3000000, /* in them files of data, about */
    REPORT_GAP_POINTS = 10,      /* validation above test, remarked on */
    REPORT_SMALL_CLASS = 20,     /* fewer test cells are warned about */
};

/*
 * Write out_dir/index.html, atomically, and out_dir/bundle/EXPERIMENT
 * (bundle.h) of each that is evaluated; 'out_dir' exists.  What a run lacks
 * (an experiment not evaluated yet, a damaged file) is shown as missing.
 * Pictures and maps beyond their bytes are left out and counted on the page,
 * and so is what stands in an experiment's section beyond REPORT_EACH_BYTES.  Deterministic.
 * Errors: ERR_SYSTEM; ERR_INPUT the page would be over REPORT_MAX_BYTES.
 */
MUST_USE int report_write(const char *run_dir, const struct config *config,
                          const struct plan *plan, const char *out_dir,
                          struct err *err);

#endif
