/*
 * fuzz_run.c - what a run keeps about itself: where its scheduler is, how far
 * it is, what its dataset was
 */
#include "orchestration/scheduler/status_print.h"
#include "run/dataset_hash.h"
#include "run/plan_content.h"
#include "worker/scheduler_address.h"

#include "fuzz_main.h"
#include "fuzz_tree.h"

static const char *const names[] = {"control.json", "status.json",
                                    "content.json", "dataset-hashes.csv", NULL};

static void check_control(void)
{
    struct scheduler_address c, again;
    struct err err = {0};

    if (scheduler_address_read(&c, fuzz_dir(), &err) < 0) {
        BUG_ON(err.code != ERR_INPUT && err.code != ERR_AGAIN);
        return;
    }
    BUG_ON(scheduler_address_write(fuzz_dir(), &c, &err) < 0 ||
           scheduler_address_read(&again, fuzz_dir(), &err) < 0 ||
           strcmp(c.endpoint, again.endpoint) != 0 || c.curve != again.curve ||
           c.scheduler.pid != again.scheduler.pid ||
           strcmp(c.scheduler.host, again.scheduler.host) != 0);
}

static void check_status(void)
{
    FILE *out = fopen("/dev/null", "we");
    struct status_print_args a = {.run_dir = fuzz_dir()};
    struct err err = {0};

    BUG_ON(!out);
    for (int json = 0; json < 2; json++) {
        a.json = json;
        if (status_print(out, &a, &err) < 0)
            BUG_ON(err.code != ERR_INPUT && err.code != ERR_USAGE);
    }
    fclose(out);
}

/* What was believed can be pinned, and is believed again. */
static void check_content(const struct config *c)
{
    struct plan p = {0}, again = {0};
    struct err err = {0};

    if (plan_recall_content(&p, c, fuzz_dir())) {
        BUG_ON(plan_pin(&p, c, fuzz_dir(), &err) < 0 ||
               !plan_recall_content(&again, c, fuzz_dir()) ||
               strcmp(p.dataset, again.dataset) != 0);
    }
    plan_release(&p);
    plan_release(&again);
}

static void check_cache(void)
{
    char hex[HASH_HEX];
    struct err err = {0};

    fuzz_put("cells/a/1.png", "one", 3);
    fuzz_put("cells/b/2.png", "two", 3);
    BUG_ON(dataset_hash(fuzz_path("cells"), false,
                        fuzz_path("dataset-hashes.csv"), hex, &err) < 0);
    BUG_ON(strlen(hex) != HASH_HEX - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct config c;

    config_init(&c);
    snprintf(c.dataset.path, sizeof(c.dataset.path), "cells");
    fuzz_put("keep", "", 0);
    fuzz_unpack(data, size, names);
    check_control();
    check_status();
    check_content(&c);
    snprintf(c.augment.recipe, sizeof(c.augment.recipe), "./mine.yaml");
    check_content(&c);
    check_cache();
    fuzz_clear();
    return 0;
}
