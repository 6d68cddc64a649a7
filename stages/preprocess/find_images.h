/*
 * find_images.h - which pictures a dataset directory holds, and of what class
 *
 * As the configuration's section 'layout' says (layout.h), and without one: a
 * class is a folder directly below the dataset, its name without a leading
 * "im_".  Its pictures are the files below it, at any depth, that are called
 * as pictures are (img/decode.h); what they really are is found out when they
 * are read.  If a folder called CROPPED lies below
 * a class, only pictures inside such folders count: in the official archive
 * the files beside it are the uncropped clusters.  Hidden names are skipped,
 * and folders of the file system's own (img/pictures.h).
 * Links are followed; a folder is entered once a class, so loops end.
 * Folders that are the parts of a split are no classes: split_folders.h.
 */
#ifndef PREPROCESS_FIND_IMAGES_H
#define PREPROCESS_FIND_IMAGES_H

#include "stages/preprocess/ignored_files.h"
#include "stages/preprocess/split_folders.h"

enum {
    FIND_IMAGES_MAX_DEPTH = 64,  /* folders below a class */
    FIND_IMAGES_MAX_PATH = 2048, /* bytes of a path inside the dataset */
};

struct find_images_file {
    char *path;       /* owned: relative to the dataset */
    char *group;      /* owned: as the layout says; without one "Class/NNN" of
                    .../NNN_MM.ext, else the path */
    int label;        /* class */
    size_t line;      /* of a table, 1 is its first; else 0 */
    enum split split; /* as given; SPLIT_NONE: it is not */
    int fold;         /* likewise, -1 */
};

struct find_images {
    struct find_images_file *file; /* owned: in byte order of path */
    size_t n;
    char class_name[CONFIG_CLASSES_MAX][CONFIG_NAME_MAX]; /* in byte order */
    int n_class;
    bool groups_named; /* a table names groups */
    size_t n_unnamed;  /* left out, as a table of folds does not name them */
    size_t n_ignored;  /* files of other kinds, beside CROPPED, excluded, or
                            in folders that are no class */
    struct ignored_files ignored; /* owned: of those the other kinds */
    struct buf warnings;          /* owned: one a line */
    struct buf notes; /* owned: likewise, of what was done with a table */
    const char *dir;  /* borrowed: the dataset, NULL: it is not known */
    struct split_folders folders; /* that a split is given by */
    char given[256]; /* "the folders train, test", by which a split is given;
                        "": by none */
};

/*
 * List the pictures below 'dir'.
 *   l [in] NULL: every folder is a class; with a csv, its rows instead
 *          (data_table.h).  What is not there is found out when it is read
 * Deterministic: the order in which the file system lists names does not
 * matter.  A class without pictures is no class, and a warning.
 * Errors: ERR_USAGE the directory or one below cannot be read, fewer than 2 or
 * more than CONFIG_CLASSES_MAX classes, a class whose name is too long, has
 * control characters or is there twice, a class of the layout without a folder,
 * a folder of a class or of a split that is a link to nothing; as
 * split_folders_look(), split_folders_check(); of a csv with file and line: a
 * column is missing, a path leads out of the dataset, is hidden or is there
 * twice, a split is none or not used; ERR_SYSTEM no memory.
 */
MUST_USE int find_images_init(struct find_images *w, const char *dir,
                              const struct layout *l, struct err *err);

/*
 * Of find_images_init(): call the next class, number w->n_class, 'word'; it
 * does not count yet.
 *   where [in] the folder or line that says so, for messages
 * Errors: ERR_USAGE too many classes, or not a name.
 */
MUST_USE int find_images_name_class(struct find_images *w, const char *where,
                                    const char *word, struct err *err);

/* Of find_images_init(): the number of class 'word', or -1. */
int find_images_class(const struct find_images *w, const char *word);

/* Of find_images_init(): the rows of l->csv, in order; labels as they come. */
MUST_USE int find_images_table(struct find_images *w, const struct layout *l,
                               struct err *err);

/*
 * The picture that 'table' calls 'name', as data_path_inside().
 * Errors: ERR_USAGE there is none.
 */
struct find_images_file *find_images_named(const struct find_images *w,
                                           const char *table, size_t line,
                                           const char *name, struct err *err);

void find_images_release(struct find_images *w);

#endif
