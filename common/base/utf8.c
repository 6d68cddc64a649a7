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

bool utf8_is_blank(uint32_t point)
{
    static const struct {
        uint32_t from, to;
    } blank[] = {
        {0x09, 0x09},     {0x20, 0x20},     {0xa0, 0xa0},     {0xad, 0xad},
        {0x180e, 0x180e}, {0x1680, 0x1680}, {0x2000, 0x200f}, {0x2028, 0x202f},
        {0x205f, 0x2064}, {0x3000, 0x3000}, {0x3164, 0x3164}, {0xfeff, 0xfeff},
    };

    for (size_t i = 0; i < sizeof(blank) / sizeof(blank[0]); i++)
        if (point >= blank[i].from && point <= blank[i].to)
            return true;
    return false;
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
