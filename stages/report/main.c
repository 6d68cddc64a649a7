/*
 * papline-report - one page of everything about a run
 *
 *     reads    all that the run has made so far, and its journal
 *     writes   RUN/report (report.h)
 */
#include "base/log.h"
#include "run/output.h"
#include "stages/report/report.h"
#include "worker/stage.h"

#include <stdlib.h>

/* Which outputs are there, but are not those of the plan?  Returns the plan's
 * steps with 'stale' filled in, which the caller frees. */
static struct plan_step *find_stale(const char *run_dir, const struct plan *p,
                                    struct err *err)
{
    struct plan_step *step = calloc((size_t)p->n_step + 1, sizeof(*step));

    if (!step)
        err_set(err, ERR_SYSTEM, "no memory for %d steps", p->n_step);
    for (int i = 0; step && i < p->n_step; i++) {
        step[i] = p->step[i];
        step[i].stale = step[i].stage->id != STAGE_REPORT &&
                        output_is_sealed(run_dir, &step[i]) &&
                        !output_is_current(run_dir, &step[i]);
    }
    return step;
}

static int write_report(const struct unit *u, const char *dir, struct err *err)
{
    struct plan seen = *u->plan;
    int rc;

    seen.step = find_stale(u->run_dir, u->plan, err);
    if (!seen.step)
        return -1;
    rc = report_write(u->run_dir, u->config, &seen, dir, err);
    free(seen.step);
    return rc;
}

/* The page of whatever there is. */
static int handle(void *self, const struct unit *u, struct err *err)
{
    struct plan_step sealed = *u->step;
    char dir[FILE_PATH_MAX];
    struct err lacks = {0};
    bool resumed;

    (void)self;
    if (output_check_inputs(u->run_dir, u->step, &lacks) < 0)
        sealed = output_lacking_inputs(u->step);
    if (output_begin(u->run_dir, &sealed, dir, &resumed, err) < 0 ||
        write_report(u, dir, err) < 0 ||
        output_commit(u->run_dir, &sealed, err) < 0)
        return -1;
    log_info("%s/%s/index.html", u->run_dir, u->step->dir);
    return 0;
}

int main(int argc, char **argv)
{
    static const struct stage stage = {
        .id = STAGE_REPORT,
        .summary = "write one page of all that a run has made",
        .handle = handle,
    };

    return stage_main(&stage, argc, argv);
}
