/* test_verify.c - damaged outputs of a run are found and named */
#include "orchestration/tools/verify.h"

#include "run/output.h"
#include "test_dir.h"

/* Seal an output of one file, or only begin it. */
static void make_output(const char *name, bool seal)
{
    static char empty[] = "{}";
    struct plan_step n = {
        .stage = &stage_table[STAGE_TRAIN], .params = empty, .inputs = empty};
    char path[FILE_PATH_MAX], file[300];
    struct err err = {0};
    bool resumed;

    snprintf(n.dir, sizeof(n.dir), "%s", name);
    snprintf(n.name, sizeof(n.name), "%s", name);
    snprintf(n.hash, sizeof(n.hash), "k");
    BUG_ON(output_begin(dir, &n, path, &resumed, &err) < 0);
    snprintf(file, sizeof(file), "%s.partial/out", name);
    put_file(file, "123456");
    BUG_ON(seal && output_commit(dir, &n, &err) < 0);
}

/* Verify; what was printed. */
static const char *printed_verify(int *rc, struct err *err)
{
    FILE *f = tmpfile();

    BUG_ON(!f);
    *err = (struct err){0};
    *rc = verify_run(f, dir, err);
    return printed_text(f);
}

int main(void)
{
    struct err err = {0};
    const char *text;
    int rc;

    begin_dir();
    text = printed_verify(&rc, &err);
    ok(rc == 0 && strstr(text, "has no sealed output"), "an empty run");
    make_output("data", true);
    make_output("train/a-b-s1", true);
    make_output("train/a-b-s2", false);
    make_output("augment", false);
    put_file("run.yaml", "run:\n");
    put_file("journal.jsonl", "");
    text = printed_verify(&rc, &err);
    ok(rc == 0 && strstr(text, "ok         data ") &&
           strstr(text, "ok         train/a-b-s1 ") &&
           strstr(text, "1 file, 0.0 MB\n") && !strstr(text, "damaged"),
       "two good outputs");
    ok(strstr(text, "unfinished train/a-b-s2\n") &&
           strstr(text, "unfinished augment\n") && !strstr(text, "run.yaml"),
       "unfinished ones are named, other files are not looked at");
    put_file("train/a-b-s1/out", "12345x");
    text = printed_verify(&rc, &err);
    fails(rc, err, ERR_INPUT, "1 of 2 outputs are damaged", "a changed byte");
    ok(strstr(text, "damaged    train/a-b-s1 ") &&
           strstr(text, "out was changed\n") && strstr(text, "ok         data"),
       "  it is named, and what is good is said to be");
    BUG_ON(unlink(in_dir("data/manifest.json")) < 0);
    text = printed_verify(&rc, &err);
    fails(rc, err, ERR_INPUT, "2 of 2 outputs are damaged",
          "an output without a manifest");
    ok(file_dir_remove(dir, &err) == 0, "the test's directory is removed");
    (void)printed_verify(&rc, &err);
    fails(rc, err, ERR_USAGE, "cannot read directory", "no such run");
    return tap_done();
}
