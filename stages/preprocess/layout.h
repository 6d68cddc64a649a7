/*
 * layout.h - how the files of a dataset are chosen, classed and grouped
 *
 * Section 'layout' of the configuration, so that other datasets need no code:
 *
 *     classes  folders that are classes: "folder, folder=Class name, ..."
 *     include  patterns of file names, "*.bmp, cell?.png"; * ? [..] as in a
 *              shell
 *     exclude  likewise; wins over include
 *     group    extended regular expression on a file's path in the dataset;
 *              what its first brackets match (else all of it) names the group
 *              within the class, and a file that it does not match is alone
 *     csv      a table instead of folders: data_table.h; without the three
 *              that come first
 *     columns  what its columns are called, "file=image_id, label=class"; with
 *              "group=" or "split=" the table's is not used
 *
 * Upper and lower case are the same in patterns.  What is empty does nothing.
 */
#ifndef PREPROCESS_LAYOUT_H
#define PREPROCESS_LAYOUT_H

#include "config/config.h"

#include <regex.h>

enum layout_column { /* of a table */
                     LAYOUT_FILE,
                     LAYOUT_LABEL,
                     LAYOUT_GROUP,
                     LAYOUT_SPLIT,
                     LAYOUT_FOLD, /* of split.csv alone */
                     LAYOUT_COLUMNS
};

struct layout {
    char folder[CONFIG_CLASSES_MAX][CONFIG_NAME_MAX];
    char name[CONFIG_CLASSES_MAX][CONFIG_NAME_MAX]; /* of its class */
    int n_class;                                    /* 0: every folder is one */
    const char *include, *exclude;                  /* borrowed */
    const char *csv;                                /* borrowed */
    char column[LAYOUT_COLUMNS][CONFIG_NAME_MAX];   /* names; "": not used */
    bool mapped[LAYOUT_COLUMNS]; /* the configuration names it */
    enum split_method method;
    bool unnamed; /* the method, as config.h says, nor is there a split.csv */
    int folds;
    bool folds_validate; /* alone: none tests */
    bool own_split;      /* split.csv is another table */
    regex_t group;       /* owned, if has_group */
    bool has_group;
};

/* Errors: ERR_USAGE "layout.X: what"; 'l' is empty then. */
MUST_USE int layout_init(struct layout *l, const struct config *c,
                         struct err *err);

/* Is a file of this name (without its folders) a picture of the dataset, as
 * far as the patterns say? */
bool layout_takes(const struct layout *l, const char *name);

/* What a column is called that the configuration does not name, "file". */
const char *layout_column_word(enum layout_column column);

/* Class that folder 'name' stands for, or NULL: it is none. */
const char *layout_class(const struct layout *l, const char *folder);

/* Group of a picture, to be freed; NULL: no memory. */
char *layout_group(const struct layout *l, const char *class_name,
                   const char *path);

void layout_release(struct layout *l);

#endif
