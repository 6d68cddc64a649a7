/* test_leftovers.c - what is needed no more, and what was never ours */
#include "plan_run.h"
#include "run/frozen_cache_name.h"
#include "run/leftovers.h"

#include <sys/stat.h>

#define HEX16 "0123456789abcdef"
#define HEX   HEX16 HEX16 HEX16 HEX16
#define LINK  "fedcba9876543210" HEX16 HEX16 HEX16

static struct leftovers found;

/* "dir: why; " of all. */
static const char *what_is_left(const struct config *c)
{
    static char text[8192];
    struct err err = {0};
    size_t used = 0;

    leftovers_release(&found);
    text[0] = '\0';
    if (leftovers_find(&found, path_at("run"), c, make_plan(c), &err) < 0)
        return err.text[0] ? "error" : "";
    for (size_t i = 0; i < found.n; i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s: %s; ",
                                 found.item[i].dir, found.item[i].why);
    return text;
}

static void remove_all(size_t want_kept, const char *what)
{
    size_t kept = 0, more;
    struct err err = {0};
    int rc = 0;

    for (size_t i = 0; i < found.n && rc == 0; i++) {
        rc = leftovers_remove(&found.item[i], path_at("run"), &more, &err);
        kept += more;
    }
    ok(rc == 0 && kept == want_kept, what);
}

/* A second seed that is not wanted any more. */
static void check_outputs(void)
{
    const struct config c = base_config();
    struct config two = c;

    text_is(what_is_left(&c), "", "a run that is as planned");
    two.train.seeds = (struct int_list){.value = {1, 2}, .n = 2};
    complete_plan(make_plan(&two));
    complete_plan(make_plan(&c)); /* the report is as before */
    text_is(what_is_left(&c),
            "evaluate/mobilenetv2-scratch-s2: no step of the plan; "
            "explain/mobilenetv2-scratch-s2: no step of the plan; "
            "train/mobilenetv2-scratch-s2: no step of the plan; ",
            "outputs of steps that are planned no more");
    ok(found.item[0].files == 1 &&
           found.item[0].bytes == strlen("evaluate/mobilenetv2-scratch-s2"),
       "  with what they hold");
    make_dir(path_at("run/evaluate/mobilenetv2-scratch-s2/.parts"));
    put_file(path_at("run/evaluate/mobilenetv2-scratch-s2/.parts/1"), "left");
    make_dir(path_at("run/train/mobilenetv2-scratch-s2/own"));
    put_file(path_at("run/train/mobilenetv2-scratch-s2/own/file"), "mine");
    put_file(path_at("run/explain/mobilenetv2-scratch-s2/out"), "changed");
    remove_all(2, "they are removed, but for what was not made here");
    ok(!file_exists(path_at("run/evaluate/mobilenetv2-scratch-s2")) &&
           !file_exists(path_at("run/train/mobilenetv2-scratch-s2/out")) &&
           file_exists(path_at("run/train/mobilenetv2-scratch-s2/own/file")) &&
           file_exists(path_at("run/explain/mobilenetv2-scratch-s2/out")),
       "  which is where it was");
    text_is(what_is_left(&c), "", "  and not seen any more");
}

/* What is of another configuration, but in its step's place, stays. */
static void check_stale(void)
{
    struct config c = base_config();

    c.train.epochs = 7;
    text_is(what_is_left(&c), "", "what a step will replace stays");
}

static void begin_work(const struct config *c, const char *name)
{
    struct plan *p = make_plan(c);
    char path[FILE_PATH_MAX];
    struct err err = {0};
    bool resumed;

    BUG_ON(output_begin(path_at("run"), plan_find(p, name), path, &resumed,
                        &err) < 0);
}

static void check_unfinished(void)
{
    struct config c = base_config(), other = c;

    other.explain.per_class = 3;
    begin_work(&other, "explain/" EXP);
    text_is(what_is_left(&other), "", "work that is gone on with");
    make_dir(path_at("run/explain/" EXP ".partial/.parts"));
    put_file(path_at("run/explain/" EXP ".partial/.parts/1"), "12345");
    text_is(what_is_left(&c),
            "explain/" EXP ".partial: unfinished, of another configuration; ",
            "work of another configuration");
    ok(found.item[0].files == 1 && found.item[0].bytes == 5,
       "  with what its units left");
    remove_all(0, "  is removed");
    begin_work(&c, "explain/" EXP);
    text_is(what_is_left(&c),
            "explain/" EXP ".partial: unfinished, its step is done; ",
            "work that is done");
    remove_all(0, "  is removed");
    make_dir(path_at("run/explain/mine.partial"));
    make_dir(path_at("run/explain/mine"));
    text_is(what_is_left(&c), "", "folders that papline did not begin");
}

static void check_caches(void)
{
    struct config c = base_config();
    char own[128], cache[FILE_PATH_MAX], link[FILE_PATH_MAX];
    struct err err;

    BUG_ON(frozen_cache_path(cache, path_at("run/" FROZEN_CACHE_DIR), HEX,
                             &err) < 0 ||
           frozen_cache_path(link, path_at("run/" FROZEN_CACHE_DIR), LINK,
                             &err) < 0);
    make_dir(cache);
    make_dir(path_at("run/trunk/mine"));
    make_dir(path_at("run/checkpoints/" HEX));
    put_file(path_at("run/checkpoints/" HEX "/1.safetensors"), "x");
    make_dir(path_at("run/.trash-abcdef"));
    BUG_ON(symlink(top, link) < 0);
    text_is(what_is_left(&c),
            ".trash-abcdef: trash; checkpoints/" HEX
            ": no training of the plan; trunk/" HEX16 HEX16
            ": no training that is to run reads it; ",
            "caches that nobody reads; links are none");
    snprintf(c.train.regimes.word[0], CONFIG_NAME_MAX, "contrastive");
    ok(!strstr(what_is_left(&c), "trunk/"),
       "a training that is to run may read what frozen layers put out");
    c = base_config();
    snprintf(own, sizeof(own), "run/checkpoints/%s",
             make_plan(&c)->step[2].any_length);
    BUG_ON(rename(path_at("run/checkpoints/" HEX), path_at(own)) < 0);
    ok(!strstr(what_is_left(&c), "checkpoints/"),
       "where a training of the plan ended is kept");
    remove_all(0, "the others are removed");
    text_is(what_is_left(&c), "", "  all of them");
    ok(file_exists(path_at("run/trunk/mine")), "  and nothing else");
}

int main(void)
{
    begin_complete();
    check_outputs();
    check_stale();
    check_unfinished();
    check_caches();
    leftovers_release(&found);
    return end_plan();
}
