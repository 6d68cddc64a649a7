/*
 * made_tiff.h - small TIFF files for tests, of any tags
 *
 * Little-endian, one strip, no compression whatever the tag says; all pages
 * show the same pixels.
 */
#ifndef MADE_TIFF_H
#define MADE_TIFF_H

#include "base/file.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MADE_TIFF_ROOM = 1 << 20, MADE_TIFF_EXTRA = 8 };

struct made_tiff {
    int w, h, samples, bits, photometric;
    int n_extra, extra[MADE_TIFF_EXTRA]; /* values of ExtraSamples */
    int compression, orientation, pages; /* 0: 1 */
    bool big;                            /* BigTIFF */
    /* Sample c of the pixel at x, y. */
    int (*sample)(int x, int y, int c);
};

struct made_bytes {
    uint8_t p[MADE_TIFF_ROOM];
    size_t n;
    bool big;
};

static inline void made_number(struct made_bytes *b, uint64_t x, int size)
{
    for (int i = 0; i < size; i++)
        b->p[b->n++] = (uint8_t)(x >> 8 * i);
}

/* An entry of one number, or of n copies of it, which 'at' is the place of. */
static inline void made_entry(struct made_bytes *b, int tag, size_t n,
                              uint64_t x)
{
    const int size = b->big ? 8 : 4;

    made_number(b, (uint64_t)tag, 2);
    made_number(b, tag == 273 || tag == 279 ? 4 : 3, 2);
    made_number(b, n, size);
    made_number(b, x, size);
}

/* n numbers of 2 bytes where they fit into the entry, else at 'at'. */
static inline uint64_t made_list(struct made_bytes *b, const int *v, int n,
                                 size_t *at)
{
    const size_t now = b->n, room = b->big ? 8 : 4;
    uint64_t x = 0;

    if (2 * (size_t)n <= room) {
        for (int i = 0; i < n; i++)
            x |= (uint64_t)v[i] << 16 * i;
        return x;
    }
    b->n = *at;
    for (int i = 0; i < n; i++)
        made_number(b, (uint64_t)v[i], 2);
    x = *at;
    *at = b->n;
    b->n = now;
    return x;
}

/* The directory at b->n; lists stand behind it. */
static inline void made_directory(struct made_bytes *b,
                                  const struct made_tiff *t, size_t strip,
                                  bool last)
{
    const int entries = 11 - (t->n_extra == 0);
    const size_t end =
        b->n + (b->big ? 16 + 20 * (size_t)entries : 6 + 12 * (size_t)entries);
    const size_t lists = 4 * MADE_TIFF_EXTRA;
    size_t at = end;
    int bits[2 * MADE_TIFF_EXTRA];

    for (int i = 0; i < t->samples; i++)
        bits[i] = t->bits;
    made_number(b, (uint64_t)entries, b->big ? 8 : 2);
    made_entry(b, 256, 1, (uint64_t)t->w);
    made_entry(b, 257, 1, (uint64_t)t->h);
    made_entry(b, 258, (size_t)t->samples, made_list(b, bits, t->samples, &at));
    made_entry(b, 259, 1, (uint64_t)(t->compression ? t->compression : 1));
    made_entry(b, 262, 1, (uint64_t)t->photometric);
    made_entry(b, 273, 1, strip);
    made_entry(b, 274, 1, (uint64_t)(t->orientation ? t->orientation : 1));
    made_entry(b, 277, 1, (uint64_t)t->samples);
    made_entry(b, 278, 1, (uint64_t)t->h);
    made_entry(b, 279, 1, (uint64_t)(t->w * t->h * t->samples * t->bits / 8));
    if (t->n_extra)
        made_entry(b, 338, (size_t)t->n_extra,
                   made_list(b, t->extra, t->n_extra, &at));
    made_number(b, last ? 0 : end + lists, b->big ? 8 : 4);
    b->n = end + lists;
}

/* The bytes of 't' in *b. */
static inline void made_tiff(struct made_bytes *b, const struct made_tiff *t)
{
    const size_t strip = t->big ? 16 : 8;
    const int pages = t->pages ? t->pages : 1;
    const size_t size = (size_t)(t->w * t->h * t->samples * t->bits / 8);

    memset(b, 0, sizeof(*b));
    b->big = t->big;
    memcpy(b->p, "II", 2);
    b->n = 2;
    made_number(b, t->big ? 43 : 42, 2);
    if (t->big)
        made_number(b, 8, 4);
    made_number(b, strip + size, t->big ? 8 : 4);
    for (int y = 0; y < t->h; y++)
        for (int x = 0; x < t->w; x++)
            for (int c = 0; c < t->samples; c++)
                made_number(b, (uint64_t)t->sample(x, y, c), t->bits / 8);
    b->n = strip + size;
    for (int i = 0; i < pages; i++)
        made_directory(b, t, strip, i == pages - 1);
}

/* The same as a file.  Errors: ERR_SYSTEM. */
MUST_USE static inline int made_tiff_write(const struct made_tiff *t,
                                           const char *path, struct err *err)
{
    struct made_bytes *b = malloc(sizeof(*b));
    int rc = -1;

    if (b) {
        made_tiff(b, t);
        rc = file_write(path, b->p, b->n, err);
    }
    free(b);
    return rc;
}

#endif
