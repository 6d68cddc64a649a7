#include "charts/svg.h"

#include "base/utf8.h"
#include "charts/svg_private.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { TITLE_SHOWN = 90 };

/* Of charts in files of their own; a page has more. */
static void put_style(struct buf *out)
{
    static const char *const style[] = {
#include "common/charts/svg.css.inc"
    };

    for (size_t i = 0; i < sizeof(style) / sizeof(style[0]); i++)
        buf_puts(out, style[i]);
}

void svg_style_page(struct buf *out)
{
    static const char *const style[] = {
#include "common/charts/svg_page.css.inc"
    };

    put_style(out);
    for (size_t i = 0; i < sizeof(style) / sizeof(style[0]); i++)
        buf_puts(out, style[i]);
}

/* Bytes of the UTF-8 character at 's' that XML allows and shows, or 0. */
static size_t utf8_char(const char *s)
{
    uint32_t code;
    const size_t n = utf8_length(s, &code);

    if (n == 0 || code < 0x20 || (code >= 0x7f && code < 0xa0) ||
        (code & 0xfffe) == 0xfffe)
        return 0;
    return n;
}

size_t svg_count(const char *s)
{
    size_t n = 0;

    for (; *s; n++) {
        const size_t len = utf8_char(s);

        s += len ? len : 1;
    }
    return n;
}

void svg_text(struct buf *out, const char *s, size_t max)
{
    const size_t n = svg_count(s);

    for (size_t i = 0; i < n && i < max; i++) {
        const size_t len = utf8_char(s);
        char one[5] = "?";

        if (n > max && i == max - 1) {
            buf_puts(out, "\xe2\x80\xa6"); /* an ellipsis */
            break;
        }
        if (len)
            memcpy(one, s, len);
        buf_html(out, one);
        s += len ? len : 1;
    }
}

void svg_open(struct buf *out, double w, double h, const char *label,
              bool alone)
{
    if (alone)
        buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    buf_printf(out,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"pl-chart\" "
               "viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\" "
               "role=\"img\" aria-label=\"",
               w, h, w, h);
    svg_text(out, label, TITLE_SHOWN * 4);
    buf_puts(out, "\">\n");
    if (!alone)
        return;
    buf_puts(out, "<style>\n");
    put_style(out);
    buf_puts(out, "</style>\n<rect class=\"pl-bg\" width=\"100%\" "
                  "height=\"100%\"/>\n");
}

void svg_put(struct buf *out, double x, double y, const char *anchor,
             const char *more, const char *s)
{
    buf_printf(out,
               "<text class=\"pl-t %s\" x=\"%.1f\" y=\"%.1f\" "
               "text-anchor=\"%s\">",
               more, x, y, anchor);
    svg_text(out, s, TITLE_SHOWN);
    buf_puts(out, "</text>\n");
}
