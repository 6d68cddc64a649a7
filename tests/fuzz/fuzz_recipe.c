/* fuzz_recipe.c - recipes from anyone: what is taken can be drawn and run */
#include "stages/augment/recipe.h"

#include <string.h>

#include "fuzz_main.h"

enum { SIDE = 9, BYTES = SIDE * SIDE * 3, VARIANTS = 8 };

static void run_recipe(const struct recipe *r)
{
    static uint8_t src[BYTES], dst[BYTES];
    uint8_t *scratch = malloc(augment_scratch(SIDE, SIDE));
    const struct augment_picture p = {SIDE, SIDE, src, dst, scratch};

    BUG_ON(!scratch);
    for (uint32_t v = 0; v < VARIANTS; v++) {
        const struct recipe_stream stream = {1, "fuzz", 4, v, 0};
        struct buf text = {0};

        recipe_apply(r, &stream, &p, &text);
        BUG_ON(!text.data || strchr(text.data, '\n'));
        buf_release(&text);
    }
    free(scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct recipe_text text;
    struct recipe r;
    struct err err = {0};

    if (recipe_text_take(&text, "fuzz", (const char *)data, size, &err) == 0) {
        if (recipe_init(&r, &text, &err) == 0) {
            run_recipe(&r);
            recipe_release(&r);
        }
        recipe_text_release(&text);
    }
    BUG_ON(err.code && (err.code != ERR_USAGE || strchr(err.text, '\n')));
    return 0;
}
