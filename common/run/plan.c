/* plan.c - from the configuration to steps and their content hashes */
#include "run/plan.h"

#include "config/regime.h"
#include "config/variants.h"
#include "run/plan_check.h"
#include "run/plan_content.h"
#include "run/plan_ensembles.h"
#include "run/plan_hashes.h"
#include "run/plan_params.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void plan_output_dir(const char *name, char dir[PLAN_NAME_MAX])
{
    char word[PLAN_NAME_MAX];
    const struct stage_row *row;

    snprintf(word, sizeof(word), "%.*s", (int)strcspn(name, "/"), name);
    row = stage_table_find(word);
    BUG_ON(!row);
    snprintf(dir, PLAN_NAME_MAX, "%s", row->dir ? row->dir : name);
}

bool plan_is_output(const char *dir)
{
    for (size_t i = 0; i < STAGE_COUNT; i++) {
        const struct stage_row *row = &stage_table[i];
        const size_t n = strlen(row->word);

        if (row->dir ? strcmp(dir, row->dir) == 0
                     : strncmp(dir, row->word, n) == 0 && dir[n] == '/' &&
                           dir[n + 1] && !strchr(dir + n + 1, '/'))
            return true;
    }
    return false;
}

/* --- building ------------------------------------------------------------- */

/* What all steps have in common while a plan is made. */
struct builder {
    struct plan *plan;       /* borrowed */
    const struct config *c;  /* borrowed */
    const char *run_dir;     /* borrowed */
    struct config *own;      /* owned: of each variant */
    int draw, data, augment; /* positions of steps, -1: none */
};

void plan_step_config(struct config *out, const struct config *c,
                      const struct plan_step *step)
{
    if (*step->variant)
        variants_config(out, c, step->variant);
    else
        *out = *c;
}

bool plan_same_experiment(const struct plan_step *a, const struct plan_step *b)
{
    return strcmp(a->network, b->network) == 0 &&
           strcmp(a->regime, b->regime) == 0 &&
           strcmp(a->variant, b->variant) == 0 && a->seed == b->seed;
}

void plan_step_way(char out[PLAN_NAME_MAX], const struct plan_step *step)
{
    snprintf(out, PLAN_NAME_MAX, "%s%s%s", step->regime,
             *step->variant ? ", " : "", step->variant);
}

/* "mobilenetv2-scratch-s1", and "-f0" where there are folds. */
static void name_experiment(char name[PLAN_NAME_MAX],
                            const struct plan_experiment *e)
{
    struct experiment_name n =
        experiment_name_of(e->network, e->regime->name, e->variant, e->seed);

    n.fold = e->folds > 1 ? e->fold : EXPERIMENT_NO_FOLD;
    experiment_name_make(name, &n);
}

static int no_memory(struct err *err)
{
    return err_set(err, ERR_SYSTEM, "no memory for the plan");
}

static void name_step(struct plan_step *step, const struct plan_experiment *e)
{
    const struct stage_row *row = step->stage;

    snprintf(step->name, sizeof(step->name), "%s", row->word);
    if (row->dir)
        snprintf(step->dir, sizeof(step->dir), "%s", row->dir);
    if (!e)
        return;
    snprintf(step->network, sizeof(step->network), "%s", e->network);
    if (e->regime) {
        snprintf(step->regime, sizeof(step->regime), "%s", e->regime->name);
        snprintf(step->variant, sizeof(step->variant), "%s", e->variant);
        step->seed = e->seed;
        step->fold = e->fold;
        step->folds = e->folds;
        name_experiment(step->experiment, e);
    }
    snprintf(step->name, sizeof(step->name), "%.20s/%.200s", row->word,
             e->regime ? step->experiment : e->network);
    snprintf(step->dir, sizeof(step->dir), "%s", step->name);
}

/* Position of the step called STAGE/NAME, or -1. */
static int find_step(const struct builder *b, enum stage_id stage,
                     const char *name)
{
    char full[PLAN_NAME_MAX];
    const struct plan_step *step;

    snprintf(full, sizeof(full), "%.20s/%.200s", stage_table[stage].word, name);
    step = plan_find(b->plan, full);
    return step ? (int)(step - b->plan->step) : -1;
}

/*
 * Append a step that reads 'input' (n_input; negative ones are left out).
 * Returns its position, -1 without memory.
 */
static int add_step(struct builder *b, enum stage_id stage,
                    const struct plan_experiment *e, const int *input,
                    int n_input)
{
    struct plan_step *step = &b->plan->step[b->plan->n_step];
    const struct config *c = e && e->config ? e->config : b->c;
    /* has the step parameters of its own?  Later ones have the training's hash */
    const bool own =
        stage == STAGE_TRAIN || stage == STAGE_WEIGHTS || (e && e->fused);

    *step = (struct plan_step){.stage = &stage_table[stage],
                               .ensemble = e && e->fused,
                               .seed = b->c->run.seed,
                               .folds = 1};
    b->plan->n_step++;
    name_step(step, e);
    step->input = malloc(sizeof(*step->input) * ((size_t)n_input + 1));
    if (!step->input)
        return -1;
    for (int i = 0; i < n_input; i++)
        if (input[i] >= 0)
            step->input[step->n_input++] = input[i];
    if (plan_hashes_set(b->plan, step, c, own ? e : NULL) < 0)
        return -1;
    if (stage == STAGE_TRAIN && b->c->evaluate.model == MODEL_BEST_LOSS)
        step->wanted = config_model_file(MODEL_BEST_LOSS);
    return b->plan->n_step - 1;
}

/* Does the training of some variant read stored variants of the images? */
static bool reads_stored(const struct builder *b)
{
    for (int i = 0; i < variants_count(b->c); i++)
        if (b->own[i].train.augment == AUGMENT_STORED)
            return b->c->augment.variants > 0;
    return false;
}

static int add_data(struct builder *b)
{
    b->draw = b->augment = -1;
    if (b->c->dataset.draw_per_class > 0) {
        b->draw = add_step(b, STAGE_DRAW, NULL, NULL, 0);
        if (b->draw < 0)
            return -1;
    }
    b->data = add_step(b, STAGE_PREPROCESS, NULL, &b->draw, 1);
    if (b->data < 0)
        return -1;
    if (reads_stored(b)) {
        b->augment = add_step(b, STAGE_AUGMENT, NULL, &b->data, 1);
        if (b->augment < 0)
            return -1;
    }
    return 0;
}

/* The training of 'e', behind the one that it goes on from; it may be there
 * already. */
static int add_training(struct builder *b, const struct plan_experiment *e)
{
    const bool stored = e->config->train.augment == AUGMENT_STORED;
    int input[] = {b->data, stored ? b->augment : -1, -1, -1}, at;
    char name[PLAN_NAME_MAX];
    struct err err;

    name_experiment(name, e);
    at = find_step(b, STAGE_TRAIN, name);
    if (at >= 0)
        return at;
    if (regime_pretrained(e->regime, e->config))
        input[2] = find_step(b, STAGE_WEIGHTS, e->network);
    if (e->regime->after) {
        struct plan_experiment first = *e;

        first.regime = regime_find(e->regime->after, &err);
        input[3] = add_training(b, &first);
        if (input[3] < 0)
            return -1;
    }
    return add_step(b, STAGE_TRAIN, e, input, 4);
}

static int add_experiment(struct builder *b, const struct plan_experiment *e)
{
    const int read[] = {add_training(b, e), b->data};

    if (read[0] < 0 || add_step(b, STAGE_EVALUATE, e, read, 2) < 0)
        return -1;
    return add_step(b, STAGE_EXPLAIN, e, read, 2) < 0 ? -1 : 0;
}

static int add_weights(struct builder *b)
{
    for (int i = 0; i < b->plan->n_weights; i++)
        if (add_step(b, STAGE_WEIGHTS,
                     &(struct plan_experiment){.network =
                                                   b->plan->weights[i].network,
                                               .variant = "",
                                               .folds = 1},
                     NULL, 0) < 0)
            return -1;
    return 0;
}

/* The same with each seed, in each fold. */
static int add_seeds(struct builder *b, struct plan_experiment e)
{
    e.folds = (int)b->c->split.folds;
    for (int s = 0; s < b->c->train.seeds.n; s++) {
        e.seed = b->c->train.seeds.value[s];
        for (e.fold = 0; e.fold < e.folds; e.fold++)
            if (add_experiment(b, &e) < 0)
                return -1;
    }
    return 0;
}

static int add_experiments(struct builder *b)
{
    const struct word_list *networks = &b->c->train.networks;
    const struct word_list *regimes = &b->c->train.regimes;
    struct err err;

    for (int i = 0; i < networks->n; i++)
        for (int k = 0; k < regimes->n; k++)
            for (int v = 0; v < variants_count(b->c); v++) {
                const struct plan_experiment e = {
                    .network = networks->word[i],
                    .regime = regime_find(regimes->word[k], &err),
                    .variant = variants_name(b->c, v),
                    .config = &b->own[v]};

                if (add_seeds(b, e) < 0)
                    return -1;
            }
    return 0;
}

static int add_ensembles(struct builder *b)
{
    int input[CONFIG_LIST_MAX + 1];
    struct plan_ensemble e;

    for (int i = 0; i < plan_ensembles_count(b->c); i++) {
        plan_ensembles_at(b->c, i, &e);
        for (int m = 0; m < e.n_member; m++)
            input[m] = find_step(b, STAGE_EVALUATE, e.member[m]);
        input[e.n_member] = b->data;
        if (add_step(b, STAGE_EVALUATE,
                     &(struct plan_experiment){.network = e.method,
                                               .regime = e.regime,
                                               .variant = e.variant,
                                               .seed = e.seed,
                                               .fused = &e,
                                               .fold = e.fold,
                                               .folds = e.folds},
                     input, e.n_member + 1) < 0)
            return -1;
    }
    return 0;
}

/* The report reads everything. */
static int add_report(struct builder *b)
{
    const int n = b->plan->n_step;
    int *all = malloc(sizeof(*all) * ((size_t)n + 1));
    int at = -1;

    if (!all)
        return -1;
    for (int i = 0; i < n; i++)
        all[i] = i;
    at = add_step(b, STAGE_REPORT, NULL, all, n);
    free(all);
    return at < 0 ? -1 : 0;
}

/* --- the whole plan ------------------------------------------------------- */

/* Steps that 'c' expands to at most, or -1. */
static int count_steps(const struct config *c, struct err *err)
{
    const int networks = c->train.networks.n;
    const int seeds =
        variants_count(c) * c->train.seeds.n * (int)c->split.folds;
    const int n = 3 * networks * c->train.regimes.n * seeds +
                  (plan_pretrains(c) ? networks * (seeds + 1) : 0) +
                  plan_ensembles_count(c) + 4;

    if (n > PLAN_MAX_STEPS)
        return err_set(err, ERR_USAGE,
                       "train.networks x train.regimes x train.variants x "
                       "train.seeds x split.folds make %d steps, at most %d",
                       n, PLAN_MAX_STEPS);
    return n;
}

static int build_steps(struct builder *b, struct err *err)
{
    const int n = count_steps(b->c, err);

    if (n < 0)
        return -1;
    b->plan->step = calloc((size_t)n, sizeof(*b->plan->step));
    if (!b->plan->step)
        return no_memory(err);
    if (add_data(b) < 0 || add_weights(b) < 0 || add_experiments(b) < 0 ||
        add_ensembles(b) < 0 || add_report(b) < 0)
        return no_memory(err);
    BUG_ON(b->plan->n_step > n);
    return 0;
}

static int start_plan(struct plan *p, struct builder *b, bool pinned,
                      struct err *err)
{
    const int n = variants_count(b->c);
    int rc = -1;

    *p = (struct plan){0};
    if (count_steps(b->c, err) < 0 || plan_check_words(b->c, err) < 0 ||
        plan_ensembles_check(b->c, err) < 0)
        return -1;
    b->own = malloc((size_t)n * sizeof(*b->own));
    if (!b->own)
        return no_memory(err);
    for (int i = 0; i < n; i++)
        variants_config(&b->own[i], b->c, variants_name(b->c, i));
    if ((pinned && plan_recall_content(p, b->c, b->run_dir)) ||
        plan_read_content(p, b->c, b->run_dir, err) == 0)
        rc = build_steps(b, err);
    if (rc < 0)
        plan_release(p);
    free(b->own);
    b->own = NULL;
    return rc;
}

int plan_init(struct plan *p, const struct config *c, const char *run_dir,
              struct err *err)
{
    struct builder b = {.plan = p, .c = c, .run_dir = run_dir};

    if (start_plan(p, &b, false, err) < 0)
        return -1;
    if (plan_refresh(p, run_dir, false, err) == 0)
        return 0;
    plan_release(p);
    return -1;
}

int plan_join(struct plan *p, const struct config *c, const char *run_dir,
              struct err *err)
{
    struct builder b = {.plan = p, .c = c, .run_dir = run_dir};

    return start_plan(p, &b, true, err);
}

const struct plan_step *plan_find(const struct plan *p, const char *name)
{
    for (int i = 0; i < p->n_step; i++)
        if (strcmp(p->step[i].name, name) == 0)
            return &p->step[i];
    return NULL;
}

void plan_release(struct plan *p)
{
    for (int i = 0; i < p->n_step; i++) {
        free(p->step[i].input);
        free(p->step[i].params);
        free(p->step[i].inputs);
    }
    free(p->step);
    recipe_text_release(&p->recipe);
    recipe_text_release(&p->fresh_recipe);
    *p = (struct plan){0};
}
