#include "page/page_embed.h"

#include "base/hash.h"
#include "charts/svg.h"
#include "img/png.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static void put_lines(const struct page_embed_text *t, struct buf *b)
{
    for (size_t i = 0; i < t->n; i++)
        buf_puts(b, t->line[i]);
}

void page_embed_style(const struct page_embed_text *t, struct buf *b)
{
    buf_puts(b, "<style>\n");
    put_lines(t, b);
    svg_style_page(b);
    buf_puts(b, "</style>\n");
}

void page_embed_policy(const struct page_embed_text *t, struct buf *b)
{
    enum {
        ROOM = sodium_base64_ENCODED_LEN(HASH_BYTES,
                                         sodium_base64_VARIANT_ORIGINAL)
    };
    uint8_t hash[HASH_BYTES];
    char text[ROOM];
    struct buf s = {0};

    put_lines(t, &s);
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

void page_embed_script(const struct page_embed_text *t, struct buf *b)
{
    buf_puts(b, "<script>");
    put_lines(t, b);
    buf_puts(b, "</script>\n");
}

/* No text in it can end the element. */
static void put_escaped(const char *text, struct buf *b)
{
    for (const char *at; (at = strchr(text, '<')); text = at + 1) {
        buf_put(b, text, (size_t)(at - text));
        buf_puts(b, "\\u003c");
    }
    buf_puts(b, text);
}

void page_embed_cells(json_t *root, struct buf *b)
{
    char *text =
        root ? json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;

    buf_puts(b, "<script type=\"application/json\" id=\"cells\">");
    put_escaped(text ? text : "", b);
    buf_puts(b, "</script>\n");
    b->failed = b->failed || !text;
    free(text);
    json_decref(root);
}

void page_embed_data(struct buf *b, const char *type, const void *bytes,
                     size_t size)
{
    const int variant = sodium_base64_VARIANT_ORIGINAL;
    const size_t room = sodium_base64_encoded_len(size, variant);
    char *text = malloc(room);

    if (!text) {
        b->failed = true;
        return;
    }
    sodium_bin2base64(text, room, bytes, size, variant);
    buf_printf(b, "data:%s;base64,", type);
    buf_puts(b, text);
    free(text);
}

void page_embed_webp(const struct image *im, struct buf *b)
{
    char *webp = NULL;
    struct err err;
    size_t n = 0;

    if (png_encode_webp(im, &webp, &n, &err) == 0)
        page_embed_data(b, "image/webp", webp, n);
    else
        b->failed = true;
    free(webp);
}

void page_embed_picture(const char *id, const struct image *im, struct buf *b)
{
    buf_printf(b, "<image id=\"%s\" width=\"%d\" height=\"%d\" href=\"", id,
               im->w, im->h);
    page_embed_webp(im, b);
    buf_puts(b, "\"/>\n");
}

void page_embed_defs(struct buf *defs, struct buf *b)
{
    buf_puts(b, "<svg class=\"defs\" width=\"0\" height=\"0\" "
                "aria-hidden=\"true\"><defs>\n");
    buf_take(b, defs);
    buf_puts(b, "</defs></svg>\n");
}
