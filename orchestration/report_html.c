#include "orchestration/report_html.h"

#include "run/svg.h"

#include <math.h>
#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void html_text(struct buf *b, const char *s)
{
    svg_text(b, s, SIZE_MAX);
}

void html_lines(struct buf *b, const char *s)
{
    while (*s) {
        const size_t n = strcspn(s, "\n\t");
        char *line = strndup(s, n);

        if (!line) {
            b->failed = true;
            return;
        }
        html_text(b, line);
        free(line);
        s += n;
        if (*s)
            buf_put(b, s++, 1);
    }
}

void html_percent(struct buf *b, double share)
{
    if (isfinite(share))
        buf_printf(b, "%.1f&nbsp;%%", 100.0 * share);
    else
        buf_puts(b, "&ndash;");
}

void html_cell_percent(struct buf *b, double share)
{
    buf_puts(b, "<td class=\"num\">");
    html_percent(b, share);
    buf_puts(b, "</td>");
}

void html_cell_count(struct buf *b, double n)
{
    if (isfinite(n))
        buf_printf(b, "<td class=\"num\">%.0f</td>", n);
    else
        buf_puts(b, "<td class=\"num\">&ndash;</td>");
}

void html_table(struct buf *b, const char *label)
{
    buf_puts(b, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
                "aria-label=\"");
    html_text(b, label);
    buf_puts(b, "\">\n<table>\n");
}

void html_table_end(struct buf *b)
{
    buf_puts(b, "</table>\n</div>\n");
}

void html_missing(struct buf *b, const char *what, const char *why)
{
    buf_puts(b, "<p class=\"missing\">");
    html_text(b, what);
    buf_puts(b, " is missing: ");
    html_text(b, why);
    buf_puts(b, "</p>\n");
}

int html_png(struct buf *b, const void *png, size_t size, struct err *err)
{
    const int variant = sodium_base64_VARIANT_ORIGINAL;
    const size_t room = sodium_base64_encoded_len(size, variant);
    char *text = malloc(room);

    if (!text)
        return err_set(err, ERR_SYSTEM, "no memory for a picture of %zu bytes",
                       size);
    sodium_bin2base64(text, room, png, size, variant);
    buf_puts(b, "data:image/png;base64,");
    buf_puts(b, text);
    free(text);
    return 0;
}

void report_style(struct buf *b)
{
    buf_puts(
        b,
        ":root{color-scheme:light dark;--bg:#f6f8fa;--card:#fff;--ink:#1b1f24;"
        "--mute:#57606a;--line:#d0d7de;--link:#0b57b0;--warn:#fff4d6;"
        "--warn-line:#b07a00;--bad:#a3160f;--good:#10652e;--bar:#1f5fa8;"
        "--base:#a84b00;--band:#d3e3f6}\n"
        "@media (prefers-color-scheme:dark){:root{--bg:#0d1117;"
        "--card:#14181d;--ink:#e6edf3;--mute:#9da7b3;--line:#3d444d;"
        "--link:#8ec5ff;--warn:#2c2410;--warn-line:#d9a72b;--bad:#ff9a92;"
        "--good:#7ee2a0;--bar:#8ec5ff;--base:#ffb066;--band:#24405f}}\n"
        "*{box-sizing:border-box}\n"
        "body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 "
        "system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}\n"
        "main,header,footer{max-width:72rem;margin:0 auto;padding:0 1rem}\n"
        "header{padding-top:1.5rem}\n"
        "h1{font-size:1.6rem;margin:0;line-height:1.25;"
        "overflow-wrap:anywhere}\n"
        "h2{font-size:1.3rem;margin:0 0 .75rem;overflow-wrap:anywhere}\n"
        "h3{font-size:1.05rem;margin:1.5rem 0 .5rem}\n"
        "h4{font-size:1rem;margin:1rem 0 .4rem;color:var(--mute);"
        "font-weight:600}\n"
        "p{margin:.4rem 0}a{color:var(--link)}\n"
        ":focus-visible{outline:3px solid var(--link);outline-offset:2px}\n"
        ".skip{position:absolute;left:-100rem}\n"
        ".skip:focus{left:1rem;top:.5rem;background:var(--card);"
        "padding:.5rem}\n"
        ".mute,.missing{color:var(--mute)}.missing{font-style:italic}\n"
        "nav ul{list-style:none;margin:.75rem 0 0;padding:0;display:flex;"
        "flex-wrap:wrap;gap:.25rem 1.25rem}\n"
        "section.card{background:var(--card);border:1px solid var(--line);"
        "border-radius:.6rem;padding:1.1rem 1.25rem;margin:1.1rem 0}\n"
        ".scroll{overflow-x:auto;max-width:100%}\n"
        "table{border-collapse:collapse;min-width:24rem}\n"
        "tbody th,tfoot th{white-space:nowrap}\n"
        "th,td{padding:.32rem .7rem;border-bottom:1px solid var(--line);"
        "text-align:left;vertical-align:top}\n"
        "th{font-weight:600}thead th{color:var(--mute);font-size:.88rem}\n"
        "tfoot td,tfoot th{font-weight:600;border-bottom:0}\n"
        ".num{text-align:right;font-variant-numeric:tabular-nums;"
        "white-space:nowrap}\n"
        "th.num{text-align:right}\n");
    buf_puts(
        b,
        ".headline{display:grid;gap:1rem 2.5rem;"
        "grid-template-columns:repeat(auto-fit,minmax(15rem,1fr))}\n"
        ".figure{font-size:3.1rem;font-weight:700;line-height:1.1;"
        "letter-spacing:-.02em}\n"
        ".figure.base{color:var(--base);font-weight:600}\n"
        ".scale{position:relative;height:1.9rem;margin:1.1rem .2rem 0}\n"
        ".scale::before{content:'';position:absolute;top:.75rem;left:0;"
        "right:0;height:.4rem;border-radius:.2rem;background:var(--line)}\n"
        ".scale span{position:absolute;top:0;height:1.9rem;width:.25rem;"
        "margin-left:-.125rem;border-radius:.1rem;background:var(--bar)}\n"
        ".scale .band{top:.35rem;height:1.2rem;margin:0;"
        "background:var(--band)}\n"
        ".scale .base{background:var(--base);top:.2rem;height:1.5rem}\n"
        ".ticks{display:flex;justify-content:space-between;"
        "font-size:.85rem;color:var(--mute);margin:.1rem 0 0}\n"
        "section.warnings{border-color:var(--warn-line);border-left-width:.4rem;"
        "background:var(--warn)}\n"
        ".warnings>ul{margin:.25rem 0;padding-left:1.2rem}\n"
        ".warnings li{margin:.35rem 0;overflow-wrap:anywhere}\n"
        ".pl-chart{max-width:none}\n"
        ".charts{display:grid;gap:1.5rem;grid-template-columns:minmax(0,1fr)}\n"
        ".gallery{display:grid;gap:1rem;"
        "grid-template-columns:repeat(auto-fill,minmax(min(100%,21rem),1fr))}\n"
        "figure{margin:0}figure img{width:100%;height:auto;display:block;"
        "border-radius:.3rem;border:1px solid var(--line);"
        "background:#808080}\n"
        "figcaption{font-size:.88rem;margin-top:.3rem;line-height:1.4;"
        "overflow-wrap:anywhere}\n"
        ".right{color:var(--good);font-weight:600}"
        ".wrong{color:var(--bad);font-weight:600}\n"
        "details{margin:.6rem 0}summary{cursor:pointer;font-weight:600}\n"
        "pre{overflow-x:auto;background:var(--bg);border:1px solid "
        "var(--line);border-radius:.4rem;padding:.8rem;font-size:.85rem;"
        "line-height:1.45}\n"
        "code{font-size:.9em;overflow-wrap:anywhere}\n"
        "#origin td,#origin code{white-space:nowrap}\n"
        "footer{padding-bottom:2.5rem;color:var(--mute);font-size:.9rem}\n"
        "@media print{section.card{break-inside:avoid}"
        ".scroll{overflow:visible}}\n");
}
