/*
 * test_benchmark_results.c - the stored predictions of the benchmark: each cell
 * is tested once, in its fold, and figures are those that are told of them;
 * of a recipe that is unfinished, of the folds that there are
 */
#include "base/csv.h"
#include "base/file.h"
#include "orchestration/tools/score.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

#define RESULTS "tests/bench/results"
#define FOLDS   "configs/benchmark/folds.csv"

enum { CELLS = 3230, N_FOLD = 5, WHOLE = 5 /* recipes, at least */ };

static struct score_source from;
static struct score s;
static struct csv folds;
static char *readme;
static int whole; /* recipes with all folds */

/* The fold that FOLDS gives a file; -1: none. */
static int fold_of(const char *file)
{
    size_t low = 0, high = folds.n_row;

    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        const int order = strcmp(file, csv_field(&folds, mid, 0));

        if (order == 0)
            return atoi(csv_field(&folds, mid, 1));
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return -1;
}

/* Cells that this fold tests. */
static size_t count_cells(int fold)
{
    size_t n = 0;

    for (size_t i = 0; i < folds.n_row; i++)
        n += atoi(csv_field(&folds, i, 1)) == fold;
    return n;
}

/* Cells of a fold's table that are not tested or validated where they are to
 * be: fold f tests, the next one validates. */
static int misplaced(const char *path, int fold)
{
    static const enum split splits[] = {SPLIT_TEST, SPLIT_VALIDATION};
    int wrong = 0;

    for (int k = 0; k < 2; k++) {
        struct predictions p;
        struct err err;

        if (predictions_read(&p, path, splits[k], &err) < 0)
            return 1;
        for (size_t i = 0; i < p.o.n; i++)
            wrong += fold_of(p.file[i]) != (fold + k) % N_FOLD;
        predictions_release(&p);
    }
    return wrong;
}

static void check_recipe(const char *name, const struct config *config)
{
    char path[FILE_PATH_MAX], row[256];
    struct err err = {0};
    size_t cells = 0;
    int wrong = 0;

    BUG_ON(file_path(path, &err, RESULTS "/%s", name) < 0);
    if (!works(score_find(&from, path, &err) == 0 &&
                   score_read(&s, &from, config, &err) == 0,
               err, path))
        return;
    for (int i = 0; i < from.n; i++) {
        wrong += misplaced(from.path[i], from.fold[i]);
        cells += count_cells(from.fold[i]);
    }
    ok(s.cells.o.n == cells && s.split == SPLIT_TEST,
       "  has every cell of its folds once");
    ok(wrong == 0, "  where the benchmark has it");
    whole += cells == CELLS;
    snprintf(row, sizeof(row), "| `%s`%s | %.2f %% (", name,
             from.n == N_FOLD ? "" : ", unfinished",
             100 * grouped_share_value(&s.screening.accuracy));
    if (!ok(strstr(readme, row) != NULL, "  its accuracy is told"))
        printf("# not in " RESULTS "/README.md: %s\n", row);
    score_release(&s);
}

int main(void)
{
    static struct config config;
    struct err err = {0};
    char **name;
    size_t n = 0, size;

    config_init(&config);
    BUG_ON(csv_read(&folds, FOLDS, &err) < 0 ||
           file_read(RESULTS "/README.md", 1 << 20, &readme, &size, &err) < 0 ||
           file_dir_list(RESULTS, &name, &n, &err) < 0);
    for (size_t i = 0; i < n; i++)
        if (strcmp(name[i], "README.md") != 0)
            check_recipe(name[i], &config);
    ok(whole >= WHOLE, "there are predictions of all folds");
    file_dir_list_free(name, n);
    csv_release(&folds);
    free(readme);
    return tap_done();
}
