/*
 * near_duplicates.h - pictures that are to stay together, whatever they are
 * called
 *
 * The pictures of a group are one family, whatever their classes.  So are two
 * that are equal byte by byte or look alike (perceptual_hash.h), and with them
 * their groups, and so on: families are the connected components, of any number
 * of groups and classes.
 */
#ifndef PREPROCESS_NEAR_DUPLICATES_H
#define PREPROCESS_NEAR_DUPLICATES_H

#include "stages/preprocess/data_report.h"

struct near_duplicates_args {
    const struct find_images *images; /* borrowed, as the next */
    const struct read_image
        *cell;   /* (images->n) content and perceptual hashes; one
                                without either is like no other; NULL: none
                                is, so that families are groups */
    bool groups; /* else each picture begins alone */
};

/*
 * With more than DATA_CHECKS_COMPARED pictures only content hashes are
 * compared.
 *   family [out] (images->n) the first row of each picture's family
 * Deterministic: rows are in order of path, so that of files does not matter.
 * Errors: ERR_SYSTEM no memory.
 */
MUST_USE int near_duplicates_find(const struct near_duplicates_args *a,
                                  uint32_t *family, struct err *err);

/*
 * All that look alike, two by two: ordered by the later one, then the earlier.
 *   cell [in] (n) those set aside, and copies of others, are left out
 * Parallel (OpenMP), but 'each' is called by one thread.  Deterministic.
 * Errors: ERR_SYSTEM no memory.
 */
typedef void (*near_duplicates_pair_f)(void *self, size_t earlier,
                                       size_t later);
MUST_USE int near_duplicates_pairs(const struct read_image *cell, size_t n,
                                   near_duplicates_pair_f each, void *self,
                                   struct err *err);

/* Families of more than one group, or of more than one picture, where these
 * begin alone; their groups, too, are pictures then. */
struct near_duplicates {
    size_t n, groups;
    size_t most_groups, most_cells; /* of the one with the most pictures */
};

/*
 * Count, and add to 'warnings' a line for each class of which one of these has
 * over half: no split comes near its shares then.
 *   family [in]  of near_duplicates_find()
 * Errors: ERR_SYSTEM no memory.
 */
MUST_USE int near_duplicates_count(const struct near_duplicates_args *a,
                                   const uint32_t *family,
                                   struct near_duplicates *f,
                                   struct buf *warnings, struct err *err);

/*
 * How many families lie in more than one fold: a line of 'warnings', if any.
 *   fold [in] (w->n) 0 or more
 */
void near_duplicates_parted(const struct find_images *w, const uint32_t *family,
                            const int *fold, struct buf *warnings);

/* Is any picture in a family with another? */
bool near_duplicates_any(const struct find_images *w, const uint32_t *family);

/* "CLASS/GROUP" of the first picture of row i's family, as a field of a CSV. */
void near_duplicates_put(const struct find_images *w, const uint32_t *family,
                         size_t i, struct buf *out);

#endif
