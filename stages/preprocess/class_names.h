/*
 * class_names.h - names that may be one class, spelt twice
 */
#ifndef PREPROCESS_CLASS_NAMES_H
#define PREPROCESS_CLASS_NAMES_H

#include "base/buf.h"
#include "config/config.h"

/* Do two names differ by blanks, underscores, letter case or Unicode form
 * (composed or not, wide or narrow) alone?  Equal ones do, too. */
bool class_names_alike(const char *a, const char *b);

/* Append a name of which every character can be seen: a space is an open box,
 * other blanks and marks that combine are <U+00A0>. */
void class_names_show(const char *name, struct buf *out);

/* Add to 'warnings' a line for each two of n names that are alike. */
void class_names_compare(const char (*name)[CONFIG_NAME_MAX], int n,
                         struct buf *warnings);

/* Add to 'warnings' that two folders are taken for one class. */
void class_names_joined(const char *a, const char *b, struct buf *warnings);

#endif
