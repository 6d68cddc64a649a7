/*
 * class_folders.h - which class a folder is, beside others
 */
#ifndef PREPROCESS_CLASS_FOLDERS_H
#define PREPROCESS_CLASS_FOLDERS_H

#include "stages/preprocess/find_images.h"

/* All names in one folder of a dataset. */
struct class_folders {
    const char *parent; /* borrowed: "" or "train/" */
    char **name;        /* borrowed: (n) in byte order */
    size_t n;
    const char *dir;             /* borrowed: the dataset */
    const struct layout *layout; /* borrowed */
};

/* Is there a folder for each class of the layout?  Errors: ERR_USAGE. */
MUST_USE int class_folders_check(const struct class_folders *c,
                                 struct err *err);

/*
 * Number of the class that folder name[i] stands for, without blanks at its
 * ends; w->n_class if it is a new one, whose name is there then; -1: it is
 * none.  Two names that differ by these blanks alone are one class, and a
 * warning.
 * Errors: ERR_USAGE two names are one class otherwise; as
 * find_images_name_class().
 */
MUST_USE int class_folders_label(const struct class_folders *c, size_t i,
                                 struct find_images *w, int *label,
                                 struct err *err);

/* Pictures that lie in no class folder. */
struct class_strays {
    size_t n;
    char first[FILE_PATH_MAX];
};

void class_folders_stray(struct class_strays *s, const char *parent,
                         const char *name);

/* Add a line to 'warnings', if there are some. */
void class_folders_tell(const struct class_strays *s, struct buf *warnings);

#endif
