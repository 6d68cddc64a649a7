/*
 * test_plan_recipe.c - train.augment_recipe of one's own: its content is in the
 * hash of a training, and its text is pinned
 */
#include "run/plan.h"
#include "tap.h"
#include "test_dir.h"

#include <stdlib.h>
#include <unistd.h>

#define TRAIN "train/mobilenetv2-scratch-s1"

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
static const char *content_hash_of(const struct config *c)
{
    static char hash[8][HASH_HEX];
    static int turn;
    struct err err = {0};
    struct plan p;

    turn = (turn + 1) % 8;
    hash[turn][0] = '\0';
    if (plan_init(&p, c, in_dir("run"), &err) < 0) {
        printf("# %s\n", err.text);
        return hash[turn];
    }
    memcpy(hash[turn], plan_find(&p, TRAIN)->hash, HASH_HEX);
    plan_release(&p);
    return hash[turn];
}

static const char *key_by(const char *recipe)
{
    const struct config c = config_of(recipe);

    return content_hash_of(&c);
}

static void check_content(void)
{
    struct recipe_text light;
    struct config c;
    struct err err = {0};

    BUG_ON(recipe_text_read(&light, "", "light", &err) < 0);
    put_file(in_dir("copy.yaml"), light.text);
    put_file(in_dir("a.yaml"), "each: [grey: {alpha: 1}]\n");
    put_file(in_dir("b.yaml"), "# mine\neach:\n- grey:\n    alpha: 1\n");
    put_file(in_dir("c.yaml"), "each: [grey: {alpha: 0}]\n");
    ok(key_by("light")[0] && strcmp(key_by("light"), key_by("strong")) != 0,
       "a name is part of the content hash");
    ok(strcmp(key_by("light"), key_by(in_dir("copy.yaml"))) == 0,
       "a copy of it is the same");
    ok(key_by(in_dir("a.yaml"))[0] &&
           strcmp(key_by(in_dir("a.yaml")), key_by(in_dir("b.yaml"))) == 0,
       "  of one's own the content counts, not name, comments, layout");
    ok(strcmp(key_by(in_dir("a.yaml")), key_by(in_dir("c.yaml"))) != 0,
       "  its numbers do");
    c = config_of(in_dir("a.yaml"));
    snprintf(c.augment.recipe, sizeof(c.augment.recipe), "strong");
    ok(strcmp(content_hash_of(&c), key_by(in_dir("a.yaml"))) == 0,
       "augment.recipe is another matter");
    c = config_of("light");
    c.train.augment = AUGMENT_STORED;
    ok(strcmp(content_hash_of(&c), key_by("light")) != 0,
       "stored variants are planned");
    snprintf(c.train.augment_recipe, sizeof(c.train.augment_recipe), "%s",
             in_dir("a.yaml"));
    {
        struct config d = c;

        snprintf(d.train.augment_recipe, sizeof(d.train.augment_recipe),
                 "strong");
        ok(strcmp(content_hash_of(&c), content_hash_of(&d)) == 0,
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
    ok(plan_init(&p, &c, in_dir("run"), &err) == 0 &&
           strstr(plan_find(&p, TRAIN)->params,
                  "\"variants\":\"others each time\""),
       "balanced: other variants each time, as the content hash says");
    plan_release(&p);
    c.train.augment = AUGMENT_STORED;
    ok(plan_init(&p, &c, in_dir("run"), &err) == 0 &&
           !strstr(plan_find(&p, TRAIN)->params, "\"variants\""),
       "  but not of stored ones");
    plan_release(&p);
    c = config_of("light");
    ok(plan_init(&p, &c, in_dir("run"), &err) == 0 &&
           !strstr(plan_find(&p, TRAIN)->params, "\"variants\""),
       "  nor without balance");
    plan_release(&p);
}

static void check_pin(void)
{
    const struct config c = config_of(in_dir("b.yaml"));
    struct err err = {0};
    struct plan p = {0};
    char hash[HASH_HEX];

    snprintf(hash, sizeof(hash), "%s", content_hash_of(&c));
    BUG_ON(file_dir_make(in_dir("run"), &err) < 0);
    ok(plan_init(&p, &c, in_dir("run"), &err) == 0 &&
           plan_pin(&p, &c, in_dir("run"), &err) == 0,
       "the text of train.augment_recipe is pinned");
    plan_release(&p);
    put_file(in_dir("b.yaml"), "each: [grey: {alpha: 0.5}]\n");
    ok(plan_join(&p, &c, in_dir("run"), &err) == 0 &&
           strcmp(p.fresh_recipe.text,
                  "# mine\neach:\n- grey:\n    alpha: 1\n") == 0 &&
           strcmp(plan_find(&p, TRAIN)->hash, hash) == 0,
       "  and stays, whatever becomes of the file");
    plan_release(&p);
    unlink(in_dir("b.yaml"));
    ok(plan_join(&p, &c, in_dir("run"), &err) == 0 &&
           strcmp(plan_find(&p, TRAIN)->hash, hash) == 0,
       "  also without it");
    plan_release(&p);
    fails(plan_init(&p, &c, in_dir("run"), &err), err, ERR_USAGE, "b.yaml",
          "a plan that looks anew misses the file of train.augment_recipe");
}

static void check_refusals(void)
{
    struct config c = config_of("lihgt");
    struct err err = {0};
    struct plan p;

    fails(plan_init(&p, &c, in_dir("run"), &err), err, ERR_USAGE,
          "train.augment_recipe: there is no 'lihgt'; did you mean light?",
          "a name that is none");
    c = config_of("mine");
    fails(plan_init(&p, &c, in_dir("run"), &err), err, ERR_USAGE,
          "train.augment_recipe: there is no 'mine'; known: geometric, light, "
          "notebook, paper, strong, or the path of a .yaml file",
          "  and is near none");
    put_file(in_dir("bad.yaml"), "each:\n- [\n");
    c = config_of(in_dir("bad.yaml"));
    fails(plan_init(&p, &c, in_dir("run"), &err), err, ERR_USAGE,
          "bad.yaml:", "a file that is not YAML");
}

int main(void)
{
    struct err err;

    if (!mkdtemp(dir))
        return 1;
    check_content();
    check_balanced();
    check_pin();
    check_refusals();
    return tap_done() | (file_dir_remove(dir, &err) < 0);
}
