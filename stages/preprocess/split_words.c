#include "stages/preprocess/split_words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const struct split_word {
    const char *word;
    enum split split;
} split_words[] = {
    {"train", SPLIT_TRAIN},
    {"training", SPLIT_TRAIN},
    {"val", SPLIT_VALIDATION},
    {"valid", SPLIT_VALIDATION},
    {"validation", SPLIT_VALIDATION},
    {"dev", SPLIT_VALIDATION},
    {"test", SPLIT_TEST},
    {"testing", SPLIT_TEST},
};

static const char *const tails[] = {"set", "sets", "data", "images", "imgs"};

/* Small letters and digits of 'word', to out[size]; "" if there is more. */
static void bare_word(const char *word, char *out, size_t size)
{
    size_t n = 0;

    for (; *word; word++) {
        if (*word == ' ' || *word == '_' || *word == '-' || *word == '.')
            continue;
        if (n + 1 == size || !isalnum((unsigned char)*word)) {
            n = 0;
            break;
        }
        out[n++] = (char)tolower((unsigned char)*word);
    }
    out[n] = '\0';
}

/* Is it one of the tails, or nothing, and digits behind it? */
static bool is_tail(const char *s)
{
    static const char digits[] = "0123456789";

    if (!s[strspn(s, digits)])
        return true;
    for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++)
        if (strncmp(s, tails[i], strlen(tails[i])) == 0) {
            const char *behind = s + strlen(tails[i]);

            if (!behind[strspn(behind, digits)])
                return true;
        }
    return false;
}

enum split split_words_parse(const char *word)
{
    char room[32], *bare = room;

    bare_word(word, room, sizeof(room));
    bare += strspn(bare, "0123456789");
    for (size_t i = 0; i < sizeof(split_words) / sizeof(split_words[0]); i++) {
        const size_t n = strlen(split_words[i].word);

        if (strncmp(bare, split_words[i].word, n) == 0 && is_tail(bare + n))
            return split_words[i].split;
    }
    return SPLIT_NONE;
}

int split_words_fold(const char *word)
{
    const size_t digits = sizeof("fold999") - 1;
    char bare[32];

    bare_word(word, bare, sizeof(bare));
    if (strncmp(bare, "fold", 4) != 0)
        return -1;
    if (bare[4] >= 'a' && bare[4] <= 'j' && !bare[5])
        return bare[4] - 'a' + 1;
    if (!bare[4] || bare[4 + strspn(bare + 4, "0123456789")] ||
        strlen(bare) > digits)
        return -1;
    return atoi(bare + 4);
}
