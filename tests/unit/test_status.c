/* test_status.c - status.json as text, whatever is in it */
#include "base/process.h"
#include "orchestration/scheduler/status_print.h"
#include "orchestration/scheduler/status_text.h"
#include "test_dir.h"

/* status.json of this process, then what status_print() says of it. */
static const char *said_of(const char *members, bool json)
{
    static char text[1 << 16];
    struct process self;
    json_t *j = json_loads(members, 0, NULL);
    FILE *out = fopen(in_dir("out"), "w+e");
    struct err err = {0};
    size_t n;

    BUG_ON(!j || !out);
    process_self(&self);
    process_write(&self, j);
    BUG_ON(json_dump_file(j, in_dir("status.json"), 0) < 0);
    json_decref(j);
    ok(status_print(out,
                    &(struct status_print_args){.run_dir = dir, .json = json},
                    &err) == 0,
       "status.json is read");
    rewind(out);
    n = fread(text, 1, sizeof(text) - 1, out);
    text[n] = '\0';
    fclose(out);
    return text;
}

static void has(const char *text, const char *part, const char *what)
{
    if (!ok(strstr(text, part) != NULL, what))
        printf("# not in: %s\n", text);
}

static void check_running(void)
{
    const char *t = said_of(
        "{\"state\":\"running\",\"updated\":\"U\",\"seconds\":83,\"left\":3723,"
        "\"left_guessed\":true,\"hosts\":[{\"name\":\"n1\",\"cores\":4,"
        "\"cores_free\":1,\"memory\":8e9,\"memory_free\":6.5e9},{\"name\":"
        "\"n2\",\"cores\":2,\"cores_free\":2,\"memory\":0}],"
        "\"nodes\":[{\"name\":\"augment\",\"state\":\"done\",\"seconds\":5},"
        "{\"name\":\"train/a\",\"state\":\"running\",\"seconds\":12,"
        "\"fraction\":0.344,\"rate\":12.34,\"left\":50,\"cores\":3,"
        "\"places\":{\"n1\":2,\"n2\":1},\"units\":{\"done\":3,\"total\":7}},"
        "{\"name\":\"train/b\",\"state\":\"failed\",\"reason\":\"it "
        "\\u001b[2J\\u009b died\"},{\"name\":\"report\",\"state\":\"waiting\"}],"
        "\"workers\":[{\"name\":\"n1:7\",\"stage\":\"train\",\"rate\":2}]}",
        false);

    has(t,
        ": running, 0:01:23, about 1:02:03 left (some steps by a guess), as "
        "of U\n",
        "the run, and what is left of it");
    has(t,
        "n1                   3 of 4 cores in use, 1.5 of 8.0 GB given out\n",
        "a host");
    has(t, "n2                   0 of 2 cores in use\n",
        "  whose memory is not known");
    has(t, "steps: 1 done, 1 running, 1 waiting, 1 failed\n", "counts");
    has(t,
        "running   train/a         12.0 s   34 %  3 of 7 units  12.3/s  "
        "50.0 s left  n1: 2 cores, n2: 1 core\n",
        "a step that runs, and where");
    has(t, "it ?[2J?? died\n", "a reason, without what a terminal obeys");
    has(t, "workers: 1\n", "workers");
}

static void check_json(void)
{
    const char *t = said_of("{\"state\":\"running\",\"other\":[1]}", true);
    json_t *j = json_loads(t, 0, NULL);

    ok(json_is_true(json_object_get(j, "alive")) &&
           json_array_size(json_object_get(j, "other")) == 1 &&
           json_is_number(json_object_get(j, "age")),
       "as JSON it is whole, and says whether the run is alive");
    json_decref(j);
    j = json_loads(said_of("{\"state\":\"ended\"}", true), 0, NULL);
    ok(json_is_false(json_object_get(j, "alive")), "  one that ended is not");
    json_decref(j);
}

/* As the version before wrote it, and as nobody does. */
static void check_others(void)
{
    const char *t = said_of(
        "{\"state\":\"running\",\"updated\":\"U\",\"seconds\":8.5,\"cores\":2,"
        "\"cores_free\":0,\"nodes\":[{\"name\":\"train/a\",\"state\":"
        "\"running\",\"reason\":\"r\",\"seconds\":1,\"cores\":1,\"units\":"
        "{\"done\":0,\"set_aside\":0,\"total\":1}}],\"workers\":[]}",
        false);

    has(t, "running   train/a          1.0 s  1 core\n",
        "a file of the version before");
    t = said_of("{\"state\":\"running\",\"seconds\":1e300,\"left\":\"x\","
                "\"hosts\":{\"a\":1},\"nodes\":[1,[],{\"places\":[],"
                "\"units\":7},{\"places\":{\"a\":\"b\"},\"fraction\":-1}],"
                "\"workers\":[null,{\"rate\":\"fast\"}]}",
                false);
    has(t, ": running, ?, as of ?\n", "members of other types");
    t = said_of("{}", false);
    has(t, ": ?, 0.0 s, as of ?\n", "none at all");
}

static void check_brief(void)
{
    json_t *j = json_loads("{\"nodes\":[{\"name\":\"a\",\"state\":\"done\"},"
                           "{\"name\":\"b\",\"state\":\"failed\"}]}",
                           0, NULL);
    struct buf b = {0};

    status_text(j, &(struct status_text_args){"run", "ended", false, true}, &b);
    ok(strstr(b.data, "steps: 1 done, 1 failed\n  failed    b") != NULL,
       "in brief those alone that failed or run");
    buf_release(&b);
    json_decref(j);
}

int main(void)
{
    struct err err = {0};

    begin_dir();
    fails(
        status_print(stdout, &(struct status_print_args){.run_dir = dir}, &err),
        err, ERR_USAGE, "no run was started", "no status.json");
    check_running();
    check_json();
    check_others();
    check_brief();
    return end_dir();
}
