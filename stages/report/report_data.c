#include "stages/report/report_data.h"

#include "config/regime.h"
#include "stages/report/report_counts.h"
#include "stages/report/report_headline.h"
#include "stages/report/report_screening.h"

#include <stdio.h>
#include <stdlib.h>

const json_t *report_baseline(const struct report_data *d,
                              const struct report_experiment *e)
{
    const json_t *folds = report_json_at(d->baseline.root, "folds");
    const json_t *one = json_array_get(folds, (size_t)e->train->fold);

    return e->train->folds > 1 && one ? one : d->baseline.root;
}

/* --- all ------------------------------------------------------------------ */

const char *report_table_name(enum report_table t)
{
    static const char *const name[REPORT_TABLES] = {
#define MAP_TABLE(kind, word) #word,
#include "config/map_tables.def"
#undef MAP_TABLE
    };

    return name[t];
}

static void read_explanations(struct report_experiment *e, const char *run_dir)
{
    const char *dir = e->explain->dir;
    char name[64];

    report_csv_read(&e->scores, run_dir, dir, "scores.csv");
    report_csv_read(&e->concepts, run_dir, dir, "concepts.csv");
    report_csv_read(&e->concept_means, run_dir, dir, "concept_means.csv");
    for (int t = 0; t < REPORT_TABLES; t++) {
        snprintf(name, sizeof(name), "%s.csv",
                 report_table_name((enum report_table)t));
        report_csv_read(&e->figures[t], run_dir, dir, name);
    }
}

static void read_experiment(struct report_experiment *e,
                            const struct report_data *d,
                            const struct plan_step *head)
{
    e->train = head;
    e->name = head->experiment;
    for (int i = 0; i < d->plan->n_step; i++) {
        const struct plan_step *step = &d->step[i];

        if (strcmp(step->experiment, e->name) != 0)
            continue;
        if (step->stage->id == STAGE_EVALUATE)
            e->evaluate = step;
        if (step->stage->id == STAGE_EXPLAIN)
            e->explain = step;
    }
    if (head == e->evaluate)
        snprintf(e->history.why, sizeof(e->history.why),
                 "an ensemble is not trained");
    else
        report_csv_read(&e->history, d->run_dir, head->dir, "history.csv");
    snprintf(e->metrics.why, sizeof(e->metrics.why), "not in the plan");
    snprintf(e->scores.why, sizeof(e->scores.why), "not in the plan");
    if (e->evaluate)
        report_json_read(&e->metrics, d->run_dir, e->evaluate->dir,
                         "metrics.json");
    if (e->evaluate)
        report_csv_read(&e->errors, d->run_dir, e->evaluate->dir, "errors.csv");
    if (e->evaluate)
        report_csv_read(&e->neighbours, d->run_dir, e->evaluate->dir,
                        "neighbours.csv");
    if (e->explain)
        read_explanations(e, d->run_dir);
}

/* Does the plan look at what training 'n' makes?  Else it is there for another
 * one that goes on from it. */
static bool is_looked_at(const struct report_data *d, const struct plan_step *n)
{
    for (int i = 0; i < d->plan->n_step; i++) {
        const struct plan_step *s = &d->step[i];

        if ((s->stage->id == STAGE_EVALUATE || s->stage->id == STAGE_EXPLAIN) &&
            strcmp(s->experiment, n->experiment) == 0)
            return true;
    }
    return false;
}

/* Does 'n' stand for an experiment: a training, or an ensemble's evaluation? */
static bool is_head(const struct report_data *d, const struct plan_step *n)
{
    return n->ensemble || (n->stage->id == STAGE_TRAIN && is_looked_at(d, n));
}

static int read_experiments(struct report_data *d, struct err *err)
{
    const struct plan *p = d->plan;

    d->experiment = calloc((size_t)p->n_step + 1, sizeof(*d->experiment));
    if (!d->experiment)
        return err_set(err, ERR_SYSTEM, "no memory for %d experiments",
                       p->n_step);
    for (int i = 0; i < p->n_step; i++)
        if (is_head(d, &d->step[i]))
            read_experiment(&d->experiment[d->n_experiment++], d, &d->step[i]);
    report_screening_read(d);
    d->best = headline_choose(d);
    if (report_cells_read(d, err) < 0 || report_maps_choose(d, err) < 0)
        return -1;
    return report_pictures_choose(d, err);
}

/* The folds that the data were dealt to. */
static int folds_of(const struct report_data *d)
{
    return d->index.there && csv_column(&d->index.csv, "fold") >= 0
               ? (int)d->config->split.folds
               : 1;
}

/* Nothing is read of results of another configuration. */
static int choose_steps(struct report_data *d, struct err *err)
{
    const int n = d->plan->n_step;

    d->step = calloc((size_t)n + 1, sizeof(*d->step));
    if (!d->step)
        return err_set(err, ERR_SYSTEM, "no memory for %d steps", n);
    for (int i = 0; i < n; i++) {
        d->step[i] = d->plan->step[i];
        if (d->step[i].stale)
            snprintf(d->step[i].dir, sizeof(d->step[i].dir),
                     "(of another configuration)/%.200s", d->step[i].name);
    }
    return 0;
}

/* Where the output of a step without an experiment is; NULL: the plan has no
 * such step. */
static const char *dir_of(const struct report_data *d, enum stage_id stage)
{
    for (int i = 0; i < d->plan->n_step; i++)
        if (d->step[i].stage->id == stage)
            return d->step[i].dir;
    return NULL;
}

/* The index of stored variants; nothing of those that were left by a plan that
 * had some. */
static void read_augment(struct report_data *d)
{
    const char *augment = dir_of(d, STAGE_AUGMENT);

    if (augment)
        report_csv_read(&d->augment, d->run_dir, augment, "index.csv");
    else
        snprintf(d->augment.why, sizeof(d->augment.why), "not in the plan");
}

int report_data_read(struct report_data *d, struct err *err)
{
    if (choose_steps(d, err) < 0)
        return -1;
    d->data_dir = dir_of(d, STAGE_PREPROCESS);
    if (!d->data_dir)
        d->data_dir = "data";
    report_csv_read(&d->index, d->run_dir, d->data_dir, "index.csv");
    read_augment(d);
    report_json_read(&d->baseline, d->run_dir, d->data_dir, "baseline.json");
    report_json_read(&d->stats, d->run_dir, d->data_dir, "stats.json");
    d->counts.folds = folds_of(d);
    if (d->counts.folds > 1)
        d->counts.fold_use = store_fold_use(&d->index.csv);
    report_counts_classes(&d->counts, &d->index);
    report_counts_reasons(&d->aside, &d->index, "file");
    report_counts_reasons(&d->augment_aside, &d->augment, "source");
    if (report_counts_shared(&d->counts, &d->index, err) == 0 &&
        read_experiments(d, err) == 0)
        return 0;
    report_data_release(d);
    return -1;
}

void report_data_release(struct report_data *d)
{
    for (int i = 0; i < d->n_experiment; i++) {
        json_decref(d->experiment[i].metrics.root);
        free(d->experiment[i].screening);
        free(d->experiment[i].pooled);
        csv_release(&d->experiment[i].history.csv);
        csv_release(&d->experiment[i].errors.csv);
        report_cells_release(&d->experiment[i].cells);
        report_maps_release(&d->experiment[i].maps);
        csv_release(&d->experiment[i].scores.csv);
        csv_release(&d->experiment[i].neighbours.csv);
        csv_release(&d->experiment[i].concepts.csv);
        csv_release(&d->experiment[i].concept_means.csv);
        for (int t = 0; t < REPORT_TABLES; t++)
            csv_release(&d->experiment[i].figures[t].csv);
    }
    report_pictures_release(&d->pictures);
    free(d->experiment);
    free(d->step);
    csv_release(&d->index.csv);
    csv_release(&d->augment.csv);
    json_decref(d->baseline.root);
    json_decref(d->stats.root);
    *d = (struct report_data){0};
}

bool report_weighs_votes(const struct report_data *d,
                         const struct report_experiment *e)
{
    return report_is_ensemble(e) &&
           strcmp(e->train->network, "weighted_vote") == 0 &&
           strcmp(d->config->evaluate.ensemble_weights, "auto") == 0;
}

static bool step_leaks(const struct report_data *d,
                       const struct plan_step *step)
{
    struct err unknown;
    const struct regime *r = regime_find(step->regime, &unknown);
    struct config own;

    plan_step_config(&own, d->config, step);
    return r && regime_leaks(r, &own);
}

bool report_leaks(const struct report_data *d,
                  const struct report_experiment *e)
{
    const struct plan_step *step = e->train;
    bool leaks = step_leaks(d, step);

    for (int i = 0; step->ensemble && i < step->n_input; i++)
        leaks = leaks || step_leaks(d, &d->plan->step[step->input[i]]);
    return leaks;
}
