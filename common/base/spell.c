#include "base/spell.h"

#include <string.h>

static size_t least_of(size_t a, size_t b, size_t c)
{
    const size_t ab = a < b ? a : b;

    return ab < c ? ab : c;
}

size_t spell_distance(const char *a, const char *b)
{
    const size_t n = strlen(a), m = strlen(b);
    size_t row[SPELL_MAX + 1];

    if (n > SPELL_MAX || m > SPELL_MAX)
        return (size_t)-1;
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            const size_t above = row[j];

            row[j] = least_of(above + 1, row[j - 1] + 1,
                              diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[m];
}

const char *spell_nearest(const char *word, const char *const *words, size_t n)
{
    const size_t third = strlen(word) / 3;
    size_t best = (third > 2 ? third : 2) + 1;
    const char *found = NULL;

    for (size_t i = 0; i < n; i++) {
        const size_t d = spell_distance(word, words[i]);

        if (d < best) {
            best = d;
            found = words[i];
        }
    }
    return found;
}
