/*
 * page_embed.h - what a page has in itself, so that it loads nothing
 */
#ifndef PAGE_PAGE_EMBED_H
#define PAGE_PAGE_EMBED_H

#include "base/buf.h"
#include "img/image.h"

#include <jansson.h>
#include <stddef.h>

/* Text that the build embeds, line by line. */
struct page_embed_text {
    const char *const *line;
    size_t n;
};

/* Append lines of CSS with the charts' own as an element. */
void page_embed_style(const struct page_embed_text *t, struct buf *b);

/* Append the policy of a page whose only script is 't', known by its hash:
 * nothing else runs, and nothing is loaded. */
void page_embed_policy(const struct page_embed_text *t, struct buf *b);

/* Append the script itself. */
void page_embed_script(const struct page_embed_text *t, struct buf *b);

/* Append what page_lists.js and page_view.js read of cells (page_cell.h), as an
 * element that is no script, and drop 'root'; 'b' fails if it is NULL. */
void page_embed_cells(json_t *root, struct buf *b);

/* Append "data:TYPE;base64,...". */
void page_embed_data(struct buf *b, const char *type, const void *bytes,
                     size_t size);

/* Append 'im' as "data:image/webp;base64,..."; 'b' fails if it cannot be. */
void page_embed_webp(const struct image *im, struct buf *b);

/* Append the definition of a picture, <image> with an id, 'im' as WebP. */
void page_embed_picture(const char *id, const struct image *im, struct buf *b);

/* Append definitions, which empties 'defs', as an element that is not seen. */
void page_embed_defs(struct buf *defs, struct buf *b);

#endif
