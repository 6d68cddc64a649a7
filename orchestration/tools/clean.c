#include "orchestration/tools/clean.h"

#include "run/leftovers.h"
#include "run/run.h"

#include <stdlib.h>

/* One line each; returns what they hold in all. */
static int clean_all(FILE *out, const struct leftovers *l, const char *run_dir,
                     bool dry, struct err *err)
{
    double bytes = 0;
    size_t kept = 0;

    for (size_t i = 0; i < l->n; i++) {
        const struct leftover *item = &l->item[i];

        if (!dry && leftovers_remove(item, run_dir, &kept, err) < 0)
            return -1;
        bytes += item->bytes;
        fprintf(out, "%-44s %6zu file%s %9.1f MB  %s\n", item->dir, item->files,
                item->files == 1 ? " " : "s", item->bytes / 1e6, item->why);
        if (kept > 0)
            fprintf(out, "%-44s %6zu file%s left: not made by papline\n",
                    item->dir, kept, kept == 1 ? " " : "s");
    }
    fprintf(out, "%zu folder%s, %.1f MB %s\n", l->n, l->n == 1 ? "" : "s",
            bytes / 1e6, dry ? "would be removed" : "removed");
    return 0;
}

int clean_run(FILE *out, const char *run_dir, bool dry, struct err *err)
{
    struct run_state *run = calloc(1, sizeof(*run));
    struct leftovers l = {0};
    int rc = -1;

    if (!run)
        return err_set(err, ERR_SYSTEM, "no memory for the run");
    if (run_load(run, run_dir, err) == 0 && run_lock_all(run, err) == 0 &&
        plan_refresh(&run->plan, run_dir, false, err) == 0 &&
        leftovers_find(&l, run_dir, &run->config, &run->plan, err) == 0)
        rc = clean_all(out, &l, run_dir, dry, err);
    leftovers_release(&l);
    run_release(run);
    free(run);
    return rc;
}
