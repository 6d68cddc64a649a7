/* plan.c - from the configuration to nodes and their keys */
#include "run/plan.h"

#include "base/spell.h"
#include "run/dataset.h"
#include "run/plan_reason.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const plan_networks[] = {"vgg16",       "vgg19",       "resnet50",
                                     "mobilenetv2", "densenet169", NULL};
const char *const plan_regimes[] = {"scratch", NULL};
const char *const plan_recipes[] = {"light", "geometric", NULL};
const char *const plan_explainers[] = {"gradcam", NULL};

/* --- the stages ------------------------------------------------------------ */

enum { MAX_SECTIONS = 4, PIN_MAX_BYTES = 65536 };

/*
 * One row a stage.  Raise a version when the stage makes other outputs of the
 * same inputs: old ones are then made again.
 */
static const struct stage_row {
    const char *stage, *program;
    int version;
    const char *dir;                    /* NULL: <stage>/<experiment> */
    const char *sections[MAX_SECTIONS]; /* of the configuration */
} stages[] = {
    {"draw", "papline-draw", 1, "drawn", {"dataset", "run"}},
    {"preprocess",
     "papline-preprocess",
     1,
     "data",
     {"preprocess", "split", "run"}},
    {"augment", "papline-augment", 1, "augment", {"augment", "run"}},
    {"train", "papline-train", 1, NULL, {"train"}},
    {"evaluate", "papline-evaluate", 2, NULL, {"evaluate", "run"}},
    {"explain", "papline-explain", 1, NULL, {"explain"}},
    {"report", NULL, 1, "report", {NULL}},
};

static const struct stage_row *stage_row(const char *stage)
{
    size_t i = 0;

    while (strcmp(stages[i].stage, stage) != 0)
        BUG_ON(++i == sizeof(stages) / sizeof(stages[0]));
    return &stages[i];
}

bool plan_is_output(const char *dir)
{
    for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
        const struct stage_row *row = &stages[i];
        const size_t n = strlen(row->stage);

        if (row->dir ? strcmp(dir, row->dir) == 0
                     : strncmp(dir, row->stage, n) == 0 && dir[n] == '/' &&
                           dir[n + 1] && !strchr(dir + n + 1, '/'))
            return true;
    }
    return false;
}

/* --- building -------------------------------------------------------------- */

/* What all nodes have in common while a plan is made. */
struct builder {
    struct plan *plan;       /* borrowed */
    const struct config *c;  /* borrowed */
    const char *run_dir;     /* borrowed */
    int draw, data, augment; /* positions of nodes, -1: none */
};

/* Which experiment a node belongs to. */
struct experiment {
    const char *network, *regime;
    int64_t seed;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_SYSTEM, "no memory for the plan");
}

static void add_param(void *self, const char *name, const char *value)
{
    json_object_set_new(self, name, json_string(value));
}

static json_t *make_params(const struct builder *b, const struct stage_row *row,
                           const struct experiment *e)
{
    json_t *params = json_object();
    char seed[32];

    for (int i = 0; i < MAX_SECTIONS && row->sections[i]; i++)
        config_each(b->c, row->sections[i], add_param, params);
    if (strcmp(row->stage, "preprocess") == 0) {
        if (b->plan->dataset[0])
            add_param(params, "dataset", b->plan->dataset);
        if (b->plan->csv[0])
            add_param(params, "split.csv", b->plan->csv);
    }
    if (e) {
        snprintf(seed, sizeof(seed), "%lld", (long long)e->seed);
        add_param(params, "network", e->network);
        add_param(params, "regime", e->regime);
        add_param(params, "seed", seed);
    }
    return params;
}

static json_t *make_inputs(const struct plan *p, const struct plan_node *n)
{
    json_t *inputs = json_object();

    for (int i = 0; i < n->n_input; i++)
        add_param(inputs, p->node[n->input[i]].name, p->node[n->input[i]].key);
    return inputs;
}

/* Compact text with sorted members, so that equal objects are equal text. */
static char *dump(json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);

    json_decref(object);
    return text;
}

static void make_key(struct plan_node *n)
{
    struct hash h;
    char version[16];

    snprintf(version, sizeof(version), "%d", n->version);
    hash_init(&h);
    hash_add_string(&h, n->stage);
    hash_add_string(&h, version);
    hash_add_string(&h, n->params);
    hash_add_string(&h, n->inputs);
    hash_final(&h, n->key);
}

static void name_node(struct plan_node *n, const struct stage_row *row,
                      const struct experiment *e)
{
    snprintf(n->name, sizeof(n->name), "%s", row->stage);
    if (row->dir)
        snprintf(n->dir, sizeof(n->dir), "%s", row->dir);
    if (!e)
        return;
    snprintf(n->network, sizeof(n->network), "%s", e->network);
    snprintf(n->regime, sizeof(n->regime), "%s", e->regime);
    n->seed = e->seed;
    snprintf(n->experiment, sizeof(n->experiment), "%.63s-%.63s-s%lld",
             e->network, e->regime, (long long)e->seed);
    snprintf(n->name, sizeof(n->name), "%.20s/%.200s", row->stage,
             n->experiment);
    snprintf(n->dir, sizeof(n->dir), "%s", n->name);
}

/*
 * Append a node that reads 'input' (n_input; negative ones are left out).
 * Returns its position, -1 without memory.
 */
static int add_node(struct builder *b, const char *stage,
                    const struct experiment *e, const int *input, int n_input)
{
    const struct stage_row *row = stage_row(stage);
    struct plan_node *n = &b->plan->node[b->plan->n_node];

    *n = (struct plan_node){.stage = row->stage,
                            .program = row->program,
                            .version = row->version,
                            .seed = b->c->run.seed};
    b->plan->n_node++;
    name_node(n, row, e);
    n->input = malloc(sizeof(*n->input) * ((size_t)n_input + 1));
    if (!n->input)
        return -1;
    for (int i = 0; i < n_input; i++)
        if (input[i] >= 0)
            n->input[n->n_input++] = input[i];
    n->params = dump(make_params(b, row, strcmp(stage, "train") ? NULL : e));
    n->inputs = dump(make_inputs(b->plan, n));
    if (!n->params || !n->inputs)
        return -1;
    make_key(n);
    return b->plan->n_node - 1;
}

static int add_data(struct builder *b)
{
    b->draw = b->augment = -1;
    if (b->c->dataset.draw_per_class > 0) {
        b->draw = add_node(b, "draw", NULL, NULL, 0);
        if (b->draw < 0)
            return -1;
    }
    b->data = add_node(b, "preprocess", NULL, &b->draw, 1);
    if (b->data < 0)
        return -1;
    if (b->c->augment.variants > 0) {
        b->augment = add_node(b, "augment", NULL, &b->data, 1);
        if (b->augment < 0)
            return -1;
    }
    return 0;
}

static int add_experiment(struct builder *b, const struct experiment *e)
{
    const int data[] = {b->data, b->augment};
    int read[] = {-1, -1, b->data};

    read[0] = add_node(b, "train", e, data, 2);
    if (read[0] < 0)
        return -1;
    read[1] = add_node(b, "evaluate", e, (int[]){read[0], b->data}, 2);
    if (read[1] < 0)
        return -1;
    return add_node(b, "explain", e, read, 3) < 0 ? -1 : 0;
}

static int add_experiments(struct builder *b)
{
    const struct word_list *networks = &b->c->train.networks;
    const struct word_list *regimes = &b->c->train.regimes;
    const struct int_list *seeds = &b->c->train.seeds;

    for (int i = 0; i < networks->n; i++)
        for (int k = 0; k < regimes->n; k++)
            for (int s = 0; s < seeds->n; s++) {
                const struct experiment e = {networks->word[i],
                                             regimes->word[k], seeds->value[s]};

                if (add_experiment(b, &e) < 0)
                    return -1;
            }
    return 0;
}

/* The report reads everything. */
static int add_report(struct builder *b)
{
    const int n = b->plan->n_node;
    int *all = malloc(sizeof(*all) * ((size_t)n + 1));
    int at = -1;

    if (!all)
        return -1;
    for (int i = 0; i < n; i++)
        all[i] = i;
    at = add_node(b, "report", NULL, all, n);
    free(all);
    return at < 0 ? -1 : 0;
}

/* --- checks and content ---------------------------------------------------- */

static int check_word(const char *key, const char *word,
                      const char *const *known, struct err *err)
{
    const char *meant;
    char all[256] = "";
    size_t n = 0;

    for (; known[n]; n++) {
        const size_t at = strlen(all);

        snprintf(all + at, sizeof(all) - at, "%s%s", n ? ", " : "", known[n]);
    }
    meant = spell_nearest(word, known, n);
    if (meant && strcmp(meant, word) == 0)
        return 0;
    if (meant)
        return err_set(err, ERR_USAGE, "%s: there is no '%s'; did you mean %s?",
                       key, word, meant);
    return err_set(err, ERR_USAGE, "%s: there is no '%s'; known: %s", key, word,
                   all);
}

static int check_words(const char *key, const struct word_list *given,
                       const char *const *known, struct err *err)
{
    for (int i = 0; i < given->n; i++)
        if (check_word(key, given->word[i], known, err) < 0)
            return -1;
    return 0;
}

/* Every word that names a thing elsewhere in the program. */
static int check_names(const struct config *c, struct err *err)
{
    if (check_words("train.networks", &c->train.networks, plan_networks, err) <
            0 ||
        check_words("train.regimes", &c->train.regimes, plan_regimes, err) <
            0 ||
        check_word("augment.recipe", c->augment.recipe, plan_recipes, err) < 0)
        return -1;
    return check_word("explain.method", c->explain.method, plan_explainers,
                      err);
}

/* Nodes that 'c' expands to, or -1. */
static int count_nodes(const struct config *c, struct err *err)
{
    const int n =
        3 * c->train.networks.n * c->train.regimes.n * c->train.seeds.n + 4;

    if (n > PLAN_MAX_NODES)
        return err_set(err, ERR_USAGE,
                       "train.networks x train.regimes x train.seeds make %d "
                       "nodes, at most %d",
                       n, PLAN_MAX_NODES);
    return n;
}

/* Hash what the configuration only names. */
static int read_content(struct builder *b, struct err *err)
{
    char cache[FILE_PATH_MAX];

    if (b->c->split.method == SPLIT_BY_CSV &&
        hash_file(b->c->split.csv, b->plan->csv, err) < 0) {
        if (err->code == ERR_INPUT)
            err->code = ERR_USAGE;
        return -1;
    }
    if (b->c->dataset.draw_per_class > 0)
        return 0;
    if (!b->c->dataset.path[0])
        return err_set(err, ERR_USAGE,
                       "dataset.path: is needed, or dataset.draw_per_class");
    if (file_path(cache, err, "%s/dataset-hashes.csv", b->run_dir) < 0)
        return -1;
    return dataset_hash(b->c->dataset.path,
                        file_exists(b->run_dir) ? cache : NULL,
                        b->plan->dataset, err);
}

static int build(struct builder *b, struct err *err)
{
    const int n = count_nodes(b->c, err);

    if (n < 0)
        return -1;
    b->plan->node = calloc((size_t)n, sizeof(*b->plan->node));
    if (!b->plan->node)
        return no_memory(err);
    if (add_data(b) < 0 || add_experiments(b) < 0 || add_report(b) < 0)
        return no_memory(err);
    BUG_ON(b->plan->n_node > n);
    plan_look(b->plan, b->run_dir);
    return 0;
}

/* --- pinned content -------------------------------------------------------- */

int plan_pin(const struct plan *p, const struct config *c, const char *run_dir,
             struct err *err)
{
    char path[FILE_PATH_MAX], *text;
    int rc;

    if (file_path(path, err, "%s/content.json", run_dir) < 0)
        return -1;
    text =
        dump(json_pack("{ssssssss}", "dataset.path", c->dataset.path, "dataset",
                       p->dataset, "split.csv", c->split.csv, "csv", p->csv));
    if (!text)
        return no_memory(err);
    rc = file_write(path, text, strlen(text), err);
    free(text);
    return rc;
}

/* Does member 'name' of 'pin' say 'value'? */
static bool says(const json_t *pin, const char *name, const char *value)
{
    const char *s = json_string_value(json_object_get(pin, name));

    return s && strcmp(s, value) == 0;
}

/* A hash that is there exactly if 'wanted'. */
static bool take_hash(const json_t *pin, const char *name, bool wanted,
                      char hex[HASH_HEX])
{
    const char *s = json_string_value(json_object_get(pin, name));

    if (!s || strlen(s) != (wanted ? HASH_HEX - 1 : 0))
        return false;
    snprintf(hex, HASH_HEX, "%s", s);
    return true;
}

/* Is what was pinned of these very files? */
static bool recall_content(const struct builder *b)
{
    const struct config *c = b->c;
    char path[FILE_PATH_MAX], *text = NULL;
    struct err err;
    json_t *pin = NULL;
    size_t size;
    bool good;

    if (file_path(path, &err, "%s/content.json", b->run_dir) == 0 &&
        file_read(path, PIN_MAX_BYTES, &text, &size, &err) == 0)
        pin = json_loadb(text, size, 0, NULL);
    good = says(pin, "dataset.path", c->dataset.path) &&
           says(pin, "split.csv", c->split.csv) &&
           take_hash(pin, "dataset", c->dataset.draw_per_class == 0,
                     b->plan->dataset) &&
           take_hash(pin, "csv", c->split.method == SPLIT_BY_CSV, b->plan->csv);
    json_decref(pin);
    free(text);
    return good;
}

static int start(struct plan *p, struct builder *b, bool pinned,
                 struct err *err)
{
    *p = (struct plan){0};
    if (count_nodes(b->c, err) < 0 || check_names(b->c, err) < 0)
        return -1;
    if ((pinned && recall_content(b)) || read_content(b, err) == 0)
        if (build(b, err) == 0)
            return 0;
    plan_release(p);
    return -1;
}

int plan_init(struct plan *p, const struct config *c, const char *run_dir,
              struct err *err)
{
    struct builder b = {.plan = p, .c = c, .run_dir = run_dir};

    return start(p, &b, false, err);
}

int plan_join(struct plan *p, const struct config *c, const char *run_dir,
              struct err *err)
{
    struct builder b = {.plan = p, .c = c, .run_dir = run_dir};

    return start(p, &b, true, err);
}

const struct plan_node *plan_find(const struct plan *p, const char *name)
{
    for (int i = 0; i < p->n_node; i++)
        if (strcmp(p->node[i].name, name) == 0)
            return &p->node[i];
    return NULL;
}

void plan_release(struct plan *p)
{
    for (int i = 0; i < p->n_node; i++) {
        free(p->node[i].input);
        free(p->node[i].params);
        free(p->node[i].inputs);
    }
    free(p->node);
    *p = (struct plan){0};
}
