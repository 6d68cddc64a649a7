/*
 * papline-preprocess - from a directory of pictures to an image store
 *
 *     reads    dataset.path, or the drawn cells if some are drawn
 *     writes   RUN/data: images.npy, labels.npy, index.csv, classes.txt,
 *              contours.csv if there are contours, stats.json,
 *              baseline.json
 */
#include "base/log.h"
#include "run/dataset_hash.h"
#include "run/output.h"
#include "run/table_hash.h"
#include "stages/preprocess/preprocess.h"
#include "worker/stage.h"

#include <math.h>
#include <string.h>

static bool report_progress(void *self, size_t done, size_t total)
{
    struct stage_link *link = self;

    stage_progress(link, (double)done, (double)total, "");
    return !stage_stopping(link);
}

/* Where the pictures are: in the output of the step before, if there is one. */
static int find_dataset(const struct unit *u, char path[FILE_PATH_MAX],
                        struct err *err)
{
    if (u->step->n_input > 0)
        return file_path(path, err, "%s/%s", u->run_dir,
                         u->plan->step[u->step->input[0]].dir);
    return file_path(path, err, "%s", u->config->dataset.path);
}

/* What one should know before anything is trained. */
static void log_summary(const struct preprocess_summary *s)
{
    log_info("%zu pictures, %zu set aside, %zu duplicates, %zu near "
             "duplicates, %zu of odd size or brightness, %zu other files "
             "ignored",
             s->n, s->n_aside, s->n_duplicate, s->n_near, s->n_odd,
             s->n_ignored);
    if (s->n_pair > 0)
        log_info("%zu of %zu pairs that look alike bear different labels",
                 s->n_pair_class, s->n_pair);
    if (s->families.n > 0)
        log_info("%zu families of what looks alike stay together, the largest "
                 "of %zu pictures",
                 s->families.n, s->families.most_cells);
    log_lines(s->classes.data, false);
    if (isfinite(s->baseline))
        log_info("size and mean colour alone tell %.1f %% of the test %s",
                 100 * s->baseline, s->folds ? "cells of all folds" : "split");
    log_lines(s->warnings.data, true);
}

/* An empty directory to write to: it is quicker to read all again than to find
 * out what a killed process had finished. */
static int begin_output(const struct unit *u, char out[FILE_PATH_MAX],
                        struct err *err)
{
    bool resumed;

    if (output_begin(u->run_dir, u->step, out, &resumed, err) < 0)
        return -1;
    if (!resumed)
        return 0;
    if (file_dir_remove(out, err) < 0)
        return -1;
    return output_begin(u->run_dir, u->step, out, &resumed, err);
}

static int check_file(const char *what, const char *path, const char *planned,
                      struct err *err)
{
    char hex[HASH_HEX];

    if (!planned[0])
        return 0;
    if (table_hash(path, hex, err) < 0)
        return -1;
    return strcmp(hex, planned) == 0
               ? 0
               : err_set(err, ERR_USAGE,
                         "%s '%.300s' changed while it was read; run again",
                         what, path);
}

/* What was read must be what the plan was made of, or it would be sealed
 * under a content hash that is not its own. */
static int check_sources(const struct unit *u, struct err *err)
{
    const struct config *c = u->config;
    char cache[FILE_PATH_MAX], hex[HASH_HEX];

    if (check_file("split.csv", config_split_csv(c), u->plan->csv, err) < 0 ||
        check_file("layout.csv", c->layout.csv, u->plan->table, err) < 0)
        return -1;
    if (!u->plan->dataset[0])
        return 0;
    if (file_path(cache, err, "%s/dataset-hashes.csv", u->run_dir) < 0 ||
        dataset_hash(c->dataset.path, c->layout.csv[0], cache, hex, err) < 0)
        return -1;
    return strcmp(hex, u->plan->dataset) == 0
               ? 0
               : err_set(
                     err, ERR_USAGE,
                     "the data set '%.300s' is not what it was when the run "
                     "started; run again",
                     c->dataset.path);
}

static int handle(void *self, const struct unit *u, struct err *err)
{
    char dataset[FILE_PATH_MAX], out[FILE_PATH_MAX];
    struct preprocess_args args = {
        .dataset = dataset,
        .out = out,
        .config = u->config,
        .each = report_progress,
        .self = u->link,
    };
    struct preprocess_summary summary = {0};
    int rc = -1;

    (void)self;
    if (find_dataset(u, dataset, err) == 0 && begin_output(u, out, err) == 0)
        rc = preprocess_run(&args, &summary, err);
    if (rc == 0)
        rc = check_sources(u, err);
    if (rc == 0) {
        log_summary(&summary);
        rc = output_commit(u->run_dir, u->step, err);
    }
    preprocess_summary_release(&summary);
    return rc;
}

int main(int argc, char **argv)
{
    static const struct stage stage = {
        .id = STAGE_PREPROCESS,
        .summary = "find, decode, check, resize and split the pictures",
        .handle = handle,
    };

    return stage_main(&stage, argc, argv);
}
