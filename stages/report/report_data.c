#include "stages/report/report_data.h"

#include "config/regime.h"
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

/* --- the index ------------------------------------------------------------ */

static bool is_ok(const char *status)
{
    return strcmp(status, "ok") == 0 || status[0] == '\0';
}

static int order_reasons(const void *a, const void *b)
{
    const struct report_reason *p = a, *q = b;

    if (p->n != q->n)
        return p->n > q->n ? -1 : 1;
    return strcmp(p->text, q->text);
}

/* Why samples were set aside, the most frequent reason first. */
static void count_reasons(struct report_reasons *r, const struct report_csv *c,
                          const char *name_column)
{
    for (size_t i = 0; i < c->csv.n_row; i++) {
        const char *status = report_field(c, i, "status");
        int j = 0;

        if (is_ok(status))
            continue;
        r->n++;
        while (j < r->n_list && strcmp(r->list[j].text, status) != 0)
            j++;
        if (j == REPORT_REASONS_MAX) {
            r->n_other++;
            continue;
        }
        if (j == r->n_list)
            r->list[r->n_list++] = (struct report_reason){
                status, report_field(c, i, name_column), 0};
        r->list[j].n++;
    }
    qsort(r->list, (size_t)r->n_list, sizeof(r->list[0]), order_reasons);
}

static int order_classes(const void *a, const void *b)
{
    const struct report_class *p = a, *q = b;

    return strcmp(p->name, q->name);
}

/* The part of a row, -1: none. */
static int part_of(const struct report_csv *c, size_t row, int folds)
{
    const enum split s = store_split_parse(report_field(c, row, "split"));
    const double fold = report_number(c, row, "fold");

    if (!is_ok(report_field(c, row, "status")) || s == SPLIT_NONE)
        return -1;
    if (folds < 2)
        return (int)s;
    return fold >= 0 && fold < folds ? (int)fold : -1;
}

static void count_cell(struct report_class *c, int part, int folds, bool ok)
{
    if (!ok)
        c->set_aside++;
    else if (part >= 0 && folds > 1)
        c->fold[part]++;
    else if (part >= 0)
        c->split[part]++;
}

static void count_classes(struct report_counts *n, const struct report_csv *c)
{
    for (size_t i = 0; i < c->csv.n_row; i++) {
        const char *name = report_label(c, i);
        const bool ok = is_ok(report_field(c, i, "status"));
        const int part = part_of(c, i, n->folds);
        int j = 0;

        while (j < n->n_class && strcmp(n->of[j].name, name) != 0)
            j++;
        if (j == CONFIG_CLASSES_MAX)
            continue;
        if (j == n->n_class)
            n->of[n->n_class++].name = name;
        count_cell(&n->of[j], part, n->folds, ok);
        count_cell(&n->all, part, n->folds, ok);
    }
    n->tests = n->fold_use == FOLDS_VALIDATE ? 0
               : n->folds > 1                ? report_used(&n->all)
                                             : n->all.split[SPLIT_TEST];
    n->untested = n->tests == 0 && (n->fold_use == FOLDS_VALIDATE ||
                                    n->all.split[SPLIT_VALIDATION] > 0);
    qsort(n->of, (size_t)n->n_class, sizeof(n->of[0]), order_classes);
}

size_t report_cells(const struct report_counts *n, const struct report_class *c,
                    int fold, enum split s)
{
    size_t sum = 0;

    if (n->folds < 2)
        return c->split[s];
    for (int f = 0; f < n->folds; f++)
        sum += store_fold_split(f, fold, n->folds, n->fold_use) == s
                   ? c->fold[f]
                   : 0;
    return sum;
}

size_t report_used(const struct report_class *c)
{
    size_t sum = 0;

    for (int s = 0; s < SPLIT_NONE; s++)
        sum += c->split[s];
    for (int f = 0; f < CONFIG_FOLDS_MAX; f++)
        sum += c->fold[f];
    return sum;
}

/* --- what rows share: the same bytes, the same group ---------------------- */

struct shared_row {
    const char *key, *class_name, *file;
    int part; /* fold or split */
};

enum { PARTS_MAX = (int)CONFIG_FOLDS_MAX };

_Static_assert((int)PARTS_MAX >= (int)SPLIT_NONE, "splits are parts");

static int order_shared(const void *a, const void *b)
{
    const struct shared_row *p = a, *q = b;
    const int key = strcmp(p->key, q->key);

    return key ? key : strcmp(p->class_name, q->class_name);
}

/* Usable rows whose 'column' is not empty. */
static size_t list_shared(struct shared_row *list, const struct report_csv *c,
                          const char *column, int folds)
{
    size_t n = 0;

    for (size_t i = 0; i < c->csv.n_row; i++) {
        const struct shared_row s = {
            report_field(c, i, column), report_label(c, i),
            report_field(c, i, "file"), part_of(c, i, folds)};

        if (s.key[0] && s.part >= 0)
            list[n++] = s;
    }
    return n;
}

/* Rows list[0 .. n-1] are one file's copies. */
static void count_twins(struct report_counts *c, const struct shared_row *list,
                        size_t n)
{
    bool other_part = false, other_class = false;

    for (size_t i = 1; i < n; i++) {
        if (list[i].part != list[0].part) {
            other_part = true;
            if (!c->twin[0]) {
                c->twin[0] = list[0].file;
                c->twin[1] = list[i].file;
            }
        }
        other_class =
            other_class || strcmp(list[i].class_name, list[0].class_name) != 0;
    }
    c->twins += other_part ? n : 0;
    c->conflicts += other_class ? n : 0;
}

/* Cells of part 'p' that tell figures of what members in 'in' trained. */
static size_t count_leaked(const struct report_counts *c, const size_t *in,
                           size_t n, int p)
{
    if (c->fold_use == FOLDS_VALIDATE)
        return n > in[p] ? in[p] : 0;
    if (c->folds < 2)
        return p == (c->untested ? SPLIT_VALIDATION : SPLIT_TEST) &&
                       in[SPLIT_TRAIN]
                   ? in[p]
                   : 0;
    return n > in[p] + in[(p + 1) % c->folds] ? in[p] : 0;
}

/* Rows list[0 .. n-1] are one group. */
static void count_group(struct report_counts *c, const struct shared_row *list,
                        size_t n)
{
    size_t in[PARTS_MAX] = {0};
    int parts = 0;

    for (size_t i = 0; i < n; i++)
        in[list[i].part]++;
    for (int p = 0; p < PARTS_MAX; p++) {
        parts += in[p] > 0;
        c->leaked += in[p] ? count_leaked(c, in, n, p) : 0;
    }
    c->shared_groups += parts > 1;
}

static int count_shared(struct report_counts *c, const struct report_csv *index,
                        struct err *err)
{
    struct shared_row *list = calloc(index->csv.n_row + 1, sizeof(*list));
    size_t n, end;

    if (!list)
        return err_set(err, ERR_SYSTEM, "no memory for %zu rows",
                       index->csv.n_row);
    n = list_shared(list, index, "sha256", c->folds);
    qsort(list, n, sizeof(*list), order_shared);
    for (size_t i = 0; i < n; i = end) {
        for (end = i + 1; end < n && strcmp(list[end].key, list[i].key) == 0;)
            end++;
        count_twins(c, list + i, end - i);
    }
    n = list_shared(list, index, "group", c->folds);
    qsort(list, n, sizeof(*list), order_shared);
    for (size_t i = 0; i < n; i = end) {
        for (end = i + 1; end < n && strcmp(list[end].key, list[i].key) == 0;)
            end++;
        count_group(c, list + i, end - i);
    }
    free(list);
    return 0;
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
    count_classes(&d->counts, &d->index);
    count_reasons(&d->aside, &d->index, "file");
    count_reasons(&d->augment_aside, &d->augment, "source");
    if (count_shared(&d->counts, &d->index, err) == 0 &&
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
