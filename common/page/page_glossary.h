/*
 * page_glossary.h - words of the field, each explained in a sentence
 *
 * A word on the page is a link to its place in a list of them, dotted;
 * where scripts run its sentence appears beside it.
 */
#ifndef PAGE_PAGE_GLOSSARY_H
#define PAGE_PAGE_GLOSSARY_H

#include "base/buf.h"

struct glossary_word {
    const char *id, *term, *says, *source;
};

/* NULL: there is none. */
const struct glossary_word *page_glossary_find(const char *id);

/* The word of a class, by its name; likewise. */
const struct glossary_word *page_glossary_class(const char *name);

/* Append 'shown', escaped, as a word that explains itself; as it is if there is
 * no such word. */
void page_glossary_put(const char *id, const char *shown, struct buf *b);

/* Append a head of a column of numbers that is such a word. */
void page_glossary_put_head(const char *id, const char *shown, struct buf *b);

/* The same of the name of a class, and of what the term itself is called. */
void page_glossary_put_class(const char *name, struct buf *b);
void page_glossary_put_term(const char *id, struct buf *b);

/* Append the entry of a word, for a list of class "words"; such a list of all. */
void page_glossary_put_entry(const struct glossary_word *w, struct buf *b);
void page_glossary_put_all(struct buf *b);

#endif
