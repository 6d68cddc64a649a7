/* test_spell.c - the nearest spelling */
#include "base/spell.h"
#include "tap.h"

int main(void)
{
    static const char *const words[] = {"train.epochs", "train.batch",
                                        "split.test", "a"};
    char long_word[2 * SPELL_MAX] = {0};
    const char *got;

    memset(long_word, 'x', sizeof(long_word) - 1);
    ok(spell_distance("kitten", "sitting") == 3, "kitten to sitting is 3");
    ok(spell_distance("", "abc") == 3 && spell_distance("abc", "") == 3,
       "the distance from and to nothing is the length");
    ok(spell_distance("same", "same") == 0, "the distance of equal words is 0");
    ok(spell_distance(long_word, "x") == (size_t)-1, "too long is not near");
    got = spell_nearest("train.epocs", words, 4);
    ok(got == words[0], "a word with one letter dropped is near");
    got = spell_nearest("trian.batch", words, 4);
    ok(got == words[1], "a word with two letters exchanged is near");
    ok(!spell_nearest("wholly.different", words, 4),
       "a word with nothing near has no nearest");
    got = "momentum";
    ok(spell_nearest("memontun", &got, 1) == NULL,
       "a word of eight letters, three of them wrong, is not near");
    ok(!spell_nearest(long_word, words, 4), "a very long word has no nearest");
    return tap_done();
}
