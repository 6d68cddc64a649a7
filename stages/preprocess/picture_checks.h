/*
 * picture_checks.h - what is odd about how the pictures themselves are stored
 *
 * - 16-bit samples none of which, in the whole data set, is over 2^n - 1, n
 *   being 8 to 15: they use n bits.  What a file's tags say of that is of one
 *   file, and may mean samples that were scaled already, so it is not asked.
 * - pictures without content: of one colour (deviations below 1), or almost
 *   black or white (means within PICTURE_CHECKS_DARK of the end, deviations
 *   below PICTURE_CHECKS_EVEN, as 8 bits)
 * - whole fields of several cells, where crops of one are expected (img/field.h)
 * - with preprocess.aspect scale, cells larger than the field, which are shown
 *   smaller than the others
 * - an orientation, further pages, samples that are neither colour nor alpha
 */
#ifndef PREPROCESS_PICTURE_CHECKS_H
#define PREPROCESS_PICTURE_CHECKS_H

#include "base/buf.h"
#include "base/resizing.h"

struct data_report;
struct json_t; /* jansson's */

enum { PICTURE_CHECKS_DARK = 8, PICTURE_CHECKS_EVEN = 8 };

enum blank_kind {
    BLANK_NOT,
    BLANK_EVEN,
    BLANK_BLACK,
    BLANK_WHITE,
    BLANK_KINDS
};

/* How the pictures were read, and what was found. */
struct picture_checks {
    int bits;                  /* of 16-bit samples; 0: all */
    bool upright;              /* turned as EXIF says */
    size_t n_wide;             /* of 16-bit samples */
    int most;                  /* the largest of those; -1: there is none */
    size_t blank[BLANK_KINDS]; /* pictures of each kind */
    size_t n_fields;           /* whole fields, not crops */
    struct resizing resizing;  /* how they are brought to size */
    int size;                  /* pixels of that */
    size_t n_shrunk;           /* larger than the field of ASPECT_SCALE */
    size_t n_turned, n_paged, n_pages, n_spare;
};

/* The bits that hold the largest 16-bit sample of all pictures that were
 * read; 0: all, or there is none. */
int picture_checks_bits(const struct data_report *f);

/* Look at all pictures that are used, with p->bits, upright, resizing and size set, and add
 * warnings to f->warnings. */
void picture_checks_run(struct picture_checks *p, struct data_report *f);

/* Add to 'o' what there is of "bits", "bits_found", "without_content",
 * "fields", "shrunk", "orientation", "further_pages", "spare_samples". */
void picture_checks_json(const struct picture_checks *p,
                         const struct data_report *f, struct json_t *o);

#endif
