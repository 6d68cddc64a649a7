#include "stages/preprocess/class_folders.h"

#include "base/utf8.h"
#include "stages/preprocess/class_names.h"

#include <stdio.h>
#include <string.h>

enum { FOLDER_MAX = 256 }; /* bytes of a file's name, with the NUL */

/* Class that a folder stands for, in room[] or of the layout; NULL: none. */
static const char *class_word(const struct layout *l, const char *folder,
                              char room[FOLDER_MAX])
{
    const char *word;

    snprintf(room, FOLDER_MAX, "%s", folder);
    word = layout_class(l, utf8_trim(room));
    return word && l->n_class == 0 ? utf8_trim(room + (word - room)) : word;
}

static bool same_but_blanks(const char *a, const char *b)
{
    char p[FOLDER_MAX], q[FOLDER_MAX];

    snprintf(p, sizeof(p), "%s", a);
    snprintf(q, sizeof(q), "%s", b);
    return strcmp(utf8_trim(p), utf8_trim(q)) == 0;
}

int class_folders_check(const struct class_folders *c, struct err *err)
{
    const struct layout *l = c->layout;

    for (int i = 0; i < l->n_class; i++) {
        size_t k = 0;

        while (k < c->n && !same_but_blanks(c->name[k], l->folder[i]))
            k++;
        if (k == c->n)
            return err_set(err, ERR_USAGE,
                           "layout.classes: '%s' has no folder '%s'", c->dir,
                           l->folder[i]);
    }
    return 0;
}

/* Folder i is class 'word', which another folder was: one beside it must have
 * the same name but for blanks. */
static int check_beside(const struct class_folders *c, size_t i,
                        const char *word, struct find_images *w,
                        struct err *err)
{
    char room[FOLDER_MAX];

    for (size_t k = 0; k < i; k++) {
        const char *other = c->name[k][0] == '.'
                                ? NULL
                                : class_word(c->layout, c->name[k], room);

        if (!other || strcmp(word, other) != 0)
            continue;
        if (!same_but_blanks(c->name[k], c->name[i]))
            return err_set(err, ERR_USAGE,
                           "'%s' and 'im_%s' in '%s' are the same class", word,
                           word, c->dir);
        class_names_joined(c->name[k], c->name[i], &w->warnings);
        return 0;
    }
    return 0;
}

int class_folders_label(const struct class_folders *c, size_t i,
                        struct find_images *w, int *label, struct err *err)
{
    char room[FOLDER_MAX], where[FILE_PATH_MAX];
    const char *word = class_word(c->layout, c->name[i], room);

    *label = word ? find_images_class(w, word) : -1;
    if (!word)
        return 0;
    if (*label >= 0)
        return check_beside(c, i, word, w, err);
    *label = w->n_class;
    if (file_path(where, err, "%s/%s%s", c->dir, c->parent, c->name[i]) < 0)
        return -1;
    return find_images_name_class(w, where, word, err);
}

void class_folders_stray(struct class_strays *s, const char *parent,
                         const char *name)
{
    if (s->n++ == 0)
        snprintf(s->first, sizeof(s->first), "%.2000s%.1000s", parent, name);
}

void class_folders_tell(const struct class_strays *s, struct buf *warnings)
{
    if (s->n == 1)
        buf_printf(warnings, "'%s' lies in no class folder and is left out\n",
                   s->first);
    if (s->n > 1)
        buf_printf(warnings,
                   "'%s' and %zu more pictures lie in no class folder and are "
                   "left out\n",
                   s->first, s->n - 1);
}
