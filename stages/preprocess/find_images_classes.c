/* find_images_classes.c - the classes by their names */
#include "stages/preprocess/find_images.h"

#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

int find_images_name_class(struct find_images *w, const char *where,
                           const char *word, struct err *err)
{
    uint32_t point;
    size_t length;

    if (w->n_class == CONFIG_CLASSES_MAX)
        return err_set(err, ERR_USAGE, "%.400s: over %d classes", where,
                       CONFIG_CLASSES_MAX);
    if (!*word || strlen(word) >= CONFIG_NAME_MAX)
        return err_set(err, ERR_USAGE,
                       "%.400s: '%.40s': a class name has 1 to %d bytes", where,
                       word, CONFIG_NAME_MAX - 1);
    for (const char *c = word; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 127)
            return err_set(err, ERR_USAGE,
                           "%.400s: control character in a class name", where);
    for (const char *c = word; *c; c += length)
        if (!(length = utf8_length(c, &point)))
            return err_set(err, ERR_USAGE,
                           "%.400s: this class's name is not UTF-8, in which "
                           "models and tables are written; rename it",
                           where);
    snprintf(w->class_name[w->n_class], CONFIG_NAME_MAX, "%s", word);
    return 0;
}

int find_images_class(const struct find_images *w, const char *word)
{
    for (int i = 0; i < w->n_class; i++)
        if (strcmp(w->class_name[i], word) == 0)
            return i;
    return -1;
}
