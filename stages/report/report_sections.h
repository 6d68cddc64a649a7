/*
 * report_sections.h - the functions of report_sections.def, and those of files
 * that write a part of a section
 *
 * A function that has no memory leaves it to buf_check() to say so.
 */
#ifndef STAGES_REPORT_REPORT_SECTIONS_H
#define STAGES_REPORT_REPORT_SECTIONS_H

#include "stages/report/report_data.h"

#include "base/buf.h"

#define SECTION(id, title, write)                                              \
    void write(const struct report_data *d, struct buf *b);
#define SECTION_EACH(id, write)                                                \
    void write(const struct report_data *d, int i, struct buf *b);
#include "report_sections.def"
#undef SECTION
#undef SECTION_EACH

/* Of the warnings: what the journal tells of failures. */
void report_troubles(const struct report_data *d, struct buf *b);

/* Of the origin: when the run began and how often. */
void report_journal(const struct report_data *d, struct buf *b);

/* Of the origin: where the time went. */
void report_timeline(const struct report_data *d, struct buf *b);

/* Of an experiment: accuracy by size, brightness and picture, and mistakes that
 * are neither missed nor raised. */
void report_errors_own(const struct report_data *d, int i, struct buf *b);

/* Of an experiment: how faithful the maps are, faithfulness.csv. */
void report_faithfulness(const struct report_csv *c, struct buf *b);
void report_f_fidelity(const struct report_csv *c, struct buf *b);

#endif
