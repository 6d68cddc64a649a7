#include "stages/report/report_glossary.h"

#include "evaluation/class_groups.h"
#include "stages/report/report_html.h"
#include "stages/report/report_sections.h"

#include <string.h>

static const struct glossary_word words[] = {
#define WORD(id, term, says, source) {#id, term, says, source},
#include "glossary.def"
#undef WORD
};

enum { N_WORD = sizeof(words) / sizeof(words[0]) };

const struct glossary_word *report_glossary_find(const char *id)
{
    for (int i = 0; i < N_WORD; i++)
        if (strcmp(words[i].id, id) == 0)
            return &words[i];
    return NULL;
}

const struct glossary_word *report_glossary_class(const char *name)
{
    const char *word = class_groups_word(name);

    return word ? report_glossary_find(word) : NULL;
}

static void put_word(const struct glossary_word *w, const char *shown,
                     struct buf *b)
{
    if (!w) {
        report_html_text(b, shown);
        return;
    }
    report_html_put(b, "<a class=\"term\" href=\"#word-%s\">%s</a>", w->id,
                    shown);
}

void report_glossary_put(const char *id, const char *shown, struct buf *b)
{
    put_word(report_glossary_find(id), shown, b);
}

void report_glossary_put_head(const char *id, const char *shown, struct buf *b)
{
    buf_puts(b, "<th scope=\"col\" class=\"num\">");
    report_glossary_put(id, shown, b);
    buf_puts(b, "</th>");
}

void report_glossary_put_class(const char *name, struct buf *b)
{
    put_word(report_glossary_class(name), name, b);
}

void report_glossary_put_term(const char *id, struct buf *b)
{
    const struct glossary_word *w = report_glossary_find(id);

    put_word(w, w ? w->term : id, b);
}

void report_glossary(const struct report_data *d, struct buf *b)
{
    (void)d;
    buf_puts(b, "<dl class=\"words\">\n");
    for (int i = 0; i < N_WORD; i++)
        report_html_put(b,
                        "<div id=\"word-%s\"><dt>%s</dt><dd>%s <span "
                        "class=\"mute\">%s</span></dd></div>\n",
                        words[i].id, words[i].term, words[i].says,
                        words[i].source);
    buf_puts(b, "</dl>\n");
}
