/*
 * markup.h - is a piece of SVG or HTML well formed, and what is in it?
 */
#ifndef TESTS_MARKUP_H
#define TESTS_MARKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { MARKUP_DEPTH = 64 };

/* HTML elements without a closing tag. */
static inline bool markup_is_void(const char *name, size_t n)
{
    static const char *const list[] = {"meta", "img", "br", "hr", "link"};

    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
        if (strlen(list[i]) == n && strncmp(list[i], name, n) == 0)
            return true;
    return false;
}

/* The '>' that ends the tag at 's', quotes respected; NULL if none. */
static inline const char *markup_tag_end(const char *s)
{
    char quote = 0;

    for (; *s && (quote || *s != '>'); s++) {
        if (!quote && (*s == '"' || *s == '\''))
            quote = *s;
        else if (*s == quote)
            quote = 0;
        else if (*s == '<' && quote)
            return NULL;
    }
    return *s ? s : NULL;
}

/* Where the element that 'tag' opens goes on to: behind the text of a script,
 * which is no markup. */
static inline const char *markup_inside(const char *tag, const char *end)
{
    const char *close =
        strncmp(tag, "script", 6) == 0 ? strstr(end, "</script>") : NULL;

    return close ? close : end;
}

/* Every tag is closed, in order, and every attribute's quotes too. */
static inline bool markup_balanced(const char *s)
{
    const char *open[MARKUP_DEPTH];
    size_t len[MARKUP_DEPTH], depth = 0;

    while ((s = strchr(s, '<'))) {
        const char *end = markup_tag_end(s + 1), *name = s + 1;
        size_t n;

        if (!end)
            return false;
        s = end;
        if (*name == '?' || *name == '!' || end[-1] == '/')
            continue;
        if (*name == '/') {
            n = strcspn(name + 1, " >");
            if (depth == 0 || len[--depth] != n ||
                strncmp(open[depth], name + 1, n) != 0)
                return false;
            continue;
        }
        n = strcspn(name, " \n>");
        if (markup_is_void(name, n))
            continue;
        if (depth == MARKUP_DEPTH)
            return false;
        open[depth] = name;
        len[depth++] = n;
        s = markup_inside(name, end);
    }
    return depth == 0;
}

/* How often 'part' occurs in 's'. */
static inline size_t markup_count(const char *s, const char *part)
{
    size_t n = 0;

    for (; (s = strstr(s, part)); s += strlen(part))
        n++;
    return n;
}

#endif
