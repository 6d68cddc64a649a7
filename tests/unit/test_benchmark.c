/* test_benchmark.c - the committed folds of the benchmark, and those to choose
 * with */
#include "base/csv.h"
#include "base/file.h"
#include "stages/preprocess/fold_table.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS = 3230, CLASSES = 5, FOLDS = 5, INNER = 4, NAME = 64 };

#define DATA "../shared/data/sipakmed"

static const char *const class_name[CLASSES] = {"Dyskeratotic", "Koilocytotic",
                                                "Metaplastic", "Parabasal",
                                                "Superficial-Intermediate"};
static const size_t of_class[CLASSES] = {650, 659, 634, 629, 658};

struct row {
    char file[NAME], image[NAME]; /* image: its cluster image */
    int label, fold;
};

struct table {
    struct row row[CELLS];
    size_t n;
};

static struct table outer, inner;

static bool parse_row(struct row *r, const char *file, const char *fold)
{
    char name[NAME];
    int image, cell;

    snprintf(r->file, sizeof(r->file), "%s", file);
    if (sscanf(file, "im_%40[^/]/%3d_%2d.jpg", name, &image, &cell) != 3)
        return false;
    snprintf(r->image, sizeof(r->image), "%.40s/%03d", name, image);
    r->fold = store_fold_parse(fold);
    for (r->label = 0; r->label < CLASSES; r->label++)
        if (strcmp(name, class_name[r->label]) == 0)
            return true;
    return false;
}

static void read_table(struct table *t, const char *path)
{
    struct csv c;
    struct err err;
    int bad = 0;

    t->n = 0;
    if (!ok(csv_read(&c, path, &err) == 0 && c.n_row <= CELLS, path)) {
        printf("# %s\n", err.text);
        return;
    }
    for (size_t i = 0; i < c.n_row; i++)
        bad += !parse_row(&t->row[t->n++], csv_field(&c, i, 0),
                          csv_field(&c, i, 1));
    for (size_t i = 1; i < t->n; i++)
        bad += strcmp(t->row[i - 1].file, t->row[i].file) >= 0;
    ok(bad == 0, "  names im_CLASS/NNN_MM.jpg in order, each once");
    csv_release(&c);
}

static int by_image(const void *a, const void *b)
{
    const struct row *p = a, *q = b;

    return strcmp(p->image, q->image);
}

/* No cluster image, as its name tells, is in two folds; images and cells of
 * each class are spread evenly. */
static void check_folds(const struct table *t, int folds)
{
    static struct row sorted[CELLS];
    size_t cells[CLASSES][FOLDS] = {{0}}, images[FOLDS] = {0}, parted = 0;
    int uneven = 0;

    memcpy(sorted, t->row, t->n * sizeof(*sorted));
    qsort(sorted, t->n, sizeof(*sorted), by_image);
    for (size_t i = 0; i < t->n; i++) {
        const bool new_image =
            i == 0 || by_image(&sorted[i - 1], &sorted[i]) != 0;

        BUG_ON(sorted[i].fold < 0 || sorted[i].fold >= folds);
        parted += !new_image && sorted[i - 1].fold != sorted[i].fold;
        cells[sorted[i].label][sorted[i].fold]++;
        images[sorted[i].fold] += new_image;
    }
    ok(parted == 0, "  no cluster image is in two folds");
    for (int f = 1; f < folds; f++) {
        for (int c = 0; c < CLASSES; c++)
            uneven += abs((int)cells[c][f] - (int)cells[c][0]) > 1;
        uneven += abs((int)images[f] - (int)images[0]) > 8;
    }
    ok(uneven == 0, "  cells of a class differ by one, images by eight");
}

static void check_counts(void)
{
    size_t n[CLASSES] = {0}, at = 0;
    int wrong = 0;

    for (size_t i = 0; i < outer.n; i++)
        n[outer.row[i].label]++;
    ok(outer.n == CELLS && memcmp(n, of_class, sizeof(n)) == 0,
       "3,230 cells, of each class as many as the data have");
    for (size_t i = 0; i < outer.n; i++) {
        if (outer.row[i].fold == 0)
            continue;
        wrong +=
            at >= inner.n || strcmp(outer.row[i].file, inner.row[at].file) != 0;
        at++;
    }
    ok(wrong == 0 && at == inner.n,
       "inner folds have the cells that fold 0 does not test");
}

static void check_files(void)
{
    char path[FILE_PATH_MAX];
    int missing = 0;

    if (!file_exists(DATA)) {
        ok(true, "skipped: the cells are not in " DATA);
        return;
    }
    for (size_t i = 0; i < outer.n; i++) {
        snprintf(path, sizeof(path), DATA "/%s", outer.row[i].file);
        missing += !file_exists(path);
    }
    ok(missing == 0, "every file is in " DATA);
}

static void check_config(const char *path, int folds)
{
    struct config *c = calloc(1, sizeof(*c));
    struct err err = {0};

    BUG_ON(!c);
    if (!ok(config_read(c, path, NULL, 0, &err) == 0 && fold_table_wanted(c) &&
                fold_table_take(NULL, c, &err) == 0 && c->split.folds == folds,
            path))
        printf("# %s\n", err.text);
    ok(config_folds_validate(c) == (folds == INNER),
       folds == INNER ? "  whose folds validate" : "  whose folds test");
    free(c);
}

/* Does what is given to users train as what was measured, but for networks and
 * seeds? */
static void check_recipe(const char *path, const char *network,
                         enum view_choice views)
{
    struct config *c = calloc(2, sizeof(*c));
    struct err err = {0};

    BUG_ON(!c);
    works(config_read(&c[0], path, NULL, 0, &err) == 0 &&
              config_read(&c[1], "configs/benchmark.yaml", NULL, 0, &err) == 0,
          err, path);
    ok(c[0].train.networks.n == 1 &&
           !strcmp(c[0].train.networks.word[0], network),
       "  its network");
    c[0].train.networks = c[1].train.networks;
    c[0].train.seeds = c[1].train.seeds;
    ok(memcmp(&c[0].preprocess, &c[1].preprocess, sizeof(c->preprocess)) == 0 &&
           c[0].inputs.size == c[1].inputs.size &&
           c[0].augment.variants == c[1].augment.variants &&
           memcmp(&c[0].train, &c[1].train, sizeof(c->train)) == 0,
       "  trains as the benchmark does");
    ok(c[0].evaluate.model == c[1].evaluate.model &&
           c[0].evaluate.views == views &&
           c[0].evaluate.sensitivity == c[1].evaluate.sensitivity,
       "  and is evaluated so");
    free(c);
}

int main(void)
{
    read_table(&outer, "configs/benchmark/folds.csv");
    check_folds(&outer, FOLDS);
    read_table(&inner, "configs/benchmark/inner.csv");
    check_folds(&inner, INNER);
    check_counts();
    check_files();
    check_config("configs/benchmark.yaml", FOLDS);
    check_config("configs/benchmark/plain.yaml", FOLDS);
    check_config("configs/benchmark/search.yaml", INNER);
    check_recipe("configs/single.yaml", "densenet169", VIEWS_ALL);
    check_recipe("configs/best.yaml", "densenet169", VIEWS_ALL);
    check_recipe("configs/fast.yaml", "mobilenetv2", VIEWS_ONE);
    return tap_done();
}
