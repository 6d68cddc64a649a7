/* plan_content.c - hashes of what the configuration only names */
#include "run/plan_content.h"

#include "base/json.h"
#include "config/regime.h"
#include "config/variants.h"
#include "run/dataset_hash.h"
#include "run/pretrained_weights.h"
#include "run/table_hash.h"

#include <string.h>

enum { PIN_MAX_BYTES = 65536 + 2 * 6 * RECIPE_TEXT_MAX };

static bool pretrains(const struct config *c)
{
    for (int i = 0; i < c->train.regimes.n; i++) {
        const struct regime *r = regime_listed(c, i);

        if (r && regime_pretrained(r, c))
            return true;
    }
    return false;
}

bool plan_pretrains(const struct config *c)
{
    struct config own;

    for (int i = 0; i < variants_count(c); i++) {
        variants_config(&own, c, variants_name(c, i));
        if (pretrains(&own))
            return true;
    }
    return false;
}

/* Find and hash the weights that will be read. */
static int read_weights(struct plan *p, const struct config *c, struct err *err)
{
    char path[FILE_PATH_MAX];

    for (int i = 0; plan_pretrains(c) && i < c->train.networks.n; i++) {
        const char *network = c->train.networks.word[i];

        if (pretrained_weights_find(path, c->train.weights, network, err) < 0 ||
            hash_file(path, p->weights[i].hex, err) < 0)
            return -1;
        memcpy(p->weights[i].network, network, CONFIG_NAME_MAX);
        p->n_weights = i + 1;
    }
    return 0;
}

const char *plan_weights(const struct plan *p, const char *network)
{
    for (int i = 0; i < p->n_weights; i++)
        if (strcmp(p->weights[i].network, network) == 0)
            return p->weights[i].hex;
    return "";
}

static int read_teacher(struct plan *p, const struct config *c, struct err *err)
{
    struct err why;

    if (!c->train.teacher[0] ||
        hash_file(c->train.teacher, p->teacher, &why) == 0)
        return 0;
    return err_set(err, why.code == ERR_INPUT ? ERR_USAGE : why.code,
                   "train.teacher: %.400s", why.text);
}

int plan_read_content(struct plan *p, const struct config *c,
                      const char *run_dir, struct err *err)
{
    char cache[FILE_PATH_MAX];

    if (recipe_text_read(&p->recipe, "augment.recipe", c->augment.recipe, err) <
            0 ||
        recipe_text_read(&p->fresh_recipe, "train.augment_recipe",
                         c->train.augment_recipe, err) < 0 ||
        read_weights(p, c, err) < 0)
        return -1;
    if ((c->split.method == SPLIT_BY_CSV &&
         table_hash(config_split_csv(c), p->csv, err) < 0) ||
        (c->layout.csv[0] && table_hash(c->layout.csv, p->table, err) < 0)) {
        if (err->code == ERR_INPUT)
            err->code = ERR_USAGE;
        return -1;
    }
    if (read_teacher(p, c, err) < 0)
        return -1;
    if (c->dataset.draw_per_class > 0)
        return 0;
    if (!c->dataset.path[0])
        return err_set(err, ERR_USAGE,
                       "dataset.path: is needed, or dataset.draw_per_class");
    if (file_path(cache, err, "%s/dataset-hashes.csv", run_dir) < 0)
        return -1;
    return dataset_hash(c->dataset.path, c->layout.csv[0],
                        file_exists(run_dir) ? cache : NULL, p->dataset, err);
}

/* --- pinned content ------------------------------------------------------- */

int plan_pin(const struct plan *p, const struct config *c, const char *run_dir,
             struct err *err)
{
    char path[FILE_PATH_MAX];
    json_t *weights = json_object(), *pin;
    int rc;

    if (file_path(path, err, "%s/content.json", run_dir) < 0) {
        json_decref(weights);
        return -1;
    }
    for (int i = 0; i < p->n_weights; i++)
        json_object_set_new(weights, p->weights[i].network,
                            json_string(p->weights[i].hex));
    pin = json_pack(
        "{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:s,s:s%,s:s,s:s%,s:s,s:s}",
        "dataset.path", c->dataset.path, "dataset", p->dataset, "split.csv",
        config_split_csv(c), "csv", p->csv, "layout.csv", c->layout.csv,
        "table", p->table, "train.weights", c->train.weights, "weights",
        weights, "augment.recipe", c->augment.recipe, "recipe", p->recipe.text,
        p->recipe.size, "train.augment_recipe", c->train.augment_recipe,
        "fresh_recipe", p->fresh_recipe.text, p->fresh_recipe.size,
        "train.teacher", c->train.teacher, "teacher", p->teacher);
    rc = json_write(path, pin, JSON_COMPACT | JSON_SORT_KEYS, err);
    json_decref(pin);
    return rc;
}

/* Does member 'name' of 'pin' say 'value'? */
static bool member_is(const json_t *pin, const char *name, const char *value)
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

static bool take_weights(const json_t *pin, const struct config *c,
                         struct plan *p)
{
    const json_t *weights = json_object_get(pin, "weights");

    for (int i = 0; plan_pretrains(c) && i < c->train.networks.n; i++) {
        const char *network = c->train.networks.word[i];

        if (!take_hash(weights, network, true, p->weights[i].hex))
            return false;
        memcpy(p->weights[i].network, network, CONFIG_NAME_MAX);
        p->n_weights = i + 1;
    }
    return true;
}

/* A built-in recipe is this program's; a file's text is what was pinned. */
static bool take_recipe(const json_t *pin, const char *key, const char *word,
                        const char *member, struct recipe_text *t)
{
    const json_t *text = json_object_get(pin, member);
    struct err err;

    if (!recipe_text_is_path(word))
        return recipe_text_read(t, key, word, &err) == 0;
    return member_is(pin, key, word) && json_is_string(text) &&
           recipe_text_take(t, word, json_string_value(text),
                            json_string_length(text), &err) == 0;
}

bool plan_recall_content(struct plan *p, const struct config *c,
                         const char *run_dir)
{
    char path[FILE_PATH_MAX];
    struct err err;
    json_t *pin = NULL;
    bool good;

    if (file_path(path, &err, "%s/content.json", run_dir) == 0)
        pin = json_read(path, PIN_MAX_BYTES, 0, &err);
    good =
        member_is(pin, "dataset.path", c->dataset.path) &&
        member_is(pin, "split.csv", config_split_csv(c)) &&
        (!c->layout.csv[0] || member_is(pin, "layout.csv", c->layout.csv)) &&
        (!plan_pretrains(c) ||
         member_is(pin, "train.weights", c->train.weights)) &&
        take_weights(pin, c, p) &&
        take_hash(pin, "dataset", c->dataset.draw_per_class == 0, p->dataset) &&
        take_hash(pin, "csv", c->split.method == SPLIT_BY_CSV, p->csv) &&
        (!c->layout.csv[0] || take_hash(pin, "table", true, p->table)) &&
        (!c->train.teacher[0] ||
         (member_is(pin, "train.teacher", c->train.teacher) &&
          take_hash(pin, "teacher", true, p->teacher))) &&
        take_recipe(pin, "augment.recipe", c->augment.recipe, "recipe",
                    &p->recipe) &&
        take_recipe(pin, "train.augment_recipe", c->train.augment_recipe,
                    "fresh_recipe", &p->fresh_recipe);
    if (!good)
        recipe_text_release(&p->recipe);
    json_decref(pin);
    return good;
}
