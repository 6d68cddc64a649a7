#include "page/page_glossary.h"

#include "charts/svg.h"
#include "evaluation/class_groups.h"

#include <stdint.h>
#include <string.h>

static const struct glossary_word words[] = {
#define WORD(id, term, says, source) {#id, term, says, source},
#include "glossary.def"
#undef WORD
};

enum { N_WORD = sizeof(words) / sizeof(words[0]) };

const struct glossary_word *page_glossary_find(const char *id)
{
    for (int i = 0; i < N_WORD; i++)
        if (strcmp(words[i].id, id) == 0)
            return &words[i];
    return NULL;
}

const struct glossary_word *page_glossary_class(const char *name)
{
    const char *word = class_groups_word(name);

    return word ? page_glossary_find(word) : NULL;
}

static void put_word(const struct glossary_word *w, const char *shown,
                     struct buf *b)
{
    if (!w) {
        svg_text(b, shown, SIZE_MAX);
        return;
    }
    buf_printf(b, "<a class=\"term\" href=\"#word-%s\">", w->id);
    svg_text(b, shown, SIZE_MAX);
    buf_puts(b, "</a>");
}

void page_glossary_put(const char *id, const char *shown, struct buf *b)
{
    put_word(page_glossary_find(id), shown, b);
}

void page_glossary_put_head(const char *id, const char *shown, struct buf *b)
{
    buf_puts(b, "<th scope=\"col\" class=\"num\">");
    page_glossary_put(id, shown, b);
    buf_puts(b, "</th>");
}

void page_glossary_put_class(const char *name, struct buf *b)
{
    put_word(page_glossary_class(name), name, b);
}

void page_glossary_put_term(const char *id, struct buf *b)
{
    const struct glossary_word *w = page_glossary_find(id);

    put_word(w, w ? w->term : id, b);
}

void page_glossary_put_entry(const struct glossary_word *w, struct buf *b)
{
    buf_printf(b, "<div id=\"word-%s\"><dt>", w->id);
    svg_text(b, w->term, SIZE_MAX);
    buf_puts(b, "</dt><dd>");
    svg_text(b, w->says, SIZE_MAX);
    buf_puts(b, " <span class=\"mute\">");
    svg_text(b, w->source, SIZE_MAX);
    buf_puts(b, "</span></dd></div>\n");
}

void page_glossary_put_all(struct buf *b)
{
    buf_puts(b, "<dl class=\"words\">\n");
    for (int i = 0; i < N_WORD; i++)
        page_glossary_put_entry(&words[i], b);
    buf_puts(b, "</dl>\n");
}
