#include "base/plain_text.h"

#include "base/file.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

enum encoding { ENCODING_UTF8, ENCODING_UTF16_LE, ENCODING_UTF16_BE };

/* By its mark, or by a first character of ASCII. */
static enum encoding find_encoding(const unsigned char *b, size_t n,
                                   size_t *mark)
{
    *mark = 0;
    if (n >= 3 && memcmp(b, "\xEF\xBB\xBF", 3) == 0)
        *mark = 3;
    if (*mark || n < 2)
        return ENCODING_UTF8;
    if (memcmp(b, "\xFF\xFE", 2) == 0 || memcmp(b, "\xFE\xFF", 2) == 0)
        *mark = 2;
    if (*mark)
        return b[0] == 0xff ? ENCODING_UTF16_LE : ENCODING_UTF16_BE;
    if (b[0] && !b[1])
        return ENCODING_UTF16_LE;
    return !b[0] && b[1] ? ENCODING_UTF16_BE : ENCODING_UTF8;
}

static uint32_t unit_at(const unsigned char *b, enum encoding e)
{
    return e == ENCODING_UTF16_LE ? b[0] | (uint32_t)b[1] << 8
                                  : b[1] | (uint32_t)b[0] << 8;
}

/* The character at 'b' of n > 0 bytes; returns its bytes, 0: it is malformed.
 */
static size_t take_utf16(const unsigned char *b, size_t n, enum encoding e,
                         uint32_t *point)
{
    uint32_t low;

    if (n < 2)
        return 0;
    *point = unit_at(b, e);
    if (*point < 0xd800 || *point > 0xdfff)
        return 2;
    if (*point > 0xdbff || n < 4)
        return 0;
    low = unit_at(b + 2, e);
    if (low < 0xdc00 || low > 0xdfff)
        return 0;
    *point = 0x10000 + ((*point - 0xd800) << 10) + (low - 0xdc00);
    return 4;
}

static int refuse_byte(const char *path, size_t line, enum encoding e,
                       unsigned char byte, struct err *err)
{
    if (e != ENCODING_UTF8)
        return err_set(err, ERR_INPUT, "%s:%zu: is not UTF-16", path, line);
    return err_set(err, ERR_INPUT,
                   "%s:%zu: byte 0x%02x is not UTF-8; save the file as UTF-8",
                   path, line, byte);
}

/* b[n] to out[3 / 2 n + 1], without 'mark' bytes in front. */
static int convert_text(const char *path, const unsigned char *b, size_t n,
                        char *out, struct err *err)
{
    size_t at, line = 1, used = 0;
    const enum encoding e = find_encoding(b, n, &at);
    bool after_cr = false;

    while (at < n) {
        uint32_t point = 0;
        const size_t took = e == ENCODING_UTF8
                                ? utf8_length((const char *)b + at, &point)
                                : take_utf16(b + at, n - at, e, &point);

        if (took == 0)
            return refuse_byte(path, line, e, b[at], err);
        if (point == 0)
            return err_set(err, ERR_INPUT, "%s:%zu: holds a zero byte", path,
                           line);
        at += took;
        if (point == '\n' && after_cr) {
            after_cr = false;
            continue;
        }
        after_cr = point == '\r';
        line += point == '\n' || after_cr;
        used += utf8_put(out + used, after_cr ? '\n' : point);
    }
    out[used] = '\0';
    return 0;
}

int plain_text_read(const char *path, size_t max, char **text, struct err *err)
{
    char *bytes;
    size_t size;
    int rc = 0;

    *text = NULL;
    if (file_read(path, max, &bytes, &size, err) < 0)
        return -1;
    if (size >= 4 && memcmp(bytes, "PK\3\4", 4) == 0) {
        free(bytes);
        return err_set(err, ERR_INPUT,
                       "%s:1: is a spreadsheet (.xlsx, .ods) or another ZIP "
                       "archive; save the table as CSV",
                       path);
    }
    *text = malloc(size + size / 2 + 4); /* 3 bytes of UTF-8 for 2 of UTF-16 */
    if (!*text)
        rc = err_set(err, ERR_SYSTEM, "no memory for '%s'", path);
    else
        rc = convert_text(path, (const unsigned char *)bytes, size, *text, err);
    free(bytes);
    if (rc < 0) {
        free(*text);
        *text = NULL;
    }
    return rc;
}
