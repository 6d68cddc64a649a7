/* report_embed.c - the style sheet and the script, which the build embeds from
 * common/page/ and from report_curves.js */
#include "stages/report/report_embed.h"

#include "page/page_embed.h"

static const char *const style_line[] = {
#include "common/page/page.css.inc"
#include "common/page/page_cells.css.inc"
#include "common/page/page_print.css.inc"
};

/* In the order in which they run. */
static const char *const script_line[] = {
#include "common/page/page.js.inc"

#include "stages/report/report_curves.js.inc"

#include "common/page/page_lists.js.inc"
#include "common/page/page_view.js.inc"
};

static const struct page_embed_text style = {
    style_line, sizeof(style_line) / sizeof(style_line[0])};
static const struct page_embed_text script = {
    script_line, sizeof(script_line) / sizeof(script_line[0])};

void report_style(struct buf *b)
{
    page_embed_style(&style, b);
}

void report_policy(struct buf *b)
{
    page_embed_policy(&script, b);
}

void report_script(struct buf *b)
{
    page_embed_script(&script, b);
}
