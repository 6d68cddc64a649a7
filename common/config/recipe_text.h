/*
 * recipe_text.h - the text of a recipe of augmentation, and what identifies it
 *
 * A recipe is YAML (configs/recipes/light.yaml shows how; what it means is
 * stages/augment/recipe.h).  Those in configs/recipes are built into the
 * programs and are called by their names; any other is called by its path.
 */
#ifndef CONFIG_RECIPE_TEXT_H
#define CONFIG_RECIPE_TEXT_H

#include "base/file.h"
#include "base/hash.h"

enum { RECIPE_TEXT_MAX = 65536 }; /* bytes */

struct recipe_text {
    char name[FILE_PATH_MAX]; /* for messages: "light", or the path */
    char *text;               /* owned */
    size_t size;
    char id[HASH_HEX]; /* a built-in one's name, also of a file that says the
                          same; else the hash of what it says, comments and
                          layout aside */
    bool turns;        /* has groups in_turn */
};

/* A built-in recipe's name; NULL behind the last.  In order of names. */
const char *recipe_text_at(size_t i);

/* Is 'word' called by its path: has it a slash, or does it end in .yaml? */
bool recipe_text_is_path(const char *word);

/*
 * Text of the recipe that 'key' ("augment.recipe") calls 'word'.
 * Errors: ERR_USAGE there is none, or no such file, or it is not YAML, or has
 * anchors, aliases or tags, or is over RECIPE_TEXT_MAX; ERR_SYSTEM.
 */
MUST_USE int recipe_text_read(struct recipe_text *t, const char *key,
                              const char *word, struct err *err);

/* The same of 'size' bytes that were read from the path 'word' before. */
MUST_USE int recipe_text_take(struct recipe_text *t, const char *word,
                              const char *text, size_t size, struct err *err);

void recipe_text_release(struct recipe_text *t);

#endif
