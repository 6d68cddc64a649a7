/* report_glossary.c - the section of all words */
#include "stages/report/report_sections.h"

#include "page/page_glossary.h"

void report_glossary(const struct report_data *d, struct buf *b)
{
    (void)d;
    page_glossary_put_all(b);
}
