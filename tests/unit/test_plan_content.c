/* test_plan_content.c - files count by what is in them, and are pinned */
#include "plan_run.h"

#include <sys/stat.h>

/* The dataset's content counts, not its place. */
static void check_dataset(void)
{
    struct config c = base_config();
    struct stat st;

    ok(rename(at("data"), at("moved")) == 0, "the dataset is moved");
    snprintf(c.dataset.path, sizeof(c.dataset.path), "%s", at("moved"));
    says(what_runs(&c), "", "a dataset may move");
    put(at("moved/.hidden"), "changed");
    put(at("moved/im_beta/im_beta/1.bmp"), "changed");
    says(what_runs(&c), "", "hidden files and uncropped clusters do not count");
    put(at("moved/im_beta/im_beta/1_cyt01.dat"), "changed");
    ok(!strncmp(what_runs(&c), "preprocess: dataset changed; ", 29),
       "a changed contour counts");
    put(at("moved/im_beta/im_beta/1_cyt01.dat"), "1,2");
    put(at("moved/alpha/2.bmp"), "TWO");
    ok(!strncmp(what_runs(&c),
                "preprocess: dataset changed; augment: input "
                "preprocess runs; ",
                60),
       "a changed picture of the same size counts");
    put(at("moved/alpha/2.bmp"), "two");
    says(what_runs(&c), "", "back as it was, all is current again");
    ok(rename(at("moved/alpha/2.bmp"), at("moved/alpha/3.bmp")) == 0 &&
           strstr(what_runs(&c), "dataset changed"),
       "a new name of a picture counts");
    ok(rename(at("moved/alpha/3.bmp"), at("moved/alpha/2.bmp")) == 0,
       "the name is restored");
    c.dataset.draw_per_class = 3;
    ok(!strncmp(what_runs(&c),
                "draw: no output yet; preprocess: dataset "
                "changed, input draw is new; ",
                60),
       "drawn cells instead of a dataset are a reason");
    ok(rename(at("moved"), at("data")) == 0, "the dataset is moved back");
    ok(stat(at("run/dataset-hashes.csv"), &st) == 0,
       "hashes of the dataset are remembered");
}

static void check_split_csv(void)
{
    struct config c = base_config();
    struct err err = {0};
    struct plan p;

    c.split.method = SPLIT_BY_CSV;
    snprintf(c.split.csv, sizeof(c.split.csv), "%s", at("split.csv"));
    ok(!strncmp(what_runs(&c),
                "preprocess: split.csv changed, split.method "
                "group -> csv; ",
                58),
       "another way to split is a reason");
    complete(make_plan(&c));
    says(what_runs(&c), "", "current");
    put(at("split.csv"), "file,split\na,test\n");
    ok(!strncmp(what_runs(&c), "preprocess: split.csv changed; ", 31),
       "the content of split.csv counts");
    put(at("split.csv"), "file,split\n");
    snprintf(c.split.csv, sizeof(c.split.csv), "%s", at("none.csv"));
    fails(plan_init(&p, &c, at("run"), &err), err, ERR_USAGE, "none.csv",
          "a split.csv that is not there is refused");
    c = base_config();
    ok(strstr(what_runs(&c), "split.method csv -> group, split.csv changed"),
       "from csv back to groups is a reason");
    complete(make_plan(&c));
}

/* Keys that came later count only where they are set. */
static void check_layout(void)
{
    struct config c = base_config();
    struct err err = {0};
    struct plan p;

    complete(make_plan(&c));
    snprintf(c.layout.exclude, sizeof(c.layout.exclude), "*-d.bmp");
    ok(!strncmp(what_runs(&c), "preprocess: layout.exclude (none) -> *-d.bmp; ",
                46),
       "a pattern that is set is a reason");
    c = base_config();
    says(what_runs(&c), "", "without it, as before");
    put(at("table.csv"), "file,label\n");
    snprintf(c.layout.csv, sizeof(c.layout.csv), "%s", at("table.csv"));
    ok(!strncmp(what_runs(&c), "preprocess: layout.csv changed; ", 32),
       "a table instead of folders is a reason");
    complete(make_plan(&c));
    says(what_runs(&c), "", "current");
    put(at("table.csv"), "file,label\na,b\n");
    ok(!strncmp(what_runs(&c), "preprocess: layout.csv changed; ", 32),
       "the content of layout.csv counts");
    snprintf(c.layout.csv, sizeof(c.layout.csv), "%s", at("none.csv"));
    fails(plan_init(&p, &c, at("run"), &err), err, ERR_USAGE, "none.csv",
          "a table that is not there is refused");
    c = base_config();
    complete(make_plan(&c));
}

/* A recipe's content counts, not its name; the plan pins its text. */
static void check_recipe(void)
{
    struct config c = base_config();
    struct err err = {0};
    struct plan p = {0};

    put(at("mine.yaml"), "each: [grey: {alpha: 1}]\n");
    put(at("same.yaml"), "# mine\neach:\n- grey:\n    alpha: 1\n");
    snprintf(c.augment.recipe, sizeof(c.augment.recipe), "%s", at("mine.yaml"));
    ok(!strncmp(what_runs(&c), "augment: augment.recipe light -> ", 33),
       "another recipe is a reason");
    complete(make_plan(&c));
    snprintf(c.augment.recipe, sizeof(c.augment.recipe), "%s", at("same.yaml"));
    says(what_runs(&c), "", "the same in other words");
    ok(plan_init(&p, &c, at("run"), &err) == 0 &&
           plan_pin(&p, &c, at("run"), &err) == 0 &&
           unlink(at("same.yaml")) == 0,
       "the text of a recipe is pinned");
    plan_release(&p);
    ok(plan_join(&p, &c, at("run"), &err) == 0 &&
           strcmp(p.recipe.text, "# mine\neach:\n- grey:\n    alpha: 1\n") == 0,
       "  and found without the file");
    plan_release(&p);
    fails(plan_init(&p, &c, at("run"), &err), err, ERR_USAGE, "same.yaml",
          "  but not by a plan that looks anew");
    unlink(at("run/content.json"));
    c = base_config();
    complete(make_plan(&c));
}

static void check_pin(void)
{
    struct config c = base_config();
    struct plan p;
    struct err err = {0};
    char key[HASH_HEX];

    snprintf(key, sizeof(key), "%s", make_plan(&c)->node[0].key);
    ok(plan_pin(make_plan(&c), &c, at("run"), &err) == 0, "a plan is pinned");
    put(at("data/alpha/4.bmp"), "a late picture");
    ok(plan_join(&p, &c, at("run"), &err) == 0 && !strcmp(p.node[0].key, key) &&
           !p.node[0].run,
       "who joins sees the dataset as it was pinned");
    plan_release(&p);
    ok(strcmp(make_plan(&c)->node[0].key, key) != 0,
       "a new plan sees the dataset as it is");
    snprintf(c.dataset.path, sizeof(c.dataset.path), "%s/.", at("data"));
    ok(plan_join(&p, &c, at("run"), &err) == 0 && strcmp(p.node[0].key, key),
       "a pin of another path is not believed");
    plan_release(&p);
    BUG_ON(unlink(at("data/alpha/4.bmp")) < 0);
    put(at("run/content.json"), "{\"dataset\": 3");
    ok(plan_join(&p, &c, at("run"), &err) == 0 && !strcmp(p.node[0].key, key),
       "a torn pin is not believed");
    plan_release(&p);
}

int main(void)
{
    begin_complete();
    check_dataset();
    check_split_csv();
    check_layout();
    check_recipe();
    check_pin();
    return end_plan();
}
