/*
 * store.h - the image store: many small images in one file
 *
 *     images.npy   (N, H, W, 3) uint8, RGB
 *     labels.npy   (N) int32: position in classes.txt, -1 where set aside
 *     index.csv    line i (after the header) describes image i
 *     classes.txt  one class a line, in label order
 *
 * index.csv of data/:     file,label,group,split,sha256,width,height,
 *                         mean_r,mean_g,mean_b,std_r,std_g,std_b,status
 *                         with split.folds above 1 also fold, behind split,
 *                         which is then the one in fold 0, and validation for
 *                         those of fold 0 where no fold tests; and, where near
 *                         duplicates are kept together or a table lists the
 *                         pictures, family, behind those: "CLASS/GROUP" of the
 *                         first picture of those that look alike and of their
 *                         groups
 * index.csv of augment/:  source,variant,label,split,sha256,operations,status
 * (source is the row in data/; sha256 is of the stored pixels there, of the
 * file in data/).  status is "ok" or why the sample was set aside; such a
 * row's pixels are zero.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/csv.h"
#include "base/file.h"
#include "base/npy.h"
#include "config/config.h"
#include "nn/cell_size.h"

enum {
    STORE_MAX_SAMPLES = 20000000,
    STORE_MAX_SIDE = 4096,    /* pixels */
    STORE_MAX_RECORD = 16384, /* bytes of a line of index.csv */
    STORE_MAX_CROP = 1 << 20, /* pixels of a side before resizing */
};

enum split { SPLIT_TRAIN, SPLIT_VALIDATION, SPLIT_TEST, SPLIT_NONE };

/* "train", "validation", "test", "": as in index.csv. */
const char *store_split_name(enum split s);
enum split store_split_parse(const char *word);

/* A fold's number, as in index.csv, without a sign; -1: it is none. */
int store_fold_parse(const char *word);

/* What folds are for: each tests once and the next one validates, or each
 * validates once and none tests, so that something may be chosen. */
enum fold_use { FOLDS_TEST, FOLDS_VALIDATE };

struct store {
    char dir[FILE_PATH_MAX];
    struct npy images, labels; /* mapped */
    struct csv index;
    size_t n, h, w;
    int n_class;
    char class_name[CONFIG_CLASSES_MAX][CONFIG_NAME_MAX];
    int split_column, status_column;
    int width_column, height_column; /* -1: there is none */
    int fold_column;                 /* -1: there are no folds */
    int family_column;               /* -1: there are no families */
    int fold, folds; /* of store_use_fold(); folds 1: column 'split' counts */
    enum fold_use fold_use; /* where there are folds */
};

/*
 * Open for reading.  Shapes, lengths, labels, classes, splits and status of
 * every row are checked against each other; pixels are not read.
 * Errors: ERR_INPUT damaged or inconsistent; ERR_SYSTEM.
 */
MUST_USE int store_open(struct store *s, const char *dir, struct err *err);
void store_close(struct store *s);

/* Pixels of row i: h * w * 3 bytes, in the mapping. */
const uint8_t *store_image(const struct store *s, size_t i);

/* Label of row i, -1 if it was set aside. */
int store_label(const struct store *s, size_t i);

enum split store_split(const struct store *s, size_t i);

/*
 * From now on splits are those of fold 'fold' of 'folds': it tests, the next
 * one validates, the others train; or it validates, the others train, where the
 * index says so.  Nothing changes if 'folds' is 1.
 * Errors: ERR_INPUT the store was not dealt into so many folds.
 */
MUST_USE int store_use_fold(struct store *s, int fold, int folds,
                            struct err *err);

/* What a picture of fold 'of' does in fold 'fold' of 'folds'. */
enum split store_fold_split(int of, int fold, int folds, enum fold_use use);

/* What the folds of an index.csv are for; without folds FOLDS_TEST. */
enum fold_use store_fold_use(const struct csv *index);

/* The split that figures are told of: test, or validation if no usable picture
 * tests. */
enum split store_told_split(const struct store *s);

/*
 * Does the index tell the size of every usable row before it was resized?
 * Errors: ERR_INPUT not so.
 */
MUST_USE int store_has_sizes(const struct store *s, struct err *err);

/* That size of row i, of a store that has them. */
struct cell_size store_size(const struct store *s, size_t i);

/* Fold of row i in a store with folds; -1: of none, or there are none. */
int store_fold(const struct store *s, size_t i);

/* Does row i train in the split, or in some fold? */
bool store_trains(const struct store *s, size_t i);

/*
 * Writing.  Rows may come in any order and from any thread, each once; a row
 * that never came is set aside as "missing".  Records are index.csv lines
 * without the line end.
 */
struct store_writer;

struct store_args {
    const char *dir;    /* exists; files are made in it */
    const char *header; /* of index.csv, without line end; ends in ",status" */
    size_t n, h, w;     /* samples (0 is allowed), rows, columns */
    const char (*class_name)[CONFIG_NAME_MAX];
    int n_class;
};

/*
 * Start a store, or go on with one whose writer was killed: rows that were
 * synced by store_sync() are there again (see store_has()).
 * The disk space of all rows is reserved here.
 * Errors: ERR_SYSTEM, the disk is too small; ERR_INPUT sizes over the limits,
 * bad class names, an unfinished store of another shape (nothing is changed).
 */
MUST_USE int store_create(struct store_writer **w, const struct store_args *a,
                          struct err *err);

/*
 * Put 'count' rows from 'first' on.  A row whose status is not "ok" is set
 * aside: black pixels and label -1, whatever is given.
 *   pixels [in] (count, h, w, 3)
 *   label  [in] (count) position in classes; -1 is for rows set aside
 *   record [in] (count) its line of index.csv
 * Errors: ERR_INPUT rows beyond the end, a record that is not one CSV line of
 * the header's width, a label that is no class; ERR_SYSTEM disk, no memory.
 * Rows before the refused one are in.  Thread-safe.
 */
MUST_USE int store_put(struct store_writer *w, size_t first, size_t count,
                       const uint8_t *pixels, const int *label,
                       const char *const *record, struct err *err);

/*
 * Make all rows that were put until now last through a crash.
 * Errors: ERR_SYSTEM; where the disk failed to take pixels, for good: Linux
 * reports that once, and counts them as written.  Thread-safe.
 */
MUST_USE int store_sync(struct store_writer *w, struct err *err);

/* Was row i put (and, after a restart, synced)?  Not while others put. */
bool store_has(const struct store_writer *w, size_t i);

/*
 * Write labels, index and classes, sync all, free 'w' (also on failure, when
 * a new store_create() goes on from what was synced).  Errors: ERR_SYSTEM.
 */
MUST_USE int store_finish(struct store_writer *w, struct err *err);

/* Close without finishing; what was synced stays.  NULL is allowed. */
void store_abandon(struct store_writer *w);

#endif
