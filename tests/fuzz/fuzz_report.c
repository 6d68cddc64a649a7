/*
 * fuzz_report.c - a run's files from anyone: the page and the bundles
 *
 * Whatever they hold, the page is written, every element of it is closed, and
 * its one script and no other element of that kind is in it.
 */
#include "markup.h"
#include "stages/report/report.h"

#include "fuzz_main.h"
#include "fuzz_tree.h"

enum { MAX_PAGE = 1 << 26, STEPS = 7 };

/* Of two folds and an ensemble. */
static const char *const names[] = {"journal.jsonl",
                                    "run.yaml",
                                    "data/index.csv",
                                    "data/baseline.json",
                                    "data/stats.json",
                                    "augment/index.csv",
                                    "train/e-f0/history.csv",
                                    "train/e-f0/manifest.json",
                                    "train/e-f0/model.safetensors",
                                    "evaluate/e-f0/metrics.json",
                                    "evaluate/e-f0/predictions.csv",
                                    "evaluate/e-f0/errors.csv",
                                    "evaluate/e-f0/reliability.csv",
                                    "explain/e-f0/scores.csv",
                                    "explain/e-f0/faithfulness.csv",
                                    "explain/e-f0/concept_means.csv",
                                    "explain/e-f0/dose_response_means.csv",
                                    "evaluate/e-f1/metrics.json",
                                    "evaluate/e-f1/predictions.csv",
                                    "evaluate/soft_vote/metrics.json",
                                    NULL};

static struct plan_step make_step(enum stage_id id, const char *experiment,
                                  int fold)
{
    struct plan_step n = {.stage = &stage_table[id],
                          .ensemble = fold < 0,
                          .fold = fold,
                          .folds = 2};

    if (fold < 0)
        n.folds = 1;
    snprintf(n.experiment, sizeof(n.experiment), "%s", experiment);
    snprintf(n.name, sizeof(n.name), "%s/%s", n.stage->word, experiment);
    snprintf(n.dir, sizeof(n.dir), "%s/%s", n.stage->word, experiment);
    snprintf(n.network, sizeof(n.network), "%s", fold < 0 ? experiment : "net");
    snprintf(n.regime, sizeof(n.regime), "scratch");
    snprintf(n.hash, sizeof(n.hash), "%064d", 1);
    return n;
}

static void check_page(void)
{
    char *page = NULL;
    size_t size;
    struct err err = {0};

    BUG_ON(file_read(fuzz_path("report/index.html"), MAX_PAGE, &page, &size,
                     &err) < 0);
    BUG_ON(strlen(page) != size || !markup_balanced(page));
    BUG_ON(markup_count(page, "<script>") != 1); /* the other one is data */
    BUG_ON(markup_count(page, "<script") !=
           1 + markup_count(page, "<script type=\"application/json\""));
    free(page);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct plan_step step[STEPS] = {make_step(STAGE_TRAIN, "e-f0", 0),
                                    make_step(STAGE_EVALUATE, "e-f0", 0),
                                    make_step(STAGE_EXPLAIN, "e-f0", 0),
                                    make_step(STAGE_TRAIN, "e-f1", 1),
                                    make_step(STAGE_EVALUATE, "e-f1", 1),
                                    make_step(STAGE_EXPLAIN, "e-f1", 1),
                                    make_step(STAGE_EVALUATE, "soft_vote", -1)};
    const struct plan plan = {.step = step, .n_step = STEPS};
    static struct config config;
    struct err err = {0};

    config_init(&config);
    fuzz_put("report/keep", "", 0);
    fuzz_unpack(data, size, names);
    BUG_ON(report_write(fuzz_dir(), &config, &plan, fuzz_path("report"), &err) <
           0);
    check_page();
    fuzz_clear();
    return 0;
}
