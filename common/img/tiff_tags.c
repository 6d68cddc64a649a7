/* tiff_tags.c - one directory, inside the bounds of the bytes given */
#include "img/tiff_tags.h"

#include <stdint.h>
#include <string.h>

enum {
    BITS_PER_SAMPLE = 258,
    COMPRESSION = 259,
    PHOTOMETRIC = 262,
    SAMPLES_PER_PIXEL = 277,
    EXTRA_SAMPLES = 338
};

struct tiff_bytes {
    const uint8_t *p; /* borrowed */
    size_t size;
    bool swapped; /* the first byte of a number is its largest */
    bool big;     /* numbers of files are of 8 bytes */
};

/* One entry of a directory. */
struct tiff_entry {
    uint64_t tag, type, count;
    size_t at; /* of its value, or of where that is */
};

/* A number of n bytes at 'at'; false: it is beyond the end. */
static bool read_number(const struct tiff_bytes *b, size_t at, size_t n,
                        uint64_t *to)
{
    if (at > b->size || b->size - at < n)
        return false;
    *to = 0;
    for (size_t i = 0; i < n; i++)
        *to = *to << 8 | b->p[at + (b->swapped ? i : n - 1 - i)];
    return true;
}

/* Bytes of a whole number of 'type'; 0: it is none. */
static size_t type_size(uint64_t type)
{
    return type == 1 ? 1 : type == 3 ? 2 : type == 4 ? 4 : type == 16 ? 8 : 0;
}

/* Value number i of an entry. */
static bool read_value(const struct tiff_bytes *b, const struct tiff_entry *e,
                       size_t i, int *to)
{
    const size_t n = type_size(e->type), room = b->big ? 8 : 4;
    uint64_t at = e->at, x;

    if (n == 0 || i >= e->count || e->count > b->size)
        return false;
    if (n * e->count > room && !read_number(b, e->at, room, &at))
        return false;
    if (at > b->size || !read_number(b, (size_t)at + i * n, n, &x) ||
        x > INT32_MAX)
        return false;
    *to = (int)x;
    return true;
}

static void take_entry(struct tiff_tags *t, const struct tiff_bytes *b,
                       const struct tiff_entry *e)
{
    int *const to = e->tag == BITS_PER_SAMPLE     ? &t->bits
                    : e->tag == COMPRESSION       ? &t->compression
                    : e->tag == PHOTOMETRIC       ? &t->photometric
                    : e->tag == SAMPLES_PER_PIXEL ? &t->samples
                                                  : NULL;

    if (to)
        (void)read_value(b, e, 0, to);
    if (e->tag != EXTRA_SAMPLES)
        return;
    t->n_extra = 0;
    t->n_extra_all = e->count < 65536 ? (int)e->count : 0;
    while (t->n_extra < TIFF_EXTRA_MAX &&
           read_value(b, e, (size_t)t->n_extra, &t->extra[t->n_extra]))
        t->n_extra++;
}

bool tiff_tags_is(const void *bytes, size_t size)
{
    return size >= 4 &&
           (memcmp(bytes, "II*\0", 4) == 0 || memcmp(bytes, "MM\0*", 4) == 0 ||
            memcmp(bytes, "II+\0", 4) == 0 || memcmp(bytes, "MM\0+", 4) == 0);
}

/* Where the first directory begins. */
static bool find_directory(struct tiff_bytes *b, uint64_t *at)
{
    uint64_t version, width;

    b->swapped = b->size > 0 && b->p[0] == 'M';
    if (!tiff_tags_is(b->p, b->size) || !read_number(b, 2, 2, &version))
        return false;
    b->big = version == 43;
    if (b->big && (!read_number(b, 4, 2, &width) || width != 8))
        return false;
    return read_number(b, b->big ? 8 : 4, b->big ? 8 : 4, at);
}

bool tiff_tags_read(struct tiff_tags *t, const void *bytes, size_t size)
{
    struct tiff_bytes b = {.p = bytes, .size = size};
    uint64_t at, n;

    *t = (struct tiff_tags){
        .samples = 1, .bits = 1, .photometric = -1, .compression = 1};
    if (!find_directory(&b, &at) || at >= size ||
        !read_number(&b, (size_t)at, b.big ? 8 : 2, &n))
        return false;
    at += b.big ? 8 : 2;
    for (uint64_t i = 0; i < n; i++, at += b.big ? 20 : 12) {
        struct tiff_entry e = {.at = (size_t)at + (b.big ? 12 : 8)};

        if (!read_number(&b, (size_t)at, 2, &e.tag) ||
            !read_number(&b, (size_t)at + 2, 2, &e.type) ||
            !read_number(&b, (size_t)at + 4, b.big ? 8 : 4, &e.count))
            return false;
        take_entry(t, &b, &e);
    }
    return true;
}

int tiff_tags_colours(const struct tiff_tags *t)
{
    switch (t->photometric) {
    case TIFF_MIN_IS_WHITE:
    case TIFF_MIN_IS_BLACK:
    case TIFF_PALETTE:
        return 1;
    case TIFF_RGB:
    case TIFF_YCBCR:
    case TIFF_CIELAB:
        return 3;
    case TIFF_SEPARATED:
        return 4;
    default:
        return 0;
    }
}

int tiff_tags_alpha(const struct tiff_tags *t)
{
    for (int i = 0; i < t->n_extra; i++) {
        const int sample = t->samples - t->n_extra_all + i;

        if ((t->extra[i] == 1 || t->extra[i] == 2) &&
            sample >= tiff_tags_colours(t) && sample < t->samples)
            return sample;
    }
    return -1;
}
