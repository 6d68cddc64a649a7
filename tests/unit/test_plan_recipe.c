/*
 * test_plan_recipe.c - train.augment_recipe of one's own: its content is in the
 * key of a training, and its text is pinned
 */
#include "base/file.h"
#include "run/plan.h"
#include "tap.h"

#include <stdlib.h>
#include <unistd.h>

#define TRAIN "train/mobilenetv2-scratch-s1"

static char top[] = "/tmp/papline-fresh-XXXXXX";

static const char *at(const char *name)
{
    static char path[8][512];
    static int turn;

    turn = (turn + 1) % 8;
    snprintf(path[turn], sizeof(path[turn]), "%s/%.400s", top, name);
    return path[turn];
}

static void put(const char *path, const char *text)
{
    struct err err = {0};

    BUG_ON(file_write(path, text, strlen(text), &err) < 0);
}

/* Drawn cells, so that no dataset is needed. */
static struct config config_of(const char *recipe)
{
    struct config c;

    config_init(&c);
    c.dataset.draw_per_class = 5;
    c.train.augment = AUGMENT_ONLINE;
    snprintf(c.train.augment_recipe, sizeof(c.train.augment_recipe), "%s",
             recipe);
    return c;
}

/* Key of the training; "" and the reason if there is no plan. */
static const char *key_of(const struct config *c)
{
    static char key[8][HASH_HEX];
    static int turn;
    struct err err = {0};
    struct plan p;

    turn = (turn + 1) % 8;
    key[turn][0] = '\0';
    if (plan_init(&p, c, at("run"), &err) < 0) {
        printf("# %s\n", err.text);
        return key[turn];
    }
    memcpy(key[turn], plan_find(&p, TRAIN)->key, HASH_HEX);
    plan_release(&p);
    return key[turn];
}

static const char *key_by(const char *recipe)
{
    const struct config c = config_of(recipe);

    return key_of(&c);
}

static void check_content(void)
{
    struct recipe_text light;
    struct config c;
    struct err err = {0};

    BUG_ON(recipe_text_read(&light, "", "light", &err) < 0);
    put(at("copy.yaml"), light.text);
    put(at("a.yaml"), "each: [grey: {alpha: 1}]\n");
    put(at("b.yaml"), "# mine\neach:\n- grey:\n    alpha: 1\n");
    put(at("c.yaml"), "each: [grey: {alpha: 0}]\n");
    ok(key_by("light")[0] && strcmp(key_by("light"), key_by("strong")) != 0,
       "a name is part of the key");
    ok(strcmp(key_by("light"), key_by(at("copy.yaml"))) == 0,
       "a copy of it is the same");
    ok(key_by(at("a.yaml"))[0] &&
           strcmp(key_by(at("a.yaml")), key_by(at("b.yaml"))) == 0,
       "  of one's own the content counts, not name, comments, layout");
    ok(strcmp(key_by(at("a.yaml")), key_by(at("c.yaml"))) != 0,
       "  its numbers do");
    c = config_of(at("a.yaml"));
    snprintf(c.augment.recipe, sizeof(c.augment.recipe), "strong");
    ok(strcmp(key_of(&c), key_by(at("a.yaml"))) == 0,
       "augment.recipe is another matter");
    c = config_of("light");
    c.train.augment = AUGMENT_STORED;
    ok(strcmp(key_of(&c), key_by("light")) != 0, "stored variants are planned");
    snprintf(c.train.augment_recipe, sizeof(c.train.augment_recipe), "%s",
             at("a.yaml"));
    {
        struct config d = c;

        snprintf(d.train.augment_recipe, sizeof(d.train.augment_recipe),
                 "strong");
        ok(strcmp(key_of(&c), key_of(&d)) == 0,
           "  do not mind how fresh ones are made");
    }
    recipe_text_release(&light);
}

/* Outputs changed with balanced batches alone. */
static void check_balanced(void)
{
    struct config c = config_of("light");
    struct err err = {0};
    struct plan p;

    c.train.sampler = SAMPLER_BALANCED;
    ok(plan_init(&p, &c, at("run"), &err) == 0 &&
           strstr(plan_find(&p, TRAIN)->params,
                  "\"variants\":\"others each time\""),
       "balanced: other variants each time, as the key says");
    plan_release(&p);
    c.train.augment = AUGMENT_STORED;
    ok(plan_init(&p, &c, at("run"), &err) == 0 &&
           !strstr(plan_find(&p, TRAIN)->params, "\"variants\""),
       "  but not of stored ones");
    plan_release(&p);
    c = config_of("light");
    ok(plan_init(&p, &c, at("run"), &err) == 0 &&
           !strstr(plan_find(&p, TRAIN)->params, "\"variants\""),
       "  nor without balance");
    plan_release(&p);
}

static void check_pin(void)
{
    const struct config c = config_of(at("b.yaml"));
    struct err err = {0};
    struct plan p = {0};
    char key[HASH_HEX];

    snprintf(key, sizeof(key), "%s", key_of(&c));
    BUG_ON(dir_make(at("run"), &err) < 0);
    ok(plan_init(&p, &c, at("run"), &err) == 0 &&
           plan_pin(&p, &c, at("run"), &err) == 0,
       "the text of train.augment_recipe is pinned");
    plan_release(&p);
    put(at("b.yaml"), "each: [grey: {alpha: 0.5}]\n");
    ok(plan_join(&p, &c, at("run"), &err) == 0 &&
           strcmp(p.fresh_recipe.text,
                  "# mine\neach:\n- grey:\n    alpha: 1\n") == 0 &&
           strcmp(plan_find(&p, TRAIN)->key, key) == 0,
       "  and stays, whatever becomes of the file");
    plan_release(&p);
    unlink(at("b.yaml"));
    ok(plan_join(&p, &c, at("run"), &err) == 0 &&
           strcmp(plan_find(&p, TRAIN)->key, key) == 0,
       "  also without it");
    plan_release(&p);
    fails(plan_init(&p, &c, at("run"), &err), err, ERR_USAGE, "b.yaml",
          "a plan that looks anew misses the file of train.augment_recipe");
}

static void check_refusals(void)
{
    struct config c = config_of("lihgt");
    struct err err = {0};
    struct plan p;

    fails(plan_init(&p, &c, at("run"), &err), err, ERR_USAGE,
          "train.augment_recipe: there is no 'lihgt'; did you mean light?",
          "a name that is none");
    c = config_of("mine");
    fails(plan_init(&p, &c, at("run"), &err), err, ERR_USAGE,
          "train.augment_recipe: there is no 'mine'; known: geometric, light, "
          "notebook, paper, strong, or the path of a .yaml file",
          "  and is near none");
    put(at("bad.yaml"), "each:\n- [\n");
    c = config_of(at("bad.yaml"));
    fails(plan_init(&p, &c, at("run"), &err), err, ERR_USAGE,
          "bad.yaml:", "a file that is not YAML");
}

int main(void)
{
    struct err err;

    if (!mkdtemp(top))
        return 1;
    check_content();
    check_balanced();
    check_pin();
    check_refusals();
    return tap_done() | (dir_remove(top, &err) < 0);
}
