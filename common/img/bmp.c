#include "img/bmp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FILE_HEADER = 14,
    INFO_HEADER = 40, /* BITMAPINFOHEADER; later ones begin with the same */
    HEADERS = FILE_HEADER + INFO_HEADER,
    PALETTE_MAX = 256,
    BI_RGB = 0,
    BI_BITFIELDS = 3,
};

/* What the two headers say. */
struct bmp_header {
    uint32_t offset; /* of the first row, from the start of the file */
    uint32_t info;   /* size of the second header */
    int32_t w, h;    /* h below 0: rows from the top */
    uint16_t planes, bits;
    uint32_t compression;
    uint32_t colours; /* in the palette; 0: as many as the bits allow */
    int at[3];        /* bytes of red, green, blue in a pixel */
};

static uint16_t read_u16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t read_u32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
           (uint32_t)p[3] << 24;
}

bool bmp_is(const void *bytes, size_t size)
{
    return size >= 2 && memcmp(bytes, "BM", 2) == 0;
}

static const char *compression_name(uint32_t compression)
{
    static const char *const names[] = {
        "plain",         "run-length (RLE8)", "run-length (RLE4)", "bit field",
        "embedded JPEG", "embedded PNG",      "alpha field",
    };

    return compression < sizeof(names) / sizeof(names[0]) ? names[compression]
                                                          : "unknown";
}

/* Where red, green and blue are in a pixel of 32 bits. */
static int read_masks(struct bmp_header *h, const uint8_t *p, size_t size,
                      struct err *err)
{
    if (size < HEADERS + 12)
        return err_set(err, ERR_INPUT,
                       "truncated bitmap: %zu bytes, no colour masks", size);
    for (int c = 0; c < 3; c++) {
        const uint32_t mask = read_u32(p + HEADERS + 4 * c);
        int shift = 0;

        while (shift < 32 && mask != (uint32_t)0xff << shift)
            shift += 8;
        if (shift == 32)
            return err_set(err, ERR_INPUT,
                           "bitmap with colour mask %08x: only whole bytes "
                           "are understood",
                           (unsigned)mask);
        h->at[c] = shift / 8;
    }
    if (h->at[0] == h->at[1] || h->at[1] == h->at[2] || h->at[0] == h->at[2])
        return err_set(err, ERR_INPUT, "bitmap whose colour masks overlap");
    return 0;
}

/* Is it one of the kinds that the rest of this file can read? */
static int check_kind(const struct bmp_header *h, struct err *err)
{
    const bool plain = h->compression == BI_RGB &&
                       (h->bits == 8 || h->bits == 24 || h->bits == 32);
    const bool fields = h->compression == BI_BITFIELDS && h->bits == 32;

    if (h->planes != 1)
        return err_set(err, ERR_INPUT, "bitmap with %d planes, must be 1",
                       h->planes);
    if (!plain && !fields)
        return err_set(err, ERR_INPUT,
                       "unsupported bitmap: %d bits a pixel, %s compression "
                       "(%u); only plain 8, 24 and 32 bits are read",
                       h->bits, compression_name(h->compression),
                       (unsigned)h->compression);
    if (h->h == INT32_MIN)
        return err_set(err, ERR_INPUT, "bitmap with height %d", h->h);
    return image_check_size(h->w, h->h < 0 ? -(int64_t)h->h : h->h, err);
}

static int read_header(struct bmp_header *h, const uint8_t *p, size_t size,
                       struct err *err)
{
    if (!bmp_is(p, size))
        return err_set(err, ERR_INPUT, "not a bitmap");
    if (size < HEADERS)
        return err_set(err, ERR_INPUT,
                       "truncated bitmap: %zu bytes, the headers have %d", size,
                       HEADERS);
    *h = (struct bmp_header){
        .offset = read_u32(p + 10),
        .info = read_u32(p + 14),
        .w = (int32_t)read_u32(p + 18),
        .h = (int32_t)read_u32(p + 22),
        .planes = read_u16(p + 26),
        .bits = read_u16(p + 28),
        .compression = read_u32(p + 30),
        .colours = read_u32(p + 46),
        .at = {2, 1, 0},
    };
    if (h->info < INFO_HEADER || h->info > size - FILE_HEADER)
        return err_set(err, ERR_INPUT,
                       "unsupported bitmap: second header of %u bytes",
                       (unsigned)h->info);
    if (check_kind(h, err) < 0)
        return -1;
    return h->compression == BI_BITFIELDS ? read_masks(h, p, size, err) : 0;
}

/* Bytes of a row with its padding; w is at most IMAGE_MAX_SIDE. */
static size_t row_bytes(size_t w, size_t bits)
{
    return (w * bits + 31) / 32 * 4;
}

/* All rows must lie inside the 'size' bytes. */
static int check_rows(const struct bmp_header *h, int rows, size_t size,
                      struct err *err)
{
    const size_t need = (size_t)rows * row_bytes((size_t)h->w, h->bits);

    if (h->offset < FILE_HEADER + h->info || h->offset > size)
        return err_set(err, ERR_INPUT,
                       "bitmap with pixels at byte %u of %zu, headers to %zu",
                       (unsigned)h->offset, size,
                       FILE_HEADER + (size_t)h->info);
    if (size - h->offset < need)
        return err_set(err, ERR_INPUT,
                       "truncated bitmap: %zu bytes of pixels, %d x %d at %d "
                       "bits need %zu",
                       size - h->offset, h->w, rows, h->bits, need);
    return 0;
}

/* Colours by index, red first; those that the file lacks stay black. */
static int read_palette(uint8_t palette[PALETTE_MAX][3],
                        const struct bmp_header *h, const uint8_t *p,
                        struct err *err)
{
    const size_t n = h->colours ? h->colours : PALETTE_MAX;
    const size_t at = FILE_HEADER + (size_t)h->info;

    memset(palette, 0, (size_t)PALETTE_MAX * 3);
    if (n > PALETTE_MAX || at + 4 * n > h->offset)
        return err_set(err, ERR_INPUT,
                       "bitmap with %zu palette colours in %zu bytes, at most "
                       "%d",
                       n, h->offset - at, PALETTE_MAX);
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < 3; c++)
            palette[i][c] = p[at + 4 * i + 2 - c];
    return 0;
}

static void swap_row(uint8_t *restrict to, const uint8_t *restrict from, int w)
{
    for (int x = 0; x < w; x++) {
        to[3 * x] = from[3 * x + 2];
        to[3 * x + 1] = from[3 * x + 1];
        to[3 * x + 2] = from[3 * x];
    }
}

static void pick_row(uint8_t *restrict to, const uint8_t *restrict from, int w,
                     const int at[3])
{
    for (int x = 0; x < w; x++)
        for (int c = 0; c < 3; c++)
            to[3 * x + c] = from[4 * x + at[c]];
}

static void palette_row(uint8_t *restrict to, const uint8_t *restrict from,
                        int w, uint8_t palette[PALETTE_MAX][3])
{
    for (int x = 0; x < w; x++)
        memcpy(to + 3 * x, palette[from[x]], 3);
}

int bmp_decode(struct image *im, const void *bytes, size_t size,
               struct err *err)
{
    const uint8_t *p = bytes;
    uint8_t palette[PALETTE_MAX][3];
    struct bmp_header h = {0};
    size_t row;
    int rows;

    *im = (struct image){0};
    if (read_header(&h, p, size, err) < 0)
        return -1;
    rows = h.h < 0 ? -h.h : h.h;
    if (check_rows(&h, rows, size, err) < 0 ||
        (h.bits == 8 && read_palette(palette, &h, p, err) < 0) ||
        image_init(im, h.w, rows, err) < 0)
        return -1;
    row = row_bytes((size_t)h.w, h.bits);
    for (int y = 0; y < rows; y++) {
        const uint8_t *from = p + h.offset + (size_t)y * row;
        uint8_t *to = image_row(im, h.h < 0 ? y : rows - 1 - y);

        if (h.bits == 24)
            swap_row(to, from, h.w);
        else if (h.bits == 32)
            pick_row(to, from, h.w, h.at);
        else
            palette_row(to, from, h.w, palette);
    }
    return 0;
}

static void write_u32(char *p, size_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (char)(v >> 8 * i & 255);
}

int bmp_encode(const struct image *im, char **bytes, size_t *size,
               struct err *err)
{
    const size_t row = row_bytes((size_t)im->w, 24);
    const size_t total = HEADERS + row * (size_t)im->h;
    char *p = calloc(total, 1);

    if (!p)
        return err_set(err, ERR_SYSTEM, "no memory for a bitmap of %zu bytes",
                       total);
    memcpy(p, "BM", 2);
    write_u32(p + 2, total);
    write_u32(p + 10, HEADERS);
    write_u32(p + 14, INFO_HEADER);
    write_u32(p + 18, (size_t)im->w);
    write_u32(p + 22, (size_t)im->h);
    p[26] = 1;  /* plane */
    p[28] = 24; /* bits */
    write_u32(p + 34, total - HEADERS);
    for (int y = 0; y < im->h; y++)
        swap_row((uint8_t *)p + HEADERS + (size_t)(im->h - 1 - y) * row,
                 image_row(im, y), im->w);
    *bytes = p;
    *size = total;
    return 0;
}

int bmp_write(const struct image *im, const char *path, struct err *err)
{
    char *bytes = NULL;
    FILE *f = NULL;
    size_t size;
    int rc = -1;

    if (bmp_encode(im, &bytes, &size, err) < 0)
        return -1;
    errno = 0;
    f = fopen(path, "wb");
    if (f && fwrite(bytes, 1, size, f) == size)
        rc = 0;
    if (f && fclose(f) != 0)
        rc = -1;
    if (rc < 0)
        err_set(err, ERR_SYSTEM, "cannot write '%s': %s", path,
                strerror(errno));
    free(bytes);
    return rc;
}
