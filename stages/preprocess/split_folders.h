/*
 * split_folders.h - folders that are the parts of a split, not classes
 *
 *     train/CLASS, val/CLASS, test/CLASS    above the classes
 *     CLASS/train, CLASS/test               below them
 *     fold1/CLASS, ..., fold5/CLASS         folds of cross-validation
 *
 * by the names in split_words.h.  A folder that layout.classes lists is a class
 * whatever it is called.
 */
#ifndef PREPROCESS_SPLIT_FOLDERS_H
#define PREPROCESS_SPLIT_FOLDERS_H

#include "stages/preprocess/layout.h"
#include "store/store.h"

enum split_folders_kind {
    SPLIT_FOLDERS_NONE,
    SPLIT_FOLDERS_ABOVE,
    SPLIT_FOLDERS_BELOW
};

enum { SPLIT_FOLDERS_LIST = 128 }; /* bytes of names in a message, cut */

struct split_folders {
    enum split_folders_kind kind;
    int n_fold;                     /* 0: they are no folds */
    int number[CONFIG_FOLDS_MAX];   /* of the folds, in order */
    char named[SPLIT_FOLDERS_LIST]; /* "train, val, test"; of kind NONE: folders
                                       of classes that are called so */
    char same[SPLIT_FOLDERS_LIST];  /* kind NONE: all classes consist of these
                                       folders, which may be the classes */
};

/*
 * Look at the two upper levels of a dataset.
 * Errors: ERR_USAGE folders are called like parts of a split but are no whole
 * one: without one to train on, with pictures of no class, beside classes;
 * or a directory cannot be read.
 */
MUST_USE int split_folders_look(struct split_folders *s, const char *dir,
                                const struct layout *l, struct err *err);

/* Is a folder of this name such a part, as far as names say? */
bool split_folders_takes(const struct split_folders *s, const char *name);

/*
 * Is what was found what split.method and split.folds want?
 * Errors: ERR_USAGE it is not, and what to do.
 */
MUST_USE int split_folders_check(const struct split_folders *s, const char *dir,
                                 const struct layout *l, struct err *err);

/* Of kind NONE: add to 'warnings' what the folders may be nevertheless. */
void split_folders_doubt(const struct split_folders *s, struct buf *warnings);

/*
 * Part of a picture by its path; with folds *fold is its number of 0 ..
 * n_fold - 1 and the split that of fold 0.
 */
enum split split_folders_part(const struct split_folders *s, const char *path,
                              int *fold);

#endif
