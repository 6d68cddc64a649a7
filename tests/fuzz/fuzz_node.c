/*
 * fuzz_node.c - manifests and unfinished outputs from anyone
 *
 * Whatever lies there, the output can be begun again and sealed, and is then
 * current and whole.
 */
#include "orchestration/tools/verify.h"
#include "run/output.h"

#include <jansson.h>

#include "fuzz_main.h"
#include "fuzz_tree.h"

#define HASH "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const char *const names[] = {
    "train/x/manifest.json",  "train/x/model",         "train/x/b",
    "train/x.partial/.begun", "train/x.partial/model", NULL};

static void check_manifest(const struct plan_step *n)
{
    struct err err = {0};
    json_t *m = output_manifest(fuzz_dir(), n, &err);

    BUG_ON(!m && err.code != ERR_INPUT);
    if (m && output_check(fuzz_dir(), n, m, false, &err) < 0)
        BUG_ON(err.code != ERR_INPUT);
    if (m && output_verify(fuzz_dir(), n, &err) < 0)
        BUG_ON(err.code != ERR_INPUT || !err.text[0]);
    json_decref(m);
}

static void check_plan(struct plan_step *n)
{
    struct plan p = {.step = n, .n_step = 1};
    FILE *out = fopen("/dev/null", "we");
    struct err err = {0};

    BUG_ON(!out);
    BUG_ON(plan_refresh(&p, fuzz_dir(), false, &err) < 0);
    BUG_ON(!n->reason[0] || (!n->run && !output_is_current(fuzz_dir(), n)));
    if (verify_run(out, fuzz_dir(), &err) < 0)
        BUG_ON(err.code != ERR_INPUT);
    fclose(out);
}

static void check_again(const struct plan_step *n)
{
    const bool begun = output_is_begun(fuzz_dir(), n);
    char path[FILE_PATH_MAX];
    struct err err = {0};
    bool resumed;

    BUG_ON(output_begin(fuzz_dir(), n, path, &resumed, &err) < 0 ||
           resumed != begun || !output_is_begun(fuzz_dir(), n));
    fuzz_put("train/x.partial/model", "new", 3);
    BUG_ON(output_commit(fuzz_dir(), n, &err) < 0);
    BUG_ON(!output_is_current(fuzz_dir(), n) ||
           output_verify(fuzz_dir(), n, &err) < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char params[] = "{\"train.batch\":\"32\"}";
    static char inputs[] = "{}";
    struct plan_step n = {.name = "train/x",
                          .dir = "train/x",
                          .stage = &stage_table[STAGE_TRAIN],
                          .hash = HASH,
                          .params = params,
                          .inputs = inputs};

    fuzz_put("keep", "", 0);
    fuzz_unpack(data, size, names);
    check_manifest(&n);
    check_plan(&n);
    check_again(&n);
    fuzz_clear();
    return 0;
}
