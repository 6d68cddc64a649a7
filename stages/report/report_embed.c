/* report_embed.c - the style sheet and the script, which the build embeds from
 * report*.css and report*.js */
#include "stages/report/report_embed.h"

#include "base/hash.h"
#include "charts/svg.h"

#include <sodium.h>

static const char *const style[] = {
#include "stages/report/report.css.inc"
#include "stages/report/report_cells.css.inc"
#include "stages/report/report_print.css.inc"
};

static const char *const script[] = {
#include "stages/report/report.js.inc"
#include "stages/report/report_curves.js.inc"
#include "stages/report/report_lists.js.inc"
#include "stages/report/report_view.js.inc"
};

enum {
    STYLE_LINES = sizeof(style) / sizeof(style[0]),
    SCRIPT_LINES = sizeof(script) / sizeof(script[0])
};

static void put_script(struct buf *b)
{
    for (size_t i = 0; i < SCRIPT_LINES; i++)
        buf_puts(b, script[i]);
}

void report_style(struct buf *b)
{
    buf_puts(b, "<style>\n");
    for (size_t i = 0; i < STYLE_LINES; i++)
        buf_puts(b, style[i]);
    svg_style_page(b);
    buf_puts(b, "</style>\n");
}

/* The very script may run, known by its hash, and no other. */
void report_policy(struct buf *b)
{
    enum {
        ROOM = sodium_base64_ENCODED_LEN(HASH_BYTES,
                                         sodium_base64_VARIANT_ORIGINAL)
    };
    uint8_t hash[HASH_BYTES];
    char text[ROOM];
    struct buf s = {0};

    put_script(&s);
    hash_raw(s.data, s.len, hash);
    sodium_bin2base64(text, sizeof(text), hash, sizeof(hash),
                      sodium_base64_VARIANT_ORIGINAL);
    buf_printf(b,
               "<meta http-equiv=\"Content-Security-Policy\" "
               "content=\"default-src 'none'; base-uri 'none'; form-action "
               "'none'; img-src data:; style-src 'unsafe-inline'; script-src "
               "'sha256-%s'\">\n",
               text);
    b->failed = b->failed || s.failed;
    buf_release(&s);
}

void report_script(struct buf *b)
{
    buf_puts(b, "<script>");
    put_script(b);
    buf_puts(b, "</script>\n");
}
