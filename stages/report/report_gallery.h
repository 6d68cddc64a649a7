/*
 * report_gallery.h - explained cells, what was missed first
 */
#ifndef STAGES_REPORT_REPORT_GALLERY_H
#define STAGES_REPORT_REPORT_GALLERY_H

#include "stages/report/report_data.h"

#include "base/buf.h"

/* Append those of the experiments of 't', or why there are none. */
void report_gallery_put(const struct report_data *d,
                        const struct report_told_of *t, struct buf *b);

#endif
