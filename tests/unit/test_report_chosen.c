/* test_report_chosen.c - how cells were split, what was chosen on what, intervals
 * of classes */
#include "report_run.h"
#include "stages/report/report_class_shares.h"

static struct plan_step step[6];
static struct plan plan = {.step = step, .n_step = 3};

/* Of a 3 of 4 are right, in two groups; of b all 2, in one. */
static void put_cells(void)
{
    put_file("data/index.csv", "file,label,group,split,width,height,status\n"
                               "0,a,g0,test,9,9,ok\n1,a,g0,test,9,9,ok\n"
                               "2,a,g1,test,9,9,ok\n3,a,g1,test,9,9,ok\n"
                               "4,b,g2,test,9,9,ok\n5,b,g2,test,9,9,ok\n"
                               "6,b,g2,train,9,9,ok\n"
                               "7,b,g3,validation,9,9,ok\n");
    put_file("data/stats.json", "{\"near_duplicates\":{\"across_splits\":3}}");
    put_file("evaluate/e1/predictions.csv",
             "file,split,label,predicted,p_a,p_b,group\n"
             "0,test,a,a,.9,.1,g0\n1,test,a,a,.9,.1,g0\n2,test,a,a,.9,.1,g1\n"
             "3,test,a,b,.3,.7,g1\n4,test,b,b,.1,.9,g2\n5,test,b,b,.1,.9,g2\n");
    put_file("evaluate/e1/metrics.json",
             "{\"test\":{\"n\":6,\"accuracy\":0.83,\"per_class\":["
             "{\"class\":\"b\",\"precision\":0.667,\"recall\":1,\"f1\":0.8,"
             "\"support\":2},"
             "{\"class\":\"a\",\"precision\":1,\"recall\":0.75,\"f1\":0.86,"
             "\"support\":4}]}}");
}

static void check_shares(void)
{
    struct report_data d = {.run_dir = dir, .config = &config, .plan = &plan};
    struct report_class_share of[STATS_CLASSES_MAX];
    struct err err = {0};

    works(report_data_read(&d, &err) == 0, err, "a run is read");
    works(report_class_shares(&d, &d.experiment[0], of, &err) == 0, err,
          "shares of its classes");
    ok(of[0].recall.k == 3 && of[0].recall.n == 4 && of[0].recall.groups == 2,
       "  of a class those that are found");
    ok(of[0].recall.basis == SHARE_OVER_GROUPS && of[0].recall.low == .5 &&
           of[0].recall.high == 1,
       "  with the interval of its groups, drawn again");
    ok(of[1].precision.k == 2 && of[1].precision.n == 3 &&
           of[1].precision.groups == 2,
       "  of those that are called so the right ones");
    ok(of[0].precision.basis == SHARE_WILSON_GROUPS &&
           of[0].precision.high == 1 && of[0].precision.low < .5,
       "  and Wilson's of groups where all are right");
    report_data_release(&d);
}

static void check_page_of(const char *p)
{
    check_page(p);
    page_has(p, "75.0&nbsp;% <br><span class=\"mute\">50.0 to 100.0</span>",
             "the table of classes has them");
    page_has(p,
             "Cells are split by whole groups of cells (<code>split.method: "
             "group</code>, seed 1). Of the 6 test cells 2 come from a group "
             "that was also trained on; 0 files are exact copies across "
             "splits, 3 look alike across them.",
             "the split is told, and what leaks");
    page_has(p, "The weights that are evaluated are those after the epoch of",
             "what was chosen on what: weights");
    page_has(p, "<strong>One training, from one seed; one split</strong>",
             "  one training alone is told");
    page_has(p, "the validation split, 1 cells.", "  thresholds");
    page_lacks(p, "which no cell chose", "  weights that validation chose");
}

/* Legends tell the intervals that there are. */
static void check_legends(const char *p)
{
    page_has(p,
             "Below each figure its 95&nbsp;% interval, over groups of cells "
             "drawn again or Wilson&#39;s of groups",
             "how intervals of classes come about");
    config.evaluate.bootstrap = 0;
    p = page_of(&plan);
    page_has(p, "95&nbsp;% interval, Wilson&#39;s of groups of which",
             "  where nothing is drawn again");
    page_has(p, "95&nbsp;% intervals are Wilson&#39;s of groups of which",
             "  likewise of experiments");
    page_lacks(p, "drawn again", "  nothing else");
    config.evaluate.bootstrap = 2000;
}

/* Of the last epoch. */
static void check_last(void)
{
    char *p;

    config.evaluate.model = MODEL_LAST;
    p = page_of(&plan);
    page_has(p, "those after the last epoch, which no cell chose",
             "the last weights are nobody's choice");
}

/* What 'p' says of the test split: it weighed the classes, or nothing. */
static void check_test_split(const char *p, bool weighed, const char *what)
{
    const bool said =
        strstr(p, "<li>The test split: <strong>the weights of classes in "
                  "training</strong>, by how many test cells each has");

    ok(said == weighed &&
           (strstr(p, "<li>The test split: nothing in this run.") == NULL) ==
               weighed,
       what);
}

/* Test cells weigh the classes in one regime, and in ensembles that have a
 * member of it. */
static void check_leaks(void)
{
    static int member = 2;

    snprintf(config.train.class_weights, sizeof(config.train.class_weights),
             CONFIG_BALANCED_TEST);
    for (int i = 0; i < 3; i++)
        snprintf(step[i].regime, sizeof(step[i].regime), "finetune");
    check_test_split(page_of(&plan), false, "no test cell chose anything");
    for (int i = 0; i < 3; i++)
        snprintf(step[i].regime, sizeof(step[i].regime), "cost_sensitive");
    check_test_split(page_of(&plan), true, "test cells weighed the classes");
    step[0] = step[1];
    step[0].ensemble = true;
    step[0].input = &member;
    step[0].n_input = 1;
    snprintf(step[0].regime, sizeof(step[0].regime), "members");
    step[1] = step[3];
    step[2] = step[4];
    check_test_split(page_of(&plan), false, "  not those of an ensemble");
    snprintf(step[2].regime, sizeof(step[2].regime), "cost_sensitive");
    check_test_split(page_of(&plan), true, "  but those of its member");
}

/* Another seed, and folds, are told as such. */
static void check_more(void)
{
    char *p;

    plan.n_step = 6;
    p = page_of(&plan);
    page_has(p,
             "<strong>One split</strong>: intervals are over the test cells "
             "alone. How much another split would change",
             "of two seeds only the split is one");
    plan.n_step = 3;
}

/* A training that another one goes on from is no experiment. */
static void check_start(void)
{
    char *p;

    plan.n_step = 4;
    p = page_of(&plan);
    page_lacks(p, "e2</strong> is incomplete",
               "a training that nothing looks at lacks nothing");
    page_lacks(p, "id=\"experiment-2\"", "  and has no part of its own");
    page_lacks(p, "does best on the validation split",
               "  the other is the best of none");
    plan.n_step = 5;
    p = page_of(&plan);
    page_has(p, "e2</strong> is incomplete", "  one that is evaluated is told");
    plan.n_step = 3;
}

int main(void)
{
    begin_dir();
    plan_experiments(step, 2);
    config_init(&config);
    config.split.method = SPLIT_BY_GROUP;
    put_cells();
    check_shares();
    check_page_of(page_of(&plan));
    check_legends(page_of(&plan));
    check_last();
    check_more();
    check_start();
    check_leaks();
    return end_dir();
}
