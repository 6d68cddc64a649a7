/*
 * status_text.h - status.json as text
 */
#ifndef ORCHESTRATION_SCHEDULER_STATUS_TEXT_H
#define ORCHESTRATION_SCHEDULER_STATUS_TEXT_H

#include "base/buf.h"

#include <jansson.h>

struct status_text_args {
    const char *run_dir, *state; /* borrowed: of the run, as it is now */
    bool going;
    bool brief; /* steps that neither run nor failed, and workers, as counts
                   alone */
};

/* Append lines.  Whatever 'j' lacks, or has of another type, is left out; bytes
 * that are no text become '?'. */
void status_text(const json_t *j, const struct status_text_args *a,
                 struct buf *out);

#endif
