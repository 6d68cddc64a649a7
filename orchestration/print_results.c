/* print_results.c - from metrics.json and predictions.csv of each experiment */
#include "orchestration/print_results.h"

#include "base/json.h"
#include "evaluation/about_cells.h"
#include "evaluation/screening.h"
#include "evaluation/test_accuracy.h"

#include <stdio.h>

enum { METRICS_MAX_BYTES = 1 << 24 };

/* A JSON file of the run; NULL: it is not there, or damaged. */
static json_t *read_json(const char *run_dir, const char *dir, const char *name)
{
    char path[FILE_PATH_MAX];
    struct err err;

    return file_path(path, &err, "%s/%s/%s", run_dir, dir, name) == 0
               ? json_read(path, METRICS_MAX_BYTES, 0, &err)
               : NULL;
}

/* " (71.7 to 91.6, 15 groups)" */
static void print_interval(const struct grouped_share *s)
{
    if (s->basis == SHARE_NO_INTERVAL)
        return;
    printf(" (%.1f to %.1f", 100 * s->low, 100 * s->high);
    if (s->basis != SHARE_OVER_GROUPS)
        printf(", Wilson");
    if (s->basis != SHARE_WILSON)
        printf(", %zu group%s", s->groups, s->groups == 1 ? "" : "s");
    printf(")");
}

static void print_line(const char *name, const struct grouped_share *accuracy,
                       const struct screening *s)
{
    struct buf words = {0};

    if (accuracy->n == 0)
        return;
    printf("%-44s %5.1f %%", name, 100 * grouped_share_value(accuracy));
    print_interval(accuracy);
    if (s)
        screening_put_short(s, &words);
    if (words.len > 0)
        printf("\n    %s", words.data);
    printf("\n");
    buf_release(&words);
}

/* Evaluations of one experiment, in the order of the plan. */
static int list_folds(const struct plan *p, const struct plan_step *first,
                      const char *run_dir, char path[][FILE_PATH_MAX])
{
    struct err err;
    int n = 0;

    for (int i = 0; i < p->n_step && n < CONFIG_FOLDS_MAX; i++) {
        const struct plan_step *step = &p->step[i];

        if (step->stage->id == STAGE_EVALUATE &&
            plan_same_experiment(step, first) &&
            file_path(path[n], &err, "%s/%s/predictions.csv", run_dir,
                      step->dir) == 0 &&
            file_exists(path[n]))
            n++;
    }
    return n;
}

/* All folds together, behind the last. */
static void print_folds(const struct config *c, const struct plan *p,
                        const struct plan_step *last, const char *run_dir)
{
    char path[CONFIG_FOLDS_MAX][FILE_PATH_MAX];
    const char *of[CONFIG_FOLDS_MAX];
    char all[PLAN_NAME_MAX], name[PLAN_NAME_MAX + 32];
    struct screening s;
    struct err err;
    const int n = list_folds(p, last, run_dir, path);

    for (int i = 0; i < n; i++)
        of[i] = path[i];
    if (n < 1 || screening_read(&s, of, n, c, &err) < 0)
        return;
    experiment_name_pooled(all, last->experiment);
    snprintf(name, sizeof(name), "%s, %d of %d folds", all, n, last->folds);
    print_line(name, &s.accuracy, &s);
}

static void print_experiment(const struct config *c,
                             const struct plan_step *step, const char *run_dir)
{
    json_t *metrics = read_json(run_dir, step->dir, "metrics.json");
    char path[FILE_PATH_MAX];
    const char *of = path;
    struct grouped_share accuracy;
    struct screening s;
    const struct screening *seen = &s;
    struct err err;

    if (file_path(path, &err, "%s/%s/predictions.csv", run_dir, step->dir) <
            0 ||
        screening_read(&s, &of, 1, c, &err) < 0)
        seen = NULL;
    test_accuracy_read(&accuracy, metrics, seen);
    print_line(step->experiment, &accuracy, seen);
    json_decref(metrics);
}

/* The split that figures are of, as the first evaluation has it. */
static const char *told_split(const struct plan *p, const char *run_dir)
{
    const char *told = "test";
    json_t *metrics = NULL;

    for (int i = 0; i < p->n_step && !metrics; i++)
        if (p->step[i].stage->id == STAGE_EVALUATE)
            metrics = read_json(run_dir, p->step[i].dir, "metrics.json");
    if (metrics && !json_object_get(metrics, told) &&
        test_accuracy_part(metrics))
        told = "validation";
    json_decref(metrics);
    return told;
}

static void print_baseline(const char *run_dir, const char *told)
{
    json_t *root = read_json(run_dir, "data", "baseline.json");
    const json_t *test = json_object_get(root, told);

    if (json_is_number(test))
        printf("%-44s %5.1f %%\n", "baseline (size and mean colour alone)",
               100 * json_number_value(test));
    json_decref(root);
}

static void print_cells(const struct config *c, const char *run_dir)
{
    json_t *stats = read_json(run_dir, "data", "stats.json");
    const json_int_t n = json_integer_value(json_object_get(stats, "used"));
    struct buf b = {0};

    about_cells(c, n > 0 ? (size_t)n : 0, &b);
    printf("\n%s\n", b.data ? b.data : "");
    buf_release(&b);
    json_decref(stats);
}

void print_results(const struct config *c, const struct plan *p,
                   const char *run_dir)
{
    const char *told = told_split(p, run_dir);

    print_cells(c, run_dir);
    printf("\naccuracy on the %s split (95 %% interval), abnormal cells "
           "missed, others raised:\n",
           told);
    for (int i = 0; i < p->n_step; i++) {
        const struct plan_step *step = &p->step[i];

        if (step->stage->id != STAGE_EVALUATE)
            continue;
        print_experiment(c, step, run_dir);
        if (step->folds > 1 && step->fold == step->folds - 1)
            print_folds(c, p, step, run_dir);
    }
    print_baseline(run_dir, told);
    printf("\nreport: %s/report/index.html\n", run_dir);
}
