/* test_plan_content.c - files count by what is in them, and are pinned */
#include "plan_run.h"

#include <sys/stat.h>

/* The dataset's content counts, not its place. */
static void check_dataset(void)
{
    struct config c = base_config();
    struct stat st;

    ok(rename(path_at("data"), path_at("moved")) == 0, "the dataset is moved");
    snprintf(c.dataset.path, sizeof(c.dataset.path), "%s", path_at("moved"));
    text_is(what_runs(&c), "", "a dataset may move");
    put_file(path_at("moved/.hidden"), "changed");
    put_file(path_at("moved/im_beta/im_beta/1.bmp"), "changed");
    text_is(what_runs(&c), "",
            "hidden files and uncropped clusters do not count");
    put_file(path_at("moved/im_beta/im_beta/1_cyt01.dat"), "changed");
    ok(!strncmp(what_runs(&c), "preprocess: dataset changed; ", 29),
       "a changed contour counts");
    put_file(path_at("moved/im_beta/im_beta/1_cyt01.dat"), "1,2");
    put_file(path_at("moved/alpha/2.bmp"), "TWO");
    ok(!strncmp(what_runs(&c),
                "preprocess: dataset changed; augment: input "
                "preprocess runs; ",
                60),
       "a changed picture of the same size counts");
    put_file(path_at("moved/alpha/2.bmp"), "two");
    text_is(what_runs(&c), "", "back as it was, all is current again");
    ok(rename(path_at("moved/alpha/2.bmp"), path_at("moved/alpha/3.bmp")) ==
               0 &&
           strstr(what_runs(&c), "dataset changed"),
       "a new name of a picture counts");
    ok(rename(path_at("moved/alpha/3.bmp"), path_at("moved/alpha/2.bmp")) == 0,
       "the name is restored");
    c.dataset.draw_per_class = 3;
    ok(!strncmp(what_runs(&c),
                "draw: no output yet; preprocess: dataset "
                "changed, input draw is new; ",
                60),
       "drawn cells instead of a dataset are a reason");
    ok(rename(path_at("moved"), path_at("data")) == 0,
       "the dataset is moved back");
    ok(stat(path_at("run/dataset-hashes.csv"), &st) == 0,
       "hashes of the dataset are remembered");
}

/* A table may name pictures that are not looked for. */
static void check_named(void)
{
    struct config c = base_config();
    const struct plan_step *n;
    char hash[HASH_HEX];

    put_file(path_at("layout.csv"),
             "file,label\nim_beta/im_beta/1.bmp,b\nalpha/1.bmp,a\n");
    snprintf(c.layout.csv, sizeof(c.layout.csv), "%s", path_at("layout.csv"));
    n = plan_find(make_plan(&c), "preprocess");
    memcpy(hash, n->hash, HASH_HEX);
    put_file(path_at("data/im_beta/im_beta/1.bmp"), "another");
    n = plan_find(make_plan(&c), "preprocess");
    ok(strcmp(n->hash, hash) != 0,
       "a changed picture beside CROPPED counts where layout.csv may name it");
    put_file(path_at("data/im_beta/im_beta/1.bmp"), "changed");
    n = plan_find(make_plan(&c), "preprocess");
    ok(strcmp(n->hash, hash) == 0, "  back as it was, it is current again");
    put_file(path_at("data/.hidden"), "changed again");
    n = plan_find(make_plan(&c), "preprocess");
    ok(strcmp(n->hash, hash) == 0, "  and hidden files do not count there");
}

static void check_split_csv(void)
{
    struct config c = base_config();
    struct err err = {0};
    struct plan p;

    c.split.method = SPLIT_BY_CSV;
    snprintf(c.split.csv, sizeof(c.split.csv), "%s", path_at("split.csv"));
    ok(!strncmp(what_runs(&c),
                "preprocess: split.csv changed, split.method "
                "group -> csv; ",
                58),
       "another way to split is a reason");
    complete_plan(make_plan(&c));
    text_is(what_runs(&c), "", "current");
    put_file(path_at("split.csv"), "file,split\na,test\n");
    ok(!strncmp(what_runs(&c), "preprocess: split.csv changed; ", 31),
       "the content of split.csv counts");
    put_file(path_at("split.csv"), "file,split\n");
    snprintf(c.split.csv, sizeof(c.split.csv), "%s", path_at("none.csv"));
    fails(plan_init(&p, &c, path_at("run"), &err), err, ERR_USAGE, "none.csv",
          "a split.csv that is not there is refused");
    c = base_config();
    ok(strstr(what_runs(&c), "split.method csv -> group, split.csv changed"),
       "from csv back to groups is a reason");
    complete_plan(make_plan(&c));
}

/* Keys that came later count only where they are set. */
static void check_layout(void)
{
    struct config c = base_config();
    struct err err = {0};
    struct plan p;

    complete_plan(make_plan(&c));
    snprintf(c.layout.exclude, sizeof(c.layout.exclude), "*-d.bmp");
    ok(!strncmp(what_runs(&c), "preprocess: layout.exclude (none) -> *-d.bmp; ",
                46),
       "a pattern that is set is a reason");
    c = base_config();
    text_is(what_runs(&c), "", "without it, as before");
    put_file(path_at("table.csv"), "file,label\n");
    snprintf(c.layout.csv, sizeof(c.layout.csv), "%s", path_at("table.csv"));
    ok(!strncmp(what_runs(&c), "preprocess: dataset changed, groups ", 36) &&
           strstr(what_runs(&c), ", layout.csv changed; "),
       "a table instead of folders is a reason");
    complete_plan(make_plan(&c));
    text_is(what_runs(&c), "", "current");
    put_file(path_at("table.csv"), "file,label\na,b\n");
    ok(!strncmp(what_runs(&c), "preprocess: layout.csv changed; ", 32),
       "the content of layout.csv counts");
    snprintf(c.layout.csv, sizeof(c.layout.csv), "%s", path_at("none.csv"));
    fails(plan_init(&p, &c, path_at("run"), &err), err, ERR_USAGE, "none.csv",
          "a table that is not there is refused");
    c = base_config();
    complete_plan(make_plan(&c));
}

/* A recipe's content counts, not its name; the plan pins its text. */
static void check_recipe(void)
{
    struct config c = base_config();
    struct err err = {0};
    struct plan p = {0};

    put_file(path_at("mine.yaml"), "each: [grey: {alpha: 1}]\n");
    put_file(path_at("same.yaml"), "# mine\neach:\n- grey:\n    alpha: 1\n");
    snprintf(c.augment.recipe, sizeof(c.augment.recipe), "%s",
             path_at("mine.yaml"));
    ok(!strncmp(what_runs(&c), "augment: augment.recipe light -> ", 33),
       "another recipe is a reason");
    complete_plan(make_plan(&c));
    snprintf(c.augment.recipe, sizeof(c.augment.recipe), "%s",
             path_at("same.yaml"));
    text_is(what_runs(&c), "", "the same in other words");
    ok(plan_init(&p, &c, path_at("run"), &err) == 0 &&
           plan_pin(&p, &c, path_at("run"), &err) == 0 &&
           unlink(path_at("same.yaml")) == 0,
       "the text of a recipe is pinned");
    plan_release(&p);
    ok(plan_join(&p, &c, path_at("run"), &err) == 0 &&
           strcmp(p.recipe.text, "# mine\neach:\n- grey:\n    alpha: 1\n") == 0,
       "  and found without the file");
    plan_release(&p);
    fails(plan_init(&p, &c, path_at("run"), &err), err, ERR_USAGE, "same.yaml",
          "  but not by a plan that looks anew");
    unlink(path_at("run/content.json"));
    c = base_config();
    complete_plan(make_plan(&c));
}

static void check_pin(void)
{
    struct config c = base_config();
    struct plan p;
    struct err err = {0};
    char hash[HASH_HEX];

    snprintf(hash, sizeof(hash), "%s", make_plan(&c)->step[0].hash);
    ok(plan_pin(make_plan(&c), &c, path_at("run"), &err) == 0,
       "a plan is pinned");
    put_file(path_at("data/alpha/4.bmp"), "a late picture");
    ok(plan_join(&p, &c, path_at("run"), &err) == 0 &&
           !strcmp(p.step[0].hash, hash) && !p.step[0].run,
       "who joins sees the dataset as it was pinned");
    plan_release(&p);
    ok(strcmp(make_plan(&c)->step[0].hash, hash) != 0,
       "a new plan sees the dataset as it is");
    snprintf(c.dataset.path, sizeof(c.dataset.path), "%s/.", path_at("data"));
    ok(plan_join(&p, &c, path_at("run"), &err) == 0 &&
           strcmp(p.step[0].hash, hash),
       "a pin of another path is not believed");
    plan_release(&p);
    BUG_ON(unlink(path_at("data/alpha/4.bmp")) < 0);
    put_file(path_at("run/content.json"), "{\"dataset\": 3");
    ok(plan_join(&p, &c, path_at("run"), &err) == 0 &&
           !strcmp(p.step[0].hash, hash),
       "a torn pin is not believed");
    plan_release(&p);
}

int main(void)
{
    begin_complete();
    check_dataset();
    check_split_csv();
    check_named();
    check_layout();
    check_recipe();
    check_pin();
    return end_plan();
}
