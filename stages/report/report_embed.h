/*
 * report_embed.h - the style sheet and the script of the page
 */
#ifndef STAGES_REPORT_REPORT_EMBED_H
#define STAGES_REPORT_REPORT_EMBED_H

#include "base/buf.h"

/* The style sheet with the charts', the policy of what may be loaded or run,
 * and the script, as elements. */
void report_style(struct buf *b);
void report_policy(struct buf *b);
void report_script(struct buf *b);

#endif
