/*
 * page_check.h - what holds of every page that Papline writes
 */
#ifndef TESTS_PAGE_CHECK_H
#define TESTS_PAGE_CHECK_H

#include "markup.h"
#include "tap.h"

static inline void page_has(const char *page, const char *part,
                            const char *what)
{
    ok(strstr(page, part) != NULL, what);
}

static inline void page_lacks(const char *page, const char *part,
                              const char *what)
{
    ok(strstr(page, part) == NULL, what);
}

/* Does a blank part what a line break parts, in every cell of a table?  Scripts
 * read cells without their tags, to sort them and as CSV. */
static inline bool page_parts_cells(const char *page)
{
    for (const char *t = page; (t = strstr(t, "<table")); t++) {
        const char *end = strstr(t, "</table>");

        for (const char *s = t; (s = strstr(s, "<br")) && s < end; s++)
            if (s[-1] != ' ')
                return false;
    }
    return true;
}

/* What holds of every page. */
static inline void check_page(const char *p)
{
    ok(markup_balanced(p), "  every element is closed");
    ok(markup_count(p, "<script>") == 1 &&
           markup_count(p, "script-src &#39;") == 0 &&
           markup_count(p, "script-src 'sha256-") == 1,
       "  one script, which the policy knows");
    ok(markup_count(p, "<script") == 2 &&
           markup_count(p, "<script type=\"application/json\"") == 1,
       "  beside it what it knows of cells, which runs nothing");
    page_lacks(p, "<link", "  no style sheet from elsewhere");
    page_lacks(p, "@import", "  nor within the style");
    ok(markup_count(p, "url(") == markup_count(p, "url(#heat)"),
       "  nor a picture");
    ok(markup_count(p, "<image ") == markup_count(p, "href=\"data:image/"),
       "  pictures are embedded");
    ok(markup_count(p, "://") == markup_count(p, "http://www.w3.org/2000/svg"),
       "  no address but the name of SVG");
    ok(markup_count(p, "<svg class=\"picture\"") ==
           markup_count(p, "<svg class=\"picture\" role=\"img\" aria-label"),
       "  pictures have words for them");
    page_has(p, "<html lang=\"en\">", "  the language is said");
    page_has(p, "prefers-color-scheme:dark", "  dark mode");
    ok(page_parts_cells(p), "  figures of a cell stay apart without tags");
    page_has(p, "<main id=\"main\">", "  a place to skip to");
    ok(markup_count(p, "\n<li><a href=\"#") == markup_count(p, "<section ") &&
           markup_count(p, "<h2 id=") == markup_count(p, "<section "),
       "  every section is in the list and has a title");
}

#endif
