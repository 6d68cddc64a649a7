/*
 * report_run.h - the files of a run, and the page that is made of them
 */
#ifndef TESTS_REPORT_RUN_H
#define TESTS_REPORT_RUN_H

#include "markup.h"
#include "page_check.h"
#include "stages/report/report.h"
#include "test_dir.h"

#define EVIL      "<script>alert(1)</script>"
#define EVIL_HTML "&lt;script&gt;alert(1)&lt;/script&gt;"

static struct config config;

/* The page of a plan; as text_of(). */
static inline char *page_of(const struct plan *plan)
{
    struct err err = {0};

    put_file("report/keep", "");
    works(report_write(dir, &config, plan, in_dir("report"), &err) == 0, err,
          "report");
    return text_of("report/index.html");
}

/* A plan of 'n' experiments, e1, e2, ...; each trains, evaluates, explains. */
static inline int plan_experiments(struct plan_step *step, int n)
{
    static const enum stage_id stage[] = {STAGE_TRAIN, STAGE_EVALUATE,
                                          STAGE_EXPLAIN};
    int k = 0;

    for (int i = 1; i <= n; i++)
        for (int s = 0; s < 3; s++) {
            struct plan_step *nd = &step[k++];

            *nd =
                (struct plan_step){.stage = &stage_table[stage[s]], .seed = i};
            snprintf(nd->experiment, sizeof(nd->experiment), "e%d", i);
            snprintf(nd->name, sizeof(nd->name), "%s/e%d", nd->stage->word, i);
            memcpy(nd->dir, nd->name, sizeof(nd->dir));
            snprintf(nd->network, sizeof(nd->network), "net<b>");
            snprintf(nd->hash, sizeof(nd->hash), "%064d", i);
        }
    return k;
}

/* The page of 'n' experiments; as text_of(). */
static inline char *make_page(int n, enum split_method method)
{
    struct plan_step step[9];
    const struct plan plan = {.step = step,
                              .n_step = plan_experiments(step, n)};

    config_init(&config);
    config.split.method = method;
    return page_of(&plan);
}

#endif
