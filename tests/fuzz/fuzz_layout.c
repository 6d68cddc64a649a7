/*
 * fuzz_layout.c - what the user says about a dataset: the section 'layout', a
 * table of its pictures, a split from a file
 *
 * Expressions for groups are left to the C library, and are not tried here: one
 * of a line may take it minutes and gigabytes.
 */
#include "config/config_key.h"
#include "stages/preprocess/folds.h"
#include "stages/preprocess/split_given.h"

#include "fuzz_main.h"
#include "fuzz_tree.h"

static const char *const names[] = {"layout.yaml", "layout.csv", "split.csv",
                                    NULL};
static const char *const pictures[] = {"cells/im_a/CROPPED/001_01.bmp",
                                       "cells/im_a/CROPPED/001_02.bmp",
                                       "cells/im_a/CROPPED/002_01.bmp",
                                       "cells/im_a/002.bmp",
                                       "cells/b/x.PNG",
                                       "cells/b/7_1-d.tif",
                                       "cells/c/y.webp",
                                       "parts/train/a/1.png",
                                       "parts/train/b /2.png",
                                       "parts/Val/b/3.png",
                                       "parts/test/c/4.png",
                                       "parts/test/5.png",
                                       "folds/a/fold1/1.png",
                                       "folds/a/fold_2/2.png",
                                       "folds/b/fold1/2.png",
                                       "folds/b/FOLD-3/3.png",
                                       NULL};

static void check_walk(const struct find_images *w)
{
    BUG_ON(w->n_class < 2 || w->n_class > CONFIG_CLASSES_MAX);
    for (int c = 0; c < w->n_class; c++)
        BUG_ON(!w->class_name[c][0] ||
               (c && strcmp(w->class_name[c - 1], w->class_name[c]) >= 0));
    for (size_t i = 0; i < w->n; i++)
        BUG_ON(w->file[i].label < 0 || w->file[i].label >= w->n_class ||
               (w->given[0] && w->file[i].split == SPLIT_NONE) ||
               !w->file[i].path[0] || !w->file[i].group[0] ||
               (i && strcmp(w->file[i - 1].path, w->file[i].path) >= 0));
}

static void split_all(const struct find_images *w)
{
    const struct split_args a = {w, .2, .2, 1, NULL};
    const struct folds_args f = {w, 3, true, 1, NULL};
    enum split *split = calloc(w->n + 1, sizeof(*split));
    int *fold = calloc(w->n + 1, sizeof(*fold));
    struct buf warnings = {0};
    struct err err = {0};

    BUG_ON(!split || !fold);
    BUG_ON(split_random(&a, split, &err) < 0 ||
           split_groups(&a, split, &err) < 0 ||
           folds_assign(&f, fold, &err) < 0);
    if (w->given[0])
        BUG_ON(split_given(&a, split, &warnings, &err) < 0);
    if (split_from_csv(w, fuzz_path("split.csv"), split, &err) == 0)
        for (size_t i = 0; i < w->n; i++)
            BUG_ON(split[i] >= SPLIT_NONE);
    else
        BUG_ON(err.code != ERR_USAGE);
    if (split_check(w, split, &warnings, &err) < 0)
        BUG_ON(err.code != ERR_USAGE);
    buf_release(&warnings);
    free(split);
    free(fold);
}

static void look_at(const char *root, const struct layout *l)
{
    struct find_images w;
    struct err err = {0};

    if (find_images_init(&w, fuzz_path(root), l, &err) == 0) {
        check_walk(&w);
        split_all(&w);
    } else {
        BUG_ON(err.code != ERR_USAGE);
    }
    find_images_release(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct config c;
    struct layout l;
    struct err err = {0};
    char *text;
    size_t n;

    fuzz_unpack(data, size, names);
    for (int i = 0; pictures[i]; i++)
        fuzz_put(pictures[i], "", 0);
    config_init(&c);
    if (file_read(fuzz_path("layout.yaml"), 4096, &text, &n, &err) == 0) {
        if (config_take_text(&c, "layout.yaml", text, n, &err) < 0)
            config_init(&c);
        free(text);
    }
    c.layout.group[0] = '\0';
    if (file_exists(fuzz_path("layout.csv")))
        snprintf(c.layout.csv, sizeof(c.layout.csv), "%s",
                 fuzz_path("layout.csv"));
    if (layout_init(&l, &c, &err) < 0) {
        BUG_ON(err.code != ERR_USAGE);
    } else {
        look_at("cells", &l);
        l.unnamed = true;
        look_at("parts", &l);
        l.folds = 3;
        look_at("folds", &l);
        layout_release(&l);
    }
    fuzz_clear();
    return 0;
}
