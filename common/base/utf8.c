#include "base/utf8.h"

#include <string.h>

size_t utf8_length(const char *s, uint32_t *point)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char c = (unsigned char)*s;
    const size_t n = c < 0x80             ? 1
                     : (c & 0xe0) == 0xc0 ? 2
                     : (c & 0xf0) == 0xe0 ? 3
                     : (c & 0xf8) == 0xf0 ? 4
                                          : 0;

    if (n == 0)
        return 0;
    *point = n == 1 ? c : c & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if (((unsigned char)s[i] & 0xc0) != 0x80)
            return 0;
        *point = *point << 6 | ((unsigned char)s[i] & 0x3f);
    }
    if (*point < least[n] || *point > 0x10ffff ||
        (*point >= 0xd800 && *point < 0xe000))
        return 0;
    return n;
}

size_t utf8_put(char *out, uint32_t point)
{
    const size_t n = point < 0x80      ? 1
                     : point < 0x800   ? 2
                     : point < 0x10000 ? 3
                                       : 4;
    static const unsigned char first[5] = {0, 0, 0xc0, 0xe0, 0xf0};

    for (size_t i = n; i-- > 1; point >>= 6)
        out[i] = (char)(0x80 | (point & 0x3f));
    out[0] = (char)(first[n == 1 ? 0 : n] | point);
    return n;
}

struct point_range {
    uint32_t from, to;
};

static bool is_among(uint32_t point, const struct point_range *range, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (point >= range[i].from && point <= range[i].to)
            return true;
    return false;
}

bool utf8_is_blank(uint32_t point)
{
    static const struct point_range blank[] = {
        {0x09, 0x09},     {0x20, 0x20},     {0xa0, 0xa0},     {0xad, 0xad},
        {0x180e, 0x180e}, {0x1680, 0x1680}, {0x2000, 0x200f}, {0x2028, 0x202f},
        {0x205f, 0x2064}, {0x3000, 0x3000}, {0x3164, 0x3164}, {0xfeff, 0xfeff},
    };

    return is_among(point, blank, sizeof(blank) / sizeof(blank[0]));
}

char *utf8_trim(char *s)
{
    char *end = NULL;
    uint32_t point;

    for (char *p = s; *p;) {
        const size_t n = utf8_length(p, &point);

        if (n == 0 || !utf8_is_blank(point))
            end = p + (n ? n : 1);
        p += n ? n : 1;
        if (!end)
            s = p;
    }
    if (end)
        *end = '\0';
    return s;
}

/* Columns of a character: what Unicode's EastAsianWidth.txt calls wide or full,
 * and its combining marks, by their blocks. */
static int columns_of(uint32_t point)
{
    static const struct point_range none[] = {
        {0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},   {0x610, 0x61a},
        {0x64b, 0x65f},   {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200f},
        {0x2060, 0x2064}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f},
        {0xfeff, 0xfeff}};
    static const struct point_range two[] = {
        {0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0x4dbf},
        {0x4e00, 0xa4cf},   {0xa960, 0xa97c},   {0xac00, 0xd7a3},
        {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},
        {0xffe0, 0xffe6},   {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff},
        {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};

    if (is_among(point, none, sizeof(none) / sizeof(none[0])))
        return 0;
    return is_among(point, two, sizeof(two) / sizeof(two[0])) ? 2 : 1;
}

void utf8_fit(char *s, int columns)
{
    uint32_t point = 0;

    while (*s) {
        const size_t n = utf8_length(s, &point);

        if (n == 0 || point < 0x20 || (point >= 0x7f && point < 0xa0))
            memset(s, '?', n ? n : 1);
        columns -= *s == '?' ? (int)(n ? n : 1) : columns_of(point);
        if (columns < 0)
            break;
        s += n ? n : 1;
    }
    *s = '\0';
}
