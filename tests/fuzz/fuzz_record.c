/*
 * fuzz_record.c - lines of index.csv as a worker sends them to the sink
 *
 * One that the store takes must leave a store that opens, in which it reads
 * back; the log of the unfinished store must give it back as well.
 */
#include "store/augmented_rows.h"

#include "fuzz_main.h"
#include "fuzz_tree.h"

enum { SIDE = 2 };

static struct store_writer *start_store(const struct store_args *a)
{
    struct store_writer *w = NULL;
    struct err err = {0};

    BUG_ON(store_create(&w, a, &err) < 0);
    return w;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char class_name[2][CONFIG_NAME_MAX] = {"a", "b, \"c\""};
    static const uint8_t pixels[SIDE * SIDE * 3] = {1, 2, 3};
    const struct store_args a = {.dir = fuzz_dir(),
                                 .header = AUGMENTED_ROWS_HEADER,
                                 .n = 2,
                                 .h = SIDE,
                                 .w = SIDE,
                                 .class_name = class_name,
                                 .n_class = 2};
    char *record = malloc(size + 1);
    const char *line = record;
    const int label = size % 2 != 0;
    struct store_writer *w;
    struct store s;
    struct err err = {0};

    BUG_ON(!record);
    memcpy(record, data, size);
    record[size] = '\0';
    fuzz_put("keep", "", 0);
    w = start_store(&a);
    if (store_put(w, 1, 1, pixels, &label, &line, &err) == 0) {
        BUG_ON(store_sync(w, &err) < 0);
        store_abandon(w);
        w = start_store(&a);
        BUG_ON(!store_has(w, 1) || store_has(w, 0));
        BUG_ON(store_finish(w, &err) < 0);
        if (store_open(&s, fuzz_dir(), &err) < 0)
            BUG_ON(err.code != ERR_INPUT);
        store_close(&s);
    } else {
        BUG_ON(err.code != ERR_INPUT);
        store_abandon(w);
    }
    free(record);
    fuzz_clear();
    return 0;
}
