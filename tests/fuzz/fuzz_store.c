/*
 * fuzz_store.c - an image store, its contours and its index from anyone
 *
 * What is opened can be asked anything of each row.
 */
#include "evaluation/leakage.h"
#include "store/contours.h"

#include "fuzz_main.h"
#include "fuzz_tree.h"

static const char *const names[] = {"images.npy",  "labels.npy",  "index.csv",
                                    "classes.txt", CONTOURS_FILE, NULL};

static unsigned ask_row(struct store *s, size_t i)
{
    const int label = store_label(s, i);
    const enum split split = store_split(s, i);
    unsigned sum = 0;

    BUG_ON(label < -1 || label >= s->n_class || split < SPLIT_TRAIN ||
           split > SPLIT_NONE);
    for (size_t k = 0; k < s->h * s->w * 3; k++)
        sum += store_image(s, i)[k];
    return sum + store_trains(s, i);
}

static void ask_sizes(const struct store *s)
{
    struct err err = {0};
    const bool all = store_has_sizes(s, &err) == 0;

    for (size_t i = 0; i < s->n; i++) {
        const struct cell_size size = store_size(s, i);

        BUG_ON(size.w < 0 || size.h < 0 || size.w > STORE_MAX_CROP ||
               size.h > STORE_MAX_CROP);
        BUG_ON(all && store_label(s, i) >= 0 && (!size.w || !size.h));
    }
}

static void ask_siblings(const struct store *s)
{
    bool *mark = calloc(s->n + 1, sizeof(*mark));
    struct err err = {0};

    BUG_ON(!mark);
    BUG_ON(leakage_mark(&s->index, s->fold, s->folds, mark, &err) < 0 &&
           err.code != ERR_INPUT);
    free(mark);
}

static unsigned ask_store(struct store *s)
{
    unsigned sum = 0;

    for (int folds = 1; folds < 4; folds++) {
        struct err err = {0};

        if (store_use_fold(s, folds - 1, folds, &err) < 0) {
            BUG_ON(err.code != ERR_INPUT);
            continue;
        }
        for (size_t i = 0; i < s->n; i++)
            sum += ask_row(s, i);
        ask_siblings(s);
    }
    ask_sizes(s);
    return sum;
}

static void ask_contours(void)
{
    struct contours c;
    struct err err = {0};

    if (contours_open(&c, fuzz_dir(), &err) < 0) {
        BUG_ON(err.code != ERR_INPUT || c.csv.text);
        return;
    }
    for (size_t row = 0; row < 3; row++)
        for (int part = 0; part < CONTOUR_PARTS; part++) {
            struct contour line;

            if (contours_of(&c, row, (enum contour_part)part, &line, &err) < 0)
                BUG_ON(err.code != ERR_INPUT || line.point);
            contour_release(&line);
        }
    contours_close(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct store s;
    struct err err = {0};
    unsigned sum = 0;

    fuzz_put("keep", "", 0);
    fuzz_unpack(data, size, names);
    if (store_open(&s, fuzz_dir(), &err) == 0)
        sum = ask_store(&s);
    else
        BUG_ON(err.code != ERR_INPUT || s.index.text || s.images.map);
    store_close(&s);
    ask_contours();
    fuzz_clear();
    return sum == UINT32_MAX;
}
