#include "run/plan_units.h"

#include "store/augmented_rows.h"

static int augmented_units(struct plan_units *u, const char *run_dir,
                           const struct config *c, struct err *err)
{
    struct augmented_rows src;

    if (augmented_rows_open(&src, run_dir, c->augment.variants, err) < 0)
        return -1;
    u->rows = augmented_rows_count(&src);
    u->each = plan_units_each(c);
    augmented_rows_close(&src);
    return 0;
}

/* At most so many cells are explained. */
static int explained_units(struct plan_units *u, const char *run_dir,
                           const struct config *c, const struct plan_step *step,
                           struct err *err)
{
    char dir[FILE_PATH_MAX];
    struct store data;
    enum split told;
    uint64_t most;
    int64_t cells;

    if (config_cells(c->explain.cells, &cells, err) < 0 ||
        file_path(dir, err, "%s/data", run_dir) < 0 ||
        store_open(&data, dir, err) < 0)
        return -1;
    if (store_use_fold(&data, step->fold, step->folds, err) < 0) {
        store_close(&data);
        return -1;
    }
    told = store_told_split(&data);
    for (size_t i = 0; i < data.n; i++)
        u->rows += store_label(&data, i) >= 0 && store_split(&data, i) == told;
    most = 2 * (uint64_t)c->explain.per_class * (uint64_t)data.n_class;
    if (cells < (int64_t)u->rows && u->rows > most + (uint64_t)cells)
        u->rows = most + (uint64_t)cells;
    store_close(&data);
    return 0;
}

int plan_units_of(struct plan_units *u, const char *run_dir,
                  const struct config *c, const struct plan_step *step,
                  struct err *err)
{
    *u = (struct plan_units){.each = 1};
    if (step->stage->division == STAGE_ROWS)
        return augmented_units(u, run_dir, c, err);
    if (step->stage->division == STAGE_FILES)
        return explained_units(u, run_dir, c, step, err);
    return 0;
}
